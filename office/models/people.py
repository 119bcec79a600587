"""Accounts, devices, enrolment codes and sessions."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from office.models.base import Base, InCounty, Key, Moment


class Role(StrEnum):
    """What an account may do (design.md §7)."""

    OFFICER = "officer"
    REVIEWER = "reviewer"
    ADMIN = "admin"
    AUDITOR = "auditor"


class Account(InCounty, Base):
    """A person in one role, for a unit and everything below it.

    `holder` stands for the natural person: two accounts with the same holder are the same
    person, who may not review what he or she has sent.
    """

    __tablename__ = "account"

    name: Mapped[str] = mapped_column(Key, primary_key=True)
    title: Mapped[str] = mapped_column(String(120))
    role: Mapped[str] = mapped_column(String(16))
    scope: Mapped[str] = mapped_column(Key)
    holder: Mapped[str] = mapped_column(Key)
    password_hash: Mapped[str] = mapped_column(String(200), default="")
    active: Mapped[bool] = mapped_column(default=True)
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[str] = mapped_column(Moment, default="")
    created_at: Mapped[str] = mapped_column(Moment)


class Device(InCounty, Base):
    """A PC that an officer enrolled; known by its Ed25519 key."""

    __tablename__ = "device"

    device_id: Mapped[str] = mapped_column(Key, primary_key=True)
    account: Mapped[str] = mapped_column(Key)
    title: Mapped[str] = mapped_column(String(120))
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    enrolled_at: Mapped[str] = mapped_column(Moment)
    seen_at: Mapped[str] = mapped_column(Moment, default="")
    revoked_at: Mapped[str] = mapped_column(Moment, default="")


class EnrolCode(InCounty, Base):
    """A one-time code; only what follows from it is kept (core.wire.enrolment)."""

    __tablename__ = "enrol_code"

    code_id: Mapped[str] = mapped_column(Key, primary_key=True)
    code_key: Mapped[bytes] = mapped_column(LargeBinary)
    account: Mapped[str] = mapped_column(Key)
    created_at: Mapped[str] = mapped_column(Moment)
    expires_at: Mapped[str] = mapped_column(Moment)
    used_at: Mapped[str] = mapped_column(Moment, default="")
    device_id: Mapped[str] = mapped_column(Key, default="")


class Challenge(InCounty, Base):
    """A nonce that a device was asked to sign; good for one session."""

    __tablename__ = "challenge"

    nonce: Mapped[str] = mapped_column(Key, primary_key=True)
    device_id: Mapped[str] = mapped_column(Key)
    expires_at: Mapped[str] = mapped_column(Moment)


class DeviceSession(InCounty, Base):
    """A token in use, known by its SHA-256."""

    __tablename__ = "device_session"
    __table_args__ = (Index(None, "county", "device_id"),)

    token_hash: Mapped[str] = mapped_column(Key, primary_key=True)
    device_id: Mapped[str] = mapped_column(Key)
    account: Mapped[str] = mapped_column(Key)
    expires_at: Mapped[str] = mapped_column(Moment)


class DeskSession(InCounty, Base):
    """A browser that signed in to the review desk, known by its token's SHA-256."""

    __tablename__ = "desk_session"

    token_hash: Mapped[str] = mapped_column(Key, primary_key=True)
    account: Mapped[str] = mapped_column(Key)
    opened_at: Mapped[str] = mapped_column(Moment)
    seen_at: Mapped[str] = mapped_column(Moment)
    expires_at: Mapped[str] = mapped_column(Moment)

"""What devices sent, what the office answered, and the two hash chains."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from office.models.base import Base, InCounty, Key, Moment


class EnvelopeSeen(InCounty, Base):
    """An envelope that was let in: the same id never comes with other bytes."""

    __tablename__ = "envelope_seen"
    __table_args__ = (Index(None, "county", "device_id", "received_at"),)

    envelope_id: Mapped[str] = mapped_column(Key, primary_key=True)
    digest: Mapped[str] = mapped_column(String(80))
    device_id: Mapped[str] = mapped_column(Key)
    size: Mapped[int]
    received_at: Mapped[str] = mapped_column(Moment)


class Submission(InCounty, Base):
    """One submission. Content is written once; only state and what follows from it change.

    `state` is a core.changes.states.State: received, under_review, approved, returned, rejected
    (also what intake refused), conflict. `waiting_for` is the predecessor that is missing.
    """

    __tablename__ = "submission"
    __table_args__ = (
        Index(None, "county", "state", "received_at"),
        Index(None, "county", "form", "record_id"),
        Index(None, "county", "device_id", "device_seq"),
        Index(None, "county", "supersedes"),
        Index(None, "county", "waiting_for"),
    )

    submission_id: Mapped[str] = mapped_column(Key, primary_key=True)
    digest: Mapped[str] = mapped_column(String(80))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    device_id: Mapped[str] = mapped_column(Key)
    device_seq: Mapped[int] = mapped_column(BigInteger)
    account: Mapped[str] = mapped_column(Key)
    holder: Mapped[str] = mapped_column(Key)
    form: Mapped[str] = mapped_column(Key)
    form_version: Mapped[int]
    flow: Mapped[str] = mapped_column(Key)
    kind: Mapped[str] = mapped_column(String(16))
    record_id: Mapped[str] = mapped_column(Key)
    unit: Mapped[str] = mapped_column(Key)
    label: Mapped[str] = mapped_column(String(240))
    state: Mapped[str] = mapped_column(String(16))
    received_at: Mapped[str] = mapped_column(Moment)
    event_date: Mapped[str] = mapped_column(String(10), default="")
    base_version: Mapped[int]
    base_digest: Mapped[str] = mapped_column(String(80))
    supersedes: Mapped[str] = mapped_column(Key, default="")
    superseded_by: Mapped[str] = mapped_column(Key, default="")
    waiting_for: Mapped[str] = mapped_column(Key, default="")
    merged: Mapped[list[Any]] = mapped_column(default=list)  # pointers taken over from others
    warnings: Mapped[list[Any]] = mapped_column(default=list)  # sent on with a written reason
    problems: Mapped[list[Any]] = mapped_column(default=list)  # why intake refused


class RefusedCopy(InCounty, Base):
    """Other bytes that came under a known submission id, kept for the administrator."""

    __tablename__ = "refused_copy"

    submission_id: Mapped[str] = mapped_column(Key, primary_key=True)
    digest: Mapped[str] = mapped_column(String(80), primary_key=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    device_id: Mapped[str] = mapped_column(Key)
    received_at: Mapped[str] = mapped_column(Moment)


class Blob(InCounty, Base):
    """The bytes of attached documents, under their digest only."""

    __tablename__ = "blob"

    digest: Mapped[str] = mapped_column(String(80), primary_key=True)
    size: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    received_at: Mapped[str] = mapped_column(Moment)


class ReceiptRow(InCounty, Base):
    """A line of the hash-chained receipt log, with the signed note as it was first given."""

    __tablename__ = "receipt"
    __table_args__ = (UniqueConstraint("county", "submission_id", "digest", "device_id"),)

    log_index: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    submission_id: Mapped[str] = mapped_column(Key)
    digest: Mapped[str] = mapped_column(String(80))
    device_id: Mapped[str] = mapped_column(Key)
    result: Mapped[str] = mapped_column(String(16))
    log_hash: Mapped[str] = mapped_column(String(80))
    note: Mapped[str] = mapped_column(Text)
    received_at: Mapped[str] = mapped_column(Moment)


class DecisionRow(InCounty, Base):
    """The one decision on a submission, with the signed note."""

    __tablename__ = "decision"
    __table_args__ = (
        ForeignKeyConstraint(
            ["county", "submission_id"], ["submission.county", "submission.submission_id"]
        ),
    )

    submission_id: Mapped[str] = mapped_column(Key, primary_key=True)
    decision_id: Mapped[str] = mapped_column(Key)
    outcome: Mapped[str] = mapped_column(String(16))
    reviewer: Mapped[str] = mapped_column(Key)
    decided_at: Mapped[str] = mapped_column(Moment)
    comments: Mapped[list[Any]] = mapped_column(default=list)
    record_version: Mapped[int] = mapped_column(default=0)
    note: Mapped[str] = mapped_column(Text)


class Alarm(InCounty, Base):
    """Something that an administrator should look at: a gap, a fork, a mismatch."""

    __tablename__ = "alarm"
    __table_args__ = (UniqueConstraint("county", "kind", "device_id", "subject"),)

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    device_id: Mapped[str] = mapped_column(Key)
    subject: Mapped[str] = mapped_column(Key)  # a device_seq or a submission id
    raised_at: Mapped[str] = mapped_column(Moment)


class AuditRow(InCounty, Base):
    """A line of the hash-chained audit log; never changed, never removed."""

    __tablename__ = "audit"

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    at: Mapped[str] = mapped_column(Moment)
    event: Mapped[str] = mapped_column(Key)
    account: Mapped[str] = mapped_column(Key)
    device_id: Mapped[str] = mapped_column(Key)
    object: Mapped[str] = mapped_column(String(160))
    result: Mapped[str] = mapped_column(Key)
    previous_hash: Mapped[str] = mapped_column(String(80))
    hash: Mapped[str] = mapped_column(String(80))

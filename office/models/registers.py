"""The county, its units, and the records that the office says are true."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from office.models.base import Base, CountyCode, InCounty, Key, Moment


class County(Base):
    """A county served here. `epoch` is renewed when the database comes from a backup."""

    __tablename__ = "county"

    county: Mapped[str] = mapped_column(CountyCode, primary_key=True)
    title: Mapped[str] = mapped_column(String(120))
    epoch: Mapped[str] = mapped_column(Key)
    created_at: Mapped[str] = mapped_column(Moment)


class Counter(InCounty, Base):
    """The last number given out under a name; taken by writers only, so it is in commit order."""

    __tablename__ = "counter"

    name: Mapped[str] = mapped_column(Key, primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger)


class Unit(InCounty, Base):
    """A unit of the tree that scopes are cut from; follows the register of institutions."""

    __tablename__ = "unit"

    code: Mapped[str] = mapped_column(Key, primary_key=True)
    parent: Mapped[str] = mapped_column(Key, default="")
    title: Mapped[str] = mapped_column(String(240))
    record_id: Mapped[str] = mapped_column(Key, default="")
    classified: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)


class UnitBelow(InCounty, Base):
    """`code` is `ancestor` or lies below it."""

    __tablename__ = "unit_below"
    __table_args__ = (Index(None, "county", "code"),)

    ancestor: Mapped[str] = mapped_column(Key, primary_key=True)
    code: Mapped[str] = mapped_column(Key, primary_key=True)


class Record(InCounty, Base):
    """A record as it is now. `state` is a core.wire.protocol.RecordState."""

    __tablename__ = "record"
    __table_args__ = (Index(None, "county", "unit", "form"), Index(None, "county", "form", "key"))

    form: Mapped[str] = mapped_column(Key, primary_key=True)
    record_id: Mapped[str] = mapped_column(Key, primary_key=True)
    version: Mapped[int]
    state: Mapped[str] = mapped_column(String(16))
    unit: Mapped[str] = mapped_column(Key)
    key: Mapped[str] = mapped_column(Key)
    label: Mapped[str] = mapped_column(String(240))
    form_version: Mapped[int]
    values: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(80))
    changed_at: Mapped[str] = mapped_column(Moment)


class RecordVersion(InCounty, Base):
    """Every version of a record: the ground that merges stand on, and its history."""

    __tablename__ = "record_version"

    form: Mapped[str] = mapped_column(Key, primary_key=True)
    record_id: Mapped[str] = mapped_column(Key, primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    values: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(80))
    submission_id: Mapped[str] = mapped_column(Key, default="")
    changed_at: Mapped[str] = mapped_column(Moment)


class RecordIndex(InCounty, Base):
    """Values of indexed fields of current records; what cross-record rules ask."""

    __tablename__ = "record_index"
    __table_args__ = (Index(None, "county", "form", "record_id"),)

    form: Mapped[str] = mapped_column(Key, primary_key=True)
    field: Mapped[str] = mapped_column(Key, primary_key=True)
    value: Mapped[str] = mapped_column(String(240), primary_key=True)
    record_id: Mapped[str] = mapped_column(Key, primary_key=True)


class UnitDigest(InCounty, Base):
    """Number and sum (core.wire.scope) of a unit's records of one form, closed ones too."""

    __tablename__ = "unit_digest"

    unit: Mapped[str] = mapped_column(Key, primary_key=True)
    form: Mapped[str] = mapped_column(Key, primary_key=True)
    count: Mapped[int]
    total: Mapped[str] = mapped_column(Key)


class Departure(InCounty, Base):
    """A record that went to another unit, as those who see only the old unit keep it: closed."""

    __tablename__ = "departure"

    unit: Mapped[str] = mapped_column(Key, primary_key=True)
    form: Mapped[str] = mapped_column(Key, primary_key=True)
    record_id: Mapped[str] = mapped_column(Key, primary_key=True)
    version: Mapped[int]
    form_version: Mapped[int]
    values: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(80))


class Change(InCounty, Base):
    """A line of the change feed, numbered in commit order; a record stands only at its newest."""

    __tablename__ = "change"
    __table_args__ = (Index(None, "county", "form", "record_id"),)

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))  # record, departure or decision
    unit: Mapped[str] = mapped_column(Key)
    form: Mapped[str] = mapped_column(Key, default="")
    record_id: Mapped[str] = mapped_column(Key, default="")
    submission_id: Mapped[str] = mapped_column(Key, default="")
    account: Mapped[str] = mapped_column(Key, default="")  # decisions: whose submission it was

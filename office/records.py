"""Writing a record's next version: history, index, digests of units and the change feed with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from core.forms.model import Form
from core.wire.protocol import RecordState
from core.wire.scope import EMPTY, record_digest, with_record, without_record
from office import counters, units
from office.context import Office
from office.lookup import index_text, indexed_fields
from office.models import Change, Departure, Record, RecordIndex, RecordVersion, UnitDigest

RECORD, DEPARTURE, DECISION = "record", "departure", "decision"


def write(
    session: Session,
    office: Office,
    form: Form,
    record_id: str,
    values: Mapping[str, Any],
    *,
    closed: bool = False,
    submission_id: str = "",
) -> Record:
    """Make *values* the newest version of the record, in the caller's transaction."""
    row = session.get(Record, (office.county, form.id, record_id))
    left = "" if row is None else row.unit
    if row is None:
        row = Record(county=office.county, form=form.id, record_id=record_id, version=0)
        session.add(row)
    else:
        _digest(session, row, without_record, -1)
    before = dict(row.values) if left else {}
    unit = units.unit_of(office, form.id, values, left or office.county)
    row.version += 1
    row.state = RecordState.CLOSED if closed else RecordState.CURRENT
    row.unit, row.key = unit, str(values.get(form.key, ""))
    row.label = str(values.get(form.label, ""))[:240]
    row.form_version, row.values = form.version, dict(values)
    row.digest, row.changed_at = record_digest(values), office.now()
    if form.id == office.units_form.id:
        units.follow(session, office, record_id, values, active=not closed)
    _digest(session, row, with_record, 1)
    session.add(
        RecordVersion(
            county=office.county,
            form=form.id,
            record_id=record_id,
            version=row.version,
            values=row.values,
            digest=row.digest,
            submission_id=submission_id,
            changed_at=row.changed_at,
        )
    )
    _reindex(session, office, form, row)
    _depart(session, office, row, left, before)
    _feed(session, office, RECORD, row, unit)
    session.flush()
    return row


def index_rows(form: Form, county: str, record_id: str, values: Mapping[str, Any]) -> list[Any]:
    """The index rows of a current record."""
    return [
        {
            "county": county,
            "form": form.id,
            "field": name,
            "value": index_text(values[name]),
            "record_id": record_id,
        }
        for name in indexed_fields(form)
        if values.get(name) is not None
    ]


def announce_decision(
    session: Session, office: Office, submission_id: str, unit: str, account: str
) -> None:
    """Put a decision into the feed of the account whose submission it answers."""
    session.add(
        Change(
            county=office.county,
            seq=counters.take(session, office.county, counters.CHANGES),
            kind=DECISION,
            unit=unit,
            submission_id=submission_id,
            account=account,
        )
    )


def _digest(session: Session, row: Record, step: Any, one: int) -> None:
    place = (row.county, row.unit, row.form)
    found = session.get(UnitDigest, place)
    if found is None:
        found = UnitDigest(county=row.county, unit=row.unit, form=row.form, count=0, total=EMPTY)
        session.add(found)
    found.total = step(found.total, row.form, row.record_id, row.version, row.digest)
    found.count += one


def _reindex(session: Session, office: Office, form: Form, row: Record) -> None:
    session.execute(
        delete(RecordIndex)
        .where(
            RecordIndex.county == row.county,
            RecordIndex.form == row.form,
            RecordIndex.record_id == row.record_id,
        )
        .execution_options(synchronize_session=False)
    )
    if row.state == RecordState.CURRENT:
        rows = index_rows(form, office.county, row.record_id, row.values)
        session.execute(insert(RecordIndex), rows)


def _depart(
    session: Session, office: Office, row: Record, left: str, before: dict[str, Any]
) -> None:
    """Those who see only the unit that was left keep the record as they knew it, closed."""
    back = session.get(Departure, (row.county, row.unit, row.form, row.record_id))
    if back is not None:
        session.delete(back)
        _unfeed(session, DEPARTURE, row, row.unit)
    if not left or left == row.unit:
        return
    session.add(
        Departure(
            county=row.county,
            unit=left,
            form=row.form,
            record_id=row.record_id,
            version=row.version,
            form_version=row.form_version,
            values=before,
            digest=record_digest(before),
        )
    )
    _feed(session, office, DEPARTURE, row, left)


def _feed(session: Session, office: Office, kind: str, row: Record, unit: str) -> None:
    _unfeed(session, kind, row, unit if kind == DEPARTURE else "")
    session.add(
        Change(
            county=office.county,
            seq=counters.take(session, office.county, counters.CHANGES),
            kind=kind,
            unit=unit,
            form=row.form,
            record_id=row.record_id,
        )
    )


def _unfeed(session: Session, kind: str, row: Record, unit: str) -> None:
    query = delete(Change).where(
        Change.county == row.county,
        Change.form == row.form,
        Change.record_id == row.record_id,
        Change.kind == kind,
    )
    if unit:
        query = query.where(Change.unit == unit)
    session.execute(query.execution_options(synchronize_session=False))

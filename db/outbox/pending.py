"""The pending tables: each record as it will be while its submission is under way."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select, update

from core.changes.submission import Submission
from core.forms.model import ChangeKind, Form
from core.wire.scope import record_digest
from db.overlay import SeenChanges, SeenRecord, seen
from db.register_tables import CLOSED, CURRENT, tables_of, to_columns


def under_way(connection: Connection, form: Form, record_id: str) -> str:
    """The submission that is under way for the record, or nothing."""
    table = tables_of(form).pending
    query = select(table.c.submission_id).where(table.c.record_id == record_id)
    return str(connection.scalar(query) or "")


def lay(connection: Connection, form: Form, submission: Submission) -> None:
    """From now on the record is seen as *submission* asks for it."""
    record_id = submission.record_id
    before = seen(connection, form, [record_id]).get(record_id)
    closing = submission.kind is ChangeKind.CLOSE
    connection.execute(
        tables_of(form)
        .pending.insert()
        .values(
            record_id=record_id,
            version=submission.base_version,
            state=CLOSED if closing else CURRENT,
            unit=submission.values.get(form.unit_field) or submission.unit,
            digest=record_digest(submission.values),
            submission_id=submission.submission_id,
            **to_columns(form, submission.values),
        )
    )
    _tell(connection, form, record_id, before)


def lift(connection: Connection, form: Form, record_id: str, submission_id: str) -> None:
    """The record is seen as the register has it again, if this submission was laid over it."""
    if under_way(connection, form, record_id) != submission_id:
        return
    before = seen(connection, form, [record_id]).get(record_id)
    table = tables_of(form).pending
    connection.execute(delete(table).where(table.c.record_id == record_id))
    _tell(connection, form, record_id, before)


def lift_when(connection: Connection, form: Form, submission_id: str, version: int) -> None:
    """Lifts it once the register has the record's *version*: approved, but not here yet."""
    table = tables_of(form).pending
    connection.execute(
        update(table).where(table.c.submission_id == submission_id).values(until_version=version)
    )
    lift_arrived(connection, form)


def lift_arrived(connection: Connection, form: Form) -> None:
    """Lifts approved work whose result the register has by now."""
    register, pending = tables_of(form).both
    query = (
        select(pending.c.record_id, pending.c.submission_id)
        .join(register, register.c.record_id == pending.c.record_id)
        .where(pending.c.until_version <= register.c.version)
    )
    for record_id, submission_id in connection.execute(query).all():
        lift(connection, form, record_id, submission_id)


def _tell(connection: Connection, form: Form, record_id: str, before: SeenRecord | None) -> None:
    after = seen(connection, form, [record_id]).get(record_id)
    changes = SeenChanges(connection, form)
    changes.add(before, after)
    changes.flush()

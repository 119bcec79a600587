"""The audit log: who did what, when, with which result; a hash chain that shows every tampering.

Objects are ids, never names or numbers of persons (GB/T 22239-2019 8.1.4.3).
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.wire.receipts import GENESIS, chain_hash
from office import counters
from office.context import Office
from office.models import AuditRow

DONE = "done"


def append(
    session: Session,
    office: Office,
    event: str,
    object: str = "",  # noqa: A002 - the word of the standard
    result: str = DONE,
    *,
    account: str = "",
    device: str = "",
) -> None:
    """Add a line, in the caller's transaction."""
    number = counters.take(session, office.county, counters.AUDIT)
    before = session.get(AuditRow, (office.county, number - 1))
    row = AuditRow(
        county=office.county,
        number=number,
        at=office.now(),
        event=event,
        account=account,
        device_id=device,
        object=object[:160],
        result=result[:64],
        previous_hash=GENESIS if before is None else before.hash,
        hash="",
    )
    row.hash = chain_hash(row.previous_hash, _entry(row))
    session.add(row)
    session.flush()


def verify(session: Session, county: str) -> int | None:
    """The number of the first line that is not as it was written, or None where all are."""
    previous, expected = GENESIS, 1
    rows = select(AuditRow).where(AuditRow.county == county).order_by(AuditRow.number)
    for row in session.scalars(rows.execution_options(yield_per=500)):
        right = row.number == expected and row.previous_hash == previous
        if not right or row.hash != chain_hash(previous, _entry(row)):
            return expected
        previous, expected = row.hash, expected + 1
    return None if expected > counters.last(session, county, counters.AUDIT) else expected


def _entry(row: AuditRow) -> dict[str, str | int]:
    return {
        "number": row.number,
        "at": row.at,
        "event": row.event,
        "account": row.account,
        "device": row.device_id,
        "object": row.object,
        "result": row.result,
    }

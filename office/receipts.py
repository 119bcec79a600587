"""The receipt log: every answer at intake, numbered without gaps, hash-chained and signed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.changes.submission import uuid7
from core.wire.errors import WireError
from core.wire.receipts import (
    GENESIS,
    Receipt,
    Remark,
    Result,
    chain_hash,
    open_receipt,
    sign_receipt,
)
from office import counters
from office.context import Office
from office.models import County, ReceiptRow


def issue(
    session: Session,
    office: Office,
    *,
    submission_id: str,
    digest: str,
    device: str,
    result: Result,
    problems: Sequence[Remark] = (),
    waiting_for: str = "",
) -> ReceiptRow:
    """Answer a submission for good: the next line of the log, in the caller's transaction."""
    index = counters.take(session, office.county, counters.RECEIPTS)
    before = session.get(ReceiptRow, (office.county, index - 1))
    draft = Receipt(
        receipt_id=uuid7(),
        submission_id=submission_id,
        digest=digest,
        device=device,
        result=result,
        received_at=office.now(),
        epoch=session.get_one(County, office.county).epoch,
        log_index=index,
        previous_hash=GENESIS if before is None else before.log_hash,
        log_hash=GENESIS,
        problems=tuple(problems),
        waiting_for=waiting_for,
    )
    receipt = replace(draft, log_hash=chain_hash(draft.previous_hash, draft.entry()))
    row = ReceiptRow(
        county=office.county,
        log_index=index,
        submission_id=submission_id,
        digest=digest,
        device_id=device,
        result=result,
        log_hash=receipt.log_hash,
        note=sign_receipt(receipt, office.keys.signer).decode(),
        received_at=receipt.received_at,
    )
    session.add(row)
    session.flush()
    return row


def read(office: Office, row: ReceiptRow) -> Receipt:
    """What the stored note says.

    Raises:
        WireError: it is not as it was signed.

    """
    return open_receipt(
        row.note.encode(),
        office.keys.signer.verifier,
        submission_id=row.submission_id,
        digest=row.digest,
    )


def verify(session: Session, office: Office) -> int | None:
    """The index of the first line that is not as it was given, or None where all are."""
    previous, expected = GENESIS, 1
    rows = select(ReceiptRow).where(ReceiptRow.county == office.county)
    ordered = rows.order_by(ReceiptRow.log_index).execution_options(yield_per=500)
    for row in session.scalars(ordered):
        try:
            receipt = read(office, row)
        except WireError:
            return expected
        if receipt.log_index != expected or receipt.previous_hash != previous:
            return expected
        previous, expected = receipt.log_hash, expected + 1
    last = counters.last(session, office.county, counters.RECEIPTS)
    return None if expected > last else expected

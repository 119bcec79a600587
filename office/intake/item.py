"""One item: examined in its own transaction, answered with a receipt that never changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.changes.states import State
from core.changes.submission import Submission, SubmissionError, read_submission
from core.wire.canonical import read_json
from core.wire.envelope import Item
from core.wire.protocol import ItemReply
from core.wire.receipts import Result
from office import audit, receipts
from office.context import Office
from office.intake import alarms, attachments
from office.intake.examine import examine
from office.intake.verdict import Accepted, Refused, Verdict, problem
from office.models import ReceiptRow, RefusedCopy
from office.models import Submission as Row
from office.sessions import Caller


@dataclass(frozen=True, slots=True)
class Arrival:
    """An item that came in, with everything that is needed to answer it."""

    session: Session
    office: Office
    caller: Caller
    item: Item
    blobs: Mapping[str, bytes]


def take_item(arrival: Arrival) -> ItemReply:
    """Answer one item. The same id with the same bytes gets the stored receipt."""
    again = _answered(arrival)
    if again is not None:
        return again
    known = _known(arrival)
    try:
        submission = _read(arrival.item)
    except SubmissionError:
        return _end(arrival, None, Verdict(Result.INVALID, (problem("malformed"),)), known)
    try:
        accepted = examine(
            arrival.session, arrival.office, arrival.caller, submission, arrival.blobs
        )
        verdict = Verdict(
            Result.HELD if accepted.waiting_for else Result.RECEIVED,
            waiting_for=accepted.waiting_for,
        )
    except Refused as refused:
        accepted, verdict = None, refused.verdict
    if known is not None and verdict.result is not Result.FORBIDDEN:
        verdict = Verdict(Result.INVALID, (problem("idempotency-mismatch"),), keep=verdict.keep)
    if accepted is None or known is not None:
        return _end(arrival, submission, verdict, known)
    attachments.store(arrival.session, arrival.office, submission, arrival.blobs)
    _insert(arrival, submission, verdict, accepted)
    _release(arrival, submission)
    return _reply(arrival, verdict)


def trouble(arrival: Arrival) -> ItemReply:
    """The answer to an item that our own fault kept from being examined."""
    again = _answered(arrival)
    if again is not None:
        return again
    verdict = Verdict(Result.INVALID, (problem("office_trouble"),))
    return _end(arrival, None, verdict, _known(arrival))


def _answered(arrival: Arrival) -> ItemReply | None:
    """The answer that this account's devices got before for the same bytes."""
    rows = arrival.session.scalars(
        select(ReceiptRow)
        .where(
            ReceiptRow.county == arrival.office.county,
            ReceiptRow.submission_id == arrival.item.submission_id,
            ReceiptRow.digest == arrival.item.digest,
        )
        .order_by(ReceiptRow.log_index)
    )
    known = _known(arrival)
    mine = known is not None and known.account == arrival.caller.person.name
    for row in rows:
        if mine or row.device_id == arrival.caller.device:
            return ItemReply(row.submission_id, Result.DUPLICATE, row.note)
    return None


def _known(arrival: Arrival) -> Row | None:
    place = (arrival.office.county, arrival.item.submission_id)
    return arrival.session.get(Row, place)


def _read(item: Item) -> Submission:
    return read_submission(read_json(item.body))


def _end(
    arrival: Arrival, submission: Submission | None, verdict: Verdict, known: Row | None
) -> ItemReply:
    """Keep what may be kept of a refused item, and answer it."""
    if known is None:
        _insert(arrival, submission, verdict, None)
    else:
        _keep_copy(arrival, known, verdict)
    return _reply(arrival, verdict)


def _keep_copy(arrival: Arrival, known: Row, verdict: Verdict) -> None:
    """Other bytes under a known id: kept for the administrator, and an alarm."""
    place = (arrival.office.county, arrival.item.submission_id, arrival.item.digest)
    if known.digest == arrival.item.digest or arrival.session.get(RefusedCopy, place) is not None:
        return
    device = arrival.caller.device
    alarms.raise_alarm(
        arrival.session, arrival.office, alarms.MISMATCH, device, known.submission_id
    )
    arrival.session.add(
        RefusedCopy(
            county=arrival.office.county,
            submission_id=arrival.item.submission_id,
            digest=arrival.item.digest,
            body=arrival.item.body if verdict.keep else b"",
            device_id=device,
            received_at=arrival.office.now(),
        )
    )


def _reply(arrival: Arrival, verdict: Verdict) -> ItemReply:
    row = receipts.issue(
        arrival.session,
        arrival.office,
        submission_id=arrival.item.submission_id,
        digest=arrival.item.digest,
        device=arrival.caller.device,
        result=verdict.result,
        problems=verdict.problems,
        waiting_for=verdict.waiting_for,
    )
    audit.append(
        arrival.session,
        arrival.office,
        "intake.item",
        arrival.item.submission_id,
        verdict.result,
        account=arrival.caller.person.name,
        device=arrival.caller.device,
    )
    return ItemReply(row.submission_id, verdict.result, row.note)


def _insert(
    arrival: Arrival, submission: Submission | None, verdict: Verdict, accepted: Accepted | None
) -> None:
    office, caller = arrival.office, arrival.caller
    known = submission if verdict.keep else None
    sequence = submission.device_seq if submission is not None else _claimed_seq(arrival.item)
    arrival.session.add(
        Row(
            county=office.county,
            submission_id=arrival.item.submission_id,
            digest=arrival.item.digest,
            body=arrival.item.body if verdict.keep else b"",
            device_id=caller.device,
            device_seq=sequence,
            account=caller.person.name,
            holder=caller.person.holder,
            form=known.form[:64] if known else "",
            form_version=known.form_version if known else 0,
            flow=known.flow[:64] if known else "",
            kind=known.kind if known else "",
            record_id=known.record_id[:64] if known else "",
            unit=accepted.unit if accepted else caller.person.scope,
            label=accepted.label if accepted else "",
            state=verdict.state,
            received_at=office.now(),
            event_date=known.head.event_date[:10] if known else "",
            base_version=known.base_version if known else 0,
            base_digest=known.base_digest[:80] if known else "",
            supersedes=known.supersedes[:64] if known else "",
            waiting_for=verdict.waiting_for,
            merged=list(accepted.merged) if accepted else [],
            warnings=list(accepted.warnings) if accepted else [],
            problems=[asdict(each) for each in verdict.problems],
        )
    )
    arrival.session.flush()
    alarms.watch_fork(arrival.session, office, caller.device, sequence, arrival.item.submission_id)


def _claimed_seq(item: Item) -> int:
    """The device_seq of a body that is otherwise not a submission; the envelope checked it."""
    return int(read_json(item.body)["device_seq"])


def _release(arrival: Arrival, submission: Submission) -> None:
    """Link successors and predecessors; whoever waited for this one waits no longer."""
    session, county = arrival.session, arrival.office.county
    if submission.supersedes:
        before = session.get(Row, (county, submission.supersedes))
        if before is not None:
            before.superseded_by = submission.submission_id
    me = session.get_one(Row, (county, submission.submission_id))
    waiting = select(Row).where(
        Row.county == county,
        Row.waiting_for == submission.submission_id,
        Row.form == submission.form,
        Row.record_id == submission.record_id,
        Row.account == me.account,
        Row.state == State.RECEIVED,
    )
    for successor in session.scalars(waiting.order_by(Row.received_at)):
        successor.waiting_for = ""
        me.superseded_by = me.superseded_by or successor.submission_id

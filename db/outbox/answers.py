"""What the office answers: receipts settle, decisions decide. Both come opened and verified."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, RowMapping, select, update
from sqlalchemy.dialects import sqlite

from core.changes.draft import Comment
from core.changes.states import NEXT, PENDING, WAITING, State, check_transition
from core.wire.receipts import Decision, Outcome, Receipt, ReceiptError, Remark, Result
from db import audit, spares
from db.outbox import pending
from db.overlay import row_of
from db.register_tables import tables_of
from db.store import Store
from db.tables import decisions, submissions

log = logging.getLogger("zhibao.outbox")

_SETTLED = {
    Result.RECEIVED: State.RECEIVED,
    Result.HELD: State.RECEIVED,
    Result.CONFLICT: State.CONFLICT,
    Result.INVALID: State.REJECTED,
    Result.FORBIDDEN: State.REJECTED,
}
_DECIDED = {
    Outcome.APPROVED: State.APPROVED,
    Outcome.RETURNED: State.RETURNED,
    Outcome.REJECTED: State.REJECTED,
    Outcome.CONFLICT: State.CONFLICT,
    Outcome.CLOSED: State.REJECTED,
}
_HELD = "前一份上报还没有到达办公室，这一份先由办公室保留。"


def settle(store: Store, receipt: Receipt, note: bytes) -> State | None:
    """Takes a verified receipt in; gives the new state, None for a submission that is not ours.

    *receipt* is what `core.wire.receipts.open_receipt` gave for *note*. A second time changes
    nothing. A decision that came before the receipt takes effect now.

    Raises:
        ReceiptError: it is for other bytes than we sealed.

    """
    new = _settle(store, receipt, note)
    if new is not None:
        spares.drop(store.path, spares.SUBMISSION, receipt.submission_id)
    return new


def _settle(store: Store, receipt: Receipt, note: bytes) -> State | None:
    with store.write() as connection:
        row = _row(connection, receipt.submission_id)
        if row is None:
            return None
        if row["digest"] != receipt.digest:
            raise ReceiptError("the receipt is for other bytes")
        old = State(row["state"])
        if row["receipt"] is not None or old not in WAITING:
            return old
        new = _SETTLED[receipt.result]
        check_transition(old, State.SENDING)
        check_transition(State.SENDING, new)
        _write(
            connection, row, new,
            receipt=note,
            received_at=receipt.received_at,
            decided_at="" if new in PENDING else receipt.received_at,
            last_error=_HELD if receipt.result is Result.HELD else "",
            comments=_comments(receipt.problems),
        )  # fmt: skip
        audit.append(connection, "receipt", receipt.submission_id, str(receipt.result))
        _lift_answered(store, connection, row, new)
        return _late_decision(store, connection, receipt.submission_id) or new


def decide(connection: Connection, decision: Decision, note: bytes) -> bool:
    """Takes a verified decision in; gives whether a submission of ours changed by it.

    *decision* is what `core.wire.receipts.open_decision` gave for *note*. It is kept in any case;
    it waits for the receipt where that has not come, and applies only to the digest it names.
    """
    store: Store = connection.info["store"]
    known = sqlite.insert(decisions).values(
        decision_id=decision.decision_id,
        submission_id=decision.submission_id,
        outline=json.dumps(_outline(decision), ensure_ascii=False),
        decided_at=decision.decided_at,
        note=note,
    )
    if connection.execute(known.on_conflict_do_nothing()).rowcount == 0:
        return False
    return _apply(store, connection, decision.submission_id, _outline(decision)) is not None


def decision_notes(store: Store, submission_id: str) -> list[bytes]:
    """The decision notes on a submission, in the order of decision."""
    query = (
        select(decisions.c.note)
        .where(decisions.c.submission_id == submission_id)
        .order_by(decisions.c.decided_at)
    )
    with store.read() as connection:
        return [bytes(each) for each in connection.scalars(query)]


def _outline(decision: Decision) -> dict[str, Any]:
    """What applying needs, as it is kept beside the note."""
    return {
        "outcome": str(decision.outcome),
        "digest": decision.submission_digest,
        "decided_at": decision.decided_at,
        "version": decision.record_version,
        "comments": _comments(decision.comments),
    }


def _late_decision(store: Store, connection: Connection, submission_id: str) -> State | None:
    query = (
        select(decisions.c.outline)
        .where(decisions.c.submission_id == submission_id)
        .order_by(decisions.c.decided_at)
    )
    new = None
    for outline in connection.scalars(query).all():
        new = _apply(store, connection, submission_id, json.loads(outline)) or new
    return new


def _apply(
    store: Store, connection: Connection, submission_id: str, outline: Mapping[str, Any]
) -> State | None:
    row = _row(connection, submission_id)
    if row is None:
        return None
    old, new = State(row["state"]), _DECIDED[Outcome(outline["outcome"])]
    if old in WAITING:
        return None
    if row["digest"] != outline["digest"] or new not in NEXT[old]:
        log.warning("a decision does not fit: %s is %s, not made %s", submission_id, old, new)
        return None
    check_transition(old, new)
    _write(connection, row, new, decided_at=outline["decided_at"], comments=outline["comments"])
    audit.append(connection, "decision", submission_id, str(new))
    form = store.forms[row["form"]]
    if new is State.APPROVED and outline["version"]:
        register = row_of(tables_of(form).register, connection, row["record_id"])
        if register is None or register["version"] < outline["version"]:
            pending.lift_when(connection, form, submission_id, outline["version"])
            return new
    _lift_answered(store, connection, row, new)
    return new


def _lift_answered(store: Store, connection: Connection, row: RowMapping, new: State) -> None:
    if new not in PENDING:
        form = store.forms[row["form"]]
        pending.lift(connection, form, row["record_id"], row["submission_id"])


def _row(connection: Connection, submission_id: str) -> RowMapping | None:
    query = select(submissions).where(submissions.c.submission_id == submission_id)
    return connection.execute(query).mappings().first()


def _write(connection: Connection, row: RowMapping, new: State, **values: object) -> None:
    connection.execute(
        update(submissions)
        .where(submissions.c.submission_id == row["submission_id"])
        .values(state=str(new), **values)
    )


def _comments(remarks: Sequence[Remark]) -> str:
    made = [Comment(each.pointer, each.text, each.code, each.severity) for each in remarks]
    return json.dumps([asdict(each) for each in made], ensure_ascii=False)

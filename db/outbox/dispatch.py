"""Envelopes: submissions are bound into one, whose bytes are the same at every try."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Connection, delete, func, select, update

from core.changes.states import WAITING, State, check_transition
from core.changes.submission import read_submission
from core.wire.canonical import read_json
from db import attachments
from db.clock import now, stamp
from db.store import Store
from db.tables import envelopes, submissions

KEPT = timedelta(days=90)  # after the decision


@dataclass(frozen=True, slots=True)
class Unsent:
    """A sealed submission that is in no envelope yet; `attachments` are digests."""

    submission_id: str
    device_seq: int
    digest: str
    body: bytes
    attachments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bound:
    """A sealed envelope and those of its submissions that still wait for a receipt."""

    envelope_id: str
    content: bytes
    submission_ids: tuple[str, ...]


def unsent(store: Store, limit: int = 100) -> list[Unsent]:
    """What waits for an envelope, in the order of sealing."""
    query = (
        select(*(submissions.c[name] for name in ("submission_id", "device_seq", "digest", "body")))
        .where(submissions.c.state == State.QUEUED, submissions.c.envelope_id.is_(None))
        .order_by(submissions.c.device_seq)
        .limit(limit)
    )
    with store.read() as connection:
        rows = connection.execute(query).all()
    return [
        Unsent(row.submission_id, row.device_seq, row.digest, bytes(row.body), _digests(row.body))
        for row in rows
    ]


def _digests(body: bytes) -> tuple[str, ...]:
    sent = read_submission(read_json(bytes(body)))
    return tuple(dict.fromkeys(attachments.referred(sent.values, sent.attachments)))


def bind(store: Store, envelope_id: str, content: bytes, submission_ids: Iterable[str]) -> None:
    """Keeps the sealed envelope; from now on its submissions travel in it and nowhere else."""
    ids = list(submission_ids)
    with store.write() as connection:
        connection.execute(
            envelopes.insert().values(envelope_id=envelope_id, content=content, made_at=now())
        )
        bound = connection.execute(
            update(submissions)
            .where(
                submissions.c.submission_id.in_(ids),
                submissions.c.envelope_id.is_(None),
                submissions.c.state == State.QUEUED,
            )
            .values(envelope_id=envelope_id)
        )
        if bound.rowcount != len(ids):
            raise ValueError("a submission is not free to be bound")


def unbind(store: Store, envelope_id: str) -> None:
    """Frees the waiting submissions of an envelope that was refused as a whole."""
    with store.write() as connection:
        _move(connection, State.QUEUED, envelope_id=envelope_id, last_error="")
        connection.execute(
            update(submissions)
            .where(submissions.c.envelope_id == envelope_id, submissions.c.state == State.QUEUED)
            .values(envelope_id=None)
        )


def next_envelope(store: Store, skip: Iterable[str] = ()) -> Bound | None:
    """The envelope whose first waiting submission was sealed earliest; *skip* leaves some out."""
    waiting = submissions.c.state.in_([str(each) for each in WAITING])
    query = (
        select(submissions.c.envelope_id)
        .where(waiting, submissions.c.envelope_id.is_not(None))
        .where(submissions.c.envelope_id.not_in(list(skip)))
        .group_by(submissions.c.envelope_id)
        .order_by(func.min(submissions.c.device_seq))
        .limit(1)
    )
    with store.read() as connection:
        envelope_id = connection.scalar(query)
        if envelope_id is None:
            return None
        content = connection.scalar(
            select(envelopes.c.content).where(envelopes.c.envelope_id == envelope_id)
        )
        ids = connection.scalars(
            select(submissions.c.submission_id)
            .where(waiting, submissions.c.envelope_id == envelope_id)
            .order_by(submissions.c.device_seq)
        )
        return Bound(envelope_id, bytes(content or b""), tuple(ids))


def start(store: Store, envelope_id: str) -> None:
    """Its waiting submissions are being sent now; counts the attempt."""
    with store.write() as connection:
        _move(connection, State.SENDING, envelope_id=envelope_id, sent_at=now())
        connection.execute(
            update(submissions)
            .where(submissions.c.envelope_id == envelope_id, submissions.c.state == State.SENDING)
            .values(attempts=submissions.c.attempts + 1)
        )


def back_to_queue(store: Store, envelope_id: str, error: str) -> None:
    """After any doubt: what has no receipt waits again. *error* is shown, without personal data."""
    with store.write() as connection:
        _move(connection, State.QUEUED, envelope_id=envelope_id, last_error=error)


def recover(store: Store) -> int:
    """Queues again what was being sent when the program was cut; gives how many."""
    with store.write() as connection:
        return _move(connection, State.QUEUED)


def _move(connection: Connection, new: State, *, envelope_id: str = "", **values: object) -> int:
    where: list[ColumnElement[bool]] = [submissions.c.state.in_([str(each) for each in WAITING])]
    if envelope_id:
        where.append(submissions.c.envelope_id == envelope_id)
    olds = connection.scalars(select(submissions.c.state).where(*where)).all()
    for old in olds:
        check_transition(State(old), new)
    connection.execute(update(submissions).where(*where).values(state=str(new), **values))
    return sum(1 for old in olds if old != new)


def purge(store: Store, moment: datetime | None = None) -> int:
    """Removes envelopes and documents of work decided 90 days ago; gives how many envelopes."""
    before = stamp((moment or datetime.now(UTC)) - KEPT)
    old = (submissions.c.decided_at != "") & (submissions.c.decided_at < before)
    with store.write() as connection:
        for submission_id in connection.scalars(select(submissions.c.submission_id).where(old)):
            attachments.release(connection, submission_id)
        young = select(submissions.c.envelope_id).where(
            ~old, submissions.c.envelope_id.is_not(None)
        )
        gone = select(envelopes.c.envelope_id).where(envelopes.c.envelope_id.not_in(young))
        ids = connection.scalars(gone).all()
        connection.execute(
            update(submissions).where(submissions.c.envelope_id.in_(ids)).values(envelope_id=None)
        )
        connection.execute(delete(envelopes).where(envelopes.c.envelope_id.in_(ids)))
    return len(ids)

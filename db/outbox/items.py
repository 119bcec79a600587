"""Reading the outbox."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping, desc, func, select

from core.changes.draft import Comment
from core.changes.states import State
from core.changes.submission import Submission, read_submission
from core.wire.canonical import read_json
from db.store import Store
from db.tables import submissions


@dataclass(frozen=True, slots=True)
class OutboxItem:
    """A submission as the outbox lists it. Times are RFC 3339 UTC, empty before they happen."""

    submission_id: str
    device_seq: int
    form: str
    form_version: int
    flow: str
    kind: str
    record_id: str
    title: str
    unit: str
    state: State
    digest: str
    queued_at: str
    sent_at: str
    received_at: str
    decided_at: str
    attempts: int
    last_error: str
    receipt: bytes | None
    comments: tuple[Comment, ...]
    supersedes: str
    superseded_by: str
    reopened_as: str


_COLUMNS = tuple(submissions.c[name] for name in OutboxItem.__dataclass_fields__)


def items(
    store: Store,
    states: Iterable[State] | None = None,
    *,
    form: str = "",
    record_id: str = "",
    limit: int | None = None,
) -> list[OutboxItem]:
    """Submissions, the last sealed first."""
    query = select(*_COLUMNS).order_by(desc(submissions.c.device_seq)).limit(limit)
    if states is not None:
        query = query.where(submissions.c.state.in_([str(each) for each in states]))
    if form:
        query = query.where(submissions.c.form == form)
    if record_id:
        query = query.where(submissions.c.record_id == record_id)
    with store.read() as connection:
        return [_item(row) for row in connection.execute(query).mappings()]


def get(store: Store, submission_id: str) -> OutboxItem | None:
    """One submission, or None."""
    query = select(*_COLUMNS).where(submissions.c.submission_id == submission_id)
    with store.read() as connection:
        row = connection.execute(query).mappings().first()
    return None if row is None else _item(row)


def submission(store: Store, submission_id: str) -> Submission | None:
    """What was sealed, or None."""
    query = select(submissions.c.body).where(submissions.c.submission_id == submission_id)
    with store.read() as connection:
        body = connection.scalar(query)
    return None if body is None else read_submission(read_json(bytes(body)))


def counts(store: Store) -> Mapping[State, int]:
    """How many submissions are in each state; answered ones only while nothing followed them."""
    query = (
        select(submissions.c.state, func.count())
        .where(submissions.c.superseded_by == "")
        .group_by(submissions.c.state)
    )
    with store.read() as connection:
        found = {State(state): n for state, n in connection.execute(query)}
    return {state: found.get(state, 0) for state in State}


def _item(row: RowMapping) -> OutboxItem:
    fields: dict[str, Any] = {str(name): each for name, each in row.items()}
    fields["state"] = State(fields["state"])
    fields["comments"] = comments_of(fields["comments"])
    fields["receipt"] = None if fields["receipt"] is None else bytes(fields["receipt"])
    return OutboxItem(**fields)


def comments_of(text: str) -> tuple[Comment, ...]:
    """The comments in a submission's JSON column."""
    return tuple(Comment(**each) for each in json.loads(text))

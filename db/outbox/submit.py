"""From draft to sealed submission in one transaction, and back to a draft after an answer."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, RowMapping, func, select, update

from core.changes.draft import Comment, Draft
from core.changes.merge import merge
from core.changes.states import ANSWERED, State
from core.changes.submission import Sealed, Submission, read_submission, seal, submission_of, uuid7
from core.forms.model import ChangeKind, Form
from core.record import Values
from core.wire.canonical import read_json
from db import attachments, audit, drafts, spares
from db.clock import now
from db.errors import NotReopenable, RecordPending
from db.outbox import pending
from db.outbox.items import comments_of
from db.overlay import row_of, seen_record
from db.register_tables import tables_of
from db.settings_table import read_value
from db.store import Store
from db.tables import settings, submissions

SEQUENCE_FLOOR = "device_seq.floor"  # the office has seen this number from us: go on after it
_MOVED = "上报期间，办公室的登记已另有变动，请对照后再报。"


def enqueue(store: Store, draft: Draft, form: Form) -> Sealed:
    """Seals the draft and queues it, all in one transaction; gives what was sealed.

    Asked again for the same draft (a second click, a cut between), gives the same again.

    Raises:
        RecordPending: another submission for the record is under way.
        StoreError: nothing was written; the draft is still there.

    """
    with store.write() as connection:
        earlier = _sealed_from(connection, draft.draft_id)
        if earlier is not None:
            return earlier
        shown = store.forms.get(form.id, form)
        under_way = pending.under_way(connection, shown, draft.record_id)
        if under_way:
            raise RecordPending(submission=under_way)
        made = submission_of(draft, form, device_seq=_next_number(connection), submitted_at=now())
        sealed = seal(made)
        _insert(connection, draft, form, made, sealed)
        pending.lay(connection, shown, made)
        drafts.remove(connection, draft.draft_id)
        digests = attachments.referred(made.values, made.attachments)
        attachments.use(connection, made.submission_id, digests)
        audit.append(connection, "submitted", made.submission_id, "queued")
        query = select(submissions).where(submissions.c.submission_id == made.submission_id)
        row = dict(zip(submissions.c.keys(), connection.execute(query).one(), strict=True))
    spares.keep(
        store.path, store.key, spares.SUBMISSION, sealed.submission_id, spares.to_bytes(row)
    )
    spares.drop(store.path, spares.DRAFT, draft.draft_id)
    return sealed


def _sealed_from(connection: Connection, draft_id: str) -> Sealed | None:
    query = select(submissions.c.submission_id, submissions.c.digest, submissions.c.body)
    row = connection.execute(query.where(submissions.c.draft_id == draft_id)).first()
    return None if row is None else Sealed(row.submission_id, row.digest, bytes(row.body))


def _next_number(connection: Connection) -> int:
    last = connection.scalar(select(func.max(submissions.c.device_seq))) or 0
    floor: int = read_value(connection, settings, SEQUENCE_FLOOR, 0)
    return max(last, floor) + 1


def _insert(
    connection: Connection, draft: Draft, form: Form, made: Submission, sealed: Sealed
) -> None:
    connection.execute(
        submissions.insert().values(
            submission_id=made.submission_id,
            device_seq=made.device_seq,
            draft_id=draft.draft_id,
            form=made.form,
            form_version=made.form_version,
            flow=made.flow,
            kind=str(made.kind),
            record_id=made.record_id,
            unit=made.unit,
            title=str(made.values.get(form.label, "")),
            digest=sealed.digest,
            body=sealed.body,
            base=json.dumps(dict(draft.base), ensure_ascii=False),
            supersedes=made.supersedes,
            queued_at=made.submitted_at,
            state=str(State.QUEUED),
        )
    )
    if made.supersedes:
        connection.execute(
            update(submissions)
            .where(submissions.c.submission_id == made.supersedes)
            .values(superseded_by=made.submission_id)
        )


def base_of(store: Store, submission_id: str) -> Values:
    """The record as it was when the change was begun: for showing base, mine and theirs."""
    query = select(submissions.c.base).where(submissions.c.submission_id == submission_id)
    with store.read() as connection:
        found: dict[str, Any] = json.loads(connection.scalar(query) or "{}")
    return found


def reopen(store: Store, submission_id: str) -> Draft:
    """A new draft of an answered submission: its values, the comments, what it supersedes.

    Asked again, gives the same draft as it is now. What the register has changed meanwhile is
    taken over; where both changed the same field the officer's value stays, with a comment.

    Raises:
        NotReopenable: it was not answered so, or its successor was submitted.

    """
    with store.write() as connection:
        query = select(submissions).where(submissions.c.submission_id == submission_id)
        row = connection.execute(query).mappings().first()
        if row is None or State(row["state"]) not in ANSWERED or row["superseded_by"]:
            raise NotReopenable(submission=submission_id)
        earlier = drafts.find(connection, row["reopened_as"]) if row["reopened_as"] else None
        if earlier is not None:
            return earlier
        draft = _draft_of(connection, row, store.forms[row["form"]])
        drafts.put(connection, draft, row["title"])
        connection.execute(
            update(submissions)
            .where(submissions.c.submission_id == submission_id)
            .values(reopened_as=draft.draft_id)
        )
        audit.append(connection, "reopened", submission_id, draft.draft_id)
        return draft


def _draft_of(connection: Connection, row: RowMapping, form: Form) -> Draft:
    sent = read_submission(read_json(bytes(row["body"])))
    draft = Draft(
        draft_id=uuid7(),
        form=sent.form,
        form_version=sent.form_version,
        flow=sent.flow,
        record_id=sent.record_id,
        unit=sent.unit,
        base_version=sent.base_version,
        base_digest=sent.base_digest,
        base=json.loads(row["base"]),
        values=sent.values,
        head=sent.head,
        overrides=dict(sent.overrides),
        attachments=sent.attachments,
        supersedes=sent.submission_id,
        comments=comments_of(row["comments"]),
        created_at=now(),
    )
    return draft if sent.kind is ChangeKind.CREATE else _onto_register(connection, draft, form)


def _onto_register(connection: Connection, draft: Draft, form: Form) -> Draft:
    """The draft on top of what the register has now."""
    row = row_of(tables_of(form).register, connection, draft.record_id)
    if row is None or row["version"] == draft.base_version:
        return draft
    theirs = seen_record(form, row, 1)
    merged = merge(form, draft.base, draft.values, theirs.values)
    values = dict(merged.values)
    for each in merged.conflicts:
        values[each.pointer[1:]] = each.mine
    moved = tuple(Comment(each.pointer, _MOVED, "conflict", "warning") for each in merged.conflicts)
    return replace(
        draft,
        base_version=theirs.version,
        base_digest=theirs.digest,
        base=theirs.values,
        values={name: value for name, value in values.items() if value is not None},
        comments=(*draft.comments, *moved),
    )

"""Changes that an officer is still working on: saved often, never lost, never sent as they are."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, delete, desc, select
from sqlalchemy.dialects import sqlite

from core.changes.draft import AttachedFile, Comment, Draft, Head
from db import attachments, spares
from db.clock import now
from db.errors import NoDraft
from db.store import Store
from db.tables import drafts


@dataclass(frozen=True, slots=True)
class DraftSummary:
    """What a list of drafts shows. `comments` is how many comments of the reviewer it carries."""

    draft_id: str
    form: str
    form_version: int
    flow: str
    record_id: str
    unit: str
    title: str
    supersedes: str
    comments: int
    created_at: str
    saved_at: str


def save(store: Store, draft: Draft, title: str = "") -> str:
    """Keeps the draft in place of its earlier saving; gives `saved_at` once it is on disk.

    *title* is what the list of drafts calls it; empty keeps the earlier one.
    """
    with store.write() as connection:
        saved_at = put(connection, draft, title)
        query = select(drafts).where(drafts.c.draft_id == draft.draft_id)
        row = _fields(connection.execute(query).mappings().one())
    spares.keep(store.path, store.key, spares.DRAFT, draft.draft_id, spares.to_bytes(row))
    return saved_at


def put(connection: Connection, draft: Draft, title: str = "") -> str:
    """As `save`, in the caller's transaction."""
    at = now()
    saved = replace(draft, saved_at=at, created_at=draft.created_at or at)
    row: dict[str, Any] = {
        "form": saved.form,
        "form_version": saved.form_version,
        "flow": saved.flow,
        "record_id": saved.record_id,
        "unit": saved.unit,
        "supersedes": saved.supersedes,
        "comments": len(saved.comments),
        "content": to_text(saved),
        "created_at": saved.created_at,
        "saved_at": at,
    }
    if title:
        row["title"] = title
    insert = sqlite.insert(drafts).values(draft_id=saved.draft_id, **row)
    connection.execute(insert.on_conflict_do_update(index_elements=["draft_id"], set_=row))
    digests = attachments.referred(saved.values, saved.attachments)
    attachments.use(connection, saved.draft_id, digests)
    return at


def get(store: Store, draft_id: str) -> Draft:
    """The draft as last saved.

    Raises:
        NoDraft: there is none of this id.

    """
    with store.read() as connection:
        found = find(connection, draft_id)
    if found is None:
        raise NoDraft(draft=draft_id)
    return found


def find(connection: Connection, draft_id: str) -> Draft | None:
    """The draft, or None."""
    text = connection.scalar(select(drafts.c.content).where(drafts.c.draft_id == draft_id))
    return None if text is None else from_text(text)


def all(store: Store) -> list[DraftSummary]:  # noqa: A001 - reads as drafts.all(store)
    """Every draft, the last saved first."""
    return _summaries(store)


def of_record(store: Store, form: str, record_id: str) -> list[DraftSummary]:
    """The drafts that change this record, the last saved first."""
    return _summaries(store, drafts.c.form == form, drafts.c.record_id == record_id)


def discard(store: Store, draft_id: str) -> None:
    """Removes it; nothing happens where there is none."""
    with store.write() as connection:
        remove(connection, draft_id)
    spares.drop(store.path, spares.DRAFT, draft_id)


def remove(connection: Connection, draft_id: str) -> None:
    """As `discard`, in the caller's transaction."""
    connection.execute(delete(drafts).where(drafts.c.draft_id == draft_id))
    attachments.release(connection, draft_id)


def _summaries(store: Store, *where: ColumnElement[bool]) -> list[DraftSummary]:
    columns = [drafts.c[name] for name in DraftSummary.__dataclass_fields__]
    query = select(*columns).where(*where).order_by(desc(drafts.c.saved_at), drafts.c.draft_id)
    with store.read() as connection:
        return [DraftSummary(**_fields(row)) for row in connection.execute(query).mappings()]


def _fields(row: RowMapping) -> dict[str, Any]:
    return {str(name): each for name, each in row.items()}


def to_text(draft: Draft) -> str:
    """The draft as JSON."""
    return json.dumps(asdict(draft), ensure_ascii=False)


def from_text(text: str) -> Draft:
    """The draft that `to_text` wrote."""
    body: Mapping[str, Any] = json.loads(text)
    return Draft(
        **{
            **body,
            "head": Head(**body["head"]),
            "attachments": tuple(AttachedFile(**each) for each in body["attachments"]),
            "comments": tuple(Comment(**each) for each in body["comments"]),
        }
    )

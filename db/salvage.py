"""Brings unsent work out of a damaged store into a restored one.

Row by row, so that a damaged page costs only what stood on it; what the store does not give any
more comes from the copies beside it (`db.spares`). Nothing that is there already is replaced by
something older, and nothing is brought over twice.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, select
from sqlalchemy.dialects import sqlite

from core.changes.states import PENDING, WAITING, State
from core.changes.submission import read_submission
from core.wire.canonical import digest, read_json
from db import attachments, audit, drafts, spares
from db.connect import connect
from db.errors import StoreError, translated
from db.outbox import pending
from db.store import Store
from db.tables import attachments as documents
from db.tables import drafts as draft_rows
from db.tables import submissions

log = logging.getLogger("zhibao.store")

_MISSES = 500  # row numbers in a row without a row, after which the table has ended


@dataclass(frozen=True, slots=True)
class Salvaged:
    """What was brought over; `lost` counts rows that could be read neither here nor there."""

    drafts: int
    submissions: int
    documents: int

    @property
    def count(self) -> int:
        """Drafts and submissions together."""
        return self.drafts + self.submissions


def salvage(damaged: Path | None, into: Store) -> Salvaged:
    """Brings over what *into* does not have; *damaged* is the file set aside, if there is one."""
    found: dict[str, list[dict[str, Any]]] = {"documents": [], "submissions": [], "drafts": []}
    if damaged is not None:
        _read_damaged(damaged, into.key, found)
    for name, kind in (("drafts", spares.DRAFT), ("submissions", spares.SUBMISSION)):
        copies = spares.kept(into.path, into.key, kind)
        found[name] += [spares.from_bytes(each) for each in copies]
    for content in spares.kept(into.path, into.key, spares.DOCUMENT):
        found["documents"].append(
            {"digest": digest(content), "size": len(content), "added_at": "", "content": content}
        )
    with into.write() as connection:
        made = Salvaged(
            documents=sum(_document(connection, each) for each in found["documents"]),
            submissions=sum(_submission(into, connection, each) for each in _in_order(found)),
            drafts=sum(_draft(connection, each) for each in found["drafts"]),
        )
        audit.append(connection, "salvaged", "store", f"{made.drafts}+{made.submissions}")
    log.info("salvaged %d drafts and %d submissions", made.drafts, made.submissions)
    return made


def _in_order(found: Mapping[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    return sorted(found["submissions"], key=lambda row: int(row["device_seq"]))


def _read_damaged(path: Path, key: bytes, found: dict[str, list[dict[str, Any]]]) -> None:
    try:
        connection = connect(path, key, wal=False)
    except StoreError:
        return
    tables = (("documents", documents), ("submissions", submissions), ("drafts", draft_rows))
    try:
        for name, table in tables:
            found[name] += _rows(connection, table)
    finally:
        connection.close()


def _rows(connection: Any, table: Table) -> Iterator[dict[str, Any]]:
    """Every row that can still be read, by row number: a damaged page must not end the reading."""
    names = [each.name for each in table.columns]
    query = f"SELECT {', '.join(names)} FROM {table.name} WHERE rowid = ?"  # noqa: S608 - own names
    number = misses = 0
    while misses < _MISSES:
        number += 1
        row = _read(connection, query, number)
        misses = 0 if row else misses + 1
        if row:
            yield dict(zip(names, row, strict=True))


def _read(connection: Any, query: str, number: int) -> tuple[Any, ...] | None:
    try:
        row: tuple[Any, ...] | None = connection.execute(query, (number,)).fetchone()
    except Exception as error:
        if translated(error) is None:
            raise
        return None
    return row


def _document(connection: Connection, row: Mapping[str, Any]) -> int:
    if digest(bytes(row["content"])) != row["digest"]:
        return 0
    insert = sqlite.insert(documents).values(**row)
    return connection.execute(insert.on_conflict_do_nothing()).rowcount


def _draft(connection: Connection, row: Mapping[str, Any]) -> int:
    sent = select(submissions.c.submission_id).where(submissions.c.draft_id == row["draft_id"])
    if connection.execute(sent).first() is not None:
        return 0
    there = drafts.find(connection, row["draft_id"])
    if there is not None and there.saved_at >= row["saved_at"]:
        return 0
    insert = sqlite.insert(draft_rows).values(**row)
    connection.execute(insert.on_conflict_do_update(index_elements=["draft_id"], set_=dict(row)))
    draft = drafts.from_text(row["content"])
    digests = attachments.referred(draft.values, draft.attachments)
    attachments.use(connection, draft.draft_id, digests)
    return 1


def _submission(store: Store, connection: Connection, row: Mapping[str, Any]) -> int:
    body = bytes(row["body"])
    if digest(body) != row["digest"]:
        return 0
    state = State(row["state"])
    fields = {**row, "state": str(State.QUEUED if state in WAITING else state)}
    fields["envelope_id"] = None  # sealed anew; the office knows the submission by its id
    insert = sqlite.insert(submissions).values(**fields)
    if connection.execute(insert.on_conflict_do_nothing()).rowcount == 0:
        return 0
    sent = read_submission(read_json(body))
    drafts.remove(connection, row["draft_id"])
    digests = attachments.referred(sent.values, sent.attachments)
    attachments.use(connection, sent.submission_id, digests)
    form = store.forms.get(sent.form)
    if form is None or state not in PENDING:
        return 1
    if not pending.under_way(connection, form, sent.record_id):
        pending.lay(connection, form, sent)
    return 1

"""Attached documents, kept once by digest inside the store, and removed when nothing refers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects import sqlite

from core.changes.draft import AttachedFile
from core.record import Values
from core.wire.canonical import digest as digest_of
from db import spares
from db.clock import now, stamp
from db.errors import StoreUnavailable
from db.store import Store
from db.tables import attachment_uses, attachments

GRACE = timedelta(days=1)  # between attaching a file and saving the draft that names it


def put(store: Store, content: bytes, name: str, media_type: str, kind: str = "") -> AttachedFile:
    """Keeps the bytes; the same bytes are kept once."""
    digest = digest_of(content)
    row = {"digest": digest, "size": len(content), "added_at": now(), "content": content}
    with store.write() as connection:
        insert = sqlite.insert(attachments).values(row)
        renew = {"added_at": row["added_at"]}
        connection.execute(insert.on_conflict_do_update(index_elements=["digest"], set_=renew))
    spares.keep(store.path, store.key, spares.DOCUMENT, digest, content)
    return AttachedFile(digest, name, len(content), media_type, kind)


def read(store: Store, digest: str) -> bytes:
    """The bytes.

    Raises:
        StoreUnavailable: of the kind `gone`: they are not kept here (any more).

    """
    with store.read() as connection:
        found = content(connection, digest)
    if found is None:
        raise StoreUnavailable("gone")
    return found


def content(connection: Connection, digest: str) -> bytes | None:
    """The bytes, or None where they are not kept."""
    query = select(attachments.c.content).where(attachments.c.digest == digest)
    found = connection.scalar(query)
    return None if found is None else bytes(found)


def collect(store: Store) -> int:
    """Removes what nothing refers to and is older than a day; gives how many."""
    before = stamp(datetime.now(UTC) - GRACE)
    unused = attachments.c.digest.not_in(select(attachment_uses.c.digest))
    with store.write() as connection:
        query = select(attachments.c.digest).where(unused, attachments.c.added_at < before)
        gone = connection.scalars(query).all()
        connection.execute(delete(attachments).where(attachments.c.digest.in_(gone)))
    for digest in gone:
        spares.drop(store.path, spares.DOCUMENT, digest)
    return len(gone)


def use(connection: Connection, owner: str, digests: Iterable[str]) -> None:
    """From now on *owner* (a draft's or submission's id) refers to exactly these."""
    release(connection, owner)
    rows = [{"digest": each, "owner": owner} for each in dict.fromkeys(digests)]
    if rows:
        connection.execute(attachment_uses.insert(), rows)


def release(connection: Connection, owner: str) -> None:
    """*owner* refers to nothing any more."""
    connection.execute(delete(attachment_uses).where(attachment_uses.c.owner == owner))


def referred(values: Values, files: Iterable[AttachedFile]) -> Iterator[str]:
    """The digests of attached files and of attachment values, also inside child tables."""
    yield from (each.digest for each in files)
    yield from _in_value(dict(values))


def _in_value(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("digest"), str):
            yield value["digest"]
        for each in value.values():
            yield from _in_value(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _in_value(each)

"""The audit chain: who did what to which object, append-only, each row bound to the one before.

Triggers refuse changes and removals through SQL; the chain shows them if somebody went around. A
separate note of the last row shows a chain that was cut short. Objects are ids, never names.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlalchemy import Connection, desc, select

from core.wire.canonical import canonical_bytes
from db.clock import now
from db.errors import StoreDamaged
from db.settings_table import read_value, write_value
from db.store import Store
from db.tables import audit, settings

GENESIS = "0" * 64
_HEAD = "audit.head"


@dataclass(frozen=True, slots=True)
class Entry:
    """One row. `at` is RFC 3339 UTC."""

    seq: int
    at: str
    user: str
    event: str
    object: str
    result: str
    previous: str
    hash: str


def append(connection: Connection, event: str, obj: str, result: str) -> None:
    """Adds a row in the caller's transaction: nothing happens without its row, or the reverse."""
    store = connection.info.get("store")
    head = read_value(connection, settings, _HEAD, {"seq": 0, "hash": GENESIS})
    seq, at, user = head["seq"] + 1, now(), store.user if isinstance(store, Store) else ""
    fields = {"seq": seq, "at": at, "user": user, "event": event, "object": obj, "result": result}
    made = _hash(head["hash"], fields)
    connection.execute(audit.insert().values(**fields, previous=head["hash"], hash=made))
    write_value(connection, settings, _HEAD, {"seq": seq, "hash": made})


def entries(store: Store, limit: int = 200) -> list[Entry]:
    """The newest rows first."""
    with store.read() as connection:
        query = select(audit).order_by(desc(audit.c.seq)).limit(limit)
        return [Entry(**row) for row in connection.execute(query).mappings()]


def verify(store: Store) -> int:
    """The number of rows, once each follows from the one before.

    Raises:
        StoreDamaged: names the first row that does not follow.

    """
    previous, count = GENESIS, 0
    with store.read() as connection:
        for row in connection.execute(select(audit).order_by(audit.c.seq)).mappings():
            count += 1
            fields = {name: row[name] for name in _FIELDS}
            follows = row["seq"] == count and row["previous"] == previous
            if not follows or row["hash"] != _hash(previous, fields):
                raise StoreDamaged(f"audit row {count}")
            previous = row["hash"]
        head = read_value(connection, settings, _HEAD, {"seq": 0, "hash": GENESIS})
    if head != {"seq": count, "hash": previous}:
        raise StoreDamaged(f"audit chain ends at {count} instead of {head['seq']}")
    return count


_FIELDS = ("seq", "at", "user", "event", "object", "result")


def _hash(previous: str, fields: dict[str, object]) -> str:
    return hashlib.sha256(previous.encode() + b"\n" + canonical_bytes(fields)).hexdigest()

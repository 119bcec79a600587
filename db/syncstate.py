"""What synchronising remembers: cursor, epoch, how the last round went, when the next one is due.

Any JSON value by name. `get` and `put` take a connection, so that the cursor moves in the same
transaction as what came with it.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from db.settings_table import read_value, write_value
from db.store import Store
from db.tables import sync_state

CURSOR = "cursor"
EPOCH = "epoch"
SCOPE = "scope"  # {"counts": {form: n}, "digest": hex}: what the mirror holds
RESYNC = "resync"  # the generation that a full snapshot is being read into
GENERATION = "generation"
RESTORED = "restored"  # the store came from a backup; set until the next full snapshot


def get(connection: Connection, name: str, default: Any = None) -> Any:
    """The value of *name*, or *default*."""
    return read_value(connection, sync_state, name, default)


def put(connection: Connection, name: str, value: Any) -> None:
    """Remembers it; None forgets it."""
    write_value(connection, sync_state, name, value)


def read(store: Store, name: str, default: Any = None) -> Any:
    """As `get`, in a reading of its own."""
    with store.read() as connection:
        return get(connection, name, default)


def write(store: Store, name: str, value: Any) -> None:
    """As `put`, in a transaction of its own."""
    with store.write() as connection:
        put(connection, name, value)

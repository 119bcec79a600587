"""Tables of a name and any JSON value."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, Table, delete, select
from sqlalchemy.dialects import sqlite


def read_value(connection: Connection, table: Table, name: str, default: Any = None) -> Any:
    """The JSON value that *table* (name, value) has for *name*, or *default*."""
    found = connection.scalar(select(table.c.value).where(table.c.name == name))
    return default if found is None else json.loads(found)


def write_value(connection: Connection, table: Table, name: str, value: Any) -> None:
    """Puts it there; None removes it."""
    if value is None:
        connection.execute(delete(table).where(table.c.name == name))
        return
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    insert = sqlite.insert(table).values(name=name, value=text)
    connection.execute(insert.on_conflict_do_update(index_elements=["name"], set_={"value": text}))

"""Settings that belong to the store: a name and any JSON value."""

from __future__ import annotations

from typing import Any

from db.settings_table import read_value, write_value
from db.store import Store
from db.tables import settings


def get(store: Store, name: str, default: Any = None) -> Any:
    """The setting's value, or *default*."""
    with store.read() as connection:
        return read_value(connection, settings, name, default)


def put(store: Store, name: str, value: Any) -> None:
    """Sets it; None removes it."""
    with store.write() as connection:
        write_value(connection, settings, name, value)

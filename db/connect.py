"""Encrypted connections: SQLCipher with a raw key, and how each one is set up."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import NullPool, Pool, QueuePool
from sqlcipher3 import dbapi2

from db.errors import guarded

PAGE_SIZE = 4096
BUSY_MILLISECONDS = 5_000
CACHE_KIB = 16_384
BEGIN = "zhibao_begin"  # execution option: how the transaction begins

_PRAGMAS = (
    "foreign_keys = ON",
    f"busy_timeout = {BUSY_MILLISECONDS}",
    f"cache_size = -{CACHE_KIB}",
    "mmap_size = 0",
    "trusted_schema = OFF",
    "temp_store = MEMORY",
    "synchronous = FULL",
)
# SQLCipher sets up its log when the first connection of the process is keyed; one at a time.
_opening = threading.Lock()


def connect(path: Path, key: bytes, mode: str = "rw", *, wal: bool = True) -> Any:
    """A connection of the driver. *mode* is SQLite's: `rw`, `rwc`, or `ro` for a file at rest.

    Raises:
        StoreError: as `db.errors` maps it; a wrong key looks like damage.

    """
    at_rest = "&immutable=1" if mode == "ro" else ""
    uri = f"file:{quote(str(path))}?mode={mode}{at_rest}"
    with guarded(), _opening:
        connection = dbapi2.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
        try:
            # Otherwise one bad page prints a thousand lines.
            connection.execute("PRAGMA cipher_log_level = NONE")
            connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
            for each in _PRAGMAS:
                connection.execute(f"PRAGMA {each}")
            if wal and mode != "ro":
                connection.execute("PRAGMA journal_mode = WAL")
        except BaseException:
            connection.close()
            raise
    return connection


def make_engine(opener: Callable[[], Any], pool: type[Pool] = QueuePool) -> Engine:
    """An engine over *opener*. Connections may change threads between uses, never during one."""
    options: dict[str, Any] = {} if pool is NullPool else {"pool_size": 4, "max_overflow": 8}
    engine = create_engine(
        "sqlite://", module=dbapi2, creator=opener, poolclass=pool, hide_parameters=True, **options
    )
    event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: Connection) -> None:
    kind = connection.get_execution_options().get(BEGIN, "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {kind}")

"""The office's database: an engine, reading sessions, writing sessions one at a time.

Embedded, it is a plain SQLite file driven by the SQLCipher build, whose SQLite is free of the
WAL-reset bug that the standard library's still has (reliability.md §0.1).
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from sqlcipher3 import dbapi2

FILE_NAME = "office.db"
BUSY_SECONDS = 30  # Another process (a command beside the server) may hold the writer's lock.
_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA trusted_schema=OFF",
    f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}",
)


class DatabaseError(Exception):
    """The database cannot be used; the message is a sentence for the administrator."""


def file_url(path: Path) -> str:
    """The URL of an embedded database in the file *path*."""
    return URL.create("sqlite", database=str(path)).render_as_string(hide_password=False)


class Database:
    """One database. Reading sessions see a snapshot, writing sessions follow one another."""

    def __init__(self, url: str) -> None:
        """Make an engine; nothing is opened before the first session.

        Raises:
            DatabaseError: not a URL that SQLAlchemy understands.

        """
        try:
            parsed = make_url(url)
            embedded = parsed.get_backend_name() == "sqlite"
            options: dict[str, Any] = {"module": dbapi2} if embedded else {}
            self.engine = create_engine(parsed, json_serializer=_json, pool_size=20, **options)
        except (ImportError, ValueError, TypeError, SQLAlchemyError) as error:
            raise DatabaseError(f"不认识的数据库地址：{url}") from error
        self.path = Path(parsed.database) if embedded and parsed.database else None
        self._writers = self.engine.execution_options(zhibao_writer=True)
        self._lane = threading.Lock()
        if embedded:
            event.listen(self.engine, "connect", _on_connect)
            event.listen(self.engine, "begin", _on_begin)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session over one snapshot; what it changes is thrown away."""
        with Session(self.engine) as session:
            try:
                yield session
            finally:
                session.rollback()

    @contextmanager
    def write(self) -> Iterator[Session]:
        """The only writing session: commits at the end, rolls back on any exception."""
        with (
            self._lane,
            Session(self._writers, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """A writing connection for migrations and bulk work, in one transaction."""
        with self._lane, self._writers.begin() as connection:
            yield connection

    def raw(self) -> Any:
        """A connection of the driver, for SQLite's backup; the caller closes it."""
        return self.engine.raw_connection()

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _on_connect(connection: Any, _record: object) -> None:
    # The driver would begin transactions by itself, and never an immediate one.
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(pragma).close()


def _on_begin(connection: Connection) -> None:
    writer = connection.get_execution_options().get("zhibao_writer")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writer else "BEGIN")

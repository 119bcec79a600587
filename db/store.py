"""The local encrypted store: opening, reading, writing, closing (design.md §4).

One file, SQLCipher, WAL, every confirmed write synced. Readers see one snapshot and never wait for
the writer; writers take turns.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from core.forms.model import Form
from db import damage, derived, migrate, register_tables
from db.connect import BEGIN, connect, make_engine
from db.errors import StoreDamaged, StoreTooNew, StoreUnavailable, guarded
from db.files import making, put_in_place, refuse_network

log = logging.getLogger("zhibao.store")


class Store:
    """An open store. Safe on any thread; close it when done."""

    def __init__(self, path: Path, key: bytes) -> None:
        self.path = path
        self.key = key
        self.user = ""  # who is signed in, for the audit chain
        self.forms: dict[str, Form] = {}  # the registers that have tables here
        self.unclean = False  # whether the last session did not end in order
        self._engine = make_engine(lambda: connect(path, key))
        self._writing = threading.RLock()

    @classmethod
    def create(cls, path: Path, key: bytes, forms: Mapping[str, Form] | None = None) -> Store:
        """Makes a new store at *path*, with register tables for *forms* (all, if not given).

        It appears there whole: a cut leaves no store, and what it leaves is in nobody's way.

        Raises:
            StoreUnavailable: there is one already, or the place does not allow one.

        """
        refuse_network(path)
        temporary = making(path)
        with guarded():
            if path.exists():
                raise StoreUnavailable("exists")
            path.parent.mkdir(parents=True, exist_ok=True)
            for suffix in ("", "-wal", "-shm", "-journal"):
                temporary.with_name(temporary.name + suffix).unlink(missing_ok=True)
        connect(temporary, key, "rwc").close()
        store = cls(temporary, key)
        try:
            store._migrate()
            store.use_forms(_all_forms() if forms is None else forms)
        finally:
            store.close()
        with guarded():
            put_in_place(temporary, path)
        store.path = path
        store._engine = make_engine(lambda: connect(path, key))
        return store

    @classmethod
    def open(
        cls,
        path: Path,
        key: bytes,
        *,
        migrate: bool = True,
        forms: Mapping[str, Form] | None = None,
    ) -> Store:
        """Opens the store, steps it up to this program (after a backup), and looks for damage.

        The whole file is read only where the last session did not end in order. *forms* are all
        that the program knows, if not given.

        Raises:
            StoreDamaged: see `db.damage`.
            StoreTooNew: a newer program wrote it.
            StoreUnavailable: it is not there, not ours to open, or on a network drive.

        """
        refuse_network(path)
        damage.check_size(path)
        damage.check_journal(path)
        wal = path.with_name(path.name + "-wal")
        unclean = wal.exists() and wal.stat().st_size > 0
        _settle_journal(path, key, thorough=unclean)
        store = cls(path, key)
        store.unclean = unclean
        try:
            store._step_up(migrate=migrate)
            store.use_forms(_all_forms() if forms is None else forms)
        except BaseException:
            store.close()
            raise
        return store

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one moment of the store.

        Raises:
            StoreError: as `db.errors` maps trouble.

        """
        with guarded(), self._engine.connect() as connection, connection.begin():
            yield connection
            damage.check_read(connection)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that no other writer interleaves with; synced when the block ends.

        Raises:
            StoreError: as `db.errors` maps trouble; nothing was written then.

        """
        with self._writing, guarded(), self._engine.connect() as plain:
            connection = plain.execution_options(**{BEGIN: "IMMEDIATE"})
            connection.info["store"] = self
            with connection.begin():
                yield connection
                damage.check_read(connection)

    def use_forms(self, forms: Mapping[str, Form]) -> None:
        """Makes or widens the register tables of *forms*, and what follows from their rows."""
        self.forms.update((each.id, each) for each in register_tables.registers(forms.values()))
        with self.read() as connection:
            missing = register_tables.missing(connection, self.forms.values())
            stale = derived.stale(connection, self.forms.values())
        if missing or stale:
            with self.write() as connection:
                for form in missing:
                    register_tables.make(connection, form)
                for form in stale:
                    derived.renew(connection, form)

    def close(self) -> None:
        """Ends the session in order: the journal is emptied and removed."""
        self._engine.dispose()

    def raw(self) -> Any:
        """A connection of the driver, for backups and checks; the caller closes it."""
        return connect(self.path, self.key)

    def _step_up(self, *, migrate: bool) -> None:
        from db import backup

        with self.read() as connection:
            found = _revision(connection)
        if not found:
            raise StoreDamaged("no revision")
        if found == _HEAD:
            return
        if not migrate:
            raise StoreTooNew(found=found, known=_HEAD)
        made = backup.take(self, backup.folder_of(self.path), kind="migration")
        log.info("migrating from %s to %s after backup %s", found, _HEAD, made.path.name)
        self._migrate()

    def _migrate(self) -> None:
        with self._writing, guarded():
            migrate.upgrade(self._engine)


def _all_forms() -> Mapping[str, Form]:
    from core.resources import forms

    return forms()


_HEAD = migrate.HEAD
_revision = migrate.revision


def _settle_journal(path: Path, key: bytes, *, thorough: bool) -> None:
    """Moves what a cut session left in the journal into the file, then checks the file."""
    connection = connect(path, key)
    try:
        with guarded():
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        damage.settle_journal(connection, path)
        if thorough:
            log.warning("the last session did not end in order; the whole store is checked")
            damage.verify_connection(connection)
    finally:
        connection.close()

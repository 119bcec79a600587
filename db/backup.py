"""Backups: whole encrypted copies made while the store is in use, opened and read once, thinned.

A backup stands in `backups/` beside the store as one file, with a copy of the key file. Its name
tells when (UTC) and why it was made.
"""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from core.forms.model import Form
from db import audit, damage, keyfile, salvage, syncstate
from db.clock import stamp
from db.connect import connect
from db.errors import guarded
from db.files import put_in_place, refuse_network, restoring, write_whole
from db.store import Store

log = logging.getLogger("zhibao.backup")

DAYS, WEEKS, MONTHS = 7, 4, 12
_NAME = re.compile(r"store-(\d{8}T\d{6}\.\d{3}Z)-(\w+)\.db")
_STAMP = "%Y%m%dT%H%M%S.%f"


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup. `kind` is what it was made for: auto, manual, migration, restore."""

    path: Path
    made_at: datetime
    kind: str
    size: int

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.name

    @property
    def taken_at(self) -> str:
        """When it was made: RFC 3339, UTC."""
        return stamp(self.made_at)


def folder_of(store_path: Path) -> Path:
    """Where the backups of a store stand."""
    return store_path.parent / "backups"


def take(
    store: Store, folder: Path | None = None, *, kind: str = "auto", moment: datetime | None = None
) -> Backup:
    """Makes a backup of the store as it is now; writers go on meanwhile.

    Raises:
        StoreDamaged: a page could not be read, or the copy is not whole; nothing is left behind.
        StoreUnavailable: there is no room, or no right to write.

    """
    where = folder or folder_of(store.path)
    refuse_network(where)
    made_at = moment or datetime.now(UTC)
    path = where / f"store-{made_at.strftime(_STAMP)[:-3]}Z-{kind}.db"
    temporary = path.with_suffix(".new")
    with guarded():
        where.mkdir(parents=True, exist_ok=True)
        try:
            _copy(store, temporary)
            damage.verify_file(temporary, store.key)
            with temporary.open("rb+") as file:
                os.fsync(file.fileno())
            put_in_place(temporary, path)
            _copy_key(store.path, where)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        return Backup(path, made_at, kind, path.stat().st_size)


def _copy(store: Store, target: Path) -> None:
    target.unlink(missing_ok=True)
    source = store.raw()
    try:
        copy = connect(target, store.key, "rwc", wal=False)
        try:
            source.backup(copy, pages=-1)
            copy.execute("PRAGMA journal_mode = DELETE")
        finally:
            copy.close()
    finally:
        source.close()


def _copy_key(store_path: Path, where: Path) -> None:
    key_file = keyfile.beside(store_path)
    if key_file.exists():
        write_whole(where / key_file.name, key_file.read_bytes())


def listed(folder: Path) -> list[Backup]:
    """The backups in *folder*, the newest first."""
    found = []
    with guarded():
        for path in folder.iterdir() if folder.is_dir() else ():
            name = _NAME.fullmatch(path.name)
            if name is not None:
                made_at = datetime.strptime(name[1], _STAMP + "Z").replace(tzinfo=UTC)
                found.append(Backup(path, made_at, name[2], path.stat().st_size))
    return sorted(found, key=lambda each: each.made_at, reverse=True)


def due(folder: Path, moment: datetime) -> bool:
    """Whether no backup was made yet on this (local) day."""
    newest = next(iter(listed(folder)), None)
    return newest is None or newest.made_at.astimezone().date() != moment.astimezone().date()


def thin(folder: Path, moment: datetime | None = None) -> list[Path]:
    """Removes what `to_keep` does not keep; gives what was removed."""
    there = listed(folder)
    kept = {each.path for each in to_keep(there, moment or datetime.now(UTC))}
    gone = [each.path for each in there if each.path not in kept]
    with guarded():
        for path in gone:
            path.unlink(missing_ok=True)
    return gone


def to_keep(backups: Iterable[Backup], moment: datetime) -> list[Backup]:
    """All of today; the newest of each of the last 7 days, 4 weeks and 12 months with a backup."""
    newest_first = sorted(backups, key=lambda each: each.made_at, reverse=True)
    today = moment.astimezone().date()
    kept = {each.path for each in newest_first if each.made_at.astimezone().date() >= today}
    for pattern, most in (("%Y-%m-%d", DAYS), ("%G-%V", WEEKS), ("%Y-%m", MONTHS)):
        periods: dict[str, Backup] = {}
        for each in newest_first:
            periods.setdefault(each.made_at.astimezone().strftime(pattern), each)
        kept |= {each.path for each in list(periods.values())[:most]}
    return [each for each in newest_first if each.path in kept]


def restore(
    chosen: Path, store_path: Path, key: bytes, forms: Mapping[str, Form] | None = None
) -> int:
    """Puts a backup in the store's place and brings unsent work of the former store over.

    Gives how many drafts and submissions were brought over. Nobody may have the store open; the
    former store is set aside, not removed. Where it is cut, `finish` ends it.

    Raises:
        StoreDamaged: the backup is damaged itself; the store stays as it is.
        StoreUnavailable: no room, no right, or no such backup.

    """
    refuse_network(store_path)
    damage.verify_file(chosen, key)
    temporary = _incoming(store_path)
    at = datetime.now(UTC).strftime(_STAMP)
    plan = {"chosen": chosen.name, "aside": f"{store_path.stem}-aside-{at}.db"}
    with guarded():
        shutil.copyfile(chosen, temporary)
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        damage.verify_file(temporary, key)
        write_whole(restoring(store_path), json.dumps(plan).encode())
    return finish(store_path, key, forms)


def finish(store_path: Path, key: bytes, forms: Mapping[str, Form] | None = None) -> int:
    """Ends a restore that was begun, however far it came; gives how many were brought over.

    To be called before the store is opened; nothing happens where no restore was begun.

    Raises:
        StoreError: as `restore`; it can be called again.

    """
    if not restoring(store_path).exists():
        return 0
    with guarded():
        plan = json.loads(restoring(store_path).read_bytes())
        aside = store_path.with_name(plan["aside"])
        temporary = _incoming(store_path)
        if temporary.exists():
            _set_aside(store_path, aside)
            put_in_place(temporary, store_path)
    store = Store.open(store_path, key, forms=forms)
    try:
        with store.write() as connection:
            syncstate.put(connection, syncstate.RESTORED, plan["chosen"])
            audit.append(connection, "restored", plan["chosen"], "done")
        count = salvage.salvage(aside if aside.exists() else None, store).count
    finally:
        store.close()
    with guarded():
        restoring(store_path).unlink()
    log.info("restored from %s", plan["chosen"])
    return count


def _incoming(store_path: Path) -> Path:
    """The copy of the backup that will be the store."""
    return store_path.with_name(store_path.name + ".restored")


def _set_aside(store_path: Path, aside: Path) -> None:
    """Moves the former store, with its journal; what was moved before is not there any more."""
    for suffix in ("-wal", "-shm", ""):
        part = store_path.with_name(store_path.name + suffix)
        if part.exists():
            part.replace(aside.with_name(aside.name + suffix))

"""Backup and restore of the embedded office: database, keys and settings in one folder."""

from __future__ import annotations

import os
import shutil
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import delete
from sqlcipher3 import dbapi2

from office import audit, counters, keys, receipts, settings
from office.context import Office, open_office
from office.database import FILE_NAME
from office.founding import new_epoch
from office.models import Challenge, County, DeskSession, DeviceSession

_KEPT = (FILE_NAME, settings.FILE_NAME, keys.SIGNING, keys.INTAKE, keys.RECOVERY)


class BackupError(Exception):
    """The backup cannot be made or used; the message is a sentence for the administrator."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did."""

    epoch: str
    receipts: int
    replaced: str


def backup(office: Office, target: Path) -> Path:
    """Copy everything into the new folder *target*, while the office may be serving.

    The folder holds the private keys: it is as secret as the office itself.

    Raises:
        BackupError: there is something at *target*, or the database is not embedded.

    """
    if office.database.path is None:
        raise BackupError("PostgreSQL 数据库请用它自己的备份工具（pg_dump）。")
    if target.exists():
        raise BackupError(f"{target} 已经存在，请换一个文件夹。")
    partial = target.with_name(target.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True, mode=0o700)
    source: Any = office.database.raw()
    try:
        with closing(dbapi2.connect(str(partial / FILE_NAME))) as copy:
            source.driver_connection.backup(copy)
    finally:
        source.close()
    for name in _KEPT[1:]:
        shutil.copy2(office.base_dir / name, partial / name)
    for each in partial.iterdir():
        _sync(each)
    partial.rename(target)
    with office.database.write() as session:
        audit.append(session, office, "office.backup")
    return target


def restore(source: Path, base_dir: Path) -> Restored:
    """Put a backup in the place of the office in *base_dir*, and renew the epoch.

    What stood there is kept in a folder beside it. Clients notice the new epoch, fetch
    everything anew and offer again what this backup does not know.

    Raises:
        BackupError: not a whole backup, or damaged; nothing was changed.

    """
    missing = [name for name in _KEPT if not (source / name).is_file()]
    if missing:
        raise BackupError(f"{source} 不是完整的备份，缺少 {'、'.join(missing)}。")
    _check(source)
    _must_be_idle(base_dir / FILE_NAME)
    base_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    replaced = _set_aside(base_dir)
    for name in _KEPT:
        shutil.copy2(source / name, base_dir / name)
        _sync(base_dir / name)
    with closing(open_office(base_dir)) as office, office.database.write() as session:
        county = session.get_one(County, office.county)
        county.epoch = new_epoch()
        for table in (DeviceSession, DeskSession, Challenge):
            session.execute(delete(table))
        audit.append(session, office, "office.restore", county.epoch)
        known = counters.last(session, office.county, counters.RECEIPTS)
        return Restored(county.epoch, known, str(replaced or ""))


def _check(source: Path) -> None:
    with closing(dbapi2.connect(f"file:{source / FILE_NAME}?mode=ro", uri=True)) as connection:
        try:
            found = connection.execute("PRAGMA integrity_check").fetchall()
        except dbapi2.DatabaseError:
            found = []
    if found != [("ok",)]:
        raise BackupError(f"{source} 里的数据库已损坏，没有恢复。请换另一份备份。")


def _must_be_idle(path: Path) -> None:
    """Refuse to take the database away from under an office that is serving."""
    if not path.exists():
        return
    with closing(dbapi2.connect(str(path), timeout=0.5, isolation_level=None)) as connection:
        try:
            connection.execute("PRAGMA locking_mode=EXCLUSIVE").fetchall()
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("ROLLBACK")
        except dbapi2.OperationalError as error:
            raise BackupError("中心正在运行，没有恢复。请先停下 zhibao-office serve。") from error
        except dbapi2.DatabaseError:
            return  # What stands there is damaged: the more reason to restore.


def verify(office: Office) -> list[str]:
    """What is wrong with the two hash chains, in sentences; empty where nothing is."""
    with office.database.read() as session:
        line = audit.verify(session, office.county)
        index = receipts.verify(session, office)
    found = []
    if line is not None:
        found.append(f"审计日志从第 {line} 条起被改动过。")
    if index is not None:
        found.append(f"回执日志从第 {index} 条起被改动过。")
    return found


def _set_aside(base_dir: Path) -> Path | None:
    standing = [base_dir / name for name in _KEPT if (base_dir / name).exists()]
    if not standing:
        return None
    number = 1
    while (aside := base_dir / f"replaced-{number}").exists():
        number += 1
    aside.mkdir(mode=0o700)
    for each in [*standing, *base_dir.glob(f"{FILE_NAME}-*")]:
        each.rename(aside / each.name)
    return aside


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        if os.name == "posix":
            os.fsync(file.fileno())

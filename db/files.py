"""Files written so that a cut leaves the old one or the new one, and where they may stand."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from db.errors import StoreUnavailable

_NETWORK_TYPES = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ncpfs", "fuse.sshfs", "fuse.rclone"}
)
_DRIVE_REMOTE = 4  # GetDriveTypeW


def write_whole(path: Path, content: bytes) -> None:
    """Puts *content* at *path*: temporary file, fsync, rename."""
    temporary = path.with_name(path.name + ".new")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    put_in_place(temporary, path)


def put_in_place(temporary: Path, path: Path) -> None:
    """Renames *temporary* (already synced) to *path* and syncs the folder."""
    temporary.replace(path)
    if sys.platform != "win32":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def making(store_path: Path) -> Path:
    """Where a store stands while it is being made; renamed to *store_path* once it is whole."""
    return store_path.with_name(store_path.name + ".making")


def is_founded(key_path: Path, store_path: Path) -> bool:
    """Whether there is a store to open; a making that was cut leaves none, and no work in it."""
    return store_path.exists() or (key_path.exists() and not making(store_path).exists())


def restoring(store_path: Path) -> Path:
    """There while a restore is under way, or was cut: what `db.backup.finish` has to do."""
    return store_path.with_name(store_path.name + ".restoring")


def refuse_network(path: Path, mounts: str | None = None) -> None:
    """Raise where *path* lies on a network drive: SQLite's locks do not hold there.

    *mounts* is the text of `/proc/mounts`, read from the system if not given.

    Raises:
        StoreUnavailable: of the kind `network_drive`.

    """
    if _is_unc(str(path)) or _is_remote_drive(path):
        raise StoreUnavailable("network_drive")
    table = _mounts() if mounts is None else mounts
    if _mount_type(path.absolute(), table) in _NETWORK_TYPES:
        raise StoreUnavailable("network_drive")


def _is_unc(text: str) -> bool:
    plain = text.replace("/", "\\")
    return plain.startswith("\\\\") and not plain.startswith(("\\\\?\\C", "\\\\.\\"))


def _is_remote_drive(path: Path) -> bool:
    if sys.platform != "win32":
        return False
    import ctypes

    return bool(ctypes.windll.kernel32.GetDriveTypeW(path.absolute().anchor) == _DRIVE_REMOTE)


def _mounts() -> str:
    table = Path("/proc/mounts")
    return table.read_text(encoding="utf-8", errors="replace") if table.exists() else ""


def _mount_type(path: Path, table: str) -> str:
    best, kind = -1, ""
    for line in table.splitlines():
        parts = line.split(" ")
        if len(parts) < 3:
            continue
        point = Path(parts[1].replace("\\040", " "))
        if path.is_relative_to(point) and len(point.parts) >= best:
            best, kind = len(point.parts), parts[2]
    return kind

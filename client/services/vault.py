"""The store on disk before it is open: made, unlocked, restored. All of it off the UI thread.

Imports the store only when it is asked for something, so that the unlock page is painted first.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from client.paths import Paths

if TYPE_CHECKING:
    from db.backup import Backup
    from db.store import Store


@dataclass(frozen=True, slots=True)
class BackupInfo:
    """A backup that can be restored: `name` is its file name, `taken_at` RFC 3339 UTC."""

    name: str
    taken_at: str
    size: int


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore gave: the open store, and how many unsent changes were salvaged into it."""

    store: Store
    salvaged: int


class Vault(Protocol):
    """What the session asks of the disk. Every method but `exists` may take long."""

    def exists(self) -> bool:
        """Whether a store was made here before; quick, asked in the UI thread."""

    def warm_up(self) -> None:
        """Imports what opening will need, while the officer types."""

    def create(self, password: str) -> Store:
        """A new empty store under *password*, open. Raises `StoreError`."""

    def unlock(self, password: str) -> Store:
        """The store, open and whole. Raises `StoreError`."""

    def backups(self) -> list[BackupInfo]:
        """The backups, the newest first."""

    def restore(self, name: str, password: str) -> Restored:
        """Puts the backup *name* in the place of the store and opens it. Raises `StoreError`."""

    def change_password(self, old: str, new: str) -> None:
        """Opens to *new* from now on. Raises `StoreError`; then *old* stays."""

    def backup(self, store: Store) -> BackupInfo:
        """Backs *store* up now and thins the old backups. Raises `StoreError`."""

    def backup_if_due(self, store: Store) -> None:
        """Backs *store* up unless that was done today. Raises `StoreError`."""

    def close(self, store: Store) -> None:
        """Closes *store*."""


class DiskVault:
    """The vault at the paths of one installation."""

    def __init__(self, paths: Paths) -> None:
        self._paths = paths

    def exists(self) -> bool:
        """Whether there is a key file or a store; one without the other is for `unlock` to tell."""
        from db.files import is_founded

        return is_founded(self._paths.key, self._paths.store)

    def warm_up(self) -> None:
        """Imports the store and what it stands on."""
        import core.resources
        import db.backup
        import db.keyfile
        import db.store

        core.resources.forms()
        del db

    def create(self, password: str) -> Store:
        """Key file and store, or neither."""
        from core.resources import forms
        from db.founding import found

        return found(self._paths.key, self._paths.store, password, forms())

    def unlock(self, password: str) -> Store:
        """Unwraps the key, ends a restore that was cut, then opens the store."""
        from core.resources import forms
        from db import backup
        from db.store import Store

        key = self._key(password)
        backup.finish(self._paths.store, key, forms())
        return Store.open(self._paths.store, key, forms=forms())

    def backups(self) -> list[BackupInfo]:
        """What lies in the folder of backups."""
        from db import backup

        return [_info(each) for each in backup.listed(self._paths.backups)]

    def restore(self, name: str, password: str) -> Restored:
        """Restores and salvages; the damaged file is kept aside."""
        from core.resources import forms
        from db import backup
        from db.store import Store

        key = self._key(password)
        known = forms()
        salvaged = backup.restore(self._paths.backups / name, self._paths.store, key, known)
        return Restored(Store.open(self._paths.store, key, forms=known), salvaged)

    def change_password(self, old: str, new: str) -> None:
        """Wraps the same key anew."""
        from db import keyfile

        keyfile.change_password(self._paths.key, old, new, time.time())

    def backup(self, store: Store) -> BackupInfo:
        """An online backup; the officer goes on meanwhile."""
        from db import backup

        made = backup.take(store, self._paths.backups, kind="manual")
        backup.thin(self._paths.backups)
        return _info(made)

    def backup_if_due(self, store: Store) -> None:
        """One backup a day, before the day's work."""
        from db import backup

        if backup.due(self._paths.backups, datetime.now(UTC)):
            backup.take(store, self._paths.backups)
            backup.thin(self._paths.backups)

    def close(self, store: Store) -> None:
        """Ends the store's connections."""
        store.close()

    def _key(self, password: str) -> bytes:
        from db import keyfile

        return keyfile.unlock(self._paths.key, password, time.time())


def _info(made: Backup) -> BackupInfo:
    taken = made.made_at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return BackupInfo(made.path.name, taken, made.size)

"""A vault without a disk."""

from __future__ import annotations

from typing import Any

from client.services.vault import BackupInfo, Restored
from db.errors import StoreError, StoreLocked, WrongPassword


class FakeStore:
    """Only knows whether it is open."""

    def __init__(self) -> None:
        self.is_open = True


class FakeVault:
    """Opens to `password`. `trouble`, where set, is raised instead."""

    def __init__(self, password: str = "") -> None:
        self.password = password
        self.wrong = 0
        self.trouble: StoreError | None = None
        self.stores: list[FakeStore] = []
        self.found = [
            BackupInfo("a.zbk", "2026-11-22T02:00:00Z", 5_400_000),
            BackupInfo("b.zbk", "2026-11-21T02:00:00Z", 5_300_000),
        ]
        self.restored: list[str] = []
        self.warmed = False

    def exists(self) -> bool:
        return bool(self.password)

    def warm_up(self) -> None:
        self.warmed = True

    def create(self, password: str) -> Any:
        if self.trouble:
            raise self.trouble
        self.password = password
        return self._opened()

    def unlock(self, password: str) -> Any:
        if self.trouble:
            raise self.trouble
        self._check(password)
        return self._opened()

    def backups(self) -> list[BackupInfo]:
        return self.found

    def restore(self, name: str, password: str) -> Restored:
        self._check(password)
        self.restored.append(name)
        self.trouble = None
        return Restored(self._opened(), 2)

    def change_password(self, old: str, new: str) -> None:
        self._check(old)
        self.password = new

    def backup(self, store: Any) -> BackupInfo:
        del store
        made = BackupInfo("c.zbk", "2026-11-23T02:00:00Z", 5_500_000)
        self.found.insert(0, made)
        return made

    def backup_if_due(self, store: Any) -> None:
        self.backup(store)

    def close(self, store: Any) -> None:
        store.is_open = False

    def _opened(self) -> Any:
        self.wrong = 0
        self.stores.append(FakeStore())
        return self.stores[-1]

    def _check(self, password: str) -> None:
        if self.wrong >= 5:
            raise StoreLocked(600)
        if password != self.password:
            self.wrong += 1
            raise StoreLocked(600) if self.wrong >= 5 else WrongPassword(5 - self.wrong)

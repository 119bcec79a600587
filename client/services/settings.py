"""What can be set, and what keeps the machine safe: backups, password, enrolment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from client import settings as look_file
from client.background import Failed
from client.services import preferences
from client.services.desk import Changed, Room
from client.services.preferences import Preferences
from client.services.troubles import CannotKeep
from client.services.vault import BackupInfo, Vault
from client.settings import SCALES, SCHEMES, Look

if TYPE_CHECKING:
    from db.store import Store

__all__ = ["SCALES", "SCHEMES", "Account", "Look", "SettingsService", "View"]


@dataclass(frozen=True, slots=True)
class Account:
    """Who this machine is to the office."""

    unit: str
    unit_title: str
    officer: str
    office_url: str
    device: str


@dataclass(frozen=True, slots=True)
class View:
    """All that the settings page shows."""

    preferences: Preferences
    account: Account | None
    backups: tuple[BackupInfo, ...]


class SettingsService(QObject):
    """Reads and writes settings; makes backups; changes the password."""

    def __init__(
        self, room: Room, vault: Vault, look_path: Path, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._room = room
        self._vault = vault
        self._look_path = look_path
        self.look = look_file.load(look_path)

    def load(self, *, done: Callable[[View], None], owner: QObject) -> None:
        """Everything at once."""
        self._room.run(self._view, done=done, owner=owner)

    def save(self, chosen: Preferences, *, done: Callable[[object], None], owner: QObject) -> None:
        """Keeps the preferences; announces that settings changed."""

        def saved(_: object) -> None:
            self._room.changes.announce(Changed(settings=True))
            done(chosen)

        self._room.run(lambda store: preferences.write(store, chosen), done=saved, owner=owner)

    def save_look(self, look: Look) -> None:
        """Keeps scheme, scale and geometry; a small file, written at once."""
        self.look = look
        try:
            look_file.save(self._look_path, look)
        except OSError:
            self._room.changes.failed.emit(CannotKeep())

    def backup(self, *, done: Callable[[BackupInfo], None], owner: QObject) -> None:
        """Makes a backup now."""
        self._room.run(self._vault.backup, done=done, owner=owner)

    def backup_if_due(self) -> None:
        """The backup of the day, in the background."""
        self._room.run(self._vault.backup_if_due)

    def change_password(
        self,
        old: str,
        new: str,
        *,
        done: Callable[[object], None],
        failed: Failed,
        owner: QObject,
    ) -> None:
        """Opens to *new* from now on; *failed* gets what the vault raised."""
        self._room.run(
            lambda _: self._vault.change_password(old, new), done=done, failed=failed, owner=owner
        )

    def _view(self, store: Store) -> View:
        from db import identity

        who = identity.get(store)
        account = (
            None
            if who is None
            else Account(who.unit, who.unit_title, who.officer, who.office_url, who.device)
        )
        return View(preferences.read(store), account, tuple(self._vault.backups()))

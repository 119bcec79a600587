"""The session of one officer at this machine: unlock, idle lock, close."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from client.background import Lane, Runner
from client.services.passwords import PasswordPolicy
from client.services.troubles import is_trouble, sentence
from client.services.vault import BackupInfo, Restored, Vault

if TYPE_CHECKING:
    from client.services.desk import Desk
    from db.store import Store

IDLE_MINUTES = 15


class Why(StrEnum):
    """Why the session is locked."""

    START = "start"
    ASKED = "asked"
    IDLE = "idle"
    QUIT = "quit"
    RESTORE = "restore"  # a backup shall take the place of the store


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the store did not open: `code` of the store's error, its sentence, and what it offers."""

    code: str
    sentence: str
    left: int = 0  # tries left
    seconds: int = 0  # until another try is possible
    backups: tuple[BackupInfo, ...] = ()


class SessionService(QObject):
    """Opens and closes the store. Lives as long as the program.

    Signals:
        opened: the store is open (`Desk`).
        refused: it did not open (`Refusal`).
        closing: screens put what they hold into safety now; the store closes afterwards.
        closed: the store is closed (`Why`).

    """

    opened = Signal(object)
    refused = Signal(object)
    closing = Signal()
    closed = Signal(object)

    def __init__(
        self,
        vault: Vault,
        background: Runner,
        lay: Callable[[Any], Desk],
        policy: PasswordPolicy | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.policy = policy or PasswordPolicy()
        self.is_new = False  # the store was made in this session
        self.salvaged = 0
        self.desk: Desk | None = None
        self._vault = vault
        self._background = background
        self._lay = lay
        self._old_desk: Desk | None = None
        self._closing_why: Why | None = None
        self._store: Store | None = None
        self._busy = False
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.timeout.connect(self._on_idle)
        self.set_idle_minutes(IDLE_MINUTES)

    # --- before the store is open -----------------------------------------------------------

    def exists(self) -> bool:
        """Whether a store was made here before."""
        return self._vault.exists()

    def is_open(self) -> bool:
        """Whether the store is open."""
        return self._store is not None

    def is_busy(self) -> bool:
        """Whether an answer is under way."""
        return self._busy

    def warm_up(self) -> None:
        """Loads what opening needs, while the officer types."""
        self._background.run(Lane.DATABASE, self._vault.warm_up, failed=_leave_to_opening)

    def create(self, password: str) -> None:
        """Makes a store; ends in `opened` or `refused`."""
        self._begin(lambda: Restored(self._vault.create(password), 0), is_new=True)

    def unlock(self, password: str) -> None:
        """Opens the store; ends in `opened` or `refused`."""
        self._begin(lambda: Restored(self._vault.unlock(password), 0))

    def restore(self, name: str, password: str) -> None:
        """Restores the backup *name* and opens it; ends in `opened` or `refused`."""
        self._begin(lambda: self._vault.restore(name, password))

    # --- while it is open -------------------------------------------------------------------

    def set_idle_minutes(self, minutes: int) -> None:
        """Locks after so many minutes without a key or a mouse; 0 never."""
        self._idle.setInterval(minutes * 60_000)
        self.touch()

    @Slot()
    def touch(self) -> None:
        """The officer is there."""
        if self._store is not None and self._idle.interval() > 0:
            self._idle.start()
        else:
            self._idle.stop()

    def lock(self, why: Why = Why.ASKED) -> bool:
        """Lets the screens save, then closes the store; ends in `closed`.

        Asked again meanwhile, to quit outweighs the first reason. False if nothing is open.
        """
        if self._store is None:
            if self._closing_why is not None and why is Why.QUIT:
                self._closing_why = why
            return self._closing_why is not None
        self._idle.stop()
        self.closing.emit()
        store, desk = self._store, self.desk
        self._store = self.desk = None
        self._busy = True
        self._closing_why = why
        self._old_desk = desk
        if desk is not None:
            desk.sync.stop()
        self._background.run(
            Lane.DATABASE,
            lambda: self._vault.close(store),
            done=lambda _: self._on_closed(),
            failed=self._on_close_failed,
            owner=self,
        )
        return True

    def close_now(self) -> None:
        """Closes the store at once; for the end of the program, when the lanes have stopped."""
        store, self._store, self.desk = self._store, None, None
        self._idle.stop()
        if store is not None:
            self._vault.close(store)

    # --- answers ----------------------------------------------------------------------------

    def _begin(self, work: Callable[[], Restored], *, is_new: bool = False) -> None:
        if self._busy or self._store is not None:
            return
        self._busy = True
        self.is_new = is_new
        self._background.run(
            Lane.DATABASE, work, done=self._on_store, failed=self._on_refused, owner=self
        )

    def _on_store(self, restored: Restored) -> None:
        self._busy = False
        self._store = restored.store
        self.salvaged = restored.salvaged
        self.desk = self._lay(restored.store)
        self.touch()
        self.opened.emit(self.desk)

    def _on_refused(self, error: Exception) -> None:
        self._busy = False
        if not is_trouble(error):
            raise error
        code = str(getattr(error, "code", ""))
        params = getattr(error, "params", {})
        refusal = Refusal(
            code, sentence(error), int(params.get("left", 0)), int(params.get("seconds", 0))
        )
        if code == "damaged" or params.get("kind") == "gone":
            self._offer_backups(refusal)
        else:
            self.refused.emit(refusal)

    def _offer_backups(self, refusal: Refusal) -> None:
        self._busy = True
        self._background.run(
            Lane.DATABASE,
            self._vault.backups,
            done=lambda found: self._on_backups(refusal, found),
            failed=lambda _: self._on_backups(refusal, []),
            owner=self,
        )

    def _on_backups(self, refusal: Refusal, found: list[BackupInfo]) -> None:
        self._busy = False
        if refusal.code == "unavailable" and not found:
            self.refused.emit(refusal)
        else:
            self.refused.emit(Refusal(refusal.code, refusal.sentence, backups=tuple(found)))

    def _on_closed(self) -> None:
        why, self._closing_why = self._closing_why, None
        self._busy = False
        self.is_new = False
        self.closed.emit(why)
        if self._old_desk is not None:
            self._old_desk.changes.deleteLater()  # and with it the services of that desk
            self._old_desk = None
        if why is Why.RESTORE:
            self._offer_backups(Refusal("restore", "所选备份会替换本机现有数据。"))

    def _on_close_failed(self, error: Exception) -> None:
        self._on_closed()
        if not is_trouble(error):
            raise error

    @Slot()
    def _on_idle(self) -> None:
        self.lock(Why.IDLE)


def _leave_to_opening(error: Exception) -> None:
    """Trouble while warming up is told when the store is opened, where somebody reads it."""
    if not is_trouble(error):
        raise error

"""Autosave: 500 ms after the last key, at once when asked, again and again until it works."""

from __future__ import annotations

import logging
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from client.background import Lane
from client.services.desk import Room
from client.services.entry_events import Saved, SaveFailed
from client.services.entry_store import EntryShelf
from client.services.troubles import is_trouble, sentence
from core.changes.draft import Draft

QUIET_MS = 500
RETRY_MS = 5_000

log = logging.getLogger("zhibao.entry")


class Saver(QObject):
    """Keeps one draft safe. Whatever `touch` was called for is saved, or `failed` says why not.

    Signals:
        saved: everything typed until the save began is in the store (`Saved`).
        failed: it is not, and will be tried again (`SaveFailed`).

    """

    saved = Signal(object)
    failed = Signal(object)

    def __init__(
        self,
        room: Room,
        shelf: EntryShelf,
        draft: Callable[[], Draft],
        title: Callable[[], str],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._room, self._shelf, self._draft, self._title = room, shelf, draft, title
        self._dirty = self._stopped = False
        self._running = 0
        self._then: list[Callable[[], None]] = []
        self._quiet = self._timer(QUIET_MS)
        self._retry = self._timer(RETRY_MS)

    def _timer(self, interval: int) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(interval)
        timer.timeout.connect(self.flush)
        return timer

    def touch(self) -> None:
        """The draft has changed; it is saved once it has been quiet for a moment."""
        if not self._stopped:
            self._dirty = True
            self._quiet.start()

    def is_safe(self) -> bool:
        """Whether nothing waits to be saved."""
        return not self._dirty and not self._running

    def flush(self) -> None:
        """Save now what is not saved yet.

        The work is handed in at once, also while another saving is under way: whoever closes the
        store next comes after it in the lane.
        """
        self._quiet.stop()
        if not self._dirty or self._stopped:
            return
        self._dirty = False
        self._running += 1
        draft, title = self._draft(), self._title()
        self._room.background.run(
            Lane.DATABASE,
            lambda: self._shelf.save(draft, title),
            done=self._on_saved,
            failed=self._on_failed,
            owner=self,
        )

    def then(self, action: Callable[[], None]) -> None:
        """Save, and call *action* as soon as nothing is being saved any more."""
        self._then.append(action)
        self.flush()
        self._settle()

    def stop(self) -> None:
        """Save nothing from now on: the draft has become a submission or is gone."""
        self._stopped = True
        self._dirty = False
        self._quiet.stop()
        self._retry.stop()

    def resume(self) -> None:
        """Save again after `stop`: the draft is still a draft."""
        self._stopped = False
        self.touch()

    def _on_saved(self, at: str) -> None:
        self._running -= 1
        self._retry.stop()
        clock = self._room.now().astimezone().strftime("%H:%M:%S")
        self.saved.emit(Saved(clock, at))
        self._settle()

    def _on_failed(self, error: Exception) -> None:
        self._running -= 1
        self._dirty = True
        self._retry.start()
        log.warning("a draft could not be saved: %s", type(error).__name__)
        if not is_trouble(error):
            self.failed.emit(SaveFailed("草稿暂时没能存盘，内容仍在屏幕上，稍后自动重试。"))
            raise error
        self.failed.emit(SaveFailed(sentence(error)))

    def _settle(self) -> None:
        if not self._running and not self._dirty:
            waiting, self._then = self._then, []
            for action in waiting:
                action()

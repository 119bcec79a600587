"""The desk between the screens and an unlocked store: all services, and what they announce."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from client.background import Done, Failed, Job, Lane, Runner
from client.services.troubles import is_trouble
from core.codelists import CodeList
from core.forms.catalogue import Forms

if TYPE_CHECKING:
    from client.services.entry import EntryService
    from client.services.home import HomeService
    from client.services.outbox import OutboxService
    from client.services.registers import RegistersService
    from client.services.session import SessionService
    from client.services.settings import SettingsService
    from client.services.sync import SyncService
    from db.store import Store


@dataclass(frozen=True, slots=True)
class Changed:
    """What has changed in the store; every open screen decides for itself whether to refresh."""

    forms: frozenset[str] = frozenset()
    drafts: bool = False
    outbox: bool = False
    sync: bool = False
    settings: bool = False


class Changes(QObject):
    """The one place where services say that something changed, or that something went wrong.

    Signals:
        changed: something in the store changed (`Changed`).
        failed: work could not be done because of the environment (an exception that
            `client.services.troubles.sentence` can turn into words).

    """

    changed = Signal(object)
    failed = Signal(object)

    def announce(self, change: Changed) -> None:
        """Tells every screen."""
        self.changed.emit(change)


@dataclass(frozen=True, slots=True)
class Room:
    """What every service of an unlocked store stands on."""

    store: Store
    background: Runner
    changes: Changes
    forms: Forms
    codelists: Mapping[str, CodeList]
    now: Callable[[], datetime]  # aware, UTC

    def run(
        self,
        func: Callable[[Store], Any],
        *,
        done: Done | None = None,
        failed: Failed | None = None,
        owner: QObject | None = None,
        lane: str = Lane.DATABASE,
    ) -> Job:
        """Runs `func(store)` off the UI thread; trouble of the environment goes to `changes`.

        A service that can say more itself passes *failed*. What is not trouble of the environment
        is a bug and reaches the exception hook.
        """
        return self.background.run(
            lane,
            lambda: func(self.store),
            done=done,
            failed=failed or self.on_failed,
            owner=owner,
        )

    def today(self) -> str:
        """The officer's date, YYYY-MM-DD."""
        return self.now().astimezone().date().isoformat()

    def on_failed(self, error: Exception) -> None:
        """Announces trouble of the environment; raises what is a bug."""
        if not is_trouble(error):
            raise error
        self.changes.failed.emit(error)


@dataclass(frozen=True, slots=True)
class Desk:
    """All services of an unlocked store."""

    session: SessionService
    home: HomeService
    registers: RegistersService
    entry: EntryService
    outbox: OutboxService
    sync: SyncService
    settings: SettingsService
    changes: Changes

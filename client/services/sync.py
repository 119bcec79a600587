"""Background synchronising: level-triggered, so that nothing that waits is ever forgotten.

While the outbox is not empty there is always a running visit or a timer for the next one; when it
is empty a timer looks for the office's answers.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from client.background import Job, Lane
from client.services.desk import Changed, Room
from client.services.line import LineState
from client.services.troubles import is_trouble, sentence
from core.changes.states import WAITING

if TYPE_CHECKING:
    from db.store import Store


@dataclass(frozen=True, slots=True)
class Visit:
    """How a visit to the office went, as the screens need it."""

    seconds_left: float  # until the next visit is due
    code: str = ""  # the trouble, if there was one
    done_at: float = 0.0  # Unix seconds of the last good visit


@dataclass(frozen=True, slots=True)
class Standing:
    """What the store knows before the first visit."""

    is_enrolled: bool
    waiting: int
    seconds_left: float
    code: str
    done_at: float


class Courier(Protocol):
    """What carries between store and office; called off the UI thread."""

    def standing(self, store: Store) -> Standing:
        """How things stand, without asking the office."""

    def visit(
        self, store: Store, should_stop: Callable[[], bool]
    ) -> Generator[Changed, None, Visit]:
        """Visits the office; yields what changed, returns how it went."""

    def enrol(self, store: Store, url: str, code: str) -> None:
        """Enrols this device and keeps what the office answered."""


class SyncService(QObject):
    """Visits the office when something waits, when it is time, and when asked.

    Signals:
        state_changed: the state of the line (`LineState`).

    """

    state_changed = Signal(object)

    def __init__(self, room: Room, courier: Courier, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.state = LineState()
        self._room = room
        self._courier = courier
        self._job: Job | None = None
        self._is_stopped = False
        self._wanted = False  # something was queued while a visit was under way
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._visit)
        self._news = Changed(sync=True)
        self._teller = QTimer(self)
        self._teller.setSingleShot(True)
        self._teller.setInterval(_NEWS_MS)
        self._teller.timeout.connect(self._tell_news)
        room.changes.changed.connect(self._on_changed)

    @Slot()
    def start(self) -> None:
        """Looks how things stand and plans the first visit."""
        if not self._is_stopped:
            self._room.run(
                self._courier.standing,
                done=self._on_standing,
                failed=self._on_standing_failed,
                owner=self,
            )

    @Slot()
    def sync_now(self) -> None:
        """Visits at once; during a visit, once more after it."""
        if self._job is not None:
            self._wanted = True
        elif self.state.is_enrolled:
            self._timer.start(0)

    def stop(self) -> None:
        """Ends a visit at its next step and plans no other."""
        self._is_stopped = True
        self._timer.stop()
        self._teller.stop()
        if self._job is not None:
            self._job.cancel()
            self._job = None

    def next_in(self) -> float | None:
        """Seconds until the next visit, None where none is planned."""
        return self._timer.remainingTime() / 1000 if self._timer.isActive() else None

    def enrol(
        self,
        url: str,
        code: str,
        *,
        done: Callable[[object], None],
        failed: Callable[[str], None],
        owner: QObject,
    ) -> None:
        """Makes this machine known to the office; *failed* gets a sentence."""

        def enrolled(_: object) -> None:
            self._room.changes.announce(Changed(sync=True, settings=True))
            self.start()
            done(None)

        def refused(error: Exception) -> None:
            if not is_trouble(error):
                raise error
            failed(sentence(error))

        self._room.run(
            lambda store: self._courier.enrol(store, url, code),
            lane=Lane.NETWORK,
            done=enrolled,
            failed=refused,
            owner=owner,
        )

    # --- answers ----------------------------------------------------------------------------

    def _on_standing(self, standing: Standing) -> None:
        if self._is_stopped:
            return
        self._show(
            replace(
                self.state,
                is_enrolled=standing.is_enrolled,
                waiting=standing.waiting,
                code=standing.code,
                synced_at=_moment(standing.done_at),
            )
        )
        if standing.is_enrolled and self._job is None:
            self._plan(0.0 if standing.waiting else standing.seconds_left)

    def _on_standing_failed(self, error: Exception) -> None:
        """The store could not be asked now; what waits in it is not forgotten for that."""
        QTimer.singleShot(round(_AFTER_TROUBLE * 1000), self, self.start)
        self._room.on_failed(error)

    def _plan(self, seconds: float) -> None:
        if not self._is_stopped:
            self._timer.start(round(max(seconds, 0.0) * 1000))

    @Slot()
    def _visit(self) -> None:
        if self._job is not None or self._is_stopped or not self.state.is_enrolled:
            return
        self._wanted = False
        self._show(replace(self.state, is_syncing=True))
        stop = _Stop(self._room.background.is_stopping)
        self._job = stop.job = self._room.background.run(
            Lane.NETWORK,
            lambda: self._courier.visit(self._room.store, stop),
            progress=self._on_event,
            done=self._on_visited,
            failed=self._on_failed,
            owner=self,
        )
        if not self.state.is_syncing:  # It has ended already.
            self._job = None

    def _on_event(self, changed: Changed) -> None:
        """Many come at once while a register is fetched; screens hear of them twice a second."""
        before = self._news
        self._news = Changed(
            forms=before.forms | changed.forms, outbox=before.outbox or changed.outbox, sync=True
        )
        if not self._teller.isActive():
            self._teller.start()

    @Slot()
    def _tell_news(self) -> None:
        self._teller.stop()
        news, self._news = self._news, Changed(sync=True)
        self._room.changes.announce(news)

    def _on_visited(self, visit: Visit) -> None:
        self._job = None
        self._show(
            replace(
                self.state,
                is_syncing=False,
                code=visit.code,
                synced_at=_moment(visit.done_at) or self.state.synced_at,
            )
        )
        self._plan(0.0 if self._wanted and not visit.code else visit.seconds_left)
        self._tell_news()

    def _on_failed(self, error: Exception) -> None:
        """The store itself had trouble; the outbox is still there, so a timer is too."""
        self._job = None
        self._show(replace(self.state, is_syncing=False))
        self._plan(_AFTER_TROUBLE)
        self._room.on_failed(error)

    @Slot(object)
    def _on_changed(self, changed: Changed) -> None:
        if (changed.outbox or changed.sync) and not self._is_stopped:
            self._room.run(_waiting, done=self._on_counted, owner=self)

    def _on_counted(self, waiting: int) -> None:
        grew = waiting > self.state.waiting
        self._show(replace(self.state, waiting=waiting))
        if grew:
            self.sync_now()

    def _show(self, state: LineState) -> None:
        if state != self.state:
            self.state = state
            self.state_changed.emit(state)


_AFTER_TROUBLE = 60.0  # seconds
_NEWS_MS = 500


class _Stop:
    """Says whether a visit should end: the program stops, or the job was cancelled."""

    def __init__(self, is_stopping: Callable[[], bool]) -> None:
        self.job: Job | None = None
        self._is_stopping = is_stopping

    def __call__(self) -> bool:
        return self._is_stopping() or (self.job is not None and self.job.cancelled)


def _waiting(store: Store) -> int:
    from db import outbox

    found = outbox.counts(store)
    return sum(found[each] for each in WAITING)


def _moment(seconds: float) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None

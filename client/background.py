"""All work off the UI thread: two lanes, and one signal through which results come back.

The *database* lane has one worker, so that the store has one writer; the *network* lane has two.
Nobody else in the client starts a thread.
"""

from __future__ import annotations

import logging
import threading
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from types import GeneratorType
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QObject, Qt, Signal, Slot

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

log = logging.getLogger("zhibao.background")


class Lane(StrEnum):
    """Where work runs."""

    DATABASE = "database"
    NETWORK = "network"


WORKERS = {Lane.DATABASE: 1, Lane.NETWORK: 2}

Work = Callable[[], Any]
Done = Callable[[Any], None]
Failed = Callable[[Exception], None]


class Job:
    """A piece of work that was handed in. Once cancelled, nothing is heard of it any more."""

    def __init__(self, done: Done | None, failed: Failed | None, progress: Done | None) -> None:
        self.done = done
        self.failed = failed
        self.progress = progress
        self.owner: weakref.ref[QObject] | None = None
        self.cancelled = False

    def cancel(self) -> None:
        """Drops the result; work that yields progress stops at its next step."""
        self.cancelled = True

    def is_wanted(self) -> bool:
        """Whether somebody still listens: not cancelled, and the owner lives."""
        if self.cancelled:
            return False
        if self.owner is None:
            return True
        owner = self.owner()
        if owner is None:
            return False
        try:
            owner.objectName()
        except RuntimeError:  # Qt has destroyed the object below its Python name.
            return False
        return True


class Runner(Protocol):
    """What services ask for; `Background` in the program, an immediate twin in tests."""

    def run(
        self,
        lane: str,
        func: Work,
        *,
        done: Done | None = None,
        failed: Failed | None = None,
        progress: Done | None = None,
        owner: QObject | None = None,
    ) -> Job:
        """Runs *func* in *lane*; see `Background.run`."""

    def is_stopping(self) -> bool:
        """Whether long work should end at its next step."""


@dataclass(frozen=True, slots=True)
class _Answer:
    job: Job
    kind: str  # "done", "failed" or "progress"
    value: Any


class Background(QObject):
    """The lanes. Lives in the UI thread.

    Signals:
        _answered: work has something to tell (`_Answer`); always queued to the UI thread.

    """

    _answered = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._stop = threading.Event()
        self._pools: dict[Lane, ThreadPoolExecutor] = {}
        self._running: set[Future[None]] = set()
        self._answered.connect(self._on_answered, Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        lane: str,
        func: Work,
        *,
        done: Done | None = None,
        failed: Failed | None = None,
        progress: Done | None = None,
        owner: QObject | None = None,
    ) -> Job:
        """Runs *func* in *lane* and calls *done* with its result, in the UI thread.

        A *func* that returns a generator is drained in the lane: what it yields goes to
        *progress*, what it returns to *done*. An exception goes to *failed*; without *failed* it
        is raised in the UI thread, where the exception hook shows it. Nothing is called once
        *owner* is destroyed or the job is cancelled. After `shutdown` nothing runs.
        """
        job = Job(done, failed, progress)
        job.owner = weakref.ref(owner) if owner is not None else None
        if self._stop.is_set():
            job.cancel()
            return job
        future = self._pool(Lane(lane)).submit(self._work, job, func)
        self._running.add(future)
        return job

    def is_stopping(self) -> bool:
        """Whether long work should end at its next step (may be asked in any thread)."""
        return self._stop.is_set()

    def is_idle(self) -> bool:
        """Whether nothing is running or waiting."""
        self._running = {each for each in self._running if not each.done()}
        return not self._running

    def shutdown(self, deadline: float) -> bool:
        """Stops the lanes; waits at most *deadline* seconds. True if all work has ended."""
        from concurrent.futures import wait

        self._stop.set()
        for pool in self._pools.values():
            pool.shutdown(wait=False, cancel_futures=True)
        # A future that was cancelled while it waited never counts as done for `wait`.
        begun = {each for each in self._running if not each.cancelled()}
        left = wait(begun, timeout=deadline).not_done
        if left:
            log.warning("%d jobs did not end in %.0f s", len(left), deadline)
        return not left

    def _pool(self, lane: Lane) -> ThreadPoolExecutor:
        # Imported with the first job: the unlock page is painted before.
        from concurrent.futures import ThreadPoolExecutor

        if lane not in self._pools:
            self._pools[lane] = ThreadPoolExecutor(
                WORKERS[lane], thread_name_prefix=f"zhibao-{lane}"
            )
        return self._pools[lane]

    def _work(self, job: Job, func: Work) -> None:
        """The worker's side; everything that happens is told, nothing is raised."""
        if job.cancelled:
            return
        try:
            result = func()
            if isinstance(result, GeneratorType):
                result = self._drain(job, result)
        except Exception as error:  # noqa: BLE001 - handed to the UI thread, which decides
            self._tell(_Answer(job, "failed", error))
        else:
            self._tell(_Answer(job, "done", result))

    def _drain(self, job: Job, steps: Any) -> Any:
        try:
            while not (job.cancelled or self._stop.is_set()):
                self._tell(_Answer(job, "progress", next(steps)))
        except StopIteration as end:
            return end.value
        finally:
            steps.close()
        job.cancel()
        return None

    def _tell(self, answer: _Answer) -> None:
        if not self._stop.is_set():
            self._answered.emit(answer)

    @Slot(object)
    def _on_answered(self, answer: _Answer) -> None:
        if answer.kind != "progress":
            self.is_idle()
        deliver(answer.job, answer.kind, answer.value)


def deliver(job: Job, kind: str, value: Any) -> None:
    """Hands an answer to whoever asked; an exception that nobody takes is raised here."""
    if not job.is_wanted():
        return
    if kind == "done" and job.done is not None:
        job.done(value)
    elif kind == "progress" and job.progress is not None:
        job.progress(value)
    elif kind == "failed":
        if job.failed is None:
            raise value
        job.failed(value)

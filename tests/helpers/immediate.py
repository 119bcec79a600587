"""A background without threads: work runs when it is handed in, or when the test says so."""

from __future__ import annotations

import inspect
import weakref
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject

from client.background import Done, Failed, Job, Lane, Work, deliver


class ImmediateBackground(QObject):
    """Runs work at once and calls back before `run` returns.

    With `held = True` work is kept until `release()`, so that a test can look at a busy screen.
    `ran` tells lane by lane what was handed in.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.held = False
        self.stopping = False
        self.ran: list[Lane] = []
        self._waiting: list[Callable[[], None]] = []

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
        job = Job(done, failed, progress)
        job.owner = weakref.ref(owner) if owner is not None else None
        self.ran.append(Lane(lane))
        if self.stopping:
            job.cancel()
        elif self.held:
            self._waiting.append(lambda: self._work(job, func))
        else:
            self._work(job, func)
        return job

    def is_stopping(self) -> bool:
        return self.stopping

    def is_idle(self) -> bool:
        return not self._waiting

    def shutdown(self, deadline: float) -> bool:
        del deadline
        self.stopping = True
        self._waiting.clear()
        return True

    def release(self) -> None:
        """Runs what was held, in order, and what comes after it at once."""
        self.held = False
        waiting, self._waiting = self._waiting, []
        for work in waiting:
            work()

    def _work(self, job: Job, func: Work) -> None:
        if job.cancelled:
            return
        try:
            result = func()
            if inspect.isgenerator(result):
                result = self._drain(job, result)
        except Exception as error:  # noqa: BLE001 - as the real one does
            deliver(job, "failed", error)
        else:
            deliver(job, "done", result)

    def _drain(self, job: Job, steps: Any) -> Any:
        while True:
            try:
                step = next(steps)
            except StopIteration as end:
                return end.value
            deliver(job, "progress", step)

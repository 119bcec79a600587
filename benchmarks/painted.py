"""Says when a window has been painted: after its first paint event has been dealt with."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget


class FirstPaint(QObject):
    """Calls *done* once, when the event loop is idle again after *widget* was first painted."""

    def __init__(self, widget: QWidget, done: Callable[[], None]) -> None:
        """Watch *widget*."""
        super().__init__(widget)
        self._done: Callable[[], None] | None = done
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Notice the first paint event of *watched*."""
        if event.type() == QEvent.Type.Paint and self._done is not None:
            done, self._done = self._done, None
            QTimer.singleShot(0, self, done)
        return super().eventFilter(watched, event)


def tell(mark: str) -> None:
    """Print *mark* and the monotonic clock (ns), which every process shares."""
    sys.stdout.write(f"{mark} {time.monotonic_ns()}\n")
    sys.stdout.flush()

"""The client as a process of its own, telling when what an officer waits for has happened.

`python -m benchmarks.client_child MODE FOLDER` with MODE
unlock  the unlock page is painted
main    the password is known → the main window with today's page is usable
table   the table of people is asked for → its first rows are on the screen
keys    each of 40 keystrokes in the entry form → all issues of the new text are shown
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtTest import QTest

from benchmarks.painted import tell
from client import app
from client.paths import Paths

_UNIT = "420583000118"
_DIGITS = "42058319920817992"
_FILLED = {"/name": "覃晓岚", "/post_kind": "19", "/funding": "1", "/person_class": "5"}


def until(fact: Callable[[], object]) -> None:
    """Run the event loop until *fact* holds, looking every 2 ms so that other lanes can work."""
    loop = QEventLoop()
    look = QTimer(loop)
    look.timeout.connect(lambda: loop.quit() if fact() else None)
    look.start(2)
    if not fact():
        loop.exec()
    look.stop()


class Child:
    """One client on *folder*."""

    def __init__(self, folder: Path) -> None:
        painted: list[bool] = []
        self.client = app.start(Paths(folder))
        self.client.window.resize(1366, 768)
        self.client.window.painted.connect(lambda: painted.append(True))
        until(lambda: painted)
        tell("painted")

    def unlock(self) -> None:
        """Open the store; the imports were made while the officer typed."""
        from benchmarks.stores import PASSWORD

        warm: list[bool] = []
        self.client.background.run("database", lambda: None, done=lambda _: warm.append(True))
        until(lambda: warm)
        tell("key")
        self.client.session.unlock(PASSWORD)
        until(lambda: (page := self._page("home")) is not None and page.day.text())
        self.client.window.grab()
        tell("usable")

    def open_table(self) -> None:
        """The registers page, from the click to its first rows."""
        workplace = self.client.window.workplace
        tell("asked")
        workplace.show_page("registers")
        page = self._page("registers")
        until(lambda: page.model.rowCount() > 0 and page.list.line(0) is not None)
        self.client.window.grab()
        tell("shown")

    def type_keys(self) -> None:
        """An identity number, typed and taken back key by key in a form that is filled in."""
        from client.services.entry_checks import QUIET_MS
        from client.services.targets import NewChange

        self.client.window.workplace.show_page("entry", NewChange("person", "join", "", _UNIT))
        page = self._page("entry")
        until(lambda: page.session is not None and page.form is not None)
        for pointer, text in _FILLED.items():
            page.session.set_text(pointer, text)
        page.form.go("/id_number")
        editor = self.client.application.focusWidget()
        times = []
        for key in (_DIGITS + "\b" * 17) * 2:
            until(lambda: page.session.issues().settled)
            begun = time.perf_counter()
            QTest.keyClick(editor, "\x08" if key == "\b" else key)
            until(lambda: page.session.issues().settled)
            times.append((time.perf_counter() - begun) * 1000)
        times.sort()
        p95 = times[int(len(times) * 0.95)]
        sys.stdout.write(f"key_p95= {p95:.3f}\nkey_work_p95= {p95 - QUIET_MS:.3f}\n")

    def stop(self) -> None:
        """End in order."""
        if self.client.session.desk is not None:
            self.client.session.lock()
            until(lambda: not self.client.session.is_busy())
        self.client.stop()

    def _page(self, name: str) -> Any:
        workplace = self.client.window.workplace
        return None if workplace is None else workplace.page(name)


def main() -> None:
    """Run one mode."""
    mode, folder = sys.argv[1], Path(sys.argv[2])
    child = Child(folder)
    if mode != "unlock":
        child.unlock()
    if mode == "table":
        child.open_table()
    if mode == "keys":
        child.type_keys()
    child.stop()


if __name__ == "__main__":
    main()

"""The client as a process of its own, telling when what an officer waits for has happened.

`python -m benchmarks.client_child MODE FOLDER` with MODE
unlock  the unlock page is painted
main    the password is known → the main window with today's page is usable
table   the table of people is asked for → its first rows are on the screen
keys    each of 68 keystrokes in the entry form → all issues of the new text are shown
stalls  the longest time that the UI thread was busy at a stretch, per thing an officer does
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtTest import QTest

from benchmarks.painted import tell
from client import app
from client.paths import Paths

_TICK_MS = 10
_LAST_SCREEN = "client.ui.settings.page"  # of client.ui.pages
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


def _soon(milliseconds: int = 400) -> Callable[[], bool]:
    """A fact that holds after a while: long enough for what follows an action."""
    end = time.perf_counter() + milliseconds / 1000
    return lambda: time.perf_counter() > end


class Child:
    """One client on *folder*."""

    def __init__(self, folder: Path) -> None:
        painted: list[bool] = []
        self.client = app.start(Paths(folder))
        self.client.window.resize(1366, 768)
        self.client.window.painted.connect(lambda: painted.append(True))
        until(lambda: painted)
        tell("painted")

    def warm_up(self) -> None:
        """Wait for the imports that the client makes while the officer types the password."""
        until(lambda: _LAST_SCREEN in sys.modules)

    def unlock(self) -> None:
        """Open the store."""
        from benchmarks.stores import PASSWORD

        tell("key")
        self.client.session.unlock(PASSWORD)
        until(self._is_home)
        self.client.window.grab()
        tell("usable")

    def open_table(self) -> None:
        """The registers page, from the click to its first rows."""
        tell("asked")
        self._show("registers")
        until(self._has_rows)
        self.client.window.grab()
        tell("shown")

    def type_keys(self) -> None:
        """An identity number, typed and taken back key by key in a form that is filled in."""
        from client.services.entry_checks import QUIET_MS
        from client.services.targets import NewChange

        self._show("entry", NewChange("person", "join", "", _UNIT))
        page = self._page("entry")
        until(self._has_form)
        for pointer, text in _FILLED.items():
            page.session.set_text(pointer, text)
        page.form.go("/id_number")
        times = []
        for key in (_DIGITS + "\b" * 17) * 2:
            until(lambda: page.session.issues().settled)
            begun = time.perf_counter()
            self._key(key)
            until(lambda: page.session.issues().settled)
            times.append((time.perf_counter() - begun) * 1000)
        times.sort()
        p95 = times[int(len(times) * 0.95)]
        sys.stdout.write(f"key_p95= {p95:.3f}\nkey_work_p95= {p95 - QUIET_MS:.3f}\n")

    def measure_stalls(self) -> None:
        """Opening the store, the pages and a form, and typing, each with its longest stall."""
        from benchmarks.stores import PASSWORD
        from client.services.entry_checks import QUIET_MS
        from client.services.targets import NewChange

        show = self._show
        self._stall("stall_open", lambda: self.client.session.unlock(PASSWORD), self._is_home)
        self._stall("stall_registers", lambda: show("registers"), self._has_rows)
        page = self._page("registers")
        self._stall("stall_scroll", lambda: page.table.go(page.model.rowCount() // 2), _soon())
        new = NewChange("person", "join", "", _UNIT)
        self._stall("stall_entry", lambda: show("entry", new), self._has_form)
        self._page("entry").form.go("/id_number")
        for key in _DIGITS:
            self._stall("stall_key", partial(self._key, key), _soon(QUIET_MS * 2))
        self._stall("stall_outbox", lambda: show("outbox"), _soon())
        self._stall("stall_settings", lambda: show("settings"), _soon())

    def _stall(self, name: str, act: Callable[[], object], fact: Callable[[], object]) -> None:
        """Do *act*, wait for *fact*, and tell the longest gap of a 10 ms timer beyond 10 ms."""
        gaps = [0.0]
        last = time.perf_counter()

        def tick() -> None:
            nonlocal last
            now = time.perf_counter()
            gaps.append((now - last) * 1000 - _TICK_MS)
            last = now

        timer = QTimer()
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.timeout.connect(tick)
        timer.start(_TICK_MS)
        act()
        until(fact)
        tick()
        timer.stop()
        sys.stdout.write(f"{name}= {max(gaps):.1f}\n")

    def _is_home(self) -> bool:
        page = self._page("home")
        return page is not None and bool(page.day.text())

    def _has_rows(self) -> bool:
        page = self._page("registers")
        return page.model.rowCount() > 0 and page.list.line(0) is not None

    def _has_form(self) -> bool:
        page = self._page("entry")
        return page is not None and page.session is not None and page.form is not None

    def stop(self) -> None:
        """End in order."""
        if self.client.session.desk is not None:
            self.client.session.lock()
            until(lambda: not self.client.session.is_busy())
        self.client.stop()

    def _key(self, key: str) -> None:
        editor = self.client.application.focusWidget()
        assert editor is not None
        if key == "\b":
            QTest.keyClick(editor, Qt.Key.Key_Backspace)
        else:
            QTest.keyClicks(editor, key)

    def _show(self, name: str, target: object = None) -> None:
        if self.client.window.workplace is not None:
            self.client.window.workplace.show_page(name, target)

    def _page(self, name: str) -> Any:
        workplace = self.client.window.workplace
        return None if workplace is None else workplace.page(name)


def main() -> None:
    """Run one mode."""
    mode, folder = sys.argv[1], Path(sys.argv[2])
    child = Child(folder)
    child.warm_up()
    if mode == "stalls":
        child.measure_stalls()
    elif mode != "unlock":
        child.unlock()
    if mode == "table":
        child.open_table()
    if mode == "keys":
        child.type_keys()
    child.stop()


if __name__ == "__main__":
    main()

"""Hands and eyes of the headless demo: presses keys, waits for facts, takes pictures."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtGui import QGuiApplication, QInputMethodEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from client.ui.entry.fields.choice import ChoiceEditor

_LOOK_MS = 10
_PATIENCE_MS = 60_000


class NotSeenError(AssertionError):
    """What should have come to pass on the screen did not."""


class Hands:
    """Works *window* as a person does: everything goes to the widget that has the focus."""

    def __init__(self, window: QWidget, pictures: Path) -> None:
        self.window = window
        self.taken: list[Path] = []
        self._pictures = pictures
        pictures.mkdir(parents=True, exist_ok=True)

    def press(self, keys: str) -> None:
        """Press one shortcut, written as Qt writes it: `Ctrl+Return`, `F8`, `Down`."""
        stroke = QKeySequence(keys)[0]  # type: ignore[index]
        QTest.keyClick(self._focus(), stroke.key(), stroke.keyboardModifiers())
        self._settle()

    def type(self, text: str) -> None:
        """Type *text*; Chinese comes as from an input method, all at once."""
        if text.isascii():
            QTest.keyClicks(self._focus(), text)
        else:
            event = QInputMethodEvent()
            event.setCommitString(text)
            QGuiApplication.sendEvent(self._focus(), event)
        self._settle()

    def replace(self, text: str) -> None:
        """Type *text* in place of what stands in the field."""
        self.press("Ctrl+A")
        self.type(text)

    def until(self, fact: Callable[[], object], what: str) -> None:
        """Wait until *fact* holds.

        Raises:
            NotSeenError: it did not within a minute; *what* says what was waited for.

        """
        if fact():
            return
        loop = QEventLoop()
        look = QTimer(loop)
        look.setInterval(_LOOK_MS)
        look.timeout.connect(lambda: loop.quit() if fact() else None)
        limit = QTimer(loop)
        limit.setSingleShot(True)
        limit.timeout.connect(loop.quit)
        look.start()
        limit.start(_PATIENCE_MS)
        loop.exec()
        look.stop()
        limit.stop()
        if not fact():
            raise NotSeenError(what)

    def picture(self, name: str) -> None:
        """Save what the window shows."""
        self._settle()
        file = self._pictures / f"{len(self.taken) + 1:02d}-{name}.png"
        self.window.grab().save(str(file))
        self.taken.append(file)

    def focus_is(self, title: str) -> bool:
        """Whether the focus is in the field called *title*."""
        return re.split("[,，:：]", self._focus().accessibleName())[0] == title

    def is_offered_choices(self) -> bool:
        """Whether a list of choices is open below the field that has the focus."""
        editor = self._focus().parent()
        return isinstance(editor, ChoiceEditor) and editor.is_open()

    def _focus(self) -> QWidget:
        popup = QApplication.activePopupWidget()
        focus = QApplication.focusWidget()
        if popup is not None and focus is None:
            return popup
        return focus or self.window

    def _settle(self) -> None:
        """Let everything that is already due happen."""
        loop = QEventLoop()
        QTimer.singleShot(0, loop, loop.quit)
        loop.exec(QEventLoop.ProcessEventsFlag.AllEvents)

"""The pages of the window, in the order of the rail; each imports what it needs when it is shown.

Registers and entry belong to `client.ui.registers` and `client.ui.entry`.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot

from client.ui.main_window import PageEntry

if TYPE_CHECKING:
    from client.services.desk import Desk
    from client.ui.common.page import Page

_BREATH_MS = 5
_SCREENS = (
    "client.ui.common.message_bar",
    "client.ui.common.search_edit",
    "client.ui.common.top_line",
    "client.ui.workplace",
    "client.ui.home.tasks",
    "client.ui.home.page",
    "client.ui.registers.tree",
    "client.ui.registers.page",
    "client.ui.outbox.detail",
    "client.ui.outbox.page",
    "client.ui.entry.form_view",
    "client.ui.entry.page",
    "client.ui.settings.page",
)


def pages() -> tuple[PageEntry, ...]:
    """The pages of the window; each imports what it needs when it is first shown."""
    return (
        PageEntry("home", "今日", "house", _home),
        PageEntry("registers", "台账", "table-2", _registers),
        PageEntry("outbox", "上报", "send", _outbox),
        PageEntry("settings", "设置", "settings", _settings, at_foot=True),
        PageEntry("entry", "填报", "file-pen", _entry, on_rail=False),
        PageEntry("help", "快捷键一览", "keyboard", _help, on_rail=False),
    )


class Preloader(QObject):
    """Imports the screens one by one between the officer's keystrokes."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._left = list(reversed(_SCREENS))
        self._timer = QTimer(self)
        self._timer.setInterval(_BREATH_MS)
        self._timer.timeout.connect(self._on_breath)
        self._timer.start()

    @Slot()
    def _on_breath(self) -> None:
        if self._left:
            importlib.import_module(self._left.pop())
        else:
            self._timer.stop()


def _home(desk: Desk) -> Page:
    from client.ui.home.page import HomePage

    return HomePage(desk)


def _registers(desk: Desk) -> Page:
    from client.ui.registers.page import RegistersPage

    return RegistersPage(desk.registers)


def _entry(desk: Desk) -> Page:
    from client.ui.entry.page import EntryPage

    return EntryPage(desk.entry)


def _outbox(desk: Desk) -> Page:
    from client.ui.outbox.page import OutboxPage

    return OutboxPage(desk)


def _settings(desk: Desk) -> Page:
    from client.ui.settings.page import SettingsPage

    return SettingsPage(desk)


def _help(desk: Desk) -> Page:
    from client.ui.help.page import HelpPage

    return HelpPage(desk)

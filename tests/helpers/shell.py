"""Pages for tests of the window: ours as they are, the others' as empty places."""

from __future__ import annotations

from client.services.desk import Desk
from client.ui.common.page import Page
from client.ui.help.page import HelpPage
from client.ui.home.page import HomePage
from client.ui.main_window import PageEntry
from client.ui.outbox.page import OutboxPage
from client.ui.settings.page import SettingsPage


class EmptyPage(Page):
    """Keeps what it was told."""

    def __init__(self, name: str, title: str) -> None:
        super().__init__()
        self.name = name
        self.title = title
        self.targets: list[object] = []
        self.left = 0

    def enter(self, target: object = None) -> None:
        self.targets.append(target)

    def leave(self) -> None:
        self.left += 1


def registers(desk: Desk) -> Page:
    return EmptyPage("registers", "台账")


def entry(desk: Desk) -> Page:
    return EmptyPage("entry", "填报")


def pages_under_test() -> tuple[PageEntry, ...]:
    return (
        PageEntry("home", "今日", "house", HomePage),
        PageEntry("registers", "台账", "table-2", registers),
        PageEntry("outbox", "上报", "send", OutboxPage),
        PageEntry("settings", "设置", "settings", SettingsPage, at_foot=True),
        PageEntry("entry", "填报", "file-pen", entry, on_rail=False),
        PageEntry("help", "快捷键一览", "keyboard", HelpPage, on_rail=False),
    )

"""Every focusable widget of every screen has a name and a place in the tab chain."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from client.services.home import Today
from client.ui.common.rail import RailButton
from client.ui.main_window import MainWindow
from client.ui.workplace import Workplace
from tests.helpers.desk import FakeWorld
from tests.helpers.keyboard import focusable, press, tab_chain, unnamed


def step(name: str) -> Callable[[MainWindow, FakeWorld], QWidget]:
    def show(window: MainWindow, world: FakeWorld) -> QWidget:
        window.unlock.restore.offer("", world.vault.found, may_leave=True)
        window.unlock.show_step(getattr(window.unlock, name))
        return window.unlock

    return show


def page(name: str) -> Callable[[MainWindow, FakeWorld], QWidget]:
    def show(window: MainWindow, world: FakeWorld) -> QWidget:
        world.session.unlock(world.vault.password)
        assert window.workplace is not None
        window.workplace.show_page(name)
        return window.workplace

    return show


def newcomer(window: MainWindow, world: FakeWorld) -> QWidget:
    world.home.shown = Today()
    world.settings.account = None
    return page("home")(window, world)


def stranger(window: MainWindow, world: FakeWorld) -> QWidget:
    world.settings.account = None
    world.outbox.lines = ()
    return page("settings")(window, world)


def empty_outbox(window: MainWindow, world: FakeWorld) -> QWidget:
    world.outbox.lines = ()
    return page("outbox")(window, world)


def conflict(window: MainWindow, world: FakeWorld) -> QWidget:
    workplace = page("outbox")(window, world)
    press(Qt.Key.Key_Down)
    return workplace


SCREENS = {
    "creation": step("creation"),
    "unlock": step("unlock"),
    "enrol": step("enrol"),
    "restore": step("restore"),
    "notice": step("notice"),
    "home": page("home"),
    "newcomer": newcomer,
    "outbox": page("outbox"),
    "conflict": conflict,
    "empty outbox": empty_outbox,
    "settings": page("settings"),
    "settings before enrolment": stranger,
    "help": page("help"),
}


@pytest.fixture(params=list(SCREENS.values()), ids=list(SCREENS))
def screen(request: pytest.FixtureRequest, window: MainWindow, world: FakeWorld) -> QWidget:
    found: QWidget = request.param(window, world)
    return found


def test_every_focusable_widget_has_a_name(screen: QWidget) -> None:
    assert unnamed(screen) == []


def test_every_focusable_widget_is_in_the_tab_chain(screen: QWidget) -> None:
    chain = {id(each) for each in tab_chain(screen.window())}
    missing = [each for each in focusable(screen) if id(each) not in chain]
    assert missing == []


def is_reached_by_arrows(widget: QWidget) -> bool:
    """Tab comes to one button of a group only; arrows go on from there."""
    return isinstance(widget, RailButton) and not widget.hasFocus()


def test_tab_comes_round_every_enabled_widget(screen: QWidget) -> None:
    wanted = {id(each): each for each in focusable(screen) if each.isEnabled()}
    for _ in range(len(wanted) + 5):
        here = QApplication.focusWidget()
        assert here is not None
        wanted.pop(id(here), None)
        press(Qt.Key.Key_Tab)
    assert [each for each in wanted.values() if not is_reached_by_arrows(each)] == []


def test_the_walk_finds_a_widget_without_a_name(qtbot: QtBot, workplace: Workplace) -> None:
    root = QWidget()
    qtbot.addWidget(root)
    QVBoxLayout(root).addWidget(QLineEdit())
    assert unnamed(root) == ["QLineEdit "]

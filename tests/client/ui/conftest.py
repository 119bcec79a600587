"""One look for all screens under test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from client.ui import theme
from client.ui.main_window import MainWindow
from client.ui.workplace import Workplace
from tests.helpers.desk import FakeWorld
from tests.helpers.shell import pages_under_test


@pytest.fixture(autouse=True)
def look(qapp: QApplication) -> None:
    qapp.setStyle("Fusion")
    theme.apply("light")


@pytest.fixture
def world() -> FakeWorld:
    return FakeWorld()


@pytest.fixture
def window(world: FakeWorld, qtbot: QtBot) -> Iterator[MainWindow]:
    """The window, locked."""
    made = MainWindow(world.session, pages_under_test())
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    yield made
    world.session.blockSignals(True)


@pytest.fixture
def workplace(window: MainWindow, world: FakeWorld, qtbot: QtBot) -> Workplace:
    """The window, unlocked, on its first page."""
    world.session.unlock(world.vault.password)
    assert window.workplace is not None
    return window.workplace

"""今日, by keyboard."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from client.services.desk import Changed
from client.services.home import Today
from client.services.outbox import ShowSubmissions
from client.services.targets import OpenDraft
from client.ui.common.page import Go
from client.ui.home.page import HomePage
from client.ui.home.tasks import TaskModel
from tests.helpers.desk import FakeWorld, some_tasks
from tests.helpers.keyboard import cursor, press


@pytest.fixture
def went() -> list[Go]:
    return []


@pytest.fixture
def page(world: FakeWorld, qtbot: QtBot, went: list[Go]) -> HomePage:
    made = HomePage(world.desk())
    made.navigate.connect(went.append)
    qtbot.addWidget(made)
    made.resize(1200, 700)
    with qtbot.waitExposed(made):
        made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    made.enter()
    return made


def test_each_tile_counts(page: HomePage) -> None:
    tiles = (page.returned, page.due, page.waiting, page.drafts)
    assert [each.count for each in tiles] == [1, 2, 2, 1]
    assert page.due.accessibleName() == "到期与超期 2 件"


def test_the_day_is_told_in_words(page: HomePage) -> None:
    assert page.day.text() == "11 月 22 日 星期日"


def test_the_most_urgent_task_is_chosen_and_enter_leads_there(
    page: HomePage, went: list[Go]
) -> None:
    assert cursor() is page.tasks
    press(Qt.Key.Key_Return)
    assert went == [Go("outbox", ShowSubmissions("answered", "0199-0001"))]


def test_a_draft_is_opened_with_the_arrows_and_enter(page: HomePage, went: list[Go]) -> None:
    press(Qt.Key.Key_Down)
    press(Qt.Key.Key_Return)
    assert went == [Go("entry", OpenDraft("d2"))]


@pytest.mark.parametrize(
    ("tile", "row"),
    [
        (lambda page: page.returned, 0),
        (lambda page: page.due, 1),
        (lambda page: page.drafts, 3),
    ],
)
def test_a_tile_leads_to_its_first_task(
    page: HomePage, tile: Callable[[HomePage], HomePage], row: int
) -> None:
    tile(page).setFocus()
    press(Qt.Key.Key_Space)
    assert cursor() is page.tasks
    assert page.tasks.currentIndex().row() == row


def test_what_waits_leads_to_the_outbox(page: HomePage, went: list[Go]) -> None:
    page.waiting.setFocus()
    press(Qt.Key.Key_Space)
    assert went == [Go("outbox", ShowSubmissions("waiting"))]


def test_a_newcomer_has_one_highlighted_thing_to_do(
    page: HomePage, world: FakeWorld, went: list[Go]
) -> None:
    world.home.shown = Today()
    page.enter()
    assert page.first.title.text() == "先与公开办登记"
    assert page.first.is_marked
    assert page._list.isHidden()
    assert cursor() is page.first.button
    press(Qt.Key.Key_Return)
    assert went == [Go("settings")]


def test_once_enrolled_the_registers_come_first(
    page: HomePage, world: FakeWorld, went: list[Go]
) -> None:
    world.home.shown = Today(is_enrolled=True, has_records=True)
    page.enter()
    press(Qt.Key.Key_Return)
    assert went == [Go("registers")]


def test_the_first_thing_goes_away_once_something_was_done(
    page: HomePage, world: FakeWorld
) -> None:
    world.home.shown = Today(is_enrolled=True, in_review=1)
    page.enter()
    assert page.first.isHidden()
    assert not page.nothing.isHidden()


def test_it_is_refreshed_when_something_changed_while_it_is_shown(
    page: HomePage, world: FakeWorld
) -> None:
    before = world.home.loads
    world.changes.announce(Changed(drafts=True))
    assert world.home.loads == before + 1
    page.leave()
    world.changes.announce(Changed(drafts=True))
    assert world.home.loads == before + 1


def test_a_refresh_keeps_the_place(page: HomePage, world: FakeWorld) -> None:
    press(Qt.Key.Key_Down)
    world.changes.announce(Changed(drafts=True))
    assert page.tasks.currentIndex().row() == 1


def test_the_model_is_a_proper_one(qtmodeltester: ModelTester) -> None:
    model = TaskModel()
    model.show_tasks(some_tasks())
    qtmodeltester.check(model)
    spoken = model.data(model.index(1, 0), Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "已超期，李芳，人员减少，已超期 2 天"

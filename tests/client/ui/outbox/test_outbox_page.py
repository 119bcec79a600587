"""上报, by keyboard."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtPrintSupport import QPrintDialog
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from client.services.desk import Changed
from client.services.outbox import ShowSubmissions
from client.services.targets import Reopen
from client.ui.common.page import Go
from client.ui.outbox.lines import LineModel
from client.ui.outbox.page import OutboxPage
from core.changes.states import State
from tests.helpers.desk import FakeWorld, a_line, some_lines
from tests.helpers.keyboard import cursor, press


@pytest.fixture
def went() -> list[Go]:
    return []


@pytest.fixture
def page(world: FakeWorld, qtbot: QtBot, went: list[Go]) -> OutboxPage:
    made = OutboxPage(world.desk())
    made.navigate.connect(went.append)
    qtbot.addWidget(made)
    made.resize(1200, 700)
    with qtbot.waitExposed(made):
        made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    made.enter()
    return made


def choose(page: OutboxPage, state: State) -> None:
    row = next(n for n, each in enumerate(page.model.lines) if each.state is state)
    while page.list.currentIndex().row() < row:
        press(Qt.Key.Key_Down)


def test_what_was_returned_stands_first_and_is_chosen(page: OutboxPage) -> None:
    assert cursor() is page.list
    line = page.chosen()
    assert line is not None
    assert line.state is State.RETURNED


def test_groups_are_counted(page: OutboxPage) -> None:
    titles = [page.tabs.tabText(number) for number in range(page.tabs.count())]
    assert titles == ["全部 9", "待改 2", "待报 2", "在审 2", "已通过 3"]


def test_a_group_is_chosen_with_the_arrows(page: OutboxPage) -> None:
    page.tabs.setFocus()
    press(Qt.Key.Key_Right)
    assert {each.group for each in page.model.lines} == {"answered"}


def test_a_target_shows_its_group_and_its_submission(page: OutboxPage) -> None:
    page.enter(ShowSubmissions("answered", "0199-0002"))
    line = page.chosen()
    assert page.tabs.currentIndex() == 1
    assert line is not None
    assert line.submission_id == "0199-0002"


@pytest.mark.parametrize("key", [Qt.Key.Key_F2, Qt.Key.Key_Return])
def test_one_key_leads_to_the_first_commented_field(
    page: OutboxPage, went: list[Go], key: Qt.Key
) -> None:
    press(key)
    assert went == [Go("entry", Reopen("0199-0001", "/education"))]


def test_a_comment_leads_to_its_field(page: OutboxPage, went: list[Go]) -> None:
    button = page.detail.remarks.buttons[1]
    assert "文号" in button.accessibleName()
    assert "批准文号" in button.accessibleName()
    button.setFocus()
    press(Qt.Key.Key_Space)
    assert went == [Go("entry", Reopen("0199-0001", "/movements/0/doc_no"))]


def test_what_waits_cannot_be_mended_and_says_why_it_waits(
    page: OutboxPage, went: list[Go]
) -> None:
    choose(page, State.QUEUED)
    press(Qt.Key.Key_F2)
    assert went == []
    assert page.detail.mend.isHidden()
    assert page.detail.trouble.text() == "连不上公开办。已试 3 次。"
    assert page.detail.receipt.isHidden()


def test_the_state_is_told_in_words(page: OutboxPage) -> None:
    choose(page, State.UNDER_REVIEW)
    assert page.detail.words.text() == "公开办正在审核。"


def test_a_conflict_shows_what_was_what_is_mine_and_what_is_theirs(page: OutboxPage) -> None:
    choose(page, State.CONFLICT)
    table = page.detail.conflict.table
    row = [item.text() for column in range(4) if (item := table.item(0, column))]
    assert row == ["学历", "大学专科", "大学本科", "硕士研究生"]
    choose(page, State.APPROVED)
    assert page.detail.conflict.isHidden()


def test_a_receipt_is_verified_and_copied(page: OutboxPage) -> None:
    receipt = page.detail.receipt
    assert receipt.verdict.text().startswith("已核验")
    press(Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    assert cursor() is receipt.copy
    press(Qt.Key.Key_Space)
    text = QGuiApplication.clipboard().text()
    assert "回执 · 王建国 · 信息变更" in text
    assert "sha256:" + "0f" * 32 in text
    assert "已核验" in text


def test_a_receipt_that_does_not_verify_says_so(page: OutboxPage, world: FakeWorld) -> None:
    world.outbox.is_verified = False
    press(Qt.Key.Key_Down)
    assert "未通过核验" in page.detail.receipt.verdict.text()


def test_what_was_mended_and_sent_again_asks_for_nothing(
    page: OutboxPage, world: FakeWorld
) -> None:
    world.outbox.lines = (a_line(1, State.RETURNED, superseded_by="0199-9"),)
    world.changes.announce(Changed(outbox=True))
    line = page.chosen()
    assert line is not None
    assert line.group == "done"
    assert page.detail.badge.accessibleName() == "已改报"
    assert page.detail.mend.isHidden()
    assert page.detail.words.text() == "已改好并再次上报。"


def test_an_empty_outbox_says_what_to_do_first(
    page: OutboxPage, world: FakeWorld, went: list[Go]
) -> None:
    world.outbox.lines = ()
    world.changes.announce(Changed(outbox=True))
    assert page.nothing.title.text() == "还没有上报过"
    assert page.detail.isHidden()
    page.nothing.button.setFocus()
    press(Qt.Key.Key_Return)
    assert went == [Go("registers")]


def test_a_refresh_keeps_the_place(page: OutboxPage, world: FakeWorld) -> None:
    choose(page, State.UNDER_REVIEW)
    chosen = page.chosen()
    assert chosen is not None
    world.outbox.lines = (a_line(9, State.RETURNED), *some_lines())
    world.changes.announce(Changed(outbox=True))
    again = page.chosen()
    assert again is not None
    assert again.submission_id == chosen.submission_id


STEPS = {
    State.QUEUED: ("done", "now", "todo", "todo", "todo"),
    State.SENDING: ("done", "now", "todo", "todo", "todo"),
    State.RECEIVED: ("done", "done", "now", "todo", "todo"),
    State.UNDER_REVIEW: ("done", "done", "done", "now", "todo"),
    State.APPROVED: ("done", "done", "done", "done", "done"),
    State.RETURNED: ("done", "done", "done", "done", "bad"),
    State.REJECTED: ("done", "done", "done", "done", "bad"),
    State.CONFLICT: ("done", "done", "done", "done", "bad"),
}


@pytest.mark.parametrize("state", list(State))
def test_the_track_has_five_steps(state: State) -> None:
    steps = a_line(1, state).steps()
    assert tuple(each.how for each in steps) == STEPS[state]
    ends = {State.RETURNED: "退回", State.REJECTED: "不予受理", State.CONFLICT: "有冲突"}
    end = ends.get(state, "已通过")
    assert [each.word for each in steps] == ["已保存", "待报", "已送达", "审核中", end]


def test_the_model_is_a_proper_one(qtmodeltester: ModelTester) -> None:
    model = LineModel()
    model.show_lines(some_lines())
    qtmodeltester.check(model)
    spoken = model.data(model.index(0, 0), Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "王建国，信息变更，退回"


def test_a_receipt_is_printed(page: OutboxPage, qtbot: QtBot) -> None:
    page.detail.receipt.print.setFocus()
    press(Qt.Key.Key_Space)
    (dialog,) = page.detail.receipt.findChildren(QPrintDialog)
    qtbot.waitUntil(dialog.isVisible)
    dialog.reject()
    del dialog
    receipt = page.detail.receipt
    qtbot.waitUntil(lambda: not receipt.findChildren(QPrintDialog))

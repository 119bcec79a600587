"""Message bar, badges, search box, rail, elided labels: the small parts."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from client.ui import theme
from client.ui.common.bug_dialog import BugDialog
from client.ui.common.card import ElidedLabel, MainButton, ToneLabel
from client.ui.common.doorbell import Doorbell, name_of, ring
from client.ui.common.empty_state import EmptyState
from client.ui.common.message_bar import Message, MessageBar
from client.ui.common.rail import Rail
from client.ui.common.search_edit import SearchEdit
from client.ui.common.state_badge import BADGES, StateBadge, badge_of
from client.ui.theme import Tone
from core.changes.states import State


@pytest.mark.parametrize("state", list(State))
def test_every_state_has_a_badge_with_a_word_of_its_own(state: State) -> None:
    assert badge_of(state).text
    assert len({each.text for each in BADGES.values()}) == len(BADGES)


def test_a_badge_speaks_its_word(qtbot: QtBot) -> None:
    badge = StateBadge(badge_of("returned"))
    qtbot.addWidget(badge)
    assert badge.accessibleName() == "退回"
    wide = badge.sizeHint().width()
    badge.show_badge(badge_of("rejected"))
    assert badge.accessibleName() == "不予受理"
    assert badge.sizeHint().width() > wide
    badge.show_badge(None)
    assert badge.sizeHint().isEmpty()


def test_a_message_with_a_verb_does_it(qtbot: QtBot) -> None:
    bar = MessageBar()
    qtbot.addWidget(bar)
    bar.show()
    done: list[int] = []
    bar.show_message(Message("有新答复。", Tone.HINT, "查看", lambda: done.append(1)))
    assert not bar._timer.isActive()
    qtbot.keyClick(bar.action_button, Qt.Key.Key_Space)
    assert done == [1]
    assert bar.text() == ""
    assert bar.isHidden()


def test_a_search_waits_until_the_typing_rests(qtbot: QtBot) -> None:
    edit = SearchEdit("查找")
    qtbot.addWidget(edit)
    told: list[str] = []
    edit.searched.connect(told.append)
    qtbot.keyClicks(edit, "cx")
    assert told == []
    with qtbot.waitSignal(edit.searched):
        qtbot.keyClicks(edit, "y")
    assert told == ["cxy"]


def test_a_search_is_told_at_once_on_enter_and_when_it_is_emptied(qtbot: QtBot) -> None:
    edit = SearchEdit("查找")
    qtbot.addWidget(edit)
    told: list[str] = []
    edit.searched.connect(told.append)
    qtbot.keyClicks(edit, "cx")
    with qtbot.waitSignal(edit.went_down):
        qtbot.keyClick(edit, Qt.Key.Key_Return)
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    qtbot.keyClick(edit, Qt.Key.Key_Escape)
    assert told == ["cx", ""]


def test_a_coloured_sentence_follows_the_scheme(qtbot: QtBot, qapp: QApplication) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    label = ToneLabel(parent=parent)
    parent.show()
    label.say("出错了。", Tone.ERROR)
    label.hide()  # A page that is not on the screen.
    for scheme in ("dark", "light"):
        theme.apply(scheme)
        wanted = theme.ink(Tone.ERROR, qapp.palette())
        qtbot.waitUntil(lambda: label._words.palette().windowText().color() == wanted)  # noqa: B023
    assert label.accessibleName() == "出错了。"
    label.say("")
    assert label.isHidden()


def test_a_long_name_is_elided_and_its_tip_says_all(qtbot: QtBot) -> None:
    label = ElidedLabel("枝江市机构编制委员会办公室")
    qtbot.addWidget(label)
    label.resize(theme.chars(5), label.sizeHint().height())
    label.grab()
    assert label.toolTip() == label.text()
    label.resize(label.sizeHint())
    label.grab()
    assert label.toolTip() == ""


def test_the_main_button_is_pressed_by_enter(qtbot: QtBot) -> None:
    button = MainButton("上报")
    qtbot.addWidget(button)
    pressed: list[bool] = []
    button.clicked.connect(lambda: pressed.append(True))
    button.setIcon(theme.icon("send"))
    button.setFocus()
    QApplication.sendEvent(button, QFocusEvent(QFocusEvent.Type.FocusIn))
    assert not button.grab().isNull()
    qtbot.keyClick(button, Qt.Key.Key_Space)
    button.setEnabled(False)
    assert not button.grab().isNull()
    assert pressed == [True]


def test_an_empty_state_asks(qtbot: QtBot) -> None:
    empty = EmptyState("inbox", "没有", "先做这个", "打开")
    qtbot.addWidget(empty)
    with qtbot.waitSignal(empty.asked):
        qtbot.keyClick(empty.button, Qt.Key.Key_Return)
    empty.say("inbox", "没有")
    assert empty.button.isHidden()
    assert empty.words.isHidden()


def test_the_rail_shows_a_number(qtbot: QtBot) -> None:
    rail = Rail()
    qtbot.addWidget(rail)
    rail.add("home", "今日", "house")
    rail.add("settings", "设置", "settings", last=True)
    button = rail.buttons["home"]
    plain = button.grab().toImage()
    button.show_count(120)
    assert button.grab().toImage() != plain
    button.show_count(0)
    assert button.accessibleName() == "今日"


def test_a_second_start_rings_at_the_first(qtbot: QtBot) -> None:
    name = name_of("some folder")
    bell = Doorbell(name)
    with qtbot.waitSignal(bell.rung):
        assert ring(name)
    bell.close()


def test_nobody_answers_where_nobody_listens(qtbot: QtBot) -> None:
    assert not ring(name_of("another folder"))
    assert name_of("a") != name_of("b")


def test_the_report_of_a_bug_is_copied(qtbot: QtBot) -> None:
    dialog = BugDialog("report without names")
    qtbot.addWidget(dialog)
    dialog.open()
    qtbot.keyClick(dialog.copy, Qt.Key.Key_Space)
    assert QApplication.clipboard().text() == "report without names"
    assert dialog.isVisible()
    qtbot.keyClick(dialog.close_button, Qt.Key.Key_Space)
    assert not dialog.isVisible()

"""Rail, top line, messages, shortcuts: the desk by keyboard."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from client.services.desk import Changed
from client.services.line import LineState
from client.services.outbox import ShowSubmissions
from client.services.targets import Find, NewChange
from client.ui import actions
from client.ui.common.message_bar import Message
from client.ui.common.page import Go
from client.ui.main_window import MainWindow
from client.ui.outbox.page import OutboxPage
from client.ui.theme import Tone
from client.ui.workplace import Workplace
from core.changes.states import State
from db.errors import StoreUnavailable
from tests.helpers.desk import FakeWorld, a_line
from tests.helpers.keyboard import cursor, press, shortcut, type_text
from tests.helpers.shell import EmptyPage

CTRL = Qt.KeyboardModifier.ControlModifier


def page(workplace: Workplace, name: str) -> EmptyPage:
    found = workplace.page(name)
    assert isinstance(found, EmptyPage)
    return found


class TestPages:
    def test_only_the_first_page_is_built_at_first(self, workplace: Workplace) -> None:
        names = ("home", "registers", "outbox", "settings", "entry", "help")
        assert [each for each in names if workplace.page(each)] == ["home"]

    @pytest.mark.parametrize(
        ("key", "name"),
        [
            (Qt.Key.Key_2, "registers"),
            (Qt.Key.Key_3, "outbox"),
            (Qt.Key.Key_4, "settings"),
        ],
    )
    def test_control_and_a_digit_show_a_page_and_mark_it(
        self, workplace: Workplace, key: Qt.Key, name: str
    ) -> None:
        shortcut(workplace, key, CTRL)
        assert workplace.current == name
        marked = [each for each, button in workplace.rail.buttons.items() if button.isChecked()]
        assert marked == [name]

    def test_the_rail_is_walked_with_the_arrows(self, workplace: Workplace) -> None:
        workplace.rail.buttons["home"].setFocus()
        press(Qt.Key.Key_Down)
        assert cursor() is workplace.rail.buttons["registers"]
        press(Qt.Key.Key_Space)
        assert workplace.current == "registers"

    def test_a_page_that_is_left_is_told(self, workplace: Workplace) -> None:
        workplace.show_page("registers")
        workplace.show_page("home")
        assert page(workplace, "registers").left == 1

    def test_locking_lets_the_page_save_first(self, workplace: Workplace, world: FakeWorld) -> None:
        workplace.show_page("entry")
        left = page(workplace, "entry")
        states: list[bool] = []
        left.leave = lambda: states.append(world.vault.stores[-1].is_open)  # type: ignore[method-assign]
        world.session.lock()
        assert states == [True]

    def test_back_goes_to_the_page_before(self, workplace: Workplace) -> None:
        workplace.show_page("registers")
        workplace.show_page("settings")
        shortcut(workplace, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
        assert workplace.current == "registers"
        shortcut(workplace, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
        assert workplace.current == "home"

    def test_a_page_leads_to_another_with_a_target(self, workplace: Workplace) -> None:
        workplace.show_page("registers")
        target = NewChange("person", "join", unit="u1")
        page(workplace, "registers").navigate.emit(Go("entry", target))
        assert page(workplace, "entry").targets == [target]

    def test_the_title_of_the_window_names_the_page(
        self, workplace: Workplace, window: MainWindow
    ) -> None:
        workplace.show_page("outbox")
        assert window.windowTitle() == "上报 · 直报"


class TestShortcuts:
    def test_f1_shows_every_shortcut_and_again_goes_back(self, workplace: Workplace) -> None:
        press(Qt.Key.Key_F1)
        assert workplace.current == "help"
        press(Qt.Key.Key_F1)
        assert workplace.current == "home"

    def test_escape_leaves_the_list_of_shortcuts(self, workplace: Workplace) -> None:
        press(Qt.Key.Key_F1)
        press(Qt.Key.Key_Escape)
        assert workplace.current == "home"

    def test_control_l_locks(self, workplace: Workplace, window: MainWindow) -> None:
        shortcut(workplace, Qt.Key.Key_L, CTRL)
        assert window.workplace is None

    def test_every_page_of_the_rail_has_a_shortcut(self, workplace: Workplace) -> None:
        for name in workplace.rail.buttons:
            assert actions.shortcut(f"page_{name}").keys

    def test_no_keys_are_given_twice_in_one_place(self) -> None:
        for where in {each.where for each in actions.SHORTCUTS}:
            places = {actions.GENERAL, where}
            keys = [key for each in actions.SHORTCUTS if each.where in places for key in each.keys]
            assert len(keys) == len(set(keys)), where


class TestSearch:
    def test_control_k_searches_everywhere(self, workplace: Workplace) -> None:
        shortcut(workplace, Qt.Key.Key_K, CTRL)
        assert cursor() is workplace.top.search
        type_text("cxy")
        press(Qt.Key.Key_Return)
        assert workplace.current == "registers"
        assert page(workplace, "registers").targets == [Find("cxy")]

    def test_an_empty_search_leads_nowhere(self, workplace: Workplace) -> None:
        shortcut(workplace, Qt.Key.Key_K, CTRL)
        press(Qt.Key.Key_Return)
        assert workplace.current == "home"


class TestLine:
    def test_the_line_is_told_in_words(self, workplace: Workplace, world: FakeWorld) -> None:
        assert workplace.top.line_words() == "已连接 · 3 分钟前同步 · 2 件待报"
        world.sync.show(LineState(is_enrolled=True, waiting=12, code="no_line"))
        assert workplace.top.line_words() == "离线 · 12 件待报，联网后自动上报"
        assert "连不上公开办" in workplace.top.words.toolTip()

    def test_unit_and_officer_stand_at_the_left(self, workplace: Workplace) -> None:
        assert workplace.top.unit.text() == "枝江市教育局"
        assert workplace.top.officer.text() == "陈秀英"

    def test_control_r_synchronises(self, workplace: Workplace, world: FakeWorld) -> None:
        before = world.sync.asked
        shortcut(workplace, Qt.Key.Key_R, CTRL)
        assert world.sync.asked == before + 1

    def test_without_enrolment_it_says_what_to_do_and_leads_there(
        self, workplace: Workplace, world: FakeWorld
    ) -> None:
        world.sync.show(LineState(is_enrolled=False))
        shortcut(workplace, Qt.Key.Key_R, CTRL)
        assert "尚未与公开办登记" in workplace.bar.text()
        workplace.bar.action_button.setFocus()
        press(Qt.Key.Key_Space)
        assert workplace.current == "settings"

    def test_trouble_that_needs_somebody_is_said_once(
        self, workplace: Workplace, world: FakeWorld
    ) -> None:
        trouble = LineState(is_enrolled=True, code="wrong_signature")
        world.sync.show(trouble)
        assert "不是本单位登记的公开办" in workplace.bar.text()
        workplace.bar.clear()
        world.sync.show(replace(trouble, is_syncing=True))
        world.sync.show(trouble)
        assert workplace.bar.text() == ""

    def test_a_passing_trouble_is_no_message(self, workplace: Workplace, world: FakeWorld) -> None:
        world.sync.show(LineState(is_enrolled=True, code="no_line"))
        assert workplace.bar.text() == ""


class TestMessages:
    def test_trouble_with_the_store_becomes_a_sentence(
        self, workplace: Workplace, world: FakeWorld
    ) -> None:
        world.changes.failed.emit(StoreUnavailable("full"))
        assert "磁盘空间已满" in workplace.bar.text()

    def test_escape_takes_the_message_away(self, workplace: Workplace) -> None:
        workplace.say(Message("出错了。", Tone.ERROR))
        press(Qt.Key.Key_Escape)
        assert workplace.bar.isHidden()

    def test_a_confirmation_goes_away_by_itself_and_trouble_stays(
        self, workplace: Workplace
    ) -> None:
        workplace.say(Message("已保存。", Tone.DONE))
        assert workplace.bar._timer.isActive()
        workplace.say(Message("出错了。", Tone.ERROR))
        assert not workplace.bar._timer.isActive()


class TestCounts:
    def test_the_rail_counts_what_asks_for_something(
        self, workplace: Workplace, world: FakeWorld
    ) -> None:
        button = workplace.rail.buttons["outbox"]
        assert button.count == 2
        world.outbox.lines = (a_line(1, State.RETURNED),)
        world.changes.announce(Changed(outbox=True))
        assert button.count == 1
        assert button.accessibleName() == "上报，1 件"

    def test_a_new_answer_is_said_and_leads_there(
        self, workplace: Workplace, world: FakeWorld
    ) -> None:
        assert workplace.bar.text() == ""
        world.outbox.lines = (*world.outbox.lines, a_line(10, State.RETURNED))
        world.changes.announce(Changed(outbox=True))
        assert "3 件要修改" in workplace.bar.text()
        workplace.bar.action_button.setFocus()
        press(Qt.Key.Key_Space)
        outbox = workplace.page("outbox")
        assert isinstance(outbox, OutboxPage)
        assert workplace.current == "outbox"
        assert outbox.tabs.currentIndex() == 1


class TestWindow:
    def test_a_key_in_the_window_puts_off_the_idle_lock(
        self, workplace: Workplace, window: MainWindow, world: FakeWorld, qtbot: QtBot
    ) -> None:
        world.session.set_idle_minutes(15)
        world.session._idle.stop()
        handle = window.windowHandle()
        assert handle is not None
        QTest.keyClick(handle, Qt.Key.Key_Shift)
        assert world.session._idle.isActive()

    def test_only_passing_over_the_window_does_not_count_as_presence(
        self, workplace: Workplace, window: MainWindow, world: FakeWorld
    ) -> None:
        world.session._idle.stop()
        middle = QPointF(10, 10)
        window._watch.eventFilter(window, QEnterEvent(middle, middle, middle))
        window._watch.eventFilter(window, QEvent(QEvent.Type.Paint))
        assert not world.session._idle.isActive()

    def test_closing_saves_closes_the_store_and_keeps_the_place(
        self, workplace: Workplace, window: MainWindow, world: FakeWorld
    ) -> None:
        window.close()
        assert not world.vault.stores[-1].is_open
        assert world.settings.look.geometry

    def test_closing_while_locked_just_leaves(self, window: MainWindow, qtbot: QtBot) -> None:
        with qtbot.waitSignal(window.left):
            window.close()

    def test_the_window_stands_where_it_stood(self, window: MainWindow) -> None:
        window.resize(window.width() // 2, window.height() // 2)
        text = window.geometry_text()
        size = window.size()
        window.resize(size * 2)
        window.restore_geometry_text(text)
        assert window.size() == size
        window.restore_geometry_text("nonsense")
        assert window.size() == size

    def test_home_leads_to_the_outbox(self, workplace: Workplace, world: FakeWorld) -> None:
        home = workplace.page("home")
        assert home is not None
        home.navigate.emit(Go("outbox", ShowSubmissions("waiting")))
        assert workplace.current == "outbox"

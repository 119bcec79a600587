"""The door, by keyboard."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from client.services.line import LineState
from client.services.session import Why
from client.ui.main_window import MainWindow
from db.errors import StoreDamaged, StoreTooNew, StoreUnavailable
from tests.helpers.desk import FakeWorld
from tests.helpers.keyboard import cursor, press, type_text

GOOD = "abcd1234"


def enter(text: str) -> None:
    type_text(text)
    press(Qt.Key.Key_Return)


@pytest.fixture
def fresh(world: FakeWorld, window: MainWindow) -> MainWindow:
    """The window on a machine without a store."""
    world.vault.password = ""
    window.unlock.begin()
    return window


class TestFirstRun:
    def test_a_password_typed_twice_makes_a_store_and_asks_for_the_office(
        self, world: FakeWorld, fresh: MainWindow
    ) -> None:
        enter(GOOD)
        enter(GOOD)
        assert world.vault.password == GOOD
        assert fresh.unlock.current_step() is fresh.unlock.enrol
        assert cursor() is fresh.unlock.enrol.url

    @pytest.mark.parametrize(
        ("password", "words"),
        [("abc1", "还差 4 个"), ("abcdefgh", "至少 2 种"), ("", "还差 8 个")],
    )
    def test_a_weak_password_says_what_is_missing(
        self, world: FakeWorld, fresh: MainWindow, password: str, words: str
    ) -> None:
        enter(password)
        assert words in fresh.unlock.creation.problem.text()
        assert cursor() is fresh.unlock.creation.first
        assert world.vault.password == ""

    def test_two_different_passwords_make_no_store(
        self, world: FakeWorld, fresh: MainWindow
    ) -> None:
        enter(GOOD)
        enter(GOOD + "x")
        assert "不一致" in fresh.unlock.creation.problem.text()
        assert cursor() is fresh.unlock.creation.again
        assert world.vault.password == ""

    def test_enrolling_opens_the_desk(self, world: FakeWorld, fresh: MainWindow) -> None:
        enter(GOOD)
        enter(GOOD)
        enter("https://gkb.example")
        enter("ABCD-1234")
        assert world.sync.enrolled == [("https://gkb.example", "ABCD-1234")]
        assert fresh.workplace is not None

    def test_a_refused_code_says_why_and_lets_try_again(
        self, world: FakeWorld, fresh: MainWindow
    ) -> None:
        world.sync.refusal = "登记码不正确。"
        enter(GOOD)
        enter(GOOD)
        enter("https://gkb.example")
        enter("WRONG")
        assert fresh.unlock.enrol.problem.text() == "登记码不正确。"
        assert cursor() is fresh.unlock.enrol.code
        assert fresh.workplace is None
        world.sync.refusal = ""
        press(Qt.Key.Key_Return)
        assert fresh.workplace is not None

    def test_an_empty_address_or_code_is_asked_for(
        self, world: FakeWorld, fresh: MainWindow
    ) -> None:
        enter(GOOD)
        enter(GOOD)
        press(Qt.Key.Key_Return)
        press(Qt.Key.Key_Return)
        assert "地址" in fresh.unlock.enrol.problem.text()
        enter("https://gkb.example")
        press(Qt.Key.Key_Return)
        assert "登记码" in fresh.unlock.enrol.problem.text()
        assert world.sync.enrolled == []

    def test_enrolling_may_wait(self, world: FakeWorld, fresh: MainWindow) -> None:
        world.sync.state = LineState(is_enrolled=False)
        enter(GOOD)
        enter(GOOD)
        for _ in range(3):
            press(Qt.Key.Key_Tab)
        assert cursor() is fresh.unlock.enrol.skip
        press(Qt.Key.Key_Space)
        assert fresh.workplace is not None
        assert world.sync.enrolled == []


class TestUnlock:
    def test_the_right_password_opens_the_desk(self, world: FakeWorld, window: MainWindow) -> None:
        enter(GOOD)
        assert window.workplace is not None
        assert window.workplace.current == "home"

    def test_a_wrong_password_says_how_many_tries_are_left(self, window: MainWindow) -> None:
        enter("nonsense")
        assert "还可以再试 4 次" in window.unlock.unlock.problem.text()
        assert cursor() is window.unlock.unlock.password
        assert window.unlock.unlock.password.text() == ""

    def test_five_wrong_passwords_lock_and_say_how_long(
        self, window: MainWindow, qtbot: QtBot
    ) -> None:
        for _ in range(5):
            enter("nonsense")
        step = window.unlock.unlock
        assert "10 分 00 秒" in step.problem.text()
        assert not step.isEnabled()
        for _ in range(600):
            step._on_second()
        assert step.isEnabled()
        assert cursor() is step.password

    def test_no_password_asks_for_one(self, world: FakeWorld, window: MainWindow) -> None:
        press(Qt.Key.Key_Return)
        assert window.unlock.unlock.problem.text() == "请输入口令。"
        assert world.background.ran == []

    def test_while_it_opens_nothing_can_be_typed(
        self, world: FakeWorld, window: MainWindow
    ) -> None:
        world.background.held = True
        enter(GOOD)
        assert not window.unlock.unlock.isEnabled()
        assert "正在打开" in window.unlock.unlock.problem.text()
        world.background.release()
        assert window.workplace is not None

    def test_a_store_of_a_newer_program_is_told_in_a_sentence(
        self, world: FakeWorld, window: MainWindow
    ) -> None:
        world.vault.trouble = StoreTooNew()
        enter(GOOD)
        assert window.unlock.current_step() is window.unlock.notice
        assert "升级程序" in window.unlock.notice.problem.text()

    def test_after_trouble_the_password_can_be_tried_again(
        self, world: FakeWorld, window: MainWindow
    ) -> None:
        world.vault.trouble = StoreUnavailable("busy")
        enter(GOOD)
        assert "占用" in window.unlock.notice.problem.text()
        world.vault.trouble = None
        press(Qt.Key.Key_Space)
        enter(GOOD)
        assert window.workplace is not None

    def test_the_eye_shows_the_password(self, window: MainWindow) -> None:
        type_text("abc")
        edit = window.unlock.unlock.password
        assert edit.displayText() != "abc"
        edit.actions()[0].trigger()
        assert edit.displayText() == "abc"


class TestRestore:
    def test_a_damaged_store_offers_the_backups(self, world: FakeWorld, window: MainWindow) -> None:
        world.vault.trouble = StoreDamaged("page 3")
        enter(GOOD)
        step = window.unlock.restore
        assert window.unlock.current_step() is step
        assert "损坏" in step.text.text()
        assert step.list.count() == 2
        assert cursor() is step.list

    def test_the_chosen_backup_is_restored_and_opened(
        self, world: FakeWorld, window: MainWindow
    ) -> None:
        world.vault.trouble = StoreDamaged("page 3")
        enter(GOOD)
        press(Qt.Key.Key_Down)
        press(Qt.Key.Key_Return)
        enter(GOOD)
        assert world.vault.restored == ["b.zbk"]
        assert window.workplace is not None
        assert "找回 2 件" in window.workplace.bar.text()

    def test_a_wrong_password_restores_nothing(self, world: FakeWorld, window: MainWindow) -> None:
        world.vault.trouble = StoreDamaged("page 3")
        enter(GOOD)
        press(Qt.Key.Key_Return)
        enter("nonsense")
        assert world.vault.restored == []
        assert "还可以再试" in window.unlock.restore.problem.text()

    def test_without_backups_it_says_whom_to_ask(
        self, world: FakeWorld, window: MainWindow
    ) -> None:
        world.vault.trouble = StoreDamaged("page 3")
        world.vault.found = []
        enter(GOOD)
        assert "没有找到备份" in window.unlock.restore.problem.text()
        assert not window.unlock.restore.button.isEnabled()

    def test_a_backup_may_be_put_back_on_purpose_or_not(
        self, world: FakeWorld, window: MainWindow
    ) -> None:
        enter(GOOD)
        world.session.lock(Why.RESTORE)
        step = window.unlock.restore
        assert window.unlock.current_step() is step
        assert not step.leave.isHidden()
        step.leave.setFocus()
        press(Qt.Key.Key_Space)
        assert window.unlock.current_step() is window.unlock.unlock


class TestLock:
    def test_locking_shows_the_door_and_closes_the_store(
        self, world: FakeWorld, window: MainWindow
    ) -> None:
        enter(GOOD)
        world.session.lock()
        assert window.workplace is None
        assert not world.vault.stores[-1].is_open
        assert QApplication.focusWidget() is window.unlock.unlock.password

    def test_an_idle_lock_says_that_nothing_was_lost(
        self, world: FakeWorld, window: MainWindow
    ) -> None:
        enter(GOOD)
        world.session.lock(Why.IDLE)
        assert "都已保存" in window.unlock.unlock.problem.text()

    def test_after_a_lock_the_same_page_comes_back(
        self, world: FakeWorld, window: MainWindow
    ) -> None:
        enter(GOOD)
        assert window.workplace is not None
        window.workplace.show_page("outbox")
        world.session.lock()
        enter(GOOD)
        assert window.workplace is not None
        assert window.workplace.current == "outbox"

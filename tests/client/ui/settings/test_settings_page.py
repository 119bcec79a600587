"""设置, by keyboard."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from client.services.session import Why
from client.ui import theme
from client.ui.common.message_bar import Message
from client.ui.settings.page import SettingsPage
from tests.helpers.desk import ACCOUNT, FakeWorld
from tests.helpers.keyboard import cursor, press, type_text


@pytest.fixture
def said() -> list[Message]:
    return []


@pytest.fixture
def page(world: FakeWorld, qtbot: QtBot, said: list[Message]) -> SettingsPage:
    made = SettingsPage(world.desk())
    made.said.connect(said.append)
    qtbot.addWidget(made)
    made.resize(1200, 900)
    with qtbot.waitExposed(made):
        made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    made.enter()
    return made


def enter(widget: QWidget, text: str) -> None:
    widget.setFocus()
    type_text(text)
    press(Qt.Key.Key_Return)


def test_a_changed_field_is_kept_at_once(
    page: SettingsPage, world: FakeWorld, said: list[Message]
) -> None:
    page.duty.phone.setFocus()
    type_text("07174212345")
    press(Qt.Key.Key_Tab)
    assert world.settings.preferences.officer_phone == "07174212345"
    assert said[-1].text == "设置已保存。"


def test_enter_moves_on(page: SettingsPage) -> None:
    page.duty.name.setFocus()
    press(Qt.Key.Key_Return)
    assert cursor() is page.duty.phone
    press(Qt.Key.Key_Return)
    assert cursor() is page.duty.days


def test_what_did_not_change_is_not_saved(
    page: SettingsPage, world: FakeWorld, said: list[Message]
) -> None:
    page.duty.phone.setFocus()
    press(Qt.Key.Key_Tab)
    assert said == []


def test_the_duty_may_count_working_days(page: SettingsPage, world: FakeWorld) -> None:
    page.duty.days.setFocus()
    press(Qt.Key.Key_Down)
    page.duty.days.activated.emit(1)
    assert world.settings.preferences.duty_working


def test_the_idle_lock_is_set_in_minutes(page: SettingsPage, world: FakeWorld) -> None:
    page.duty.idle.setFocus()
    page.duty.idle.selectAll()
    type_text("30")
    press(Qt.Key.Key_Tab)
    assert world.settings.preferences.idle_minutes == 30


def test_the_scheme_changes_at_once(
    page: SettingsPage, world: FakeWorld, qapp: QApplication
) -> None:
    page.look.scheme.setFocus()
    press(Qt.Key.Key_End)
    page.look.scheme.activated.emit(2)
    assert world.settings.look.scheme == "dark"
    assert theme.is_dark(qapp.palette())


def test_the_scale_says_when_it_counts(page: SettingsPage, world: FakeWorld) -> None:
    page.look.scale.setFocus()
    press(Qt.Key.Key_End)
    page.look.scale.activated.emit(4)
    assert world.settings.look.scale == 2.0
    assert not page.look.note.isHidden()


def test_who_is_enrolled_is_shown_and_not_asked_for(page: SettingsPage) -> None:
    assert page.office.url.isHidden()


def test_an_unknown_machine_is_enrolled_here(
    page: SettingsPage, world: FakeWorld, said: list[Message]
) -> None:
    world.settings.account = None
    page.enter()
    enter(page.office.url, "https://gkb.example")
    assert cursor() is page.office.code
    world.settings.account = ACCOUNT
    enter(page.office.code, "ABCD")
    assert world.sync.enrolled == [("https://gkb.example", "ABCD")]
    assert page.office.url.isHidden()
    assert "登记成功" in said[-1].text


def test_a_refused_code_stays_to_be_mended(page: SettingsPage, world: FakeWorld) -> None:
    world.settings.account = None
    world.sync.refusal = "登记码不正确。"
    page.enter()
    enter(page.office.code, "ABCD")
    assert "公开办地址" in page.office.problem.text()
    enter(page.office.url, "https://gkb.example")
    press(Qt.Key.Key_Return)
    assert page.office.problem.text() == "登记码不正确。"
    assert page.office.code.isEnabled()


def test_a_backup_is_made_now(page: SettingsPage, world: FakeWorld, said: list[Message]) -> None:
    page.backup.now.setFocus()
    press(Qt.Key.Key_Space)
    assert len(world.vault.found) == 3
    assert said[-1].text.startswith("已备份")
    assert "共 3 份" in page.backup.words.text()


def test_putting_a_backup_back_locks_first(page: SettingsPage, world: FakeWorld) -> None:
    world.session.unlock("abcd1234")
    whys: list[Why] = []
    world.session.closed.connect(whys.append)
    page.backup.back.setFocus()
    press(Qt.Key.Key_Space)
    assert whys == [Why.RESTORE]


def test_the_password_is_changed(page: SettingsPage, world: FakeWorld) -> None:
    enter(page.password.old, "abcd1234")
    type_text("neu-5678")
    press(Qt.Key.Key_Return)
    type_text("neu-5678")
    press(Qt.Key.Key_Return)
    assert world.vault.password == "neu-5678"
    assert "口令已更改" in page.password.problem.text()
    assert page.password.new.text() == ""


@pytest.mark.parametrize(
    ("old", "new", "again", "words"),
    [
        ("", "neu-5678", "neu-5678", "现在的口令"),
        ("abcd1234", "short", "short", "还差"),
        ("abcd1234", "neu-5678", "neu-5679", "不一致"),
        ("wrong", "neu-5678", "neu-5678", "还可以再试 4 次"),
    ],
)
def test_a_password_is_not_changed_without_reason(
    page: SettingsPage, world: FakeWorld, old: str, new: str, again: str, words: str
) -> None:
    for edit, text in (
        (page.password.old, old),
        (page.password.new, new),
        (page.password.again, again),
    ):
        edit.setFocus()
        type_text(text)
    press(Qt.Key.Key_Return)
    assert words in page.password.problem.text()
    assert world.vault.password == "abcd1234"
    assert page.password.isEnabled()

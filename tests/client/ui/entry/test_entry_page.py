"""The entry page, worked by keyboard alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QMessageBox,
    QPushButton,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from client.services.entry import EntryService
from client.services.entry_session import EntrySession
from client.services.outbox import ShowSubmissions
from client.services.targets import NewChange, OpenDraft, Reopen
from client.ui import theme
from client.ui.common.message_bar import Message
from client.ui.common.page import Go
from client.ui.entry.fields.attachment import AttachmentEditor, size_text
from client.ui.entry.fields.choice import ChoiceEditor
from client.ui.entry.form_view import FormView
from client.ui.entry.page import EntryPage
from client.ui.entry.tone_label import ToneLabel
from client.ui.theme import Tone
from core.changes.draft import Comment
from tests.helpers.entry_shelf import UNIT, FakeShelf, FakeTrouble, make_room
from tests.helpers.immediate import ImmediateBackground
from tests.helpers.keyboard import (
    cursor,
    focusable,
    positions,
    press,
    shortcut,
    tab_chain,
    type_text,
    unnamed,
)

Key, Mod = Qt.Key, Qt.KeyboardModifier
JOIN = NewChange("person", "join", unit=UNIT)
AMEND = NewChange("person", "amend", "p1")


class Screen:
    """An entry page on the screen, and what it said and where it wanted to go."""

    def __init__(self, qtbot: QtBot) -> None:
        self.shelf = FakeShelf()
        self.background = ImmediateBackground()
        self.room = make_room(self.background)
        self.page = EntryPage(EntryService(self.room, self.shelf))
        self.said: list[Message] = []
        self.went: list[Go] = []
        self.page.said.connect(self.said.append)
        self.page.navigate.connect(self.went.append)
        self.page.resize(1280, 720)
        qtbot.addWidget(self.page)
        self.page.show()
        qtbot.waitExposed(self.page)
        self.page.activateWindow()

    def open(self, target: object) -> None:
        self.page.enter(target)
        self.form.finish()

    @property
    def session(self) -> EntrySession:
        assert self.page.session is not None
        return self.page.session

    @property
    def form(self) -> FormView:
        assert self.page.form is not None
        return self.page.form

    def go(self, pointer: str) -> None:
        assert self.form.go(pointer)

    def text(self, pointer: str) -> str:
        editor = self.form.rows[pointer].editor
        assert editor is not None
        return editor.text()

    def saved_words(self) -> str:
        assert self.page.foot is not None
        return self.page.foot.saved_words()


@pytest.fixture
def screen(qtbot: QtBot) -> Screen:
    return Screen(qtbot)


def test_an_empty_page_says_what_to_do_first(screen: Screen) -> None:
    shown = [each.text() for each in screen.page.findChildren(QPushButton) if each.isVisible()]
    assert shown == ["转到台账"]
    screen.page.findChildren(QPushButton)[0].click()
    assert screen.went == [Go("registers")]


def test_a_whole_card_is_filled_in_and_submitted_by_keyboard(screen: Screen) -> None:
    screen.open(JOIN)
    type_text("公务员考录")
    press(Key.Key_Return)
    type_text("2008.12.1")
    screen.go("/name")
    type_text("王新人")
    press(Key.Key_Return)  # 证件类型 has its usual value
    press(Key.Key_Return)
    type_text("420583198001012314")
    assert screen.text("/birth_date") == "1980-01-01"
    for pointer, text in (
        ("/native_place", "枝江"),
        ("/work_start", "20030701"),
        ("/post_kind", "xzbz"),
        ("/funding", "qe"),
        ("/person_class", "fld"),
        ("/entry_mode", "gwy"),
        ("/entry_date", "2008-12-1"),
        ("/posted_on", "2008-12-1"),
    ):
        screen.go(pointer)
        type_text(text)
        press(Key.Key_Return)
    shortcut(screen.page, Key.Key_Return, Mod.ControlModifier)
    assert screen.said[-1].text == "还不能上报：1 处警告要写明上报说明。"
    assert cursor().accessibleName() == "上报说明"
    type_text("原件后补")
    shortcut(screen.page, Key.Key_Return, Mod.ControlModifier)
    assert screen.went[-1].page == "outbox"
    sent = screen.shelf.submitted[0]
    assert sent.values["post_kind"] == "11"
    assert sent.values["name"] == "王新人"
    assert list(sent.overrides.values()) == ["原件后补"]


# --- moving ---


def test_enter_moves_on_and_shift_enter_back(screen: Screen) -> None:
    screen.open(JOIN)
    screen.go("/name")
    press(Key.Key_Return)
    assert screen.form.here == "/id_type"
    press(Key.Key_Return, Mod.ShiftModifier)
    assert screen.form.here == "/name"


def test_enter_skips_what_cannot_be_typed_into(screen: Screen) -> None:
    screen.open(AMEND)
    screen.go("/head/phone")
    press(Key.Key_Return)
    assert screen.form.here == "/sex"


def test_enter_in_the_last_field_leads_to_the_main_action(screen: Screen) -> None:
    screen.open(JOIN)
    last = screen.form.editors()[-1]
    screen.go(last.pointer)
    press(Key.Key_Return)
    assert isinstance(cursor(), QPushButton)
    assert cursor() is screen.page.foot.submit_button  # type: ignore[union-attr]


def test_alt_enter_begins_a_new_line(screen: Screen) -> None:
    screen.open(JOIN)
    type_text("a")
    press(Key.Key_Return, Mod.AltModifier)
    type_text("b")
    assert screen.session.draft.head.reason == "a\nb"


def test_tab_goes_in_the_order_of_the_form(screen: Screen) -> None:
    screen.open(JOIN)
    chain = tab_chain(screen.page)
    targets = [each for editor in screen.form.editors() for each in editor.targets()]
    places = positions(chain, targets)
    assert places == sorted(places)


def test_everything_that_takes_the_cursor_has_a_name(screen: Screen) -> None:
    for target in (JOIN, AMEND, NewChange("institution", "posts", "u1")):
        screen.open(target)
        screen.session.submit()
        assert unnamed(screen.page) == []


def test_everything_that_takes_the_cursor_is_in_the_tab_chain(screen: Screen) -> None:
    screen.open(AMEND)
    chain = {id(each) for each in tab_chain(screen.page)}
    assert [each for each in focusable(screen.page) if id(each) not in chain] == []


# --- choosing ---


def test_the_first_typed_key_of_a_choice_is_not_lost(screen: Screen) -> None:
    screen.open(JOIN)
    screen.go("/post_kind")
    type_text("x")
    assert screen.text("/post_kind") == "x"
    editor = screen.form.rows["/post_kind"].editor
    assert isinstance(editor, ChoiceEditor)
    assert editor.is_open()
    assert cursor() is editor.target()
    press(Key.Key_Return)
    assert screen.text("/post_kind") == "行政编制"
    assert screen.session.draft.values["post_kind"] == "11"


def test_arrows_walk_the_list_and_escape_keeps_what_was_typed(screen: Screen) -> None:
    screen.open(JOIN)
    screen.go("/post_kind")
    type_text("xz")
    press(Key.Key_Down)
    press(Key.Key_Return)
    assert screen.session.draft.values["post_kind"] == "12"
    screen.go("/post_kind")
    cursor().selectAll()  # type: ignore[attr-defined]
    type_text("zz")
    press(Key.Key_Escape)
    assert screen.text("/post_kind") == "zz"


def test_down_opens_the_whole_list(screen: Screen) -> None:
    screen.open(JOIN)
    screen.go("/sex")
    press(Key.Key_Down)
    editor = screen.form.rows["/sex"].editor
    assert isinstance(editor, ChoiceEditor)
    assert editor.popup().model().rowCount() == 4


def test_a_unit_is_found_by_initials(screen: Screen) -> None:
    screen.open(JOIN)
    screen.go("/unit")
    cursor().selectAll()  # type: ignore[attr-defined]
    type_text("zjssf")
    press(Key.Key_Return)
    assert screen.text("/unit") == "枝江市示范中心"
    assert screen.session.draft.values["unit"] == "420583000002"


def test_yes_and_no_are_single_keys(screen: Screen) -> None:
    screen.open(JOIN)
    screen.go("/publish")
    press(Key.Key_N)
    assert screen.session.draft.values["publish"] is False
    assert screen.form.rows["/unpublished_reason"].isVisible()
    press(Key.Key_S)
    assert screen.session.draft.values["publish"] is True
    press(Key.Key_Delete)
    assert "publish" not in screen.session.draft.values


# --- what is wrong ---


def test_f8_walks_the_issues_and_back(screen: Screen) -> None:
    screen.open(AMEND)
    screen.session.set_text("/seconded", "是")
    screen.session._checker.run()
    press(Key.Key_F8)
    assert screen.form.here == "/seconded_to"
    press(Key.Key_F8)
    assert screen.form.here == "/seconded_from_date"
    press(Key.Key_F8, Mod.ShiftModifier)
    assert screen.form.here == "/seconded_to"


def test_f8_without_issues_leads_to_what_is_still_to_be_filled_in(screen: Screen) -> None:
    screen.open(JOIN)
    press(Key.Key_F8)
    assert screen.form.here in screen.session.issues().missing


def test_f9_leads_to_the_reason_of_the_warning_at_hand(screen: Screen) -> None:
    screen.open(AMEND)
    screen.session.set_text("/seconded", "是")
    screen.session._checker.run()
    screen.go("/seconded")
    press(Key.Key_F9)
    assert cursor().accessibleName() == "上报说明"
    type_text("县委批准")
    assert screen.session.draft.overrides == {"seconded_reason@/seconded": "县委批准"}
    press(Key.Key_Return)
    assert screen.form.here == "/seconded"


def test_a_reason_that_is_being_typed_is_not_disturbed_by_new_checks(screen: Screen) -> None:
    screen.open(AMEND)
    screen.session.set_text("/seconded", "是")
    screen.session._checker.run()
    press(Key.Key_F9)
    type_text("ab")
    field = cursor()
    screen.session._checker.run()
    assert cursor() is field
    type_text("c")
    assert list(screen.session.draft.overrides.values()) == ["abc"]


def test_a_sentence_below_a_field_waits_until_the_cursor_has_left(screen: Screen) -> None:
    screen.open(JOIN)
    screen.go("/work_start")
    type_text("2008-13-01")
    row = screen.form.rows["/work_start"]
    assert row.notes() == ()
    assert any(each.pointer == "/work_start" for each in issue_cards(screen))
    press(Key.Key_Return)
    assert [tone for tone, _ in row.notes()] == [Tone.ERROR]


def issue_cards(screen: Screen) -> list[Any]:
    assert screen.page.issues is not None
    return list(screen.page.issues._cards.values())


def test_a_date_is_shown_in_iso_form_once_the_cursor_has_left(screen: Screen) -> None:
    screen.open(JOIN)
    screen.go("/work_start")
    type_text("2003.7.1")
    assert screen.text("/work_start") == "2003.7.1"
    press(Key.Key_Return)
    assert screen.text("/work_start") == "2003-07-01"


def test_a_locked_field_says_which_flow_opens_it(screen: Screen) -> None:
    screen.open(AMEND)
    row = screen.form.rows["/id_number"]
    assert row.editor is None
    closed = next(each for each in row.findChildren(QWidget) if each.accessibleDescription())
    assert closed.accessibleDescription() == "锁定 · 要改请办「关键信息更正」"


def test_comments_of_a_returned_change_stand_at_their_fields(screen: Screen) -> None:
    screen.open(AMEND)
    draft = replace(screen.session.draft, values={**screen.session.draft.values})
    screen.shelf.return_with("s-1", draft, Comment("/position", "职务请写全称"))
    screen.open(Reopen("s-1", "/position"))
    assert screen.form.rows["/position"].notes() == ((Tone.RETURNED, "退回意见：职务请写全称"),)
    assert screen.form.here == "/position"
    assert issue_cards(screen)[0].tone is Tone.RETURNED


def test_before_and_after_are_listed(screen: Screen) -> None:
    screen.open(AMEND)
    screen.go("/position")
    cursor().selectAll()  # type: ignore[attr-defined]
    type_text("副局长")
    assert screen.page.differences is not None
    assert [(each.before, each.after) for each in screen.page.differences.lines()] == [
        ("科员", "副局长")
    ]


# --- child tables ---


def test_rows_are_added_filled_and_removed_by_key(screen: Screen) -> None:
    screen.open(NewChange("institution", "posts", "u1"))
    screen.go("/posts/0/authorised")
    shortcut(screen.page, Key.Key_Insert, Mod.ControlModifier)
    type_text("gq")
    press(Key.Key_Return)
    type_text("qe")
    press(Key.Key_Return)
    type_text("4")
    assert screen.session.draft.values["posts"][1] == {
        "post_kind": "14",
        "funding": "1",
        "authorised": 4,
    }
    press(Key.Key_Up)
    type_text("30")
    assert screen.session.draft.values["posts"][0]["authorised"] == 30
    press(Key.Key_Down)
    shortcut(screen.page, Key.Key_Delete, Mod.ControlModifier)
    assert len(screen.session.draft.values["posts"]) == 1


def test_a_block_from_a_spreadsheet_is_spread_over_cells_and_new_rows(screen: Screen) -> None:
    screen.open(NewChange("institution", "posts", "u1"))
    screen.go("/posts/0/post_kind")
    QGuiApplication.clipboard().setText("行政编制\t全额拨款\t9\n工勤编制(机关)\t1\t4\n")
    press(Key.Key_V, Mod.ControlModifier)
    assert screen.session.draft.values["posts"] == [
        {"post_kind": "11", "funding": "1", "authorised": 9},
        {"post_kind": "14", "funding": "1", "authorised": 4},
    ]
    assert screen.session.draft.values["posts_total"] == 13


def test_one_pasted_word_goes_into_its_cell(screen: Screen) -> None:
    screen.open(NewChange("institution", "posts", "u1"))
    screen.go("/posts/0/authorised")
    QGuiApplication.clipboard().setText("7")
    press(Key.Key_V, Mod.ControlModifier)
    assert screen.session.draft.values["posts"][0]["authorised"] == 7


def test_nothing_can_be_typed_while_the_change_is_being_queued(screen: Screen) -> None:
    screen.open(NewChange("institution", "posts", "u1"))
    session = screen.session
    session.set_text("/posts/0/authorised", "5")
    session.set_head("reason", "增编")
    session.set_head("event_date", "2008-12-01")
    session.set_override("attachment_missing@/head/attachments", "后补")
    screen.background.held = True
    shortcut(screen.page, Key.Key_Return, Mod.ControlModifier)
    assert not screen.form.isEnabled()
    screen.background.release()
    assert screen.went[-1].page == "outbox"


def test_the_page_can_be_typed_into_again_after_a_refusal(screen: Screen) -> None:
    screen.open(JOIN)
    shortcut(screen.page, Key.Key_Return, Mod.ControlModifier)
    assert screen.form.isEnabled()
    assert screen.form.here == "/head/event_date" or cursor().accessibleName().startswith(
        "呈报事由"
    )


def test_a_closed_table_says_which_flow_opens_it(screen: Screen) -> None:
    screen.open(NewChange("institution", "amend", "u1"))
    grid = screen.form.grids["posts"]
    assert not grid.add_button.isVisible()
    assert grid.cells == {}


# --- documents ---


def drop(target: QWidget, *paths: Path) -> None:
    """Drop files on *target*, as a file manager would."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(each)) for each in paths])
    buttons, none = Qt.MouseButton.LeftButton, Mod.NoModifier
    copy = Qt.DropAction.CopyAction
    enter = QDragEnterEvent(QPoint(1, 1), copy, data, buttons, none)
    QCoreApplication.sendEvent(target, enter)
    assert enter.isAccepted()
    QCoreApplication.sendEvent(target, QDropEvent(QPointF(1, 1), copy, data, buttons, none))


def documents(folder: Path, *names: str) -> list[Path]:
    made = [folder / each for each in names]
    for each in made:
        each.write_bytes(b"%PDF-1.4" + each.name.encode())
    return made


def test_documents_are_dropped_listed_and_removed(screen: Screen, tmp_path: Path) -> None:
    screen.open(JOIN)
    screen.form.head.files.button.setFocus()
    drop(screen.form.head.files, *documents(tmp_path, "批复.pdf", "公示.jpg"))
    assert [each.name for each in screen.session.draft.attachments] == ["批复.pdf", "公示.jpg"]
    remove = next(
        each
        for each in screen.form.head.findChildren(QToolButton)
        if each.accessibleName() == "移除附件 批复.pdf"
    )
    remove.click()
    assert [each.name for each in screen.session.draft.attachments] == ["公示.jpg"]


def test_documents_are_chosen_by_key(screen: Screen, tmp_path: Path) -> None:
    screen.open(JOIN)
    shortcut(screen.page, Key.Key_A, Mod.ControlModifier | Mod.ShiftModifier)
    dialog = screen.page.findChild(QFileDialog)
    assert dialog is not None
    dialog.filesSelected.emit([str(each) for each in documents(tmp_path, "批复.pdf")])
    dialog.close()
    assert [each.name for each in screen.session.draft.attachments] == ["批复.pdf"]


def test_a_photo_is_dropped_on_its_field_and_taken_away(screen: Screen, tmp_path: Path) -> None:
    screen.open(JOIN)
    screen.go("/photo")
    editor = screen.form.rows["/photo"].editor
    assert isinstance(editor, AttachmentEditor)
    drop(editor.target(), *documents(tmp_path, "照片.jpg"))
    assert editor.text() == "照片.jpg"
    editor.findChildren(QToolButton)[0].click()
    assert "photo" not in screen.session.draft.values


def test_what_may_not_be_attached_is_said(screen: Screen, tmp_path: Path) -> None:
    screen.open(JOIN)
    drop(screen.form.head.files, *documents(tmp_path, "程序.exe"))
    assert "不是可上传的格式" in screen.said[-1].text


@pytest.mark.parametrize(("size", "words"), [(12, "12 B"), (2048, "2.0 KB"), (5 * 2**20, "5.0 MB")])
def test_sizes_are_told_as_people_read_them(size: int, words: str) -> None:
    assert size_text(size) == words


# --- the list of issues ---


def test_a_card_leads_to_its_field_by_key_and_by_mouse(screen: Screen) -> None:
    screen.open(AMEND)
    screen.session.set_text("/seconded", "是")
    screen.session._checker.run()
    card = next(each for each in issue_cards(screen) if each.pointer == "/seconded_to")
    card.setFocus()
    press(Key.Key_Return)
    assert screen.form.here == "/seconded_to"
    screen.go("/position")
    QTest.mouseClick(card, Qt.MouseButton.LeftButton)
    assert screen.form.here == "/seconded_to"


def test_an_issue_that_is_mended_leaves_the_list(screen: Screen) -> None:
    screen.open(AMEND)
    screen.session.set_text("/seconded", "是")
    screen.session._checker.run()
    screen.session.set_text("/seconded", "否")
    screen.session._checker.run()
    assert issue_cards(screen) == []


def test_the_page_follows_the_scheme(screen: Screen, qtbot: QtBot) -> None:
    screen.open(AMEND)
    screen.session.set_text("/seconded", "是")
    screen.session._checker.run()
    before = QApplication.palette()
    label = issue_cards(screen)[0].findChildren(ToneLabel)[0]
    light = label.palette().color(label.foregroundRole())
    try:
        QApplication.setPalette(theme.palette(dark=not theme.is_dark(before)))
        qtbot.waitUntil(lambda: label.palette().color(label.foregroundRole()) != light)
    finally:
        QApplication.setPalette(before)


# --- saving ---


def test_the_foot_says_when_it_was_saved(screen: Screen) -> None:
    screen.open(JOIN)
    type_text("a")
    assert screen.saved_words() == "正在保存…"
    press(Key.Key_S, Mod.ControlModifier)
    assert screen.saved_words() == "已保存 10:32:07"


def test_it_is_saved_by_itself_when_the_keys_rest(screen: Screen, qtbot: QtBot) -> None:
    screen.open(JOIN)
    type_text("a")
    qtbot.waitUntil(lambda: screen.saved_words() == "已保存 10:32:07", timeout=3000)
    assert screen.shelf.saves[-1].head.reason == "a"


def test_leaving_the_page_saves(screen: Screen) -> None:
    screen.open(JOIN)
    type_text("a")
    screen.page.leave()
    assert screen.shelf.saves[-1].head.reason == "a"


def test_what_could_not_be_saved_is_said_and_can_be_tried_again(
    screen: Screen, expect_log: Any
) -> None:
    expect_log("zhibao.entry", "could not be saved")
    screen.open(JOIN)
    screen.shelf.trouble = FakeTrouble()
    type_text("a")
    press(Key.Key_S, Mod.ControlModifier)
    assert screen.said[-1].tone is Tone.ERROR
    assert screen.saved_words() == "没有存盘，正在重试"
    screen.shelf.trouble = None
    retry = screen.said[-1].do
    assert retry is not None
    retry()
    assert screen.saved_words() == "已保存 10:32:07"


def test_opening_another_draft_saves_the_one_before(screen: Screen) -> None:
    screen.open(JOIN)
    type_text("a")
    first = screen.session.draft.draft_id
    screen.open(AMEND)
    assert screen.shelf.drafts[first].head.reason == "a"
    screen.open(OpenDraft(first))
    assert screen.text("/head/reason") == "a"


def test_a_draft_is_deleted_only_after_a_question(screen: Screen) -> None:
    screen.open(JOIN)
    type_text("a")
    press(Key.Key_S, Mod.ControlModifier)
    assert screen.page.foot is not None
    screen.page.foot.discard_button.click()
    box = screen.page.findChild(QMessageBox)
    assert box is not None
    assert screen.shelf.drafts != {}
    next(each for each in box.buttons() if each.text() == "删除草稿").click()
    assert screen.shelf.drafts == {}
    assert screen.went[-1] == Go("registers")


def test_a_record_with_a_change_on_its_way_is_explained(screen: Screen) -> None:
    screen.shelf.pending["p1"] = "s-7"
    screen.page.enter(AMEND)
    message = screen.said[-1]
    assert message.verb == "看进度"
    assert message.do is not None
    message.do()
    assert screen.went[-1] == Go("outbox", ShowSubmissions(submission_id="s-7"))


def test_more_fields_are_folded_until_they_are_asked_for(screen: Screen) -> None:
    screen.open(JOIN)
    assert not screen.form.rows["/former_name"].isVisible()
    screen.go("/former_name")
    assert screen.form.rows["/former_name"].isVisible()
    assert screen.form.here == "/former_name"


def test_the_reason_for_being_late_is_asked_only_when_it_is_late(screen: Screen) -> None:
    screen.open(JOIN)
    late = screen.form.rows["/head/overdue_reason"]
    assert not late.isVisible()
    screen.go("/head/event_date")
    type_text("2008.11.1")
    assert late.isVisible()

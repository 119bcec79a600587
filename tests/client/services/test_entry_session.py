"""The entry session: what is typed is kept, checked, saved and submitted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QObject

from client.services.entry import CannotOpen, EntryService, EntrySession
from client.services.entry_events import Refused, SaveFailed, Submitted
from client.services.entry_rows import with_row, without_row
from client.services.entry_state import Access
from client.services.targets import NewChange, OpenDraft, Reopen
from core import resources
from core.changes.draft import Comment, Draft
from core.forms.model import Severity
from tests.helpers.entry_shelf import UNIT, FakeShelf, FakeTrouble, make_room
from tests.helpers.immediate import ImmediateBackground

JOIN = NewChange("person", "join", unit=UNIT)
AMEND = NewChange("person", "amend", "p1")
WHOLE = {
    "/name": "王新人",
    "/id_number": "420583198001012314",
    "/native_place": "420583",
    "/work_start": "2003-7-1",
    "/post_kind": "11",
    "/funding": "1",
    "/person_class": "5",
    "/entry_mode": "01",
    "/entry_date": "2008.12.1",
    "/posted_on": "二〇〇八年十二月一日",
}


class Desk:
    """A service, its shelf, and what its sessions announced."""

    def __init__(self) -> None:
        self.background = ImmediateBackground()
        self.shelf = FakeShelf()
        self.room = make_room(self.background)
        self.owner = QObject()
        self.service = EntryService(self.room, self.shelf)
        self.heard: list[object] = []
        self.refusal: CannotOpen | None = None

    def open(self, target: object) -> EntrySession:
        found: list[EntrySession] = []
        self.service.open(target, done=found.append, failed=self._on_failed, owner=self.owner)
        session = found[0]
        for signal in (session.submitted, session.refused, session.save_failed, session.discarded):
            signal.connect(self.heard.append)
        session.start()
        return session

    def refuse(self, target: object) -> CannotOpen:
        self.service.open(target, done=self.heard.append, failed=self._on_failed, owner=self.owner)
        assert self.refusal is not None
        return self.refusal

    def _on_failed(self, refusal: CannotOpen) -> None:
        self.refusal = refusal


@pytest.fixture
def desk(qapp: object) -> Desk:
    return Desk()


def fill(session: EntrySession) -> None:
    for pointer, text in WHOLE.items():
        session.set_text(pointer, text)
    session.set_head("reason", "公务员考录")
    session.set_head("event_date", "2008年12月1日")


def codes(session: EntrySession) -> set[tuple[str, str]]:
    return {(each.issue.code, each.issue.pointer) for each in session.issues().issues}


# --- opening ---


def test_a_new_card_begins_with_defaults_its_unit_and_the_officer(desk: Desk) -> None:
    session = desk.open(JOIN)
    assert session.draft.values["unit"] == UNIT
    assert session.draft.values["id_type"] == "111"
    assert session.draft.values["publish"] is True
    assert session.draft.head.filled_by == "李信息"
    assert session.unit_title == "枝江市样例局"


def test_nothing_is_saved_before_something_is_typed(desk: Desk) -> None:
    session = desk.open(JOIN)
    session.close()
    assert desk.shelf.saves == []


def test_a_second_way_to_the_same_change_leads_to_the_same_draft(desk: Desk) -> None:
    first = desk.open(AMEND)
    first.set_text("/position", "副局长")
    first.close()
    again = desk.open(AMEND)
    assert again.draft.draft_id == first.draft.draft_id
    assert again.state("/position").text == "副局长"


def test_a_record_with_a_change_on_its_way_is_not_opened(desk: Desk) -> None:
    desk.shelf.pending["p1"] = "s-1"
    refusal = desk.refuse(AMEND)
    assert refusal.submission_id == "s-1"
    assert "正在办理" in str(refusal)


@pytest.mark.parametrize("target", [OpenDraft("gone"), NewChange("person", "amend", "nobody")])
def test_what_is_gone_is_said_in_a_sentence(desk: Desk, target: object) -> None:
    assert str(desk.refuse(target)).endswith("。")


def test_a_returned_change_opens_with_its_comments(desk: Desk) -> None:
    session = desk.open(AMEND)
    desk.shelf.return_with("s-9", session.draft, Comment("/position", "职务请写全称"))
    again = desk.open(Reopen("s-9"))
    assert again.draft.supersedes == "s-9"
    assert again.draft.comments[0].text == "职务请写全称"


# --- typing ---


def test_dates_are_taken_in_every_accepted_form(desk: Desk) -> None:
    session = desk.open(JOIN)
    for text in ("2003.7.1", "2003年7月1日", "20030701", "二〇〇三年七月一日"):
        session.set_text("/work_start", text)
        assert session.draft.values["work_start"] == "2003-07-01"


def test_text_that_is_no_value_is_kept_and_said_at_once(desk: Desk) -> None:
    session = desk.open(JOIN)
    session.set_text("/work_start", "去年夏天")
    assert "work_start" not in session.draft.values
    assert session.draft.texts == {"/work_start": "去年夏天"}
    assert session.state("/work_start").text == "去年夏天"
    assert "/work_start" in {pointer for _, pointer in codes(session)}


def test_the_same_text_comes_back_from_the_draft(desk: Desk) -> None:
    session = desk.open(JOIN)
    session.set_text("/work_start", "去年夏天")
    session.close()
    again = desk.open(OpenDraft(session.draft.draft_id))
    assert again.state("/work_start").text == "去年夏天"
    assert "/work_start" in {pointer for _, pointer in codes(again)}


def test_birth_date_and_sex_follow_the_id_number(desk: Desk) -> None:
    session = desk.open(JOIN)
    session.set_text("/id_number", WHOLE["/id_number"])
    assert session.draft.values["birth_date"] == "1980-01-01"
    assert session.state("/sex").shown == "男"


def test_what_the_officer_typed_is_not_filled_over(desk: Desk) -> None:
    session = desk.open(JOIN)
    session.set_text("/birth_date", "一九八〇年")
    session.set_text("/id_number", WHOLE["/id_number"])
    assert session.state("/birth_date").text == "一九八〇年"


def test_a_hidden_field_gives_its_value_back_when_it_is_asked_for_again(desk: Desk) -> None:
    session = desk.open(JOIN)
    session.set_text("/politics", "01")
    session.set_text("/party_date", "2001-7-1")
    session.set_text("/politics", "13")
    assert not session.state("/party_date").visible
    assert "party_date" not in session.draft.values
    session.set_text("/politics", "01")
    assert session.draft.values["party_date"] == "2001-07-01"


def test_what_a_hidden_field_had_survives_closing_the_draft(desk: Desk) -> None:
    session = desk.open(JOIN)
    session.set_text("/politics", "01")
    session.set_text("/party_date", "2001-7-1")
    session.set_text("/politics", "13")
    session._checker.run()
    assert "/party_date" not in {pointer for _, pointer in codes(session)}
    session.close()
    again = desk.open(OpenDraft(session.draft.draft_id))
    again.set_text("/politics", "01")
    assert again.draft.values["party_date"] == "2001-07-01"
    assert again.draft.texts == {}


def test_a_value_of_the_register_stays_in_a_hidden_field(desk: Desk) -> None:
    values = dict(desk.shelf.memory.records["person"]["p1"])
    member = {**values, "politics": "01", "party_date": "1980-07-01"}
    desk.shelf.memory.add("person", "p1", member)
    session = desk.open(AMEND)
    session.set_text("/politics", "13")
    session.set_text("/position", "局长")
    assert session.draft.values["party_date"] == "1980-07-01"
    assert [each.title for each in session.differences()] == ["职务", "政治面貌"]


def test_a_reference_that_was_not_chosen_is_no_value(desk: Desk) -> None:
    session = desk.open(JOIN)
    session.set_text("/unit", "枝江")
    session.leave("/unit")
    assert "unit" not in session.draft.values
    assert ("unknown_reference", "/unit") in codes(session)


def test_a_choice_that_is_being_typed_is_not_called_wrong(desk: Desk) -> None:
    session = desk.open(JOIN)
    session.set_text("/nation", "zz没有")
    assert "/nation" not in {pointer for _, pointer in codes(session)}
    session.leave("/nation")
    assert "/nation" in {pointer for _, pointer in codes(session)}


@given(
    texts=st.lists(
        st.tuples(
            st.sampled_from(["/name", "/work_start", "/nation", "/position", "/remark"]),
            st.text(max_size=12),
        ),
        max_size=6,
    )
)
def test_nothing_typed_is_ever_lost(texts: list[tuple[str, str]]) -> None:
    desk = Desk()
    session = desk.open(JOIN)
    last: dict[str, str] = {}
    for pointer, text in texts:
        session.set_text(pointer, text)
        last[pointer] = text
    session.close()
    if not texts:
        return
    again = desk.open(OpenDraft(session.draft.draft_id))
    assert again.draft.values == session.draft.values
    assert again.draft.texts == session.draft.texts
    for pointer, text in last.items():
        kept = again.state(pointer)
        assert bool(kept.text) == bool(text.strip()) or not kept.text.strip()


# --- locked, issued, computed ---


def test_locked_fields_say_which_flow_opens_them(desk: Desk) -> None:
    session = desk.open(AMEND)
    state = session.state("/id_number")
    assert state.access is Access.LOCKED
    assert state.openers == ("关键信息更正",)
    assert session.state("/card_no").access is Access.ISSUED
    assert session.state("/occupies_post").access is Access.COMPUTED


def test_the_flow_that_opens_them_lets_them_be_typed(desk: Desk) -> None:
    session = desk.open(NewChange("person", "identity", "p1"))
    assert session.state("/id_number").access is Access.OPEN


def test_differences_tell_what_was_and_what_will_be(desk: Desk) -> None:
    session = desk.open(AMEND)
    session.set_text("/position", "副局长")
    assert [(each.title, each.before, each.after) for each in session.differences()] == [
        ("职务", "科员", "副局长")
    ]


def test_a_leave_asks_only_what_a_leave_needs(desk: Desk) -> None:
    session = desk.open(NewChange("person", "leave", "p1"))
    visible = {key for key, state in session.states().items() if state.visible}
    assert "/leave_mode" in visible
    assert "/school" not in visible


# --- issues ---


def test_required_fields_are_counted_until_somebody_has_been_there(desk: Desk) -> None:
    session = desk.open(JOIN)
    assert ("required", "/name") not in codes(session)
    assert "/name" in session.issues().missing
    session.leave("/name")
    assert ("required", "/name") in codes(session)


def test_rules_over_other_records_answer_from_the_store(desk: Desk) -> None:
    session = desk.open(JOIN)
    session.set_text("/id_number", "11010519491231002X")
    session._checker.run()
    assert ("one_person_one_post", "/id_number") in codes(session)
    assert session.issues().settled


def test_an_answer_for_an_older_text_is_dropped(desk: Desk) -> None:
    session = desk.open(JOIN)
    desk.background.held = True
    session.set_text("/id_number", "11010519491231002X")
    session._checker.run()
    session.set_text("/id_number", WHOLE["/id_number"])
    desk.background.release()
    assert ("one_person_one_post", "/id_number") not in codes(session)
    assert not session.issues().settled


def test_issues_stand_in_the_order_of_the_screen(desk: Desk) -> None:
    session = desk.open(JOIN)
    session.submit()
    errors = [
        each.issue.pointer
        for each in session.issues().issues
        if each.issue.severity is Severity.ERROR
    ]
    assert errors[:3] == ["/head/reason", "/head/event_date", "/name"]


# --- rows ---


def test_rows_can_be_added_filled_and_removed(desk: Desk) -> None:
    session = desk.open(NewChange("institution", "posts", "u1"))
    pointer = session.add_row("posts")
    session.set_text(f"{pointer}/post_kind", "14")
    session.set_text(f"{pointer}/authorised", "不知道")
    session.remove_row("/posts/0")
    assert session.draft.values["posts"] == [{"post_kind": "14"}]
    assert session.draft.texts == {"/posts/0/authorised": "不知道"}


def test_the_total_follows_the_rows(desk: Desk) -> None:
    session = desk.open(NewChange("institution", "posts", "u1"))
    session.set_text("/posts/0/authorised", "12")
    assert session.draft.values["posts_total"] == 12
    assert [each.after for each in session.differences()] == ["12", "12"]


def test_old_rows_of_an_append_only_table_stay(desk: Desk) -> None:
    values = dict(desk.shelf.memory.records["person"]["p1"])
    row = {"date": "2001-01-01", "kind": "41"}
    desk.shelf.memory.add("person", "p1", {**values, "movements": [row]})
    session = desk.open(AMEND)
    session.add_row("movements")
    assert session.state("/movements/0/date").access is Access.KEPT
    assert session.state("/movements/1/date").access is Access.OPEN


@given(count=st.integers(1, 5), gone=st.integers(0, 4))
def test_removing_a_row_that_was_just_added_changes_nothing(count: int, gone: int) -> None:
    form = resources.forms()["institution"]
    draft = Draft("d", form.id, 1, "posts", "r", "u")
    for _ in range(count):
        draft, _pointer = with_row(form, draft, "posts")
    added, pointer = with_row(form, draft, "posts")
    assert without_row(added, pointer) == draft
    typed = replace(draft, texts={f"/posts/{count - 1}/authorised": "x"})
    after = without_row(typed, f"/posts/{min(gone, count - 1)}")
    assert len(after.values.get("posts", [])) == count - 1


# --- saving ---


def test_leaving_a_field_saves_at_once(desk: Desk) -> None:
    session = desk.open(JOIN)
    session.set_text("/name", "王新人")
    assert desk.shelf.saves == []
    session.leave("/name")
    assert desk.shelf.saves[-1].values["name"] == "王新人"


def test_what_could_not_be_saved_stays_and_is_saved_later(desk: Desk, expect_log: Any) -> None:
    expect_log("zhibao.entry", "could not be saved")
    session = desk.open(JOIN)
    desk.shelf.trouble = FakeTrouble()
    session.set_text("/name", "王新人")
    session.leave("/name")
    assert isinstance(desk.heard[-1], SaveFailed)
    assert "磁盘已满" in desk.heard[-1].sentence
    desk.shelf.trouble = None
    session.retry_save()
    assert desk.shelf.saves[-1].values["name"] == "王新人"


def test_keys_typed_while_saving_are_saved_too(desk: Desk) -> None:
    session = desk.open(JOIN)
    session.set_text("/name", "王")
    desk.background.held = True
    session.leave("/name")
    session.set_text("/name", "王新人")
    session.close()
    desk.background.release()
    assert desk.shelf.drafts[session.draft.draft_id].values["name"] == "王新人"


def test_the_last_key_before_closing_is_saved_before_the_store_closes(desk: Desk) -> None:
    session = desk.open(JOIN)
    session.set_text("/name", "王")
    desk.background.held = True
    session.leave("/name")  # this saving is still under way when the next key comes
    session.set_text("/name", "王新人")
    session.retry_save()  # what leaving the page does
    seen: list[object] = []
    draft_id = session.draft.draft_id
    desk.background.run("database", lambda: seen.append(desk.shelf.drafts[draft_id].values["name"]))
    desk.background.release()
    assert seen == ["王新人"]


def test_without_autosave_the_text_would_be_gone(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = desk.open(JOIN)
    monkeypatch.setattr(session._saver, "touch", lambda: None)
    session.set_text("/name", "王新人")
    session.leave("/name")
    session.close()
    assert desk.shelf.drafts == {}


# --- submitting ---


def test_a_whole_card_is_submitted_once_its_warning_has_a_reason(desk: Desk) -> None:
    session = desk.open(JOIN)
    fill(session)
    session.submit()
    refused = desk.heard[-1]
    assert isinstance(refused, Refused)
    assert refused.key == "attachment_missing@/head/attachments"
    session.set_override(refused.key, "批复正在会签，原件后补")
    session.submit()
    assert isinstance(desk.heard[-1], Submitted)
    sent = desk.shelf.submitted[0]
    assert sent.overrides == {refused.key: "批复正在会签，原件后补"}
    assert sent.values["posted_on"] == "2008-12-01"


def test_reasons_for_warnings_that_are_gone_do_not_travel(desk: Desk, tmp_path: Path) -> None:
    session = desk.open(JOIN)
    fill(session)
    session.set_override("attachment_missing@/head/attachments", "后补")
    document = tmp_path / "批复.pdf"
    document.write_bytes(b"%PDF-1.4")
    session.attach([str(document)])
    session.submit()
    assert desk.shelf.submitted[0].overrides == {}
    assert desk.shelf.submitted[0].attachments[0].name == "批复.pdf"


def test_errors_keep_a_change_from_being_sent(desk: Desk) -> None:
    session = desk.open(JOIN)
    fill(session)
    session.set_text("/id_number", "11010519491231002X")
    session.submit()
    assert isinstance(desk.heard[-1], Refused)
    assert desk.shelf.submitted == []


def test_without_the_check_over_other_records_it_would_have_been_sent(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = desk.open(JOIN)
    fill(session)
    session.set_text("/id_number", "11010519491231002X")
    session.set_override("attachment_missing@/head/attachments", "后补")
    session.set_override("past_retirement_age@/status", "返聘")
    session.submit()
    assert desk.shelf.submitted == []
    monkeypatch.setattr(session._checker, "across", lambda _draft: [])
    session.submit()
    assert len(desk.shelf.submitted) == 1


def test_a_store_that_cannot_queue_leaves_the_draft(desk: Desk) -> None:
    session = desk.open(JOIN)
    fill(session)
    session.set_override("attachment_missing@/head/attachments", "后补")
    desk.shelf.trouble = FakeTrouble()
    session.submit()
    refused = desk.heard[-1]
    assert isinstance(refused, Refused)
    assert "草稿还在" in refused.sentence
    desk.shelf.trouble = None
    session.submit()
    assert len(desk.shelf.submitted) == 1


def test_a_second_press_does_not_submit_twice(desk: Desk) -> None:
    session = desk.open(JOIN)
    fill(session)
    session.set_override("attachment_missing@/head/attachments", "后补")
    desk.background.held = True
    session.submit()
    session.submit()
    desk.background.release()
    session.submit()
    assert len(desk.shelf.submitted) == 1


def test_empty_rows_at_the_end_are_not_sent(desk: Desk) -> None:
    session = desk.open(NewChange("institution", "posts", "u1"))
    session.set_text("/posts/0/authorised", "5")
    session.add_row("posts")
    session.set_head("reason", "增编")
    session.set_head("event_date", "2008-12-01")
    session.set_override("attachment_missing@/head/attachments", "后补")
    session.submit()
    assert len(desk.shelf.submitted[0].values["posts"]) == 1


def test_discarding_forgets_the_draft(desk: Desk) -> None:
    session = desk.open(JOIN)
    session.set_text("/name", "王新人")
    session.leave("/name")
    session.discard()
    assert desk.shelf.drafts == {}
    assert desk.heard == [session.draft.draft_id]


# --- head and documents ---


def test_the_due_date_follows_the_date_of_the_event(desk: Desk) -> None:
    session = desk.open(JOIN)
    assert session.due() is None
    session.set_head("event_date", "2008.12.1")
    due = session.due()
    assert due is not None
    assert (due.day, due.days, due.is_late) == ("2008-12-11", 3, False)
    session.set_head("event_date", "2008.11.1")
    session._checker.run()
    assert ("overdue_reason", "/head/overdue_reason") in codes(session)


def test_a_date_of_the_event_that_is_none_is_kept_as_typed(desk: Desk) -> None:
    session = desk.open(JOIN)
    session.set_head("event_date", "上周")
    assert session.draft.head.event_date == "上周"
    assert session.due() is None


@pytest.mark.parametrize(
    ("name", "size", "words"),
    [("程序.exe", 3, "格式"), ("空.pdf", 0, "空文件"), ("大.pdf", 20 * 2**20 + 1, "20 MB")],
)
def test_documents_that_may_not_be_attached_are_refused_with_a_sentence(
    desk: Desk, tmp_path: Path, name: str, size: int, words: str
) -> None:
    session = desk.open(JOIN)
    told: list[Any] = []
    session.attach_failed.connect(told.append)
    document = tmp_path / name
    with document.open("wb") as file:
        file.truncate(size)
    session.attach([str(document)])
    assert words in told[0].sentence
    assert session.draft.attachments == ()


def test_a_full_disk_keeps_a_document_out_with_a_sentence(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = desk.open(JOIN)
    told: list[Any] = []
    session.attach_failed.connect(told.append)
    document = tmp_path / "批复.pdf"
    document.write_bytes(b"%PDF-1.4")

    def full(*_args: object) -> None:
        raise FakeTrouble

    monkeypatch.setattr(desk.shelf, "attach", full)
    session.attach([str(document)])
    assert "磁盘已满" in told[0].sentence


def test_a_document_can_be_the_value_of_a_field(desk: Desk, tmp_path: Path) -> None:
    session = desk.open(JOIN)
    photo = tmp_path / "照片.jpg"
    photo.write_bytes(b"\xff\xd8")
    session.attach_at("/photo", str(photo))
    assert session.state("/photo").shown == "照片.jpg"
    session.set_text("/photo", "")
    assert "photo" not in session.draft.values


# --- choosing ---


def test_codes_are_found_by_pinyin_initials_likeliest_first(desk: Desk) -> None:
    session = desk.open(JOIN)
    field = session.form.by_name["nation"]
    assert session.choices(field, "tjz")[0].title == "土家族"
    assert session.choices(field, "h")[0].title == "汉族"


def test_units_are_found_by_pinyin_initials(desk: Desk) -> None:
    session = desk.open(JOIN)
    found: list[Any] = []
    field = session.form.by_name["unit"]
    session.find(field, "zjssf", desk.owner, lambda _text, choices: found.extend(choices))
    assert [each.title for each in found] == ["枝江市示范中心"]
    session.set_text("/unit", found[0].key)
    assert session.state("/unit").shown == "枝江市示范中心"

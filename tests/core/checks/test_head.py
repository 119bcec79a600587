"""The head of an update form: what must be written, the 10-day duty, the attachments."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.changes.draft import AttachedFile, Head
from core.checks.head import Duty, check_head
from core.checks.issues import Issue, blocking, in_order
from core.checks.sentences import place, sentence
from core.forms.model import Severity
from core.resources import calendar, forms

PERSON = forms()["person"]
HEAD = Head(reason="任职", event_date="2008-12-01", filled_by="王样例", phone="0717-4212345")
FILE = (AttachedFile("sha256:11", "批文.pdf", 12, "application/pdf"),)
DAYS, WORKING = Duty(calendar()), Duty(calendar(), working=True)


def find(
    head: Head,
    today: str = "2008-12-08",
    flow: str = "amend",
    files: tuple[AttachedFile, ...] = (),
    duty: Duty = DAYS,
) -> dict[str, Issue]:
    found = check_head(head, PERSON.flow(flow), files, duty, today)
    return {f"{each.code}@{each.pointer}": each for each in found}


def test_a_full_head_in_time_has_no_issue() -> None:
    assert find(HEAD) == {}


@pytest.mark.parametrize("name", ["reason", "event_date", "filled_by"])
def test_reason_date_and_name_are_required(name: str) -> None:
    assert set(find(replace(HEAD, **{name: ""}))) == {f"required@/head/{name}"}


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"event_date": "2008-13-01"}, "not_a_date@/head/event_date"),
        ({"event_date": "2008-12-09"}, "in_future@/head/event_date"),
        ({"reason": "字" * 2001}, "too_long@/head/reason"),
        ({"phone": "12"}, "phone_shape@/head/phone"),
    ],
)
def test_a_fault_is_found_at_its_place(changes: dict[str, str], key: str) -> None:
    (issue,) = find(replace(HEAD, **changes)).items()
    assert issue[0] == key
    assert "{" not in sentence(PERSON, issue[1])


def test_the_last_day_is_in_time_and_the_next_is_not() -> None:
    assert find(HEAD, today="2008-12-11") == {}
    (issue,) = find(HEAD, today="2008-12-12").values()
    assert (issue.code, issue.severity) == ("overdue_reason", Severity.ERROR)
    assert "超期" in sentence(PERSON, issue)
    assert "2008-12-11" in sentence(PERSON, issue)


def test_an_overdue_change_goes_with_its_reason() -> None:
    (issue,) = find(replace(HEAD, overdue_reason="文件晚到"), today="2009-01-12").values()
    assert (issue.code, issue.severity) == ("overdue", Severity.HINT)


def test_working_days_are_counted_where_the_office_says_so() -> None:
    assert DAYS.due("2008-12-01") == "2008-12-11"
    assert WORKING.due("2008-12-01") == "2008-12-15"
    assert find(HEAD, today="2008-12-15", duty=WORKING) == {}


def test_a_missing_approval_document_is_a_warning() -> None:
    (issue,) = find(HEAD, flow="join").values()
    assert (issue.code, issue.severity) == ("attachment_missing", Severity.WARNING)
    assert find(HEAD, flow="join", files=FILE) == {}


def test_errors_block_and_warnings_want_a_reason() -> None:
    error = Issue("a", Severity.ERROR, "/x")
    warning = Issue("b", Severity.WARNING, "/x")
    hint = Issue("c", Severity.HINT, "/x")
    assert in_order([hint, warning, error]) == [error, warning, hint]
    assert blocking([hint, warning, error], {}) == [warning, error]
    assert blocking([hint, warning, error], {"b@/x": " 说明 ", "a@/x": "说明"}) == [error]
    assert blocking([warning], {"b@/x": " "}) == [warning]


@pytest.mark.parametrize(
    ("pointer", "title"),
    [
        ("/name", "姓名"),
        ("/head/reason", "呈报事由"),
        ("/movements", "异动记载"),
        ("/movements/1", "异动记载第 2 行"),
        ("/movements/1/kind", "异动记载第 2 行·类型"),
        ("/movements/1/none", "异动记载第 2 行"),
        ("/none", "人员编制卡片"),
        ("", "人员编制卡片"),
    ],
)
def test_places_have_titles(pointer: str, title: str) -> None:
    assert place(PERSON, pointer) == title


def test_an_unknown_code_still_says_where() -> None:
    text = sentence(PERSON, Issue("nix", Severity.ERROR, "/name"))
    assert "姓名" in text


def test_a_sentence_whose_facts_are_missing_still_reads() -> None:
    assert "—" in sentence(PERSON, Issue("vacancy", Severity.ERROR, "/post_kind"))

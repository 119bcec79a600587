"""Checks of one value alone, over fields made up for the purpose."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from core.checks.environment import RecordEnvironment
from core.checks.field import check_field, type_problem
from core.codelists import CodeList, Entry
from core.forms.model import Field, FieldType, Severity
from core.resources import forms
from tests.helpers.memory import MemoryLookup

TODAY = "2008-12-08"
LISTS = {
    "colour": CodeList(
        "colour", "颜色", "1", "", (), (Entry("1", "红"), Entry("2", "旧红", None, "2000-01-01"))
    )
}
TEXT = Field("t", "文", FieldType.TEXT, min_length=2, max_length=4, pattern="[a-z\n ]+")


def codes(field: Field, value: Any, *, special: bool = True) -> list[str]:
    return [each.code for each in check_field(field, "/t", value, LISTS, TODAY, special=special)]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("abc", []),
        ("a", ["too_short"]),
        ("abcde", ["too_long"]),
        ("ABC", ["wrong_pattern"]),
        (" ab", ["odd_characters"]),
        ("a\nb", ["odd_characters"]),
        (5, ["wrong_type"]),
    ],
)
def test_texts(value: object, expected: list[str]) -> None:
    assert codes(TEXT, value) == expected


def test_lines_are_for_long_texts() -> None:
    assert codes(replace(TEXT, multiline=True), "a\nb") == []


def test_codes_must_be_in_the_list_and_in_force() -> None:
    field = Field("t", "色", FieldType.CODE, codelist="colour")
    assert codes(field, "1") == []
    assert codes(field, "9") == ["unknown_code"]
    (issue,) = check_field(field, "/t", "2", LISTS, TODAY)
    assert (issue.code, issue.severity) == ("expired_code", Severity.WARNING)


@pytest.mark.parametrize(
    ("kind", "value", "problem"),
    [
        (FieldType.INTEGER, True, "wrong_type"),
        (FieldType.INTEGER, 2**53, "wrong_type"),
        (FieldType.INTEGER, 7, None),
        (FieldType.MONEY, 1.5, "wrong_type"),
        (FieldType.BOOLEAN, 1, "wrong_type"),
        (FieldType.DATE, "2008-1-1", "not_a_date"),
        (FieldType.DATE, "20080101", "not_a_date"),
        (FieldType.DATE, "2008-02-30", "not_a_date"),
        (FieldType.DATE, "2008-02-29", None),
        (FieldType.ATTACHMENT, {"digest": "x"}, "wrong_type"),
        (FieldType.ATTACHMENT, dict.fromkeys(("digest", "name", "size", "media_type"), "x"), None),
    ],
)
def test_the_json_shape_of_each_type(kind: FieldType, value: object, problem: str | None) -> None:
    assert type_problem(Field("t", "值", kind), value) == problem


def test_limits_hold_for_numbers_and_dates() -> None:
    number = Field("t", "数", FieldType.INTEGER, minimum=1, maximum=3)
    assert [codes(number, each) for each in (0, 1, 3, 4)] == [["too_small"], [], [], ["too_large"]]
    day = Field("t", "日", FieldType.DATE, minimum="2000-01-01")
    assert codes(day, "1999-12-31") == ["too_small"]


def test_check_digits_apply_where_the_form_says_so() -> None:
    field = Field("t", "号", FieldType.TEXT, check="luhn", check_severity=Severity.HINT)
    (issue,) = check_field(field, "/t", "79927398710", LISTS, TODAY)
    assert issue.severity is Severity.HINT
    assert codes(field, "79927398710", special=False) == []


def test_functions_over_nothing_give_nothing() -> None:
    alone = RecordEnvironment({"a": "x"}, LISTS, TODAY)
    assert alone.call("count_of", ["person"], {"unit": "1"}) is None
    assert alone.call("value_in", ["person", "1", "name"], {}) is None
    assert alone.call("sum_in", ["institution", "1", "posts", "authorised"], {}) is None
    assert alone.call("leads_to", ["institution", "superior", "1", "1"], {}) is False
    assert alone.call("title_of", ["colour", None], {}) is None
    assert alone.call("title_of", ["colour", "9"], {}) == "9"
    assert alone.call("part", [None, 0, 2], {}) is None
    assert alone.call("id_birth_date", ["abc"], {}) is None
    assert alone.call("today", [], {}) == TODAY


def test_rows_are_counted_and_days_measured() -> None:
    rows = {"posts": [{"kind": "11", "n": 1}, {"kind": "14", "n": 2}]}
    around = RecordEnvironment(rows, LISTS, TODAY)
    assert around.call("count_rows", ["posts"], {}) == 2
    assert around.call("count_rows", ["posts"], {"kind": "14"}) == 1
    assert around.call("days_between", ["2008-12-01", TODAY], {}) == 7


def test_a_long_chain_of_superiors_counts_as_a_ring() -> None:
    lookup = MemoryLookup(forms())
    lookup.add("institution", "a", {"register_no": "1", "superior": "2"})
    lookup.add("institution", "b", {"register_no": "2", "superior": "1"})
    around = RecordEnvironment({}, LISTS, TODAY, lookup=lookup)
    assert around.call("leads_to", ["institution", "superior", "1", "9"], {}) is True
    assert around.call("sum_in", ["institution", "9", "posts", "authorised"], {}) is None
    assert around.call("value_in", ["institution", "9", "superior"], {}) is None

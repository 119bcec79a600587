"""A record before and after, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from core.changes.merge import Conflict
from core.resources import forms
from office.desk.compare import Comparison, Sides
from office.desk.pages import FieldRow

PHOTO = {"digest": "sha256:" + "a" * 64, "name": "照片.jpg", "size": 9, "media_type": "image/jpeg"}


def titles(form: str, key: str) -> str:
    return {"420583000001": "枝江市财政局"}.get(key, "") if form == "institution" else ""


def compared(form: str = "person", *, new: bool = False) -> Comparison:
    return Comparison(forms(), forms()[form], titles, new=new)


def row(before: Mapping[str, Any], after: Mapping[str, Any], name: str, **more: Any) -> FieldRow:
    rows = compared().rows(Sides(before, after, **more))
    return next(each for each in rows if each.pointer == f"/{name}")


def test_codes_and_references_are_shown_by_title_with_the_code_beside() -> None:
    found = row({"unit": "420583000001"}, {"unit": "999"}, "unit")
    assert (found.before.text, found.before.code) == ("枝江市财政局", "420583000001")
    assert (found.after.text, found.after.code) == ("999", "")
    sex = row({}, {"sex": "1"}, "sex")
    assert (sex.before.text, sex.after.text, sex.after.code) == ("", "男", "1")


def test_a_masked_value_shows_no_code_and_no_digit_too_many() -> None:
    found = row({}, {"id_number": "420583198001011237", "birth_date": "1980-01-01"}, "id_number")
    assert (found.after.text, found.after.code, found.masked) == ("420583 ******** 1237", "", True)
    open_row = row(
        {}, {"id_number": "420583198001011237"}, "id_number", revealed=frozenset({"/id_number"})
    )
    assert (open_row.after.text, open_row.masked) == ("420583 19800101 1237", False)


def test_an_attached_picture_is_offered_under_its_digest() -> None:
    found = row({}, {"photo": PHOTO}, "photo")
    assert (found.after.text, found.after.file) == ("照片.jpg", "a" * 64)


def test_fields_that_nobody_filled_in_are_left_out() -> None:
    assert [each.pointer for each in compared().rows(Sides({}, {"name": "李明"}))] == ["/name"]


def test_locked_fields_are_marked_in_a_change_and_not_in_a_new_record() -> None:
    assert row({"name": "李明"}, {"name": "李鸣"}, "name").locked
    fresh = compared(new=True).rows(Sides({}, {"name": "李明"}))
    assert not fresh[0].locked


def test_what_was_said_last_time_shows_only_where_it_differs() -> None:
    more = {"earlier": {"position": "科员", "remark": "同"}}
    after = {"position": "干事", "remark": "同", "school": "三峡大学"}
    assert row({}, after, "remark", **more).earlier is None
    said = row({}, after, "position", **more).earlier
    assert said is not None
    assert said.text == "科员"
    unsaid = row({}, after, "school", **more).earlier
    assert unsaid is not None
    assert "没有填" in unsaid.text


def test_a_child_table_that_was_changed_shows_the_earlier_rows_in_words() -> None:
    move = {"date": "2020-01-01", "kind": "02", "to": "财政局"}
    found = row(
        {},
        {"movements": [move]},
        "movements",
        earlier={"movements": [{**move, "to": "教育局"}]},
    )
    assert found.earlier is not None
    assert "教育局" in found.earlier.text
    assert found.child is not None
    assert [each.fate for each in found.child.rows] == ["fresh"]


def test_rows_without_a_key_are_paired_by_their_place() -> None:
    first, second = {"date": "2020-01-01", "to": "甲"}, {"date": "2021-01-01", "to": "乙"}
    found = row({"movements": [first]}, {"movements": [first, second]}, "movements")
    assert found.child is not None
    assert [each.fate for each in found.child.rows] == ["same", "fresh"]


def test_rows_with_a_key_are_paired_by_it() -> None:
    old = [
        {"post_kind": "11", "funding": "1", "authorised": 3},
        {"post_kind": "14", "funding": "1"},
    ]
    new = [
        {"post_kind": "19", "funding": "1"},
        {"post_kind": "11", "funding": "1", "authorised": 5},
    ]
    rows = compared("institution").rows(Sides({"posts": old}, {"posts": new}))
    (posts,) = (each for each in rows if each.pointer == "/posts")
    assert posts.child is not None
    assert [each.fate for each in posts.child.rows] == ["fresh", "changed", "gone"]
    changed = [cell for cell in posts.child.rows[1].cells if cell.changed]
    assert [(cell.was, cell.shown.text) for cell in changed] == [("3", "5")]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("position", ["a", "list"]),
        ("sex", {"an": "object"}),
        ("movements", "no table"),
        ("movements", ["no row", 7]),
        ("movements", [{"date": {"deep": 1}, "to": 3}]),
        ("photo", "no picture"),
        ("birth_date", 19800101),
    ],
)
def test_what_intake_did_not_check_is_shown_as_it_is_and_breaks_nothing(
    name: str, value: object
) -> None:
    conflict = Conflict(f"/{name}", None, value, "theirs")
    (found,) = compared().conflicts([conflict], Sides({}, {}))
    assert found.base is not None
    if name == "birth_date":
        assert "1980" not in found.after.text  # sensitive whatever its shape
    assert compared().rows(Sides({}, {name: value}))


def test_a_conflict_at_no_field_of_the_form_is_left_out() -> None:
    assert compared().conflicts([Conflict("/gone", 1, 2, 3)], Sides({}, {})) == ()

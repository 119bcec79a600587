"""Parallel changes: disjoint fields merge and are flagged, the same field is a conflict."""

from __future__ import annotations

from core.changes.merge import Conflict, merge
from core.resources import forms

PERSON = forms()["person"]
BASE = {"name": "张", "position": "科员", "movements": [{"date": "2008-01-01", "kind": "41"}]}


def test_fields_that_only_one_side_changed_merge_and_are_flagged() -> None:
    mine = {**BASE, "position": "科长"}
    theirs = {**BASE, "department": "办公室"}
    merged = merge(PERSON, BASE, mine, theirs)
    assert merged.values == {**BASE, "position": "科长", "department": "办公室"}
    assert merged.conflicts == ()
    assert merged.flagged == ("/department",)


def test_the_same_field_is_a_conflict_and_theirs_stays() -> None:
    merged = merge(PERSON, BASE, {**BASE, "position": "甲"}, {**BASE, "position": "乙"})
    assert merged.conflicts == (Conflict("/position", "科员", "甲", "乙"),)
    assert merged.values["position"] == "乙"


def test_the_same_change_on_both_sides_is_no_conflict() -> None:
    same = {**BASE, "position": "甲"}
    assert merge(PERSON, BASE, same, same).conflicts == ()


def test_a_value_that_i_removed_is_removed() -> None:
    mine = {key: value for key, value in BASE.items() if key != "position"}
    assert "position" not in merge(PERSON, BASE, mine, {**BASE, "name": "李"}).values


def test_rows_added_on_both_sides_are_kept_from_both() -> None:
    one, two = {"date": "2008-02-01", "kind": "41"}, {"date": "2008-03-01", "kind": "42"}
    mine = {**BASE, "movements": [*BASE["movements"], one]}
    theirs = {**BASE, "movements": [*BASE["movements"], two]}
    merged = merge(PERSON, BASE, mine, theirs)
    assert merged.values["movements"] == [*BASE["movements"], two, one]
    assert merged.conflicts == ()
    assert merged.flagged == ("/movements",)

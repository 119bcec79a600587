"""Values that follow from others, as an officer types."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from core.checks.derive import derived, filled_in
from core.forms.expressions import compile_expression
from core.resources import codelists, forms
from tests.helpers.people import ID_NUMBER, TODAY, person

OTHER_ID = "34052419800101001X"  # a man born on 1980-01-01


def fill(before: dict[str, Any], after: dict[str, Any], form: str = "person") -> dict[str, Any]:
    return filled_in(forms()[form], before, after, codelists(), TODAY)


def test_birth_date_and_sex_follow_the_identity_number() -> None:
    empty = {"id_type": "111"}
    typed = fill(empty, {**empty, "id_number": ID_NUMBER})
    assert (typed["birth_date"], typed["sex"]) == ("1949-12-31", "2")
    again = fill(typed, {**typed, "id_number": OTHER_ID})
    assert (again["birth_date"], again["sex"]) == ("1980-01-01", "1")
    cleared = fill(again, {key: again[key] for key in again if key != "id_number"})
    assert "birth_date" not in cleared


def test_what_the_officer_typed_otherwise_stays() -> None:
    typed = {"id_type": "111", "id_number": ID_NUMBER, "birth_date": "1950-01-15", "sex": "2"}
    assert fill(typed, {**typed, "id_number": OTHER_ID})["birth_date"] == "1950-01-15"


def test_other_documents_fill_nothing_in() -> None:
    assert "sex" not in fill({"id_type": "414"}, {"id_type": "414", "id_number": ID_NUMBER})


def test_the_total_follows_the_rows() -> None:
    rows = [{"post_kind": "11", "funding": "1", "authorised": 3}]
    filled = fill({}, {"posts": rows}, "institution")
    assert filled["posts_total"] == 3
    more = [*rows, {"post_kind": "14", "funding": "1", "authorised": 2}]
    assert fill(filled, {**filled, "posts": more}, "institution")["posts_total"] == 5


def test_computed_fields_follow_the_status() -> None:
    names = ("occupies_post", "in_headcount", "carded")
    serving = derived(forms()["person"], person(), codelists(), TODAY)
    assert [serving[name] for name in names] == [True, True, True]
    outside = derived(forms()["person"], person(status="21"), codelists(), TODAY)
    assert [outside[name] for name in names] == [False, True, False]
    unknown = derived(forms()["person"], person(status="??"), codelists(), TODAY)
    assert unknown["occupies_post"] is False


def test_a_computed_field_without_a_value_is_not_there() -> None:
    """No form of today computes an empty value; checked on a changed copy of one."""
    definition = forms()["person"]
    fields = tuple(
        replace(each, computed=compile_expression("former_name", frozenset()))
        if each.name == "remark"
        else each
        for each in definition.fields
    )
    changed = replace(definition, fields=fields)
    assert "remark" not in derived(changed, person(remark="旧"), codelists(), TODAY)

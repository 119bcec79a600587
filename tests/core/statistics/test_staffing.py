"""The printed figures of 枝江 2007, computed from the records of the sample county."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.resources import codelists, resource
from core.statistics.rates import Rate
from core.statistics.staffing import (
    SCOPE_TITLES,
    PeopleCount,
    Scope,
    Staffing,
    count_people,
    staffing,
)
from office.sample.generate import generate

FACTS = json.loads(resource("sample", "zhijiang_2007.json").read_text(encoding="utf-8"))
ELSEWHERE = {"updates_first_half", "enquiries"}
STATUSES = codelists()["person_status"]


@pytest.fixture(scope="module")
def county() -> list[tuple[str, dict[str, Any]]]:
    return [(form, values) for form, _, values in generate()]


def compute(county: list[tuple[str, dict[str, Any]]], scope: Scope = Scope.IN_SERVICE) -> Staffing:
    return staffing(
        (values for form, values in county if form == "institution"),
        count_people(values for form, values in county if form == "person"),
        STATUSES,
        scope,
    )


def unit(**changes: Any) -> dict[str, Any]:
    return {
        "register_no": "u1",
        "org_kind": "2",
        "counts_as_institution": True,
        "publish": True,
        "posts": [{"authorised": 5}, {"authorised": 2}],
    } | changes


def test_the_figures_are_those_of_the_printed_report(
    county: list[tuple[str, dict[str, Any]]],
) -> None:
    expected = {k: v for k, v in FACTS["expected"].items() if k not in ELSEWHERE}
    figures = compute(county).figures()
    assert figures == expected
    assert list(figures) == list(expected)


@pytest.mark.parametrize(
    ("scope", "organs", "others"),
    [
        (Scope.IN_SERVICE, 1464, 6861),
        (Scope.INCL_NOT_IN_SERVICE, 1464, 7049),
        (Scope.INCL_OTHER_POSTS, 1464, 6861),
    ],
)
def test_the_headcount_follows_the_scope_and_the_footnote_names_it(
    county: list[tuple[str, dict[str, Any]]], scope: Scope, organs: int, others: int
) -> None:
    found = compute(county, scope)
    assert (found.organs.headcount, found.public_institutions.headcount) == (organs, others)
    assert SCOPE_TITLES[scope] in found.footnotes[0]


def test_rates_show_numerator_and_denominator(county: list[tuple[str, dict[str, Any]]]) -> None:
    assert [str(each) for each in compute(county).rates] == [
        "行政编制公开率 1650/1650 = 100.0%",
        "行政实有公开率 1461/1461 = 100.0%",
        "事业编制公开率 7868/7868 = 100.0%",
        "事业实有公开率 6861/6861 = 100.0%",
    ]


def test_footnotes_say_what_the_classified_unit_adds(
    county: list[tuple[str, dict[str, Any]]],
) -> None:
    text = "\n".join(compute(county).footnotes)
    assert "涉密机构 1 个，核定 7 名，在编 3 名" in text
    assert "不在册" not in text


def test_one_unpublished_card_lowers_the_rate(county: list[tuple[str, dict[str, Any]]]) -> None:
    at = next(n for n, (form, _) in enumerate(county) if form == "person")
    changed = list(county)
    changed[at] = ("person", county[at][1] | {"publish": False})
    assert compute(changed).publication_rate == 99.9


def test_units_that_do_not_count_still_count_their_posts() -> None:
    found = staffing([unit(counts_as_institution=False)], [], STATUSES)
    assert (found.organs.institutions, found.organs.posts) == (0, 7)


def test_unpublished_posts_and_other_statuses() -> None:
    people = [
        PeopleCount("u1", "10", published=True, count=3),
        PeopleCount("u1", "22", published=True, count=2),
        PeopleCount("u1", "30", published=True, count=4),
        PeopleCount("u1", "61", published=True, count=9),
        PeopleCount("gone", "10", published=True, count=1),
    ]
    found = staffing([unit(publish=False)], people, STATUSES, Scope.INCL_OTHER_POSTS)
    assert (found.organs.in_post, found.organs.headcount, found.cards) == (3, 5, 3)
    assert found.organs.not_in_service == 4
    assert found.publication_rate == 0.0
    assert "另有 1 人" in found.footnotes[-1]


def test_nothing_to_publish_is_no_rate() -> None:
    found = staffing([unit(classified=True, posts=[])], [], STATUSES)
    assert found.publication_rate is None
    assert str(found.rates[0]) == "行政编制公开率 0/0 = —"


@pytest.mark.parametrize(
    ("part", "whole", "percent"),
    [(2312, 10029, "23.1"), (1, 2000, "0.1"), (1, 2001, "0.0"), (1, 3, "33.3"), (2, 3, "66.7")],
)
def test_rates_have_one_decimal_rounded_half_up(part: int, whole: int, percent: str) -> None:
    assert Rate("", part, whole).percent == Decimal(percent)


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_a_rate_is_never_off_by_more_than_half_a_tenth(part: int, whole: int) -> None:
    percent = Rate("", part, whole).percent
    assert percent is not None
    assert abs(percent - Decimal(100) * part / whole) <= Decimal("0.05000001")

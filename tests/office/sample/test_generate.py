"""The sample county: the figures of 枝江 2007, valid people, every rule satisfied."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import pytest

from core.checks.derive import derived
from core.checks.issues import Issue
from core.checks.lookup import Found
from core.checks.record import Subject, check
from core.forms.model import Severity
from core.numbers import resident_id
from core.record import Values
from core.resources import codelists, forms, resource
from office.sample.generate import generate
from office.sample.units import county_units

FACTS = json.loads(resource("sample", "zhijiang_2007.json").read_text(encoding="utf-8"))
DAYS = ("2007-06-30", "2026-11-22")

Record = tuple[str, str, dict[str, Any]]


@cache
def records() -> tuple[Record, ...]:
    return tuple(generate())


def of(form: str) -> list[dict[str, Any]]:
    return [values for each, _, values in records() if each == form]


class IndexedLookup:
    """Answers counts over the whole county at once: one pass per combination of fields."""

    def __init__(self, everything: Sequence[Record]) -> None:
        self._records = {(form, key): values for form, key, values in everything}
        self._by_key = {
            (form, values.get(forms()[form].key)): Found(key, 1, values)
            for form, key, values in everything
        }
        self._counts: dict[tuple[str, ...], Counter[tuple[Any, ...]]] = {}

    def by_key(self, form: str, key: str) -> Found | None:
        return self._by_key.get((form, key))

    def count(self, form: str, where: Mapping[str, Any], *, without: str) -> int:
        names = tuple(sorted(where))
        if (form, *names) not in self._counts:
            self._counts[form, *names] = Counter(
                tuple(values.get(name) for name in names)
                for (kind, _), values in self._records.items()
                if kind == form
            )
        own: Values = self._records.get((form, without), {})
        itself = bool(own) and all(own.get(name) == value for name, value in where.items())
        return self._counts[form, *names][tuple(where[name] for name in names)] - itself

    def find(
        self, form: str, where: Mapping[str, Any], *, without: str, limit: int
    ) -> Sequence[Found]:
        return []


def issues_of(everything: Sequence[Record], today: str) -> list[tuple[str, Issue]]:
    """What the checks find in every record as if it were entered today in its flow."""
    lookup, lists, found = IndexedLookup(everything), codelists(), []
    for name, record_id, values in everything:
        form = forms()[name]
        new = name == "person"
        flow = form.flow("join" if new else "amend")
        typed = {key: each for key, each in values.items() if key != "card_no"}
        subject = Subject(form, flow, record_id, typed if new else values, {} if new else values)
        found += [(record_id, each) for each in check(subject, lists, today, lookup)]
    return found


def test_the_number_of_records_is_the_countys() -> None:
    counted = [each for each in of("institution") if each["counts_as_institution"]]
    assert len(counted) == FACTS["expected"]["registers"] == 335
    assert len(of("institution")) == 335 + 28
    cards = [each for each in of("person") if each["carded"]]
    assert len(cards) == FACTS["expected"]["cards"] - FACTS["classified"]["in_post"] == 8322
    assert len(of("person")) - len(cards) == 188


def test_the_units_file_adds_up_to_the_printed_groups() -> None:
    by_title = {each["group"]: each for each in FACTS["groups"]}
    kinds: Counter[str] = Counter()
    filled: Counter[str] = Counter()
    for unit in county_units():
        for kind, posts in unit.posts.items():
            key = kind if not unit.is_public_institution else unit.group
            kinds[key if unit.group != "town" else "town"] += posts.authorised
            filled[key if unit.group != "town" else "town"] += posts.in_post
    organs, law = by_title["市直党政群机关"], by_title["政法机关"]
    expected = {
        "11": (organs["posts"]["行政编制"], organs["in_post"]["行政编制"]),
        "13": (law["posts"]["政法专项编制"], law["in_post"]["政法专项编制"]),
        "14": (97 + 4, 80 + 4),
        "19": (59 + 136, 38 + 135),
    }
    for group, title in {
        "town": "镇、街道机关",
        "psu_city": "市直属事业单位",
        "coop": "合作经济组织",
        "psu_full": "市直部门所属事业单位(全额拨款)",
        "psu_part": "市直部门所属事业单位(差额补贴)",
        "psu_self": "市直部门所属事业单位(自收自支)",
        "psu_town": "镇、街道所属事业单位",
    }.items():
        printed = by_title[title]
        assert sum(unit.group == group for unit in county_units()) == printed["institutions"]
        expected[group] = (sum(printed["posts"].values()), sum(printed["in_post"].values()))
    assert {key: (kinds[key], filled[key]) for key in expected} == expected
    assert set(kinds) == set(expected)


def test_the_city_organs_are_those_of_the_report() -> None:
    systems = Counter(
        (each["system"], each["category"])
        for each in of("institution")
        if each["org_kind"] == "2"
        and each["counts_as_institution"]
        and each["category"] not in ("15", "16")
    )
    assert sum(systems.values()) == FACTS["city_organs"]["total"] == 50
    assert systems["01", "09"] == FACTS["city_organs"]["党委机构"]
    assert systems["03", "01"] == FACTS["city_organs"]["政府机构"]
    assert systems["08", "12"] + systems["07", "12"] == FACTS["city_organs"]["群团机构"]


@pytest.mark.parametrize("today", DAYS)
def test_every_record_satisfies_every_rule(today: str) -> None:
    found = [each for _, each in issues_of(records(), today) if each.severity != Severity.HINT]
    assert found == []


def test_the_rules_would_find_a_fault() -> None:
    everything = list(records())
    form, record_id, values = everything[-1]
    everything[-1] = (form, record_id, values | {"id_number": everything[-2][2]["id_number"]})
    codes = {each.code for _, each in issues_of(everything[-3:], DAYS[0])}
    assert "one_person_one_post" in codes


def test_computed_fields_are_what_the_form_computes() -> None:
    person = forms()["person"]
    for values in of("person")[::29]:
        assert derived(person, values, codelists(), DAYS[0]) == values


def test_numbers_are_unique_and_issued_only_to_cards() -> None:
    numbers = [each["id_number"] for each in of("person")]
    assert len(set(numbers)) == len(numbers)
    cards = [each["card_no"] for each in of("person") if "card_no" in each]
    assert len(set(cards)) == len(cards) == 8322
    assert len({key for _, key, _ in records()}) == len(records())


def test_numbers_use_sequences_that_are_hardly_ever_issued() -> None:
    assert all(int(each["id_number"][14:17]) >= 800 for each in of("person"))


def test_the_county_code_of_1996_stands_beside_earlier_births() -> None:
    old = [each for each in of("person") if each["id_number"].startswith("420583")]
    assert old
    assert all(resident_id.check(each["id_number"]) == () for each in old)


def test_the_classified_unit_has_totals_only() -> None:
    (unit,) = [each for each in of("institution") if each["classified"]]
    assert unit["posts"] == [
        {"post_kind": "11", "funding": "1", "authorised": 7, "in_post_counted": 3}
    ]
    assert not unit["counts_as_institution"]
    assert not any(each["unit"] == unit["register_no"] for each in of("person"))


def test_superiors_come_before_their_units_and_exist() -> None:
    seen: set[str] = set()
    for each in of("institution"):
        assert each.get("superior") is None or each["superior"] in seen
        seen.add(each["register_no"])


def test_rare_and_foreign_names_are_among_the_people() -> None:
    names = {each["name"] for each in of("person")}
    assert any("·" in name for name in names)
    assert any(character in name for name in names for character in "䶮㛃𬭎𫖯𬱖")


def test_the_same_seed_gives_the_same_bytes_and_another_does_not() -> None:
    text = [json.dumps(each, ensure_ascii=False) for each in generate(people=300)]
    assert text == [json.dumps(each, ensure_ascii=False) for each in generate(people=300)]
    assert text != [json.dumps(each, ensure_ascii=False) for each in generate(2008, people=300)]


@pytest.mark.parametrize("people", [0, 1, 1000, 20_000])
def test_the_county_can_be_scaled(people: int) -> None:
    made = list(generate(people=people))
    assert sum(form == "person" for form, _, _ in made) == people
    assert sum(form == "institution" for form, _, _ in made) == 363


def test_a_scaled_county_satisfies_every_rule_too() -> None:
    found = issues_of(list(generate(people=1000)), DAYS[0])
    assert [each for _, each in found if each.severity != Severity.HINT] == []

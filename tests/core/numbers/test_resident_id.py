"""GB 11643-1999: vectors, must-accept cases, and what a slip of the hand does."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.forms.model import Severity
from core.numbers import resident_id
from core.numbers.counties import is_known_county

VECTORS = json.loads(
    (Path(__file__).parents[2] / "data" / "check_vectors.json").read_text(encoding="utf-8")
)["resident_id"]
TODAY = date(2026, 11, 22)

born = st.dates(date(1910, 1, 1), date(2025, 12, 31))
county = st.sampled_from(["420583", "420523", "422723", "422823", "110105", "440524"])


def number(code: str, birth: date, sequence: int) -> str:
    first17 = f"{code}{birth:%Y%m%d}{sequence:03d}"
    return first17 + resident_id.check_digit(first17)


numbers = st.builds(number, county, born, st.integers(1, 999))


def codes(text: str) -> list[str]:
    return [each.code for each in resident_id.check(text, TODAY)]


@pytest.mark.parametrize("text", VECTORS["valid"])
def test_the_standards_examples_are_valid(text: str) -> None:
    assert resident_id.is_valid(text, TODAY)


@pytest.mark.parametrize("text", VECTORS["invalid"])
def test_a_wrong_check_digit_is_an_error_that_names_the_right_one(text: str) -> None:
    (finding,) = resident_id.check(text, TODAY)
    assert finding.code == "resident_id_check_digit"
    assert finding.severity is Severity.ERROR
    assert finding.params == {"expected": "X"}


@pytest.mark.parametrize(("old", "new"), VECTORS["legacy15"].items())
def test_an_old_number_is_accepted_with_a_hint_of_the_new_one(old: str, new: str) -> None:
    assert resident_id.to18(old) == new
    (finding,) = resident_id.check(old, TODAY)
    assert (finding.severity, finding.params) == (Severity.HINT, {"upgraded": new})


@given(county, born)
def test_a_county_code_is_never_held_against_a_birth_year(code: str, birth: date) -> None:
    assert resident_id.check(number(code, birth, 1), TODAY) in (
        (),
        resident_id.check(number("110105", birth, 1), TODAY),  # at most the warning about the age
    )


def test_zhijiangs_present_code_with_a_birth_year_before_it_is_clean() -> None:
    assert codes(number("420583", date(1975, 6, 1), 21)) == []


def test_an_unknown_county_of_a_real_province_is_only_a_warning() -> None:
    (finding,) = resident_id.check(number("429999", date(1975, 6, 1), 21), TODAY)
    assert (finding.code, finding.severity) == ("resident_id_county", Severity.WARNING)


def test_a_province_that_does_not_exist_is_an_error() -> None:
    assert codes(number("990101", date(1975, 6, 1), 21)) == ["resident_id_province"]


@pytest.mark.parametrize("digits", ["19750230", "00000101", "18491231", "19751301"])
def test_a_birth_date_that_cannot_be_is_an_error(digits: str) -> None:
    first17 = f"420583{digits}001"
    assert codes(first17 + resident_id.check_digit(first17)) == ["resident_id_birth_date"]


def test_tomorrow_is_too_late_to_be_born_and_today_is_not() -> None:
    assert codes(number("420583", TODAY + timedelta(days=1), 1)) == ["resident_id_future"]
    assert codes(number("420583", TODAY, 1)) == []


def test_ages_above_120_and_the_sequence_000_are_warnings() -> None:
    found = resident_id.check(number("420583", date(1905, 11, 22), 0), TODAY)
    assert [each.code for each in found] == ["resident_id_age", "resident_id_sequence"]
    assert {each.severity for each in found} == {Severity.WARNING}
    assert found[0].params == {"age": 121}
    assert codes(number("420583", date(1905, 11, 23), 1)) == []


def test_all_findings_are_reported_not_only_the_first() -> None:
    assert codes("990101197502300010") == [
        "resident_id_province",
        "resident_id_birth_date",
        "resident_id_check_digit",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "１１０１０５１９４９１２３１００２ｘ",
        " 110105 19491231 002x ",
        "\ufeff110105\u3000194912\u200b31002X\n",
    ],
)
def test_full_width_blanks_and_invisible_characters_do_no_harm(text: str) -> None:
    assert resident_id.compact(text) == "11010519491231002X"
    assert resident_id.is_valid(text, TODAY)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "resident_id_length"),
        ("1101051949123100", "resident_id_length"),
        ("1101051949123100X2", "resident_id_characters"),
        ("11010549123100X", "resident_id_characters"),
        ("11010519491231002Y", "resident_id_characters"),
        ("١١٠١٠٥١٩٤٩١٢٣١٠٠٢١", "resident_id_characters"),
    ],
)
def test_a_wrong_shape_is_one_error(text: str, code: str) -> None:
    assert codes(text) == [code]


@given(numbers, st.integers(0, 16), st.integers(1, 9))
def test_every_single_wrong_digit_is_found(text: str, place: int, step: int) -> None:
    wrong = str((int(text[place]) + step) % 10)
    assert "resident_id_check_digit" in codes(text[:place] + wrong + text[place + 1 :])


@given(numbers, st.integers(0, 15))
def test_every_swap_of_neighbouring_digits_is_found(text: str, place: int) -> None:
    swapped = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    assert swapped == text or "resident_id_check_digit" in codes(swapped)


@given(county, st.dates(date(1900, 1, 1), date(1999, 12, 31)), st.integers(1, 999))
def test_fifteen_digits_come_back_as_the_same_eighteen(code: str, birth: date, seq: int) -> None:
    new = number(code, birth, seq)
    old = new[:6] + new[8:17]
    assert resident_id.to18(old) == new
    assert resident_id.birth_date(old) == birth == resident_id.birth_date(new)
    assert resident_id.sex(old) == ("1" if seq % 2 else "2") == resident_id.sex(new)


@pytest.mark.parametrize("text", ["", "12", "420583197502300010", "ABCDEFGHIJKLMNOPQR"])
def test_birth_and_sex_are_none_where_the_number_says_none(text: str) -> None:
    assert resident_id.birth_date(text) is None
    assert resident_id.sex(text) in {None, "1", "2"}


def test_numbers_are_grouped_for_reading_and_masked_for_lists() -> None:
    assert resident_id.show("11010519491231002x") == "110105 19491231 002X"
    assert resident_id.show("1101") == "1101"
    assert resident_id.masked("11010519491231002X") == "110105********002X"
    assert resident_id.masked("1101051949") == "**********"


def test_withdrawn_county_codes_are_known() -> None:
    assert all(is_known_county(code) for code in ("422723", "420523", "420583", "422823"))
    assert not is_known_county("429999")

"""USCC, organisation code, Luhn, telephones, postcode, document number."""

from __future__ import annotations

import json
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.forms.model import Severity
from core.numbers import CHECKS, COMPACT, MASKED, document_no, luhn, org_code, phone, uscc
from core.numbers.finding import error, hint, warning
from core.resources import messages

VECTORS = json.loads(
    (Path(__file__).parents[2] / "data" / "check_vectors.json").read_text(encoding="utf-8")
)


def vectors(kind: str, good: bool) -> list[str]:
    found: list[str] = VECTORS[kind]["valid" if good else "invalid"]
    return found


def codes(check: str, text: str) -> list[str]:
    return [each.code for each in CHECKS[check](text)]


@pytest.mark.parametrize("text", vectors("uscc", good=True))
def test_good_credit_codes_have_no_finding(text: str) -> None:
    assert CHECKS["uscc"](text) == ()


@pytest.mark.parametrize("text", vectors("uscc", good=False))
def test_bad_credit_codes_fail_on_the_check_character(text: str) -> None:
    assert "uscc_check_digit" in codes("uscc", text)
    assert not uscc.is_valid(text)


def test_the_right_check_character_is_named() -> None:
    last = CHECKS["uscc"]("A1110000600037341L")[-1]
    assert last == error("uscc_check_digit", expected="K")


def test_village_collectives_are_accepted() -> None:
    assert CHECKS["uscc"]("N2422823000000000J") == ()


def with_check(first17: str) -> str:
    return first17 + uscc.check_digit(first17)


@pytest.mark.parametrize(
    ("first17", "code"),
    [
        ("14420583MB00000000"[:17], "uscc_authority"),
        ("12990583M000100Y4", "uscc_province"),
        ("12420583M000100Y5", "uscc_org_code"),
    ],
)
def test_oddities_inside_a_credit_code_are_warnings(first17: str, code: str) -> None:
    found = CHECKS["uscc"](with_check(first17))
    assert code in [each.code for each in found]
    assert {each.severity for each in found} == {Severity.WARNING}


@pytest.mark.parametrize(
    ("text", "code"), [("", "uscc_length"), ("9135010OM000100Y43", "uscc_characters")]
)
def test_credit_codes_of_a_wrong_shape(text: str, code: str) -> None:
    assert codes("uscc", text) == [code]


alphabet = st.sampled_from(uscc.ALPHABET)


@given(st.text(alphabet, min_size=17, max_size=17), st.integers(0, 16), alphabet)
def test_every_single_wrong_character_of_a_credit_code_is_found(
    first17: str, place: int, other: str
) -> None:
    text = with_check(first17)
    assert uscc.is_valid(text)
    wrong = text[:place] + other + text[place + 1 :]
    assert wrong == text or not uscc.is_valid(wrong)


@pytest.mark.parametrize("text", [*vectors("org_code", good=True), "D2143569-X", "74371976-1"])
def test_good_organisation_codes_have_no_finding(text: str) -> None:
    assert CHECKS["org_code"](text) == ()


@pytest.mark.parametrize("text", vectors("org_code", good=False))
def test_bad_organisation_codes_are_errors(text: str) -> None:
    assert codes("org_code", text) == ["org_code_check_digit"]


@pytest.mark.parametrize(
    ("text", "code"), [("D214356", "org_code_length"), ("D2143569A", "org_code_characters")]
)
def test_organisation_codes_of_a_wrong_shape(text: str, code: str) -> None:
    assert codes("org_code", text) == [code]


def test_organisation_codes_are_shown_with_their_hyphen() -> None:
    assert org_code.show("d2143569x") == "D2143569-X"
    assert org_code.show("D21") == "D21"


@given(
    st.text(st.sampled_from(string.digits), min_size=8, max_size=8),
    st.integers(0, 7),
    st.integers(1, 9),
)
def test_a_wrong_digit_of_an_organisation_code_is_found(first8: str, place: int, step: int) -> None:
    text = first8 + org_code.check_digit(first8)
    wrong = str((int(text[place]) + step) % 10)
    assert not org_code.is_valid(text[:place] + wrong + text[place + 1 :])


@pytest.mark.parametrize("text", vectors("luhn", good=True))
def test_good_card_numbers_have_no_finding(text: str) -> None:
    assert CHECKS["luhn"](text) == ()


@pytest.mark.parametrize("text", vectors("luhn", good=False))
def test_luhn_is_never_more_than_a_warning(text: str) -> None:
    assert CHECKS["luhn"](text) == (warning("account_luhn"),)


def test_letters_in_an_account_are_an_error() -> None:
    assert CHECKS["luhn"]("6222O") == (error("account_digits"),)


@given(
    st.text(st.sampled_from(string.digits), min_size=12, max_size=22),
    st.integers(0, 11),
    st.integers(1, 9),
)
def test_a_wrong_digit_of_a_card_number_is_found(first: str, place: int, step: int) -> None:
    text = first + str(-luhn.checksum(first + "0") % 10)
    assert luhn.is_valid(text)
    wrong = str((int(text[place]) + step) % 10)
    assert not luhn.is_valid(text[:place] + wrong + text[place + 1 :])


@pytest.mark.parametrize("text", vectors("mobile", good=True))
def test_good_mobiles(text: str) -> None:
    assert CHECKS["mobile"](text) == CHECKS["phone"](text) == ()


@pytest.mark.parametrize("text", vectors("mobile", good=False))
def test_bad_mobiles(text: str) -> None:
    assert codes("mobile", text) == ["mobile_shape"]


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("+86 138 0013 8000", "13800138000"),
        ("138-0013-8000", "13800138000"),
        ("（0717）4212345", "0717-4212345"),
        ("0717－4212345", "0717-4212345"),
        ("0717—4212345转801", "0717-4212345-801"),
        ("07174212345", "07174212345"),
    ],
)
def test_telephones_are_read_as_people_write_them(typed: str, stored: str) -> None:
    assert COMPACT["phone"](typed) == stored
    assert CHECKS["phone"](typed) == ()


@pytest.mark.parametrize("text", ["4212345", "0717-42123", "", "717-4212345"])
def test_telephones_without_area_code_are_errors(text: str) -> None:
    assert codes("phone", text) == ["phone_shape"]


def test_postcodes_have_six_digits() -> None:
    assert CHECKS["postcode"]("４４３２００") == ()
    assert codes("postcode", "44320") == ["postcode_shape"]


@pytest.mark.parametrize(
    "text",
    ["鄂财编发[2007]1号", "鄂财编发【2007】1号", "鄂财编发（2007）1 号", "鄂财编发〔2007〕1号"],
)
def test_all_brackets_become_the_official_ones(text: str) -> None:
    assert CHECKS["document_no"](text) == ()
    parsed = document_no.parse(text)
    assert parsed is not None
    assert str(parsed) == document_no.compact(text) == "鄂财编发〔2007〕1号"
    assert parsed.original == text
    assert (parsed.issuer, parsed.year, parsed.number) == ("鄂财编发", 2007, 1)


def test_the_style_of_a_document_number_is_only_a_hint() -> None:
    assert CHECKS["document_no"]("巴财编办〔2008〕第07号") == (
        hint("document_no_style", proper="巴财编办〔2008〕7号"),
    )


@pytest.mark.parametrize("text", ["国务院令第711号", "2007年1号文", ""])
def test_other_ways_of_numbering_are_only_a_warning(text: str) -> None:
    assert CHECKS["document_no"](text) == (warning("document_no_shape"),)
    assert document_no.show(text) == text


def test_an_impossible_year_of_a_document_is_a_warning() -> None:
    assert CHECKS["document_no"]("鄂财编发〔1907〕1号") == (
        warning("document_no_year", year="1907"),
    )


def test_numbers_are_masked_for_lists() -> None:
    assert MASKED["mobile"]("13800138000") == "138****8000"
    assert MASKED["luhn"]("6205500000000000004") == "***************0004"
    assert MASKED["luhn"]("0004") == MASKED["phone"]("1234") == "****"


def test_numbers_are_grouped_for_reading() -> None:
    assert luhn.show("6200000000000005") == "6200 0000 0000 0005"
    assert phone.show("13800138000") == "138 0013 8000"
    assert phone.show("0717-4212345") == "0717-4212345"
    assert uscc.show("91350100m000100y43") == "91350100M000100Y43"
    assert document_no.show("鄂财编发[2007]1号") == "鄂财编发〔2007〕1号"


@given(st.sampled_from(sorted(CHECKS)), st.text(max_size=30))
def test_no_text_makes_a_check_fail_and_every_finding_has_a_sentence(name: str, text: str) -> None:
    for finding in CHECKS[name](text):
        assert messages("numbers")[finding.code].format(**finding.params)


@given(st.sampled_from(sorted(COMPACT)), st.text(max_size=30))
def test_making_compact_twice_changes_nothing(name: str, text: str) -> None:
    once = COMPACT[name](text)
    assert COMPACT[name](once) == once


def test_sentences_stand_without_a_full_stop_like_all_others() -> None:
    assert not any(text.endswith("。") for text in messages("numbers").values())

"""Initials of names and places, where the general dictionary is wrong or has several readings."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypinyin.constants import PHRASES_DICT, PINYIN_DICT
from pypinyin.contrib.tone_convert import to_normal

from core import pinyin
from core.pinyin import MOST_READINGS, initials, matches


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("单雄信", "s"),
        ("仇和", "q"),
        ("朴树", "p"),
        ("曾巩", "z"),
        ("区志强", "o"),
        ("查良镛", "z"),
        ("任正非", "r"),
        ("盖叫天", "g"),
        ("解志强", "x"),
    ],
)
def test_surnames_have_their_own_reading_first(name: str, first: str) -> None:
    assert initials(name)[0].startswith(first)


@pytest.mark.parametrize(
    ("name", "readings"),
    [("覃发强", {"q", "t"}), ("翟志刚", {"z", "d"}), ("任正非", {"r", "l"}), ("查良", {"z", "c"})],
)
def test_surnames_with_several_readings_have_them_all(name: str, readings: set[str]) -> None:
    assert readings <= {each[0] for each in initials(name)}


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("尉迟恭", "ycg"),
        ("万俟卨", "mqx"),
        ("令狐冲", "lhc"),
        ("单于丹", "cyd"),
        ("长阳", "cy"),
        ("长阳土家族自治县", "cytjzzzx"),
        ("枝江市", "zjs"),
        ("东瀼口镇", "drkz"),
        ("银行", "yh"),
        ("中国农业银行枝江支行", "zgnyyhzjzh"),
        ("枝江市重点工程办公室", "zjszdgcbgs"),
        ("阿依古丽·买买提", "ayglmmt"),
        ("A3 组", "a3z"),
        ("䶮", "y"),
        ("𬭎", "h"),
    ],
)
def test_places_compounds_and_rare_characters(text: str, reading: str) -> None:
    assert reading in initials(text)


def test_nothing_readable_has_no_reading() -> None:
    assert initials("") == initials("· —") == ()


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), max_size=12))
def test_there_are_never_many_readings_and_each_has_a_letter_per_character(text: str) -> None:
    readings = initials(text)
    assert len(readings) <= MOST_READINGS
    assert len(set(readings)) == len(readings)
    assert all(each.isalnum() and each.islower() for each in readings)


@pytest.mark.parametrize("query", ["zj", "ZJS", " zjs ", "sr"])
def test_a_query_matches_anywhere_in_a_reading(query: str) -> None:
    assert matches(query, "枝江市人大")


@pytest.mark.parametrize("query", ["", "枝", "zjx", "z j"])
def test_other_queries_do_not_match(query: str) -> None:
    assert not matches(query, "枝江市人大")


def test_the_dictionary_waits_until_it_is_needed_and_is_not_pypinyin() -> None:
    code = (
        "import sys, core.pinyin as p; before = p._characters.cache_info().currsize;"
        "assert p.initials('枝江') == ('zj',); print(before, 'pypinyin' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0", "False"]


def test_the_data_is_what_pypinyin_says_about_every_character() -> None:
    for number, readings in PINYIN_DICT.items():
        letters = [to_normal(each)[:1] for each in readings.split(",")]
        expected = "".join(dict.fromkeys(each for each in letters if each.isascii()))
        assert pinyin._readings(chr(number)) == expected


def test_the_data_is_what_pypinyin_says_about_every_long_word() -> None:
    for word, syllables in PHRASES_DICT.items():
        if len(word) > 4 and len(syllables) == len(word) and "," not in word:
            expected = "".join(to_normal(each[0])[0] for each in syllables)
            assert [each[:1] for each in pinyin._in_context(word)] == list(expected)

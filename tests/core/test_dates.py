"""Dates in every way that officers write them; nothing is guessed."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dates import NO_SUCH_DAY, NOT_A_DATE, SHORT_YEAR, read_date

DAY = date(2008, 12, 8)


@pytest.mark.parametrize(
    "text",
    [
        "2008.12.8",
        "2008-12-8",
        "2008-12-08",
        "2008/12/8",
        "20081208",
        "2008 12 8",
        "2008年12月8日",
        "2008年12月8",
        "2008 年 12 月 8 日",
        "2008年12月8号",
        "二〇〇八年十二月八日",
        "二OO八年十二月八日",
        "二oo八年十二月八日",
        "二零零八年十二月八日",
        "二○○八年十二月八日",
        "二〇〇八年一二月〇八日",
        "２００８．１２．８",
        "２００８年１２月８日",
        "2008。12。8",
        "2008—12—8",
        " 2008-12-08 00:00:00 ",
        "\ufeff2008-12-08T00:00:00",
    ],
)
def test_all_ways_of_writing_mean_the_same_day(text: str) -> None:
    assert read_date(text).value == DAY


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("一九九九年十月一日", date(1999, 10, 1)),
        ("一九九九年一月二十日", date(1999, 1, 20)),
        ("一九九九年一月三十一日", date(1999, 1, 31)),
        ("一九九九年一月廿三日", date(1999, 1, 23)),
        ("一九九九年一月卅一日", date(1999, 1, 31)),
        ("二〇一〇年十一月十日", date(2010, 11, 10)),
    ],
)
def test_chinese_numerals(text: str, day: date) -> None:
    assert read_date(text).value == day


@pytest.mark.parametrize("text", ["08.12.8", "98年1月1日", "九八年一月一日", "08-12-08"])
def test_a_year_of_two_digits_is_never_guessed(text: str) -> None:
    assert (read_date(text).value, read_date(text).problem) == (None, SHORT_YEAR)


@pytest.mark.parametrize(
    "text",
    ["2007-02-29", "2008.13.1", "20080230", "二〇〇八年二月三十日", "2008年0月1日", "0000-1-1"],
)
def test_a_day_that_does_not_exist_is_a_problem(text: str) -> None:
    assert (read_date(text).value, read_date(text).problem) == (None, NO_SUCH_DAY)


@pytest.mark.parametrize(
    "text",
    ["", "昨天", "2008", "2008.12", "200812", "2008-12.8", "2008年12月", "1-2-2008", "39790"],
)
def test_anything_else_is_no_date(text: str) -> None:
    assert (read_date(text).value, read_date(text).problem) == (None, NOT_A_DATE)


@given(st.dates(), st.sampled_from(["{}-{}-{}", "{}.{}.{}", "{}/{}/{}", "{}年{}月{}日"]))
def test_every_day_is_read_back(day: date, form: str) -> None:
    assert read_date(form.format(f"{day.year:04d}", day.month, day.day)).value == day
    assert read_date(day.isoformat()).value == day
    assert read_date(day.isoformat().replace("-", "")).value == day


@given(st.text(max_size=20))
def test_no_text_makes_reading_fail(text: str) -> None:
    found = read_date(text)
    assert (found.value is None) != (found.problem is None)

"""The 10-day duty in days and in working days; the holidays of the data file."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.forms.errors import FormError
from core.resources import calendar
from core.workdays import Calendar, due_date, read_calendar

CALENDAR = calendar()
PLAIN = Calendar()

days = st.dates(date(1990, 1, 1), date(2040, 12, 31))


def test_the_file_covers_2004_to_2026() -> None:
    assert [year for year in range(2000, 2030) if CALENDAR.covered(year)] == list(range(2004, 2027))


def test_the_file_says_what_the_state_council_said() -> None:
    for year in range(2004, 2027):
        for number in range(date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() + 1):
            day = date.fromordinal(number)
            assert CALENDAR.is_working_day(day) == chinese_calendar.is_workday(day)


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2007, 10, 1), False),  # National Day, a Monday
        (date(2007, 9, 29), True),  # a Saturday worked for it
        (date(2007, 9, 28), True),
        (date(2007, 9, 22), False),
        (date(2026, 2, 17), False),  # Spring Festival
        (date(2040, 10, 1), True),  # not covered: Monday to Friday
        (date(2040, 10, 6), False),
    ],
)
def test_working_days(day: date, working: bool) -> None:
    assert CALENDAR.is_working_day(day) is working


def test_ten_days_are_calendar_days_unless_working_days_are_asked_for() -> None:
    event = date(2007, 9, 28)
    assert due_date(event, 10, CALENDAR, working=False) == date(2007, 10, 8)
    assert due_date(event, 10, CALENDAR, working=True) == date(2007, 10, 17)
    assert due_date(event, 10, PLAIN, working=True) == date(2007, 10, 12)


def test_a_due_date_may_fall_on_the_day_itself() -> None:
    assert due_date(date(2007, 9, 28), 0, CALENDAR, working=True) == date(2007, 9, 28)


@given(days, st.integers(1, 60))
def test_counting_there_and_back_agrees(start: date, count: int) -> None:
    end = CALENDAR.add_working_days(start, count)
    assert CALENDAR.is_working_day(end)
    assert CALENDAR.working_days_between(start, end) == count
    assert CALENDAR.working_days_between(end, start) == -count


@given(days, st.integers(1, 60))
def test_going_back_ends_on_a_working_day_before(start: date, count: int) -> None:
    before = CALENDAR.add_working_days(start, -count)
    assert before < start
    assert CALENDAR.is_working_day(before)


@given(days)
def test_without_holidays_every_week_has_five_working_days(start: date) -> None:
    assert PLAIN.working_days_between(start, start + timedelta(days=7)) == 5


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", "line 1"),
        ("date,kind\n", "line 1"),
        ("day,kind\n2008-02-30,holiday\n", "line 2 · day"),
        ("day,kind\n2008-02-01\n", "line 2 · day"),
        ("day,kind\n2008-02-01,feast\n", "line 2 · kind"),
        ("day,kind\n2008-02-01,holiday\n2008-02-01,workday\n", "line 3 · day"),
    ],
)
def test_a_broken_calendar_is_refused_with_its_line(text: str, place: str) -> None:
    with pytest.raises(FormError) as caught:
        read_calendar(text)
    assert place in str(caught.value)

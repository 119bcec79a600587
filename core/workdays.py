"""Counting days and working days, with the holidays of a data file.

The State Council fixes holidays year by year, so the file is replaceable; outside the years that
it covers Monday to Friday count as working days, and `Calendar.covered` says so.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from core.forms.errors import FormError

HOLIDAY, WORKDAY = "holiday", "workday"

_FILE = "calendars/holidays.csv"
_DAY = timedelta(days=1)
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Calendar:
    """Days off that are not weekends, and weekends that are worked."""

    holidays: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()
    years: frozenset[int] = frozenset()

    def covered(self, year: int) -> bool:
        """Whether the holidays of *year* are known; if not, Monday to Friday count."""
        return year in self.years

    def is_working_day(self, day: date) -> bool:
        """Whether offices work on *day*."""
        if day in self.workdays:
            return True
        return day.weekday() < _SATURDAY and day not in self.holidays

    def add_working_days(self, start: date, days: int) -> date:
        """The *days*-th working day after *start* (before it, where *days* is negative)."""
        step = _DAY if days >= 0 else -_DAY
        day, left = start, abs(days)
        while left:
            day += step
            left -= self.is_working_day(day)
        return day

    def working_days_between(self, start: date, end: date) -> int:
        """Working days after *start* up to and including *end*; negative if *end* is earlier."""
        if end < start:
            return -self.working_days_between(end, start)
        return sum(self.is_working_day(day) for day in _days(start, end))


def _days(start: date, end: date) -> Iterator[date]:
    """The days after *start* up to and including *end*."""
    return (start + n * _DAY for n in range(1, (end - start).days + 1))


def read_calendar(text: str) -> Calendar:
    """The calendar of a CSV file with the columns day (YYYY-MM-DD) and kind.

    A year counts as covered if the file has a day of it.

    Raises:
        FormError: another header, an impossible day, an unknown kind, a day that stands twice.

    """
    rows = csv.reader(io.StringIO(text, newline=""))
    if next(rows, None) != ["day", "kind"]:
        raise FormError(_FILE, "line 1", "", "must be day,kind")
    found: dict[str, set[date]] = {HOLIDAY: set(), WORKDAY: set()}
    for cells in rows:
        place = f"line {rows.line_num}"
        try:
            written, kind = cells
            day = date.fromisoformat(written)
        except ValueError as error:
            raise FormError(_FILE, place, "day", str(error)) from error
        if kind not in found:
            raise FormError(_FILE, place, "kind", f"{kind} is neither {HOLIDAY} nor {WORKDAY}")
        if any(day in days for days in found.values()):
            raise FormError(_FILE, place, "day", f"{written} stands twice")
        found[kind].add(day)
    holidays, workdays = frozenset(found[HOLIDAY]), frozenset(found[WORKDAY])
    return Calendar(holidays, workdays, frozenset(day.year for day in holidays | workdays))


def due_date(event: date, days: int, calendar: Calendar, working: bool) -> date:  # noqa: FBT001
    """The last day on which a change of the day *event* is reported in time (domain.md §4.4 R1).

    *days* are calendar days, or working days where *working* is set.
    """
    return calendar.add_working_days(event, days) if working else event + timedelta(days=days)

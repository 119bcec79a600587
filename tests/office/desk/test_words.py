"""Times, terms, sizes and shares in words."""

from datetime import UTC, datetime

import pytest

from core.checks.head import Duty
from core.resources import calendar
from office.desk import words

DUTY = Duty(calendar())
NOW = datetime(2026, 11, 22, 2, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("since", "said"),
    [
        ("2026-11-22T02:29:40Z", "刚到"),
        ("2026-11-22T02:00:00Z", "30 分钟"),
        ("2026-11-21T23:29:00Z", "3 小时"),
        ("2026-11-19T02:00:00Z", "3 天"),
        ("2026-11-23T02:00:00Z", "刚到"),  # a clock was put back
    ],
)
def test_waiting_is_told_in_its_largest_unit(since: str, said: str) -> None:
    assert words.waited(since, NOW) == said


@pytest.mark.parametrize(
    ("event", "received", "late"),
    [
        ("2026-11-12", "2026-11-22T15:59:59Z", 0),  # 23:59:59 in China, the tenth day
        ("2026-11-12", "2026-11-22T16:00:00Z", 1),  # midnight in China
        ("2026-11-01", "2026-11-22T02:00:00Z", 11),
        ("", "2026-11-22T02:00:00Z", 0),
        ("not a day", "2026-11-22T02:00:00Z", 0),
    ],
)
def test_the_term_ends_with_the_day_in_china(event: str, received: str, late: int) -> None:
    assert words.days_late(event, received, DUTY) == late


def test_a_term_without_a_day_is_a_dash() -> None:
    assert words.term("", "2026-11-22T02:00:00Z", DUTY).word == "—"
    assert words.term("2026-11-20", "2026-11-22T02:00:00Z", DUTY).word == "按期"


def test_moments_are_shown_in_the_time_of_china() -> None:
    assert words.when("2026-11-22T16:05:06Z") == "2026-11-23 00:05"
    assert words.exactly("2026-11-22T16:05:06Z") == "2026-11-23 00:05:06"
    assert (words.when(""), words.exactly("")) == ("", "")


@pytest.mark.parametrize(
    ("count", "said"), [(12, "12 B"), (2048, "2 KB"), (3 * 1024 * 1024 // 2, "1.5 MB")]
)
def test_sizes_are_for_people(count: int, said: str) -> None:
    assert words.size(count) == said


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [(1, 3, "33.3%"), (2, 3, "66.7%"), (1, 16, "6.3%"), (0, 5, "0.0%"), (5, 5, "100.0%")],
)
def test_shares_are_rounded_half_up(part: int, whole: int, said: str) -> None:
    assert words.share(part, whole) == said


def test_a_share_of_nothing_is_a_dash() -> None:
    assert words.share(0, 0) == "—"

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.sync import retry
from client.sync.retry import BASE, CAP, LONGEST, LOOK, RetryState

NOW = 1_790_000_000.0


def test_a_new_store_is_due_at_once() -> None:
    assert retry.seconds_left(RetryState(), NOW) == 0


def test_waits_double_from_base_to_cap() -> None:
    state = RetryState()
    waits = []
    for _ in range(12):
        state = retry.failed(state, NOW, "no_line", chance=lambda: 1.0)
        waits.append(state.next_at - NOW)
    assert waits[:4] == [2, 4, 8, 16]
    assert waits[-1] == CAP
    assert state.failures == 12
    assert state.code == "no_line"


def test_waits_are_drawn_over_the_whole_range() -> None:
    random = Random(1)
    waits = [
        retry.failed(RetryState(failures=30), NOW, "no_line", chance=random.random).next_at - NOW
        for _ in range(1_000)
    ]
    assert min(waits) < CAP / 50
    assert max(waits) > CAP * 0.98
    assert CAP * 0.45 < sum(waits) / len(waits) < CAP * 0.55


def test_success_forgets_failures_and_looks_again_later() -> None:
    state = retry.succeeded(RetryState(9, "portal", NOW), NOW, waiting=False)
    assert state == RetryState(next_at=NOW + LOOK, done_at=NOW)


def test_what_was_queued_meanwhile_is_due_at_once() -> None:
    state = retry.succeeded(RetryState(), NOW, waiting=True)
    assert retry.seconds_left(state, NOW) == 0


def test_a_failure_keeps_when_all_was_well() -> None:
    state = retry.failed(RetryState(done_at=5.0), NOW, "no_line")
    assert state.done_at == 5.0


@pytest.mark.parametrize("asked", [0.0, 1.0, 120.0, 7200.0, LONGEST / 1.1])
def test_the_offices_wish_is_kept_with_up_to_a_tenth_more(asked: float) -> None:
    random = Random(2)
    for _ in range(50):
        state = retry.failed(
            RetryState(), NOW, "office_busy", retry_after=asked, chance=random.random
        )
        assert asked <= state.next_at - NOW <= max(asked * 1.1, BASE) + 1e-6


@pytest.mark.parametrize("asked", [3.2e8, float(10**9)])
def test_no_wish_is_kept_past_a_day(asked: float) -> None:
    state = retry.failed(RetryState(), NOW, "office_busy", retry_after=asked, chance=lambda: 1.0)
    assert state.next_at - NOW <= LONGEST + 1e-6


def test_a_negative_wish_is_none() -> None:
    state = retry.failed(RetryState(), NOW, "office_busy", retry_after=-9.0, chance=lambda: 0.0)
    assert state.next_at == NOW


def test_soon_never_puts_off() -> None:
    assert retry.soon(RetryState(next_at=NOW + 9), NOW).next_at == NOW
    assert retry.soon(RetryState(next_at=NOW - 9), NOW).next_at == NOW - 9


def test_a_clock_that_was_set_back_does_not_stop_the_queue() -> None:
    state = retry.failed(RetryState(), NOW, "no_line")
    ten_years_ago = NOW - 10 * 365 * 86_400
    assert retry.seconds_left(state, ten_years_ago) == 0


OUTCOMES = st.lists(
    st.one_of(
        st.tuples(st.just("no_line"), st.none() | st.floats(-1e12, 1e12)),
        st.tuples(st.just(""), st.booleans()),
        st.tuples(st.just("clock"), st.floats(-1e9, 1e9)),
    ),
    max_size=30,
)


@given(OUTCOMES)
def test_whatever_happened_there_is_a_next_time_within_a_day(
    outcomes: list[tuple[str, float | bool | None]],
) -> None:
    state, now = RetryState(), NOW
    for code, detail in outcomes:
        if code == "clock":
            now += float(detail or 0)
        elif code:
            wish = None if detail is None else float(detail)
            state = retry.failed(state, now, code, retry_after=wish)
        else:
            state = retry.succeeded(state, now, waiting=bool(detail))
        assert 0 <= retry.seconds_left(state, now) <= LONGEST


DATE = "Sun, 22 Nov 2026 10:00:00 GMT"


@pytest.mark.parametrize(
    ("value", "date", "seconds"),
    [
        ("120", "", 120.0),
        (" 0 ", "", 0.0),
        ("9" * 400, "", 999_999_999.0),
        ("Sun, 22 Nov 2026 10:05:00 GMT", DATE, 300.0),
        ("Sun, 22 Nov 2026 09:00:00 GMT", DATE, 0.0),
        ("Sun, 22 Nov 2026 10:05:00 -0000", DATE, 300.0),
        ("-5", "", None),
        ("soon", DATE, None),
        ("", DATE, None),
        ("１２", "", None),
    ],
)
def test_retry_after_is_read(value: str, date: str, seconds: float | None) -> None:
    assert retry.retry_after(value, date, NOW) == seconds


def test_a_date_without_the_answers_own_date_counts_from_our_clock() -> None:
    assert retry.retry_after("Thu, 01 Jan 1970 00:01:00 GMT", "", 10.0) == 50.0

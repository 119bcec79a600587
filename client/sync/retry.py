"""When to visit the office again: level-triggered, so that no queue is ever forgotten.

A pure state: given what happened and the time, the next state. As long as something waits there
is a next time; and there is one for looking at the office's answers as well. Times are Unix
seconds (UTC). Source: reliability page, "Retry"; full jitter as in the AWS architecture blog.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from random import random

BASE = 2.0  # seconds before the first repetition, at most
CAP = 15 * 60.0  # the longest wait that we choose ourselves
LONGEST = 24 * 3600.0  # the longest wait that the office may ask for
LOOK = 5 * 60.0  # seconds between visits when nothing waits


@dataclass(frozen=True, slots=True)
class RetryState:
    """What is remembered between visits, and over restarts.

    `failures` counts in a row; `code` is the last trouble (client.sync.troubles), empty after a
    visit without; `next_at` is when the next visit is due; `done_at` ended the last good one.
    """

    failures: int = 0
    code: str = ""
    next_at: float = 0.0
    done_at: float = 0.0


def succeeded(state: RetryState, now: float, *, waiting: bool) -> RetryState:
    """After a visit without trouble; *waiting* means that something new was queued meanwhile."""
    del state
    return RetryState(next_at=now + (0.0 if waiting else LOOK), done_at=now)


def failed(
    state: RetryState,
    now: float,
    code: str,
    *,
    retry_after: float | None = None,
    chance: Callable[[], float] = random,
) -> RetryState:
    """After a visit with trouble *code*.

    The wait is drawn evenly up to a limit that doubles from `BASE` to `CAP`. Where the office
    asked for *retry_after* seconds that is kept, with up to a tenth more so that not everybody
    returns at once, and never past `LONGEST`.
    """
    limit = min(CAP, BASE * 2.0 ** min(state.failures, 30))
    wait = limit * chance()
    if retry_after is not None:
        asked = min(max(retry_after, 0.0), LONGEST / 1.1)
        wait = max(asked * (1 + chance() / 10), wait)
    return RetryState(
        failures=state.failures + 1, code=code, next_at=now + wait, done_at=state.done_at
    )


def soon(state: RetryState, now: float) -> RetryState:
    """Something was queued, the officer pressed "now", or the network came back."""
    return RetryState(state.failures, state.code, min(state.next_at, now), state.done_at)


def seconds_left(state: RetryState, now: float) -> float:
    """Seconds until the next visit is due; 0 where it is due now.

    A next time further off than anything that is ever planned comes from a clock that was set
    back: it is due.
    """
    left = state.next_at - now
    return 0.0 if left > LONGEST else max(left, 0.0)


def retry_after(value: str, date: str, now: float) -> float | None:
    """Seconds in a `Retry-After` header (seconds or an HTTP date), or None.

    A date counts from the answer's own `Date`, so that our clock does not matter.
    """
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    until = _moment(text)
    if until is None:
        return None
    return max(0.0, until - (_moment(date) or now))


def _moment(text: str) -> float | None:
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (aware - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()

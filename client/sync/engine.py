"""One visit to the office, from beginning to end, as a generator of events.

Safe to cut anywhere: each step leaves the store as it was or as it should be, the envelope's
bytes are the same at every try, and the office answers a repetition with the same receipt.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import asdict, replace

from client.sync import retry
from client.sync.api import OfficeApi
from client.sync.events import (
    ClockDiffers,
    Decided,
    Event,
    Finished,
    Problem,
    Settled,
    Summary,
)
from client.sync.pull import Pull
from client.sync.push import Push
from client.sync.retry import RetryState
from client.sync.troubles import NotEnrolled, SyncTrouble
from core.changes.states import WAITING, State
from db import identity, outbox, syncstate
from db.store import Store

log = logging.getLogger("zhibao.sync")

_RETRY = "retry"
_NOTABLE = 300.0  # seconds between the clocks that are worth a word


def run(
    store: Store,
    api: OfficeApi,
    *,
    now: Callable[[], float] = time.time,
    should_stop: Callable[[], bool] = lambda: False,
) -> Generator[Event, None, None]:
    """Send what waits, fetch what is new; the last event is `Finished`.

    Trouble with the line or the office comes as a `Problem` event and is remembered for the next
    visit (`retry_state`). *should_stop* is asked between steps.

    Raises:
        NotEnrolled: the store knows no office.
        StoreError: the local store fails; nothing that was confirmed is lost.

    """
    who = identity.get(store)
    if who is None:
        raise NotEnrolled
    visit = _Visit(store, api, now)
    outbox.recover(store)
    push = Push(store, api, who)
    try:
        api.session()
        yield from visit.clock()
        for event in _steps(push, Pull(store, api)):
            yield visit.noted(event)
            if should_stop():
                break
    except SyncTrouble as trouble:
        log.info("the visit ended early: %s", trouble.code)
        yield visit.noted(_problem(trouble))
    yield Finished(visit.finish(push.sent))


def retry_state(store: Store) -> RetryState:
    """When the next visit is due, and what the last one met with."""
    kept = syncstate.read(store, _RETRY)
    return RetryState() if kept is None else RetryState(**kept)


def save_retry_state(store: Store, state: RetryState) -> None:
    """Remember *state* over restarts."""
    syncstate.write(store, _RETRY, asdict(state))


def _steps(push: Push, pull: Pull) -> Iterator[Event]:
    yield from push.run()
    yield from pull.run()


def _problem(trouble: SyncTrouble) -> Problem:
    return Problem(trouble.code, trouble.detail, retry_after=trouble.retry_after)


class _Visit:
    """Counts what happens, for the summary and for the next visit's time."""

    def __init__(self, store: Store, api: OfficeApi, now: Callable[[], float]) -> None:
        self._store = store
        self._api = api
        self._now = now
        self._begun = time.monotonic()
        self._traffic = api.traffic
        self._summary = Summary()
        self._problem: Problem | None = None

    def clock(self) -> Iterator[Event]:
        seconds = self._api.clock_difference
        if seconds is not None and abs(seconds) > _NOTABLE:
            yield ClockDiffers(seconds)

    def noted(self, event: Event) -> Event:
        summary = self._summary
        if isinstance(event, Settled) and event.state is not State.REJECTED:
            self._summary = replace(summary, received=summary.received + 1)
        if isinstance(event, Settled | Decided):
            self._count(event.state)
        if isinstance(event, Problem) and self._problem is None:
            self._problem = event
        return event

    def _count(self, state: State) -> None:
        summary = self._summary
        if state is State.APPROVED:
            summary = replace(summary, approved=summary.approved + 1)
        elif state is State.RETURNED:
            summary = replace(summary, returned=summary.returned + 1)
        elif state is State.CONFLICT:
            summary = replace(summary, conflicts=summary.conflicts + 1)
        self._summary = summary

    def finish(self, sent: int) -> Summary:
        """The whole, after the next visit's time was remembered."""
        counts = outbox.counts(self._store)
        waiting = sum(counts[each] for each in WAITING)
        state, problem = retry_state(self._store), self._problem
        if problem is None:
            state = retry.succeeded(state, self._now(), waiting=waiting > 0)
        else:
            state = retry.failed(state, self._now(), problem.code, retry_after=problem.retry_after)
        save_retry_state(self._store, state)
        out, back = self._api.traffic
        return replace(
            self._summary,
            sent=sent,
            waiting=waiting,
            bytes_out=out - self._traffic[0],
            bytes_in=back - self._traffic[1],
            seconds=round(time.monotonic() - self._begun, 3),
            problem="" if problem is None else problem.code,
        )

"""Trouble with the line, the office, the clock or the disk: a sentence, nothing lost, one delivery.

Source: reliability page §3, F04, F14, F22–F24, I1–I6.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from client.services import troubles
from client.sync import engine, retry
from core.changes.states import State
from db import outbox
from db.store import Store
from tests.e2e import invariants, office_child, sabotage, strangers
from tests.e2e.county import ROOT, County, copied
from tests.e2e.nursery import Ended
from tests.e2e.pair import Pair
from tests.e2e.strangers import Stranger, answering

HTML = b"<html><body>please log in</body></html>"
YEAR = 365 * 86400

STRANGERS: dict[str, tuple[Stranger, str]] = {
    "nobody is there": (strangers.nobody, "no_line"),
    "nothing is said": (strangers.silent, "slow_line"),
    "a page of HTML": (answering("200 OK", HTML, "Content-Type: text/html"), "portal"),
    "HTML that says JSON": (answering("200 OK", HTML, "Content-Type: application/json"), "portal"),
    "a redirect": (answering("302 Found", b"", "Location: http://127.0.0.1:9/"), "portal"),
    "a portal's status": (answering("511 Network Authentication Required", HTML), "portal"),
    "an error page": (answering("500 Internal Server Error", HTML), "office_trouble"),
    "a busy gateway": (answering("503 Service Unavailable", HTML, "Retry-After: 7"), "office_busy"),
    "half an answer": (answering("200 OK", b'{"half"', length=1000), "cut_line"),
    "an answer of nothing": (answering("200 OK"), "portal"),
}


class Desk:
    """An officer with a change that is not sent yet, and the office."""

    def __init__(self, pair: Pair, number: int) -> None:
        self.number = number
        orders = replace(pair.orders, marker=f"难{number}", first=number, changes=1)
        self.pair = Pair(pair.office, orders, pair.officers)
        self.told = self.pair.run(visits="none").told

    @property
    def marker(self) -> str:
        return f"{self.pair.orders.marker}-0"

    def visit(self, guard: str = "", **orders: Any) -> Ended:
        """A visit that is not expected to succeed."""
        ended = self.pair.run({sabotage.VARIABLE: guard}, **orders)
        self.told += ended.told
        return ended

    def item(self, store: Store) -> outbox.OutboxItem:
        """The change in the outbox."""
        (found,) = [
            each
            for each in outbox.items(store)
            if each.submission_id in {fact.get("submission") for fact in self.told}
        ]
        return found

    def check_kept(self, ended: Ended, code: str) -> None:
        """The visit named the trouble, the change waits, and the next visit is planned."""
        assert ended.code == 3, ended
        assert [each["code"] for each in ended.facts("problem")] == [code]
        assert troubles.line_sentence(code).endswith("。")
        assert code == "no_line" or troubles.line_sentence(code) != troubles.line_sentence("")
        with invariants.opened(self.pair.base) as store:
            item = self.item(store)
            assert item.state is State.QUEUED
            assert item.receipt is None
            state = engine.retry_state(store)
            assert state.code == code
            assert state.failures > 0
            assert retry.seconds_left(state, time.time()) <= retry.CAP

    def check_delivered(self) -> None:
        """One more visit delivers the change, exactly once."""
        ended = self.visit()
        assert ended.code == 0, ended
        with invariants.opened(self.pair.base) as store:
            invariants.check_store(store)
            invariants.check_confirmed(store, self.told)
            arrived = invariants.check_arrived(store, self.pair.office, [self.marker])
            assert len(arrived) == 1
            invariants.check_same(store, self.pair.office)
            assert engine.retry_state(store).code == ""


@pytest.fixture(scope="module")
def village(enrolled: Pair, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """One officer and one office for all troubles: what one leaves, the next begins with."""
    folder = tmp_path_factory.mktemp("village")
    office = copied(enrolled.office, folder / "office")
    base = shutil.copytree(enrolled.base, folder / "officer")
    with office.running():
        yield Pair(office, replace(enrolled.orders, base=str(base)), enrolled.officers)


@pytest.fixture(scope="module")
def numbers() -> Iterator[int]:
    return count()


@pytest.fixture
def desk(village: Pair, numbers: Iterator[int]) -> Desk:
    return Desk(village, next(numbers))


@pytest.mark.parametrize("who", STRANGERS)
def test_a_stranger_in_the_offices_place_gets_nothing_and_costs_nothing(
    desk: Desk, who: str
) -> None:
    stranger, code = STRANGERS[who]
    with stranger() as url:
        desk.check_kept(desk.visit(office=url, read=0.3), code)
    desk.check_delivered()


def test_the_wait_that_a_gateway_asks_for_is_kept(desk: Desk) -> None:
    stranger, _ = STRANGERS["a busy gateway"]
    before = time.time()
    with stranger() as url:
        desk.visit(office=url)
    with invariants.opened(desk.pair.base) as store:
        assert engine.retry_state(store).next_at >= before + 7
    desk.check_delivered()


def test_an_office_with_another_key_is_not_ours(desk: Desk) -> None:
    with strangers.impostor(desk.pair.office) as other:
        desk.check_kept(desk.visit(office=other.url), "wrong_signature")
        assert other.arrived(f" {desk.marker}") == []
    desk.check_delivered()


def test_without_the_check_of_signatures_an_impostor_would_get_the_change(desk: Desk) -> None:
    with strangers.impostor(desk.pair.office) as other:
        ended = desk.visit("believe", office=other.url)
        assert "wrong_signature" not in [each["code"] for each in ended.facts("problem")]
        assert len(other.arrived(f" {desk.marker}")) == 1
    desk.check_delivered()


@pytest.mark.parametrize("years", [10, -10])
def test_a_clock_that_is_years_off_delays_nothing(desk: Desk, years: int) -> None:
    ended = desk.visit(years=years)
    assert ended.code == 0, ended
    (clock,) = ended.facts("clock")
    assert abs(clock["seconds"] + years * YEAR) < 300
    desk.check_delivered()


def test_a_visit_planned_for_years_ahead_is_due_when_the_clock_is_right_again(
    desk: Desk,
) -> None:
    with strangers.nobody() as url:
        desk.visit(office=url, years=10)
    with invariants.opened(desk.pair.base) as store:
        state = engine.retry_state(store)
    assert state.next_at > time.time() + 9 * YEAR
    assert retry.seconds_left(state, time.time()) == 0
    desk.check_delivered()


def test_a_full_disk_at_any_step_of_a_visit_loses_nothing(pair: Pair) -> None:
    """The store may grow by 0, 1, 2 … pages, until it is enough (SQLite's anomaly loop)."""
    pair.office.start()
    size = _pages(pair)
    orders = replace(pair.orders, changes=6, visits="each", edits=3)
    full = 0
    told = []
    for room in count():
        ended = Pair(pair.office, orders, pair.officers).run(pages=size + room)
        told += ended.told
        with invariants.opened(pair.base) as store:
            invariants.check_store(store)
            invariants.check_confirmed(store, told)
        if ended.code == 0:
            break
        (trouble,) = ended.facts("trouble")
        assert trouble["code"] == "unavailable.full"
        assert "磁盘空间已满" in trouble["sentence"]
        full += 1
    assert full > 0
    assert Pair(pair.office, orders, pair.officers).run().code == 0
    with invariants.opened(pair.base) as store:
        markers = [f"{orders.marker}-{each}" for each in range(orders.changes)]
        assert len(invariants.check_arrived(store, pair.office, markers)) == len(markers)
        invariants.check_same(store, pair.office)


def test_an_office_whose_port_is_taken_says_so_and_starts_elsewhere(
    enrolled: Pair, tmp_path: Path
) -> None:
    office = copied(enrolled.office, tmp_path / "office")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = _serve(office, port)
    assert done.returncode == 2
    assert f"127.0.0.1:{port}" in done.stderr
    assert "--port" in done.stderr
    assert len(done.stderr.splitlines()) == 1, "one sentence, no traceback"
    with office.running():
        assert office.url.startswith("http://127.0.0.1:")


def _serve(office: County, port: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            *(sys.executable, "-m", "office", "--base-dir", str(office.folder)),
            *("serve", "--port", port),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


# --- the tests of the tests -------------------------------------------------------------------


def test_a_client_that_forgets_what_it_could_not_send_is_found_to_lose(pair: Pair) -> None:
    pair.office.start("tests.e2e.office_child", **{office_child.KILL: "inside the transaction"})
    desk = Desk(pair, 0)
    desk.visit("forget")
    assert pair.office.killed()
    with (
        invariants.opened(pair.base) as store,
        pytest.raises(invariants.LostError),
    ):
        invariants.check_confirmed(store, desk.told)


def test_a_client_that_takes_a_full_disk_for_success_is_found_to_lose(pair: Pair) -> None:
    guard = {sabotage.VARIABLE: "swallow"}
    ended = pair.run(guard, pages=_pages(pair), changes=20, visits="none")
    with (
        invariants.opened(pair.base) as store,
        pytest.raises(invariants.LostError),
    ):
        invariants.check_confirmed(store, ended.told)


def _pages(pair: Pair) -> int:
    """How many pages the officer's store has."""
    with invariants.opened(pair.base) as store, store.read() as connection:
        return int(connection.exec_driver_sql("PRAGMA page_count").scalar_one())

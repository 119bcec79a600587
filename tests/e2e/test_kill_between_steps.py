"""The client is killed between any two steps of the route; the change arrives exactly once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from core.changes.states import State
from tests.e2e import invariants, knife, sabotage
from tests.e2e.county import County
from tests.e2e.knife import STEPS, WHEN
from tests.e2e.nursery import Ended, Nursery
from tests.e2e.officer import Orders

# The legs of the route and the steps that each has; the office decides between them.
LEGS: dict[str, frozenset[str]] = {
    "report": frozenset(STEPS) - {"decision", "reopen"},
    "mend": frozenset(STEPS),
    "learn": frozenset({"page", "cursor", "decision"}),
}


@dataclass
class Walk:
    """One change on its way, with everything that was confirmed to the officer so far."""

    officers: Nursery
    office: County
    orders: Orders
    told: list[dict[str, object]] = field(default_factory=list)

    @property
    def marker(self) -> str:
        return f"{self.orders.marker}-0"

    def leg(self, place: str, **environment: str) -> None:
        """The officer works, is killed at *place*, starts again and does what can be done."""
        if place:
            self.cut(place, **environment)
        done = self._run(**environment)
        assert done.code == 0, done

    def cut(self, place: str, **environment: str) -> Ended:
        """The officer works and is killed at *place*."""
        ended = self._run(**{knife.VARIABLE: place, **environment})
        assert ended.killed, f"{place} was never reached: {ended}"
        return ended

    def decide(self, outcome: str, *comment: str) -> None:
        last = self.office.arrived(f" {self.marker}")[-1]
        self.office.command("decide", last.submission_id, outcome, *comment)

    def check(self, *outcomes: str) -> None:
        """Nothing lost, doubled or half; the submissions of the change ended as *outcomes*."""
        with invariants.opened(Path(self.orders.base)) as store:
            invariants.check_store(store)
            invariants.check_confirmed(store, self.told)
            arrived = invariants.check_arrived(store, self.office, [self.marker])
            assert [each.state for each in arrived] == list(outcomes)
            invariants.check_same(store, self.office)

    def _run(self, **environment: str) -> Ended:
        orders = replace(self.orders, code=self.office.code(), office=self.office.url)
        ended = self.officers.run(orders, environment)
        self.told += ended.told
        return ended


@pytest.fixture
def walk(
    office: County, officers: Nursery, next_person: Callable[[], int], tmp_path: Path
) -> Callable[[str], Walk]:
    """Begins a change to another person; the officer is the same within a test."""

    def begin(name: str) -> Walk:
        person = next_person()
        orders = Orders(
            base=str(tmp_path / "officer"),
            marker=f"{name}{person}",
            event_date=office.today(),
            first=person,
        )
        return Walk(officers, office, orders)

    return begin


def _place(leg: str, step: str, when: str) -> str:
    return f"{step}:{when}" if step in LEGS[leg] else ""


@pytest.mark.parametrize("step", STEPS)
def test_killed_around_any_step_the_change_arrives_once(
    walk: Callable[[str], Walk], step: str
) -> None:
    for when in WHEN:
        way = walk(when)
        way.leg(_place("report", step, when))
        way.check("received")

        way.decide("return", "--comment", "/funding=与批文不符")
        way.leg(_place("mend", step, when))
        way.check("returned", "received")

        way.decide("approve")
        way.leg(_place("learn", step, when))
        way.check("returned", "approved")
        _check_record(way)


def _check_record(way: Walk) -> None:
    """The record went up one version, here and at the office."""
    last = way.office.arrived(f" {way.marker}")[-1]
    assert way.office.versions(last.sent.record_id) == [1, 2]
    assert way.office.decisions(last.submission_id) == [State.APPROVED]
    with invariants.opened(Path(way.orders.base)) as store:
        seen = invariants.record_of(store, last.sent.record_id)
    assert (seen.version, seen.pending_submission) == (2, None)
    assert seen.values["remark"] == f"{way.marker} 第2稿"


def test_killed_while_the_first_pages_come_the_next_visit_goes_on_after_them(
    walk: Callable[[str], Walk],
) -> None:
    way = walk("页")
    cut = way.cut("page:after:2")
    before = sum(each["records"] for each in cut.facts("pulled"))
    way.leg("")
    first_visit = [each for each in way.told if each["did"] == "pulled"]
    assert before > 0
    assert sum(int(str(each["records"])) for each in first_visit) < 563
    way.check("received")


# --- the tests of the tests -------------------------------------------------------------------


def test_a_client_that_numbers_anew_after_a_cut_is_found_to_double(
    walk: Callable[[str], Walk], office: County
) -> None:
    way = walk("双")
    way.leg("reply:after", **{sabotage.VARIABLE: "new_ids"})
    with (
        invariants.opened(Path(way.orders.base)) as store,
        pytest.raises(invariants.DoubledError),
    ):
        invariants.check_arrived(store, office, [way.marker])


def test_a_client_that_confirms_before_it_saves_is_found_to_lose(
    walk: Callable[[str], Walk], expect_log: Callable[..., object]
) -> None:
    expect_log("zhibao.store", "did not end in order")
    way = walk("失")
    way.cut("draft:before", **{sabotage.VARIABLE: "early"})
    with (
        invariants.opened(Path(way.orders.base)) as store,
        pytest.raises(invariants.LostError),
    ):
        invariants.check_confirmed(store, way.told)


def test_a_client_that_queues_in_two_transactions_is_found_to_stop_half_way(
    walk: Callable[[str], Walk], expect_log: Callable[..., object]
) -> None:
    expect_log("zhibao.store", "did not end in order")
    way = walk("半")
    way.cut("lay:before", **{sabotage.VARIABLE: "two_transactions"})
    with (
        invariants.opened(Path(way.orders.base)) as store,
        pytest.raises(invariants.HalfError),
    ):
        invariants.check_store(store)

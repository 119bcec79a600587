"""SIGKILL at any moment: 200 cuts over saves and syncs, none lost, none doubled, none half.

The moments are drawn from a seed and spread over a typical run's length, which is measured; runs
follow one another in the same folder, so that what one cut leaves is what the next begins with.
Source: reliability page §3, F01.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from client.paths import Paths
from db.files import is_founded
from tests.e2e import invariants, knife, sabotage
from tests.e2e.county import County
from tests.e2e.nursery import Nursery
from tests.e2e.officer import Orders

SAVES = 50  # cuts in each of the two folders where only saving and queuing goes on
SYNCS = 40  # cuts in each of the two folders where every change is synchronised at once
FOUNDINGS = 20  # cuts while the store is made
BATCH = 2  # changes that a run adds
EDITS = 2


class Series:
    """Runs of one officer in one folder, cut at random."""

    def __init__(self, officers: Nursery, orders: Orders, seed: int) -> None:
        self._officers = officers
        self._random = Random(seed)
        self.orders = orders
        self.told: list[dict[str, Any]] = []
        self.cuts = 0

    @property
    def markers(self) -> list[str]:
        return [f"{self.orders.marker}-{each}" for each in range(self.orders.changes)]

    def whole(self, **environment: str) -> float:
        """One more batch without a cut; gives its seconds."""
        self.orders = replace(self.orders, changes=self.orders.changes + BATCH)
        ended = self._officers.run(self.orders, environment)
        assert ended.code == (3 if self.orders.visits == "none" else 0), ended
        self.told += ended.told
        return ended.seconds

    def cut(self, times: int, longest: float, **environment: str) -> None:
        """Runs until so many were cut; a run that came to its end makes room for new work."""
        wanted = self.cuts + times
        while self.cuts < wanted:
            moment = self._random.random() * longest
            ended = self._officers.run(self.orders, environment, kill_after=moment)
            self.told += ended.told
            if ended.killed:
                self.cuts += 1
            else:
                self.orders = replace(self.orders, changes=self.orders.changes + BATCH)


@pytest.fixture
def series(own_office: County, officers: Nursery, tmp_path: Path) -> Callable[[int], Series]:
    """An officer who is enrolled and has the registers."""

    def begin(seed: int) -> Series:
        orders = Orders(
            base=str(tmp_path / "officer"),
            office=own_office.url,
            code=own_office.code(),
            event_date=own_office.today(),
            changes=0,
            edits=EDITS,
        )
        made = Series(officers, orders, seed)
        made._officers.run(orders)
        return made

    return begin


@pytest.mark.parametrize("seed", [1, 2])
def test_saves_survive_any_cut(
    own_office: County, series: Callable[[int], Series], seed: int
) -> None:
    run = series(seed)
    run.orders = replace(run.orders, visits="none")
    run.cut(SAVES, run.whole())
    run.orders = replace(run.orders, visits="last")
    run.whole()
    _check(run, own_office)
    assert run.cuts == SAVES


@pytest.mark.parametrize("seed", [3, 4])
def test_syncs_survive_any_cut(
    own_office: County, series: Callable[[int], Series], seed: int
) -> None:
    run = series(seed)
    run.orders = replace(run.orders, visits="each")
    run.cut(SYNCS, run.whole())
    run.whole()
    _check(run, own_office)
    assert run.cuts == SYNCS


def test_making_the_store_survives_any_cut(officers: Nursery, tmp_path: Path) -> None:
    random = Random(5)
    orders = Orders(base=str(tmp_path / "first"), changes=0, visits="none")
    longest = officers.run(orders).seconds
    cuts = 0
    for number in range(FOUNDINGS * 4):
        here = replace(orders, base=str(tmp_path / str(number)))
        cut = officers.run(here, kill_after=random.random() * longest)
        paths = Paths(Path(here.base))
        assert cut.facts("created") == [] or is_founded(paths.key, paths.store)
        assert officers.run(here).code == 0
        cuts += cut.killed
        if cuts == FOUNDINGS:
            return
    pytest.fail(f"only {cuts} were cut")


def _check(run: Series, office: County) -> None:
    with invariants.opened(Path(run.orders.base)) as store:
        invariants.check_store(store)
        invariants.check_confirmed(store, run.told)
        arrived = invariants.check_arrived(store, office, run.markers)
        assert len(arrived) == len(run.markers), "every change came exactly once"
        assert sorted(each.device_seq for each in arrived) == list(range(1, len(arrived) + 1))
        invariants.check_same(store, office)


# --- the tests of the tests -------------------------------------------------------------------


def test_the_loop_finds_a_client_that_confirms_before_it_saves(
    own_office: County, series: Callable[[int], Series], expect_log: Callable[..., object]
) -> None:
    expect_log("zhibao.store", "did not end in order")
    run = series(6)
    run.orders = replace(run.orders, visits="none", edits=10)
    longest = run.whole()
    guard = {sabotage.VARIABLE: "early"}
    for _ in range(40):
        run.cut(1, longest, **guard)
        with invariants.opened(Path(run.orders.base)) as store:
            try:
                invariants.check_confirmed(store, run.told)
            except invariants.LostError:
                return
    pytest.fail("the loss was not found")


def test_the_check_finds_a_client_that_numbers_anew_after_a_cut(
    own_office: County, series: Callable[[int], Series]
) -> None:
    """A cut rarely falls between the office's commit and ours, so here it is led there."""
    run = series(7)
    run.orders = replace(run.orders, visits="each", changes=BATCH)
    guard = {sabotage.VARIABLE: "new_ids"}
    ended = run._officers.run(run.orders, {knife.VARIABLE: "settle:before:2", **guard})
    assert ended.killed
    run.whole(**guard)
    with (
        invariants.opened(Path(run.orders.base)) as store,
        pytest.raises(invariants.DoubledError),
    ):
        invariants.check_arrived(store, own_office, run.markers)

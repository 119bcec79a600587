"""SIGKILL at any moment: 200 cuts over saves and syncs, none lost, none doubled, none half.

The moments are drawn from a seed and spread over a typical run's length, which is measured; runs
follow one another in the same folder, so that what one cut leaves is what the next begins with.
Source: reliability page §3, F01.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from client.paths import Paths
from db.files import is_founded
from tests.e2e import invariants, knife, sabotage
from tests.e2e.nursery import Nursery
from tests.e2e.officer import Orders
from tests.e2e.pair import Pair

SAVES = 50  # cuts in each of the two folders where only saving and queuing goes on
SYNCS = 40  # cuts in each of the two folders where every change is synchronised at once
FOUNDINGS = 20  # cuts while the store is made
BATCH = 2  # changes that a run adds
EDITS = 2


class Series:
    """Runs of one officer in one folder, cut at random."""

    def __init__(self, pair: Pair, seed: int, **orders: Any) -> None:
        self._random = Random(seed)
        self.pair = Pair(pair.office, replace(pair.orders, edits=EDITS, **orders), pair.officers)
        self.told: list[dict[str, Any]] = []
        self.cuts = 0

    @property
    def markers(self) -> list[str]:
        orders = self.pair.orders
        return [f"{orders.marker}-{each}" for each in range(orders.changes)]

    def more(self) -> None:
        """From now on the officer has another batch to do."""
        orders = self.pair.orders
        self.pair.orders = replace(orders, changes=orders.changes + BATCH)

    def whole(self, environment: Mapping[str, str] | None = None, **orders: Any) -> float:
        """One more batch without a cut; gives its seconds."""
        self.more()
        ended = self.pair.run(environment, **orders)
        assert ended.code in (0, 3), ended
        self.told += ended.told
        return ended.seconds

    def cut(self, times: int, longest: float, environment: Mapping[str, str] | None = None) -> None:
        """Runs until so many were cut; a run that came to its end makes room for new work."""
        wanted = self.cuts + times
        while self.cuts < wanted:
            ended = self.pair.run(environment, kill_after=self._random.random() * longest)
            self.told += ended.told
            if ended.killed:
                self.cuts += 1
            else:
                self.more()


@pytest.fixture
def served_pair(pair: Pair) -> Pair:
    """The office runs."""
    pair.office.start()
    return pair


@pytest.mark.parametrize("seed", [1, 2])
def test_saves_survive_any_cut(served_pair: Pair, seed: int) -> None:
    series = Series(served_pair, seed, visits="none")
    series.cut(SAVES, series.whole())
    series.whole(visits="last")
    _check(series)
    assert series.cuts == SAVES


@pytest.mark.parametrize("seed", [3, 4])
def test_syncs_survive_any_cut(served_pair: Pair, seed: int) -> None:
    series = Series(served_pair, seed, visits="each")
    series.cut(SYNCS, series.whole())
    series.whole()
    _check(series)
    assert series.cuts == SYNCS


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


def _check(series: Series) -> None:
    office = series.pair.office
    with invariants.opened(series.pair.base) as store:
        invariants.check_store(store)
        invariants.check_confirmed(store, series.told)
        arrived = invariants.check_arrived(store, office, series.markers)
        assert len(arrived) == len(series.markers), "every change came exactly once"
        assert sorted(each.device_seq for each in arrived) == list(range(1, len(arrived) + 1))
        invariants.check_same(store, office)


# --- the tests of the tests -------------------------------------------------------------------


def test_the_loop_finds_a_client_that_confirms_before_it_saves(
    pair: Pair, expect_log: Callable[..., object]
) -> None:
    expect_log("zhibao.store", "did not end in order")
    series = Series(pair, 6, visits="none")
    series.pair.orders = replace(series.pair.orders, edits=10)
    longest = series.whole()
    for _ in range(60):
        series.cut(1, longest, {sabotage.VARIABLE: "early"})
        with invariants.opened(pair.base) as store:
            try:
                invariants.check_confirmed(store, series.told)
            except invariants.LostError:
                return
    pytest.fail("the loss was not found")


def test_the_check_finds_a_client_that_numbers_anew_after_a_cut(served_pair: Pair) -> None:
    """A cut rarely falls between the office's commit and ours, so here it is led there."""
    series = Series(served_pair, 7, visits="each", changes=BATCH)
    guard = {sabotage.VARIABLE: "new_ids"}
    assert series.pair.run({knife.VARIABLE: "settle:before:2", **guard}).killed
    series.whole(guard)
    with (
        invariants.opened(series.pair.base) as store,
        pytest.raises(invariants.DoubledError),
    ):
        invariants.check_arrived(store, series.pair.office, series.markers)

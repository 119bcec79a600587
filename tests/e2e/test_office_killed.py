"""The answer is lost after the commit: one row, and the same receipt byte for byte.

The office is killed there and comes back, or its reply is lost on the way. Source: reliability page
§3, F21 and F40.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from core.wire.receipts import open_receipt
from db import outbox
from tests.e2e import invariants, office_child, strangers
from tests.e2e.county import County
from tests.e2e.pair import Pair

PROGRAM = "tests.e2e.office_child"
MARKERS = ("甲-0", "甲-1")
LOST = 25  # answers
# How many of the two submissions are committed when the office dies there.
COMMITTED = {
    "after the envelope is noted": 0,
    "inside the transaction": 0,
    "after the first commit": 1,
    "after the last commit": 2,
    "with the reply in hand": 2,
}


@pytest.fixture
def two(pair: Pair) -> Pair:
    """An officer with two changes, which travel in one envelope."""
    return Pair(pair.office, replace(pair.orders, changes=2), pair.officers)


def _receipts(office: County) -> dict[str, list[bytes]]:
    arrived = [each for marker in MARKERS for each in office.arrived(f" {marker}")]
    return {each.submission_id: office.receipts(each.submission_id) for each in arrived}


@pytest.mark.parametrize("place", COMMITTED)
def test_a_killed_office_answers_as_before_when_it_is_back(two: Pair, place: str) -> None:
    office = two.office
    office.start(PROGRAM, **{office_child.KILL: place})
    assert two.run().code == 3, "work is left"
    assert office.killed()
    given = _receipts(office)
    assert len(given) == COMMITTED[place]
    assert all(len(notes) == 1 for notes in given.values())

    office.start()
    assert two.run().code == 0
    with invariants.opened(two.base) as store:
        arrived = invariants.check_arrived(store, office, MARKERS)
        assert len(arrived) == 2
        for submission_id, notes in given.items():
            item = outbox.get(store, submission_id)
            assert item is not None
            assert item.receipt == notes[0]
            open_receipt(notes[0], office.verifier, submission_id=submission_id, digest=item.digest)
        invariants.check_store(store)
        invariants.check_same(store, office)
    office.stop()
    assert office.command("verify") == {"problems": []}
    assert _is_whole(office)


def _is_whole(office: County) -> bool:
    """The office's file, read by the standard library's SQLite while nobody writes."""
    with closing(sqlite3.connect(office.folder / "office.db")) as connection:
        return bool(connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok")


def test_lost_answers_are_asked_for_again_and_are_the_same(pair: Pair) -> None:
    """Every envelope's first answer is swallowed; the next visit sends the same bytes again."""
    pair.office.start()
    swallowed: list[str] = []
    orders = replace(pair.orders, changes=LOST, visits="each")
    officer = Pair(pair.office, orders, pair.officers)
    with strangers.swallower(pair.office, swallowed) as url:
        first = officer.run(office=url)
        assert first.code == 3
        told = first.told + officer.run(office=url).told
    assert len(swallowed) == LOST
    assert len(set(swallowed)) == LOST
    with invariants.opened(officer.base) as store:
        markers = [f"{orders.marker}-{each}" for each in range(LOST)]
        assert len(invariants.check_arrived(store, pair.office, markers)) == LOST
        assert [each.attempts for each in outbox.items(store)] == [2] * LOST
        invariants.check_confirmed(store, told)
        invariants.check_store(store)
        invariants.check_same(store, pair.office)


# --- the tests of the tests -------------------------------------------------------------------


def test_an_office_that_signs_anew_is_found(two: Pair) -> None:
    two.office.start(PROGRAM, **{office_child.KILL: "after the last commit"})
    assert two.run().code == 3
    assert two.office.killed()
    two.office.start(PROGRAM, **{office_child.SABOTAGE: "fresh_receipts"})
    assert two.run().code == 0
    with (
        invariants.opened(two.base) as store,
        pytest.raises(AssertionError, match="another receipt"),
    ):
        invariants.check_arrived(store, two.office, MARKERS)


def test_an_office_that_takes_everything_as_new_is_found_to_double(two: Pair) -> None:
    two.office.start(PROGRAM, **{office_child.SABOTAGE: "fresh_ids"})
    assert two.run().code == 3
    assert two.run().code == 3
    with (
        invariants.opened(two.base) as store,
        pytest.raises(invariants.DoubledError),
    ):
        invariants.check_arrived(store, two.office, MARKERS)

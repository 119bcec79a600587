"""What has to hold after every cut (reliability page §3): nothing lost, doubled or half."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from client.paths import Paths
from core.changes.states import PENDING, WAITING
from core.wire.receipts import open_receipt
from db import damage, drafts, identity, keyfile, mirror, outbox, registers
from db.outbox import OutboxItem
from db.store import Store
from tests.e2e.county import Arrived, County
from tests.e2e.officer import FORM, PASSWORD, edit_of, marker_of

Facts = Mapping[str, Any]


class LostError(AssertionError):
    """Something that was confirmed is not there."""


class DoubledError(AssertionError):
    """Something is there twice."""


class HalfError(AssertionError):
    """Something was done by half."""


@contextmanager
def opened(base: Path) -> Iterator[Store]:
    """An officer's store, after the officer has gone."""
    paths = Paths(base)
    store = Store.open(paths.store, keyfile.unlock(paths.key, PASSWORD, time.time()))
    try:
        yield store
    finally:
        store.close()


def check_store(store: Store) -> None:
    """Every page, the audit chain, and that no step stopped half-way."""
    damage.verify(store)
    items = outbox.items(store)
    numbers = sorted(each.device_seq for each in items)
    if numbers != list(range(1, len(items) + 1)):
        raise HalfError(f"device numbers {numbers}")
    begun = {(each.form, each.record_id, each.supersedes) for each in drafts.all(store)}
    sent = {(each.form, each.record_id, each.supersedes) for each in items}
    if begun & sent:
        raise HalfError(f"draft and submission of one change: {begun & sent}")
    for each in items:
        seen = registers.get(store, store.forms[each.form], each.record_id)
        if each.state in PENDING and (seen is None or seen.pending_submission is None):
            raise HalfError(f"{each.submission_id} is under way and not seen so")
        if (each.receipt is None) != (each.state in WAITING):
            raise HalfError(f"{each.submission_id} is {each.state}, its receipt {each.receipt!r}")


def check_confirmed(store: Store, told: Iterable[Facts]) -> None:
    """Everything that was confirmed to the officer exists."""
    items = outbox.items(store)
    by_id = {each.submission_id: each for each in items}
    edits = _edits(store, items)
    for fact in told:
        match fact["did"]:
            case "saved" if edits.get(fact["marker"], 0) < fact["edit"]:
                raise LostError(f"{fact} was saved; there is edit {edits.get(fact['marker'])}")
            case "queued":
                item = by_id.get(fact["submission"])
                if item is None or item.digest != fact["digest"]:
                    raise LostError(f"{fact} was queued; there is {item}")
            case "received":
                item = by_id.get(fact["submission"])
                if item is None or item.receipt is None:
                    raise LostError(f"{fact} was received; there is {item}")


def _edits(store: Store, items: Iterable[OutboxItem]) -> dict[str, int]:
    """The newest edit of each change, in drafts and submissions."""
    found: dict[str, int] = {}
    kept = [drafts.get(store, each.draft_id) for each in drafts.all(store)]
    sent = [outbox.submission(store, each.submission_id) for each in items]
    for each in (*kept, *sent):
        assert each is not None
        marker = marker_of(each.head.reason)
        found[marker] = max(found.get(marker, 0), edit_of(each.values))
    return found


def check_arrived(store: Store, office: County, markers: Iterable[str]) -> list[Arrived]:
    """Each change of *markers* is at the office exactly once, as sent, with a good receipt.

    A change that was returned and mended counts once more for each successor.
    """
    items = {each.submission_id: each for each in outbox.items(store)}
    found = []
    for marker in markers:
        arrived = office.arrived(f" {marker}")
        if not arrived:
            raise LostError(f"{marker} is not at the office")
        for before, after in zip([None, *arrived], arrived, strict=False):
            if after.supersedes != ("" if before is None else before.submission_id):
                raise DoubledError(f"{marker} came as {[each.submission_id for each in arrived]}")
        found += arrived
    for each in found:
        _check_receipt(store, office, items.get(each.submission_id), each)
    return found


def _check_receipt(store: Store, office: County, item: OutboxItem | None, arrived: Arrived) -> None:
    who = identity.get(store)
    assert who is not None
    if item is None or item.receipt is None or item.digest != arrived.digest:
        raise LostError(f"{arrived.submission_id} is at the office; here is {item}")
    receipt = open_receipt(
        item.receipt, who.office, submission_id=item.submission_id, digest=item.digest
    )
    assert receipt.device == who.device
    assert office.receipts(item.submission_id) == [item.receipt], (
        "another receipt than the office's"
    )


def check_same(store: Store, office: County) -> None:
    """The registers here are the office's: counts and digest."""
    assert mirror.scope(store) == office.scope()


def record_of(store: Store, record_id: str) -> registers.Seen:
    """A person as the officer sees them."""
    seen = registers.get(store, store.forms[FORM], record_id)
    assert seen is not None
    return seen

"""The mirror: pages applied whole or not at all, scope digest in step, full snapshots."""

import base64
from dataclasses import replace
from typing import Any

import pytest

from core.wire.errors import WireError
from core.wire.notes import NoteError, Signer
from core.wire.payload import new_identity, open_payload, recipient_of
from core.wire.protocol import ChangesPage, DecisionChange, RecordChange, Scope
from core.wire.receipts import Outcome, sign_decision
from core.wire.scope import EMPTY, with_record
from db import drafts, identity, keyfile, mirror, outbox, registers, syncstate
from db.store import Store
from tests.helpers.stores import (
    CHEAP,
    OFFICE,
    change,
    closed,
    decision,
    draft,
    draft_on,
    fill,
    last_page,
    page,
    person,
    person_form,
)

FORM = person_form()
WHO = identity.Identity(
    office_url="https://office.invalid",
    device="d1",
    device_key="",
    account="a",
    officer="某信息员",
    unit="420583",
    unit_title="枝江市",
    county="420583",
    office_key=OFFICE.verifier.vkey,
    intake_recipient="age1x",
)


def apply(store: Store, *changes: Any, cursor: str = "e.1") -> mirror.Applied:
    return mirror.apply(store, page(*changes, cursor=cursor), OFFICE.verifier)


def scope_of(*records: RecordChange) -> Scope:
    digest = EMPTY
    counts: dict[str, int] = {}
    for each in records:
        digest = with_record(digest, each.form, each.record_id, each.version, each.digest)
        counts[each.form] = counts.get(each.form, 0) + 1
    return Scope(counts, digest)


def test_records_and_cursor_come_together(store: Store) -> None:
    assert mirror.cursor(store) == ""
    applied = apply(store, change("person", "p1", person(1)), cursor="e.7")
    assert (applied.forms, applied.records, applied.fits) == (frozenset({"person"}), 1, None)
    assert mirror.cursor(store) == "e.7"
    assert syncstate.read(store, syncstate.EPOCH) == "e"


def test_the_same_page_again_changes_nothing(store: Store) -> None:
    record = change("person", "p1", person(1))
    apply(store, record)
    applied = apply(store, record)
    assert (applied.records, applied.forms) == (0, frozenset())
    assert registers.count(store, FORM) == 1
    assert mirror.scope(store) == scope_of(record)


def test_an_older_version_does_not_come_back(store: Store) -> None:
    newer = change("person", "p1", person(1, name="新"), 3)
    apply(store, newer)
    apply(store, change("person", "p1", person(1, name="旧"), 2))
    seen = registers.get(store, FORM, "p1")
    assert seen is not None
    assert seen.values["name"] == "新"
    assert mirror.scope(store) == scope_of(newer)


def test_the_last_of_several_changes_in_a_page_counts(store: Store) -> None:
    last = change("person", "p1", person(1, name="后"), 2)
    apply(store, change("person", "p1", person(1, name="先")), last)
    assert mirror.scope(store) == scope_of(last)


@pytest.mark.parametrize(
    "broken",
    [
        replace(change("person", "p2", person(2)), digest="sha256:" + "0" * 64),
        replace(change("person", "p2", person(2)), form="unheard_of"),
        DecisionChange("not a note"),
    ],
)
def test_a_page_with_one_wrong_change_leaves_nothing(store: Store, broken: Any) -> None:
    with pytest.raises(WireError):
        apply(store, change("person", "p1", person(1)), broken)
    assert registers.count(store, FORM) == 0
    assert mirror.cursor(store) == ""


def test_a_decision_by_another_key_is_refused(store: Store) -> None:
    sealed = outbox.enqueue(store, draft(), FORM)
    forged = sign_decision(
        decision(sealed, Outcome.APPROVED).decision, Signer("zhibao.office/test", b"f" * 32)
    )
    with pytest.raises(NoteError):
        apply(store, DecisionChange(forged.decode()))


def test_counts_and_digest_are_compared_on_the_last_page(store: Store) -> None:
    records = [change("person", f"p{each}", person(each)) for each in range(3)]
    apply(store, *records)
    changed = change("person", "p1", person(1, name="改"), 2)
    gone = closed(records[2])
    wanted = scope_of(records[0], changed, gone)
    done = mirror.apply(store, last_page(changed, gone, scope=wanted), OFFICE.verifier)
    assert done.fits is True
    again = mirror.apply(store, last_page(scope=wanted), OFFICE.verifier)
    assert again.fits is True
    other = mirror.apply(store, last_page(scope=scope_of(*records)), OFFICE.verifier)
    assert other.fits is False
    fewer = mirror.apply(store, last_page(scope=replace(wanted, counts={})), OFFICE.verifier)
    assert fewer.fits is False


# --- Full snapshots -----------------------------------------------------------------------------


def snapshot(store: Store, *records: RecordChange) -> mirror.Applied:
    mirror.reset_for_resync(store)
    assert mirror.cursor(store) == ""
    half = len(records) // 2
    apply(store, *records[:half], cursor="f.1")
    rest = ChangesPage("f", "f.2", False, records[half:], scope_of(*records))
    return mirror.apply(store, rest, OFFICE.verifier)


def test_a_full_snapshot_removes_what_it_does_not_name(store: Store) -> None:
    fill(store, 20)
    kept = [change("person", f"p{each}", person(each)) for each in range(18)]
    kept += [
        change("institution", f"u{each}", {"register_no": f"U{each:03d}"}) for each in range(5)
    ]
    applied = snapshot(store, *kept)
    assert (applied.fits, applied.to_remove) == (True, 0)
    assert registers.count(store, FORM) == 18
    assert registers.get(store, FORM, "p19") is None
    assert mirror.scope(store) == scope_of(*kept)


def test_the_register_stays_readable_until_the_snapshot_is_whole(store: Store) -> None:
    fill(store, 20)
    mirror.reset_for_resync(store)
    apply(store, change("person", "p1", person(1)), cursor="f.1")
    assert registers.count(store, FORM) == 20


def test_a_snapshot_may_bring_older_versions_after_a_restored_office(store: Store) -> None:
    apply(store, change("person", "p1", person(1, name="新"), 5))
    older = change("person", "p1", person(1, name="旧"), 4)
    assert snapshot(store, older).fits is True
    seen = registers.get(store, FORM, "p1")
    assert seen is not None
    assert (seen.version, seen.values["name"]) == (4, "旧")


def test_a_snapshot_that_would_remove_much_asks_first(store: Store) -> None:
    records = [change("person", f"p{each}", person(each)) for each in range(120)]
    apply(store, *records)
    applied = snapshot(store, *records[:60])
    assert (applied.to_remove, applied.fits) == (60, None)
    assert registers.count(store, FORM) == 120
    assert mirror.confirm_removals(store) == 60
    assert registers.count(store, FORM) == 60
    assert mirror.scope(store) == scope_of(*records[:60])


def test_snapshots_never_touch_drafts_and_unsent_work(store: Store) -> None:
    fill(store, 20)
    drafts.save(store, draft("other"))
    sealed = outbox.enqueue(store, draft_on(store, "p3", name="改"), FORM)
    kept = [change("person", f"p{each}", person(each)) for each in range(20) if each != 3]
    kept += [
        change("institution", f"u{each}", {"register_no": f"U{each:03d}"}) for each in range(5)
    ]
    snapshot(store, *kept)
    assert len(drafts.all(store)) == 1
    assert outbox.unsent(store)[0].submission_id == sealed.submission_id
    seen = registers.get(store, FORM, "p3")
    assert seen is not None
    assert (seen.values["name"], seen.version) == ("改", 0)


def test_a_second_snapshot_works_like_the_first(store: Store) -> None:
    records = [change("person", f"p{each}", person(each)) for each in range(10)]
    assert snapshot(store, *records).fits is True
    assert snapshot(store, *records[:9]).fits is True
    assert registers.count(store, FORM) == 9


def test_the_office_can_recover_the_key_of_an_enrolled_store(store: Store) -> None:
    path = keyfile.beside(store.path)
    keyfile.create(path, "forgotten", CHEAP)
    office = new_identity()
    who = replace(WHO, recovery_recipient=recipient_of(office))
    identity.save(store, who)
    sealed = base64.b64decode(keyfile.recovery(path))
    opened = open_payload(sealed, 2 * len(store.key) + 1, 1, office)
    assert opened == ([store.key.hex().encode()], {})


def test_who_the_device_is_comes_back(store: Store) -> None:
    assert identity.get(store) is None
    device = Signer.generate("zhibao.device/d1")
    who = replace(WHO, device_key=device.skey)
    identity.save(store, who)
    found = identity.get(store)
    assert found == who
    assert found is not None
    assert found.signer == device
    assert found.office == OFFICE.verifier
    assert device.skey not in repr(found)

"""Drafts and attachments are kept, found, and let go of."""

from datetime import timedelta

import pytest

from core.changes.draft import Comment, Draft, Head
from db import attachments, drafts
from db.errors import NoDraft, StoreUnavailable
from db.store import Store
from tests.helpers.stores import draft, person


def test_a_saved_draft_comes_back_as_it_was(store: Store) -> None:
    photo = attachments.put(store, b"bytes", "照片.jpg", "image/jpeg", "photo")
    made = draft(
        texts={"/birth_date": "2008.13.8"},
        overrides={"rule:/name": "已核实"},
        attachments=(photo,),
        comments=(Comment("/name", "请核对"),),
        head=Head(reason="调入", event_date="2026-11-01"),
    )
    saved_at = drafts.save(store, made, "欧阳")
    found = drafts.get(store, made.draft_id)
    assert isinstance(found, Draft)
    assert found.saved_at == found.created_at == saved_at
    assert (found.values, found.texts, found.overrides) == (made.values, made.texts, made.overrides)
    assert (found.head, found.attachments, found.comments) == (
        made.head,
        made.attachments,
        made.comments,
    )


def test_saving_again_replaces_and_keeps_when_it_was_begun(store: Store) -> None:
    made = draft()
    drafts.save(store, made, "甲")
    first = drafts.get(store, made.draft_id)
    drafts.save(store, draft(draft_id=made.draft_id, values=person(5), created_at=first.created_at))
    (summary,) = drafts.all(store)
    assert summary.title == "甲"
    assert summary.created_at == first.created_at
    assert drafts.get(store, made.draft_id).values == person(5)


def test_drafts_are_listed_last_saved_first(store: Store) -> None:
    one, two = draft("r1"), draft("r2")
    drafts.save(store, one)
    drafts.save(store, two)
    drafts.save(store, one)
    order = [each.record_id for each in drafts.all(store)]
    assert sorted(order) == ["r1", "r2"]
    saved = [each.saved_at for each in drafts.all(store)]
    assert saved == sorted(saved, reverse=True)


def test_drafts_of_one_record(store: Store) -> None:
    drafts.save(store, draft("r1"))
    drafts.save(store, draft("r2"))
    assert [each.record_id for each in drafts.of_record(store, "person", "r1")] == ["r1"]
    assert drafts.of_record(store, "institution", "r1") == []


def test_a_discarded_draft_is_gone(store: Store) -> None:
    made = draft()
    drafts.save(store, made)
    drafts.discard(store, made.draft_id)
    drafts.discard(store, made.draft_id)
    with pytest.raises(NoDraft):
        drafts.get(store, made.draft_id)


def test_the_same_bytes_are_kept_once(store: Store) -> None:
    one = attachments.put(store, b"same", "a.pdf", "application/pdf")
    two = attachments.put(store, b"same", "b.pdf", "application/pdf")
    assert one.digest == two.digest
    assert (two.name, two.size) == ("b.pdf", 4)
    assert attachments.read(store, one.digest) == b"same"


def test_bytes_that_are_not_kept_are_told(store: Store) -> None:
    with pytest.raises(StoreUnavailable) as caught:
        attachments.read(store, "sha256:none")
    assert caught.value.kind == "gone"


def test_documents_are_collected_when_nothing_refers_to_them(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    attached = attachments.put(store, b"attached", "a.pdf", "application/pdf")
    as_value = attachments.put(store, b"value", "a.jpg", "image/jpeg")
    in_row = attachments.put(store, b"row", "a.jpg", "image/jpeg")
    unused = attachments.put(store, b"unused", "a.jpg", "image/jpeg")
    photo = {"digest": as_value.digest, "name": "a", "size": 1, "media_type": "b"}
    movements = [{"kind": "1", "paper": {"digest": in_row.digest}}]
    made = draft(attachments=(attached,), values=person(1, photo=photo, movements=movements))
    drafts.save(store, made)
    assert attachments.collect(store) == 0  # A day's grace.
    monkeypatch.setattr(attachments, "GRACE", timedelta(seconds=-1))
    assert attachments.collect(store) == 1
    for each in (attached, as_value, in_row):
        attachments.read(store, each.digest)
    with pytest.raises(StoreUnavailable):
        attachments.read(store, unused.digest)
    drafts.discard(store, made.draft_id)
    assert attachments.collect(store) == 3

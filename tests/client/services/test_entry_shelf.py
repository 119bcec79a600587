"""Entry over a real store: begun, saved, submitted, returned, mended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject

from client.services.desk import Changed
from client.services.entry import CannotOpen, EntryService, EntrySession
from client.services.entry_events import Refused, Submitted
from client.services.entry_shelf import StoreShelf
from client.services.targets import NewChange, OpenDraft, Reopen
from core.changes.states import State
from core.wire.receipts import Outcome
from db import drafts, mirror, outbox, settings
from db.store import Store
from tests.helpers import people, stores
from tests.helpers.entry_shelf import make_room
from tests.helpers.stores import store, store_path, store_template

__all__ = ["store", "store_path", "store_template"]

AMEND = NewChange("person", "amend", "p1")
JOIN = NewChange("person", "join", unit=people.UNIT)


class Desk:
    """The real service over a real store with one organ and one person."""

    def __init__(self, store: Store) -> None:
        self.store = store
        records = [
            stores.change("institution", "u1", people.institution()),
            stores.change("person", "p1", people.person(name="欧阳样例")),
        ]
        mirror.apply(store, stores.page(*records), stores.OFFICE.verifier)
        self.room = make_room(None, store)
        self.changes: list[Changed] = []
        self.room.changes.changed.connect(self.changes.append)
        self.owner = QObject()
        self.service = EntryService(self.room)
        self.shelf = StoreShelf(self.room)
        self.heard: list[Any] = []

    def open(self, target: object) -> EntrySession:
        found: list[EntrySession] = []
        self.service.open(target, done=found.append, failed=self.heard.append, owner=self.owner)
        found[0].submitted.connect(self.heard.append)
        found[0].refused.connect(self.heard.append)
        found[0].start()
        return found[0]

    def submit(self, session: EntrySession) -> str:
        session.set_head("reason", "职务调整")
        session.set_head("event_date", "2008-12-1")
        session.set_head("filled_by", "李信息")
        session.set_override("past_retirement_age@/status", "返聘")
        session.set_override("attachment_missing@/head/attachments", "后补")
        session.submit()
        answer = self.heard[-1]
        assert isinstance(answer, Submitted), answer
        return answer.submission_id


@pytest.fixture
def desk(qapp: object, store: Store) -> Iterator[Desk]:
    made = Desk(store)
    yield made
    made.owner.deleteLater()


def test_what_is_typed_is_in_the_store(desk: Desk) -> None:
    session = desk.open(AMEND)
    session.set_text("/position", "副局长")
    session.set_text("/position_since", "去年")
    session.leave("/position_since")
    kept = drafts.get(desk.store, session.draft.draft_id)
    assert kept.values["position"] == "副局长"
    assert kept.texts == {"/position_since": "去年"}
    assert drafts.all(desk.store)[0].title == "欧阳样例"
    again = desk.open(OpenDraft(session.draft.draft_id))
    assert again.state("/position_since").text == "去年"


def test_the_first_saving_is_announced_and_the_time_of_beginning_stays(desk: Desk) -> None:
    session = desk.open(AMEND)
    session.set_text("/position", "副局长")
    session.leave("/position")
    assert desk.changes == [Changed(drafts=True)]
    begun = drafts.get(desk.store, session.draft.draft_id).created_at
    session.set_text("/position", "局长")
    session.leave("/position")
    assert drafts.get(desk.store, session.draft.draft_id).created_at == begun
    assert len(desk.changes) == 1


def test_a_change_is_sealed_on_the_version_it_was_begun_on(desk: Desk) -> None:
    session = desk.open(AMEND)
    session.set_text("/position", "副局长")
    sent = outbox.submission(desk.store, desk.submit(session))
    assert sent is not None
    assert sent.changed == ("/position",)
    assert sent.base_version == 1
    assert drafts.all(desk.store) == []


def test_while_it_is_on_its_way_the_record_is_not_opened_again(desk: Desk) -> None:
    session = desk.open(AMEND)
    session.set_text("/position", "副局长")
    submission_id = desk.submit(session)
    desk.service.open(AMEND, done=desk.heard.append, failed=desk.heard.append, owner=desk.owner)
    assert isinstance(desk.heard[-1], CannotOpen)
    assert desk.heard[-1].submission_id == submission_id


def test_a_returned_change_is_mended_and_names_the_old_one(desk: Desk) -> None:
    session = desk.open(AMEND)
    session.set_text("/position", "副局长")
    first = desk.submit(session)
    bound = outbox.unsent(desk.store)
    outbox.bind(desk.store, "e-1", b"sealed", [each.submission_id for each in bound])
    outbox.start(desk.store, "e-1")
    sealed = drafts_sealed(desk.store, first)
    outbox.settle(desk.store, *stores.receipt(sealed))
    answer = stores.decision(sealed, Outcome.RETURNED, ("/position", "请写全称"))
    mirror.apply(desk.store, stores.page(answer.change, cursor="e.2"), stores.OFFICE.verifier)
    item = outbox.get(desk.store, first)
    assert item is not None
    assert item.state is State.RETURNED
    again = desk.open(Reopen(first))
    assert [each.text for each in again.draft.comments] == ["请写全称"]
    again.set_text("/position", "办公室副主任")
    second = outbox.submission(desk.store, desk.submit(again))
    assert second is not None
    assert second.supersedes == first
    assert second.values["position"] == "办公室副主任"


def drafts_sealed(store: Store, submission_id: str) -> Any:
    from core.changes.submission import Sealed

    unsent = outbox.get(store, submission_id)
    assert unsent is not None
    return Sealed(submission_id, unsent.digest, b"")


def test_rules_over_other_records_ask_the_store(desk: Desk) -> None:
    session = desk.open(JOIN)
    session.set_text("/id_number", people.ID_NUMBER)
    session._checker.run()
    codes = {each.issue.code for each in session.issues().issues}
    assert "one_person_one_post" in codes


def test_a_refusal_by_the_store_comes_after_that_of_the_form(desk: Desk) -> None:
    session = desk.open(JOIN)
    session.submit()
    assert isinstance(desk.heard[-1], Refused)
    assert outbox.items(desk.store) == []


def test_units_are_found_and_called_by_their_titles(desk: Desk) -> None:
    form = desk.room.forms["institution"]
    assert [each.title for each in desk.shelf.find(form, "yl", 5)] == ["枝江市样例局"]
    assert desk.shelf.titles(form, [people.UNIT, "none"]) == {people.UNIT: "枝江市样例局"}


def test_fields_that_carry_over_come_from_the_last_new_record(desk: Desk) -> None:
    form = desk.room.forms["person"]
    settings.put(desk.store, "entry.carried.person", {"native_place": "420582"})
    assert desk.shelf.carried(form) == {"native_place": "420582"}
    assert desk.open(JOIN).draft.values["native_place"] == "420582"


def test_a_new_record_leaves_what_carries_over(desk: Desk) -> None:
    session = desk.open(JOIN)
    draft = replace(session.draft, values={**session.draft.values, "native_place": "420581"})
    desk.shelf.submit(draft, session.form)
    assert desk.shelf.carried(session.form) == {
        "native_place": "420581",
        "unit": people.UNIT,
    }


def test_a_document_is_kept_in_the_store(desk: Desk, tmp_path: Path) -> None:
    from db import attachments

    session = desk.open(AMEND)
    document = tmp_path / "批复.pdf"
    document.write_bytes(b"%PDF-1.4")
    session.attach([str(document)])
    file = session.draft.attachments[0]
    assert file.media_type == "application/pdf"
    assert attachments.read(desk.store, file.digest) == b"%PDF-1.4"


def test_a_discarded_draft_is_gone(desk: Desk) -> None:
    session = desk.open(AMEND)
    session.set_text("/position", "副局长")
    session.leave("/position")
    session.discard()
    assert drafts.all(desk.store) == []
    assert desk.shelf.draft(session.draft.draft_id) is None

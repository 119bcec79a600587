"""Today, outbox, receipts and settings over a real store."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from client.services import preferences
from client.services.desk import Changed, Changes, Room
from client.services.home import HomeService, Kind, Today
from client.services.outbox import Counts, Line, OutboxService
from client.services.preferences import Preferences
from client.services.receipts import ConflictRow, ReceiptView
from client.services.settings import Look, SettingsService, View
from client.services.targets import OpenDraft, Reopen
from client.services.troubles import sentence
from core.changes.draft import Head
from core.changes.states import State
from core.resources import codelists, forms
from core.wire.receipts import Outcome, Result
from db import drafts, identity, mirror, outbox
from db.identity import Identity
from db.store import Store
from tests.helpers.immediate import ImmediateBackground
from tests.helpers.stores import (
    OFFICE,
    change,
    decision,
    draft,
    draft_on,
    fill,
    page,
    person,
    person_form,
    receipt,
    store,
    store_path,
    store_template,
)
from tests.helpers.vault import FakeVault

__all__ = ["store", "store_path", "store_template"]

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


@pytest.fixture
def room(store: Store, qtbot: QtBot) -> Room:
    store.use_forms(forms())
    background = ImmediateBackground()
    return Room(store, background, Changes(), forms(), codelists(), lambda: NOW)


def enrol(store: Store) -> None:
    identity.save(
        store,
        Identity(
            office_url="https://gkb.example",
            device="d-1",
            device_key=OFFICE.skey,
            account="a",
            officer="陈秀英",
            unit="U001",
            unit_title="枝江市教育局",
            county="420583",
            office_key=OFFICE.verifier.vkey,
            intake_recipient="age1x",
        ),
    )


def answer(call: Callable[..., None], *args: Any) -> Any:
    got: list[Any] = []
    call(*args, done=got.append, owner=QObject())
    assert len(got) == 1
    return got[0]


class TestHome:
    def load(self, room: Room) -> Today:
        found: Today = answer(HomeService(room).load)
        return found

    def test_a_new_store_has_nothing_to_do(self, room: Room) -> None:
        today = self.load(room)
        assert today == Today()
        assert today.is_fresh

    def test_records_and_enrolment_are_known(self, room: Room) -> None:
        fill(room.store)
        enrol(room.store)
        today = self.load(room)
        assert today.has_records
        assert today.is_enrolled

    @pytest.mark.parametrize(
        ("event", "kind", "words"),
        [
            ("2026-11-10", Kind.OVERDUE, "已超期 2 天"),
            ("2026-11-12", Kind.SOON, "今天到期"),
            ("2026-11-15", Kind.SOON, "还剩 3 天"),
            ("2026-11-16", Kind.DRAFT, "还剩 4 天"),
            ("", Kind.DRAFT, ""),
            ("2026-1", Kind.DRAFT, ""),
        ],
    )
    def test_a_draft_is_due_ten_days_after_the_event(
        self, room: Room, event: str, kind: Kind, words: str
    ) -> None:
        one = draft(head=Head(event_date=event))
        drafts.save(room.store, one, "欧阳一")
        (task,) = self.load(room).tasks
        assert (task.kind, task.due_words) == (kind, words)
        assert task.title == "欧阳一"
        assert task.detail == "人员增加"
        assert task.target == OpenDraft(one.draft_id)

    def test_the_duty_may_count_working_days(self, room: Room) -> None:
        drafts.save(room.store, draft(head=Head(event_date="2026-11-10")), "欧阳一")
        preferences.write(room.store, Preferences(duty_working=True))
        (task,) = self.load(room).tasks
        assert task.due == "2026-11-24"

    def test_a_draft_without_a_title_is_named_after_its_flow(self, room: Room) -> None:
        drafts.save(room.store, draft())
        assert self.load(room).tasks[0].title == "新人员增加"

    def test_the_most_urgent_stands_first(self, room: Room) -> None:
        for number, event in enumerate(("", "2026-11-14", "2026-11-01", "2026-11-05")):
            drafts.save(room.store, draft(f"n{number}", head=Head(event_date=event)))
        kinds = [(each.kind, each.due) for each in self.load(room).tasks]
        assert kinds == [
            (Kind.OVERDUE, "2026-11-11"),
            (Kind.OVERDUE, "2026-11-15"),
            (Kind.SOON, "2026-11-24"),
            (Kind.DRAFT, ""),
        ]

    def test_what_was_returned_leads_to_mending_and_then_to_its_draft(self, room: Room) -> None:
        sealed = outbox.enqueue(room.store, draft(), person_form())
        outbox.settle(room.store, *receipt(sealed))
        said = decision(sealed, Outcome.RETURNED, ("/education", "请改"), ("/degree", "请改"))
        mirror.apply(room.store, page(said.change), OFFICE.verifier)
        (task,) = self.load(room).tasks
        assert task.kind is Kind.RETURNED
        assert task.target == Reopen(sealed.submission_id)
        assert task.note == "2 条意见"
        reopened = outbox.reopen(room.store, sealed.submission_id)
        (task,) = self.load(room).tasks
        assert task.kind is Kind.RETURNED
        assert task.target == OpenDraft(reopened.draft_id)

    def test_what_waits_and_what_is_in_review_is_counted(self, room: Room) -> None:
        outbox.enqueue(room.store, draft("n1"), person_form())
        sent = outbox.enqueue(room.store, draft("n2"), person_form())
        outbox.settle(room.store, *receipt(sent))
        today = self.load(room)
        assert (today.waiting, today.in_review) == (1, 1)
        assert not today.is_fresh


class TestOutbox:
    def lines(self, room: Room) -> tuple[Line, ...]:
        found: tuple[Line, ...] = answer(OutboxService(room).load)
        return found

    def test_a_line_tells_what_was_sent(self, room: Room) -> None:
        sealed = outbox.enqueue(room.store, draft(), person_form())
        (line,) = self.lines(room)
        assert line.submission_id == sealed.submission_id
        assert line.flow_title == "人员增加"
        assert line.state is State.QUEUED
        assert line.group == "waiting"
        assert not line.has_receipt

    def test_what_asks_for_something_stands_first(self, room: Room) -> None:
        old = outbox.enqueue(room.store, draft("n1"), person_form())
        outbox.settle(room.store, *receipt(old))
        returned = decision(old, Outcome.RETURNED, ("/movements/0/doc_no", "请填"))
        mirror.apply(room.store, page(returned.change), OFFICE.verifier)
        outbox.enqueue(room.store, draft("n2"), person_form())
        first, second = self.lines(room)
        assert first.may_mend
        assert first.remarks[0].pointer == "/movements/0/doc_no"
        assert first.remarks[0].where.endswith("文号")
        assert "第 1 行" in first.remarks[0].where
        assert second.group == "waiting"

    def test_it_is_counted(self, room: Room) -> None:
        outbox.enqueue(room.store, draft(), person_form())
        assert answer(OutboxService(room).count) == Counts(0, 1)


class TestReceipt:
    def view(self, room: Room, submission_id: str) -> ReceiptView:
        found: ReceiptView = answer(OutboxService(room).receipt, submission_id)
        return found

    def test_a_receipt_is_verified(self, room: Room) -> None:
        enrol(room.store)
        sealed = outbox.enqueue(room.store, draft(), person_form())
        outbox.settle(room.store, *receipt(sealed))
        view = self.view(room, sealed.submission_id)
        assert view.is_verified
        rows = dict(view.rows)
        assert rows["内容摘要"] == sealed.digest
        assert rows["处理结果"] == "已收到"
        assert rows["填报单位"] == "枝江市教育局"
        assert sealed.submission_id in view.text()

    def test_a_receipt_by_another_key_is_not(self, room: Room) -> None:
        enrol(room.store)
        sealed = outbox.enqueue(room.store, draft(), person_form())
        _, note = receipt(sealed)
        forged = note.replace(b"r-1", b"r-2")
        assert forged != note
        outbox.settle(room.store, receipt(sealed)[0], forged)
        view = self.view(room, sealed.submission_id)
        assert not view.is_verified
        assert "未通过核验" in view.sentence

    def test_without_a_receipt_it_says_so(self, room: Room) -> None:
        enrol(room.store)
        sealed = outbox.enqueue(room.store, draft(), person_form())
        assert "还没有收到" in self.view(room, sealed.submission_id).sentence

    @pytest.mark.parametrize("result", list(Result))
    def test_every_result_has_words(self, result: Result) -> None:
        from client.services.receipts import _RESULTS

        assert result is Result.DUPLICATE or _RESULTS[result]


class TestConflict:
    def test_both_sides_are_shown_in_words(self, room: Room) -> None:
        fill(room.store)
        mine = draft_on(room.store, "p0", sex="2")
        sealed = outbox.enqueue(room.store, mine, person_form())
        outbox.settle(room.store, *receipt(sealed, Result.CONFLICT))
        theirs = change("person", "p0", person(0, sex=None, name="欧阳二"), version=2)
        mirror.apply(room.store, page(theirs), OFFICE.verifier)
        rows: tuple[ConflictRow, ...] = answer(OutboxService(room).conflict, sealed.submission_id)
        assert [(each.title, each.base, each.mine, each.theirs) for each in rows] == [
            ("性别", "男", "女", "（空）")
        ]

    def test_an_unknown_submission_has_none(self, room: Room) -> None:
        assert answer(OutboxService(room).conflict, "nothing") == ()


class TestSettings:
    def service(self, room: Room, path: Path) -> SettingsService:
        vault: Any = FakeVault("abcd1234")
        return SettingsService(room, vault, path)

    def test_preferences_are_kept_and_told(self, room: Room, tmp_path: Path) -> None:
        service = self.service(room, tmp_path / "settings.json")
        heard: list[Changed] = []
        room.changes.changed.connect(heard.append)
        chosen = Preferences(duty_working=True, idle_minutes=5, officer_name="陈")
        answer(service.save, chosen)
        view: View = answer(service.load)
        assert view.preferences == chosen
        assert view.account is None
        assert heard == [Changed(settings=True)]

    def test_who_is_enrolled_is_shown(self, room: Room, tmp_path: Path) -> None:
        enrol(room.store)
        view: View = answer(self.service(room, tmp_path / "settings.json").load)
        assert view.account is not None
        assert view.account.unit_title == "枝江市教育局"

    def test_the_look_is_kept_in_its_file(self, room: Room, tmp_path: Path) -> None:
        path = tmp_path / "settings.json"
        self.service(room, path).save_look(Look("dark", 1.5))
        assert self.service(room, path).look == Look("dark", 1.5)

    def test_a_look_that_cannot_be_kept_is_told(self, room: Room, tmp_path: Path) -> None:
        told: list[Exception] = []
        room.changes.failed.connect(told.append)
        self.service(room, tmp_path / "gone" / "settings.json").save_look(Look())
        assert "没有保存" in sentence(told[0])

    def test_a_backup_and_another_password(self, room: Room, tmp_path: Path) -> None:
        service = self.service(room, tmp_path / "settings.json")
        made = answer(service.backup)
        assert made.name == "c.zbk"
        failed: list[Exception] = []
        service.change_password("no", "x", done=print, failed=failed.append, owner=service)
        assert len(failed) == 1
        service.backup_if_due()


def test_a_bug_in_the_lane_is_not_taken_for_trouble(room: Room) -> None:
    with pytest.raises(ZeroDivisionError):
        room.run(lambda _: 1 // 0)


def test_today_is_the_officers_day(room: Room) -> None:
    late = replace(room, now=lambda: datetime(2026, 11, 22, 17, 0, tzinfo=UTC))
    assert late.today() == "2026-11-23"

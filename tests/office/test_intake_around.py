"""Items in their surroundings: scope, classified units, documents, predecessors, device_seq.

Requirements: S01; nothing of a classified unit is kept; held successors are shown and never
forced; gaps and forks of device_seq are noticed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from core.changes.submission import Sealed, uuid7
from core.resources import forms
from core.wire.canonical import canonical_bytes, digest
from core.wire.receipts import Outcome, Receipt, Remark, Result
from office import decisions, records
from office.intake import alarms
from office.intake.verdict import refuse
from office.models import Blob
from tests.office.conftest import A1, SECRET, A, B, House
from tests.office.pc import Pc, attached, without
from tests.office.test_intake import alarm_kinds, places, rows

# Scope: own, below, foreign and unknown units and records.


def test_an_officer_reports_for_the_own_unit_and_those_below(house: House) -> None:
    pc = house.pc("officer_a")
    assert pc.submit(pc.draft("join", house.newcomer())).result is Result.RECEIVED
    assert pc.submit(pc.draft("join", house.newcomer(unit=A1))).result is Result.RECEIVED


def test_foreign_and_unknown_are_refused_alike(house: House) -> None:
    pc, wide = house.pc("officer_a"), house.pc()
    foreign = wide.pull().by_key("person", "K0002")
    unknown = replace(foreign, record_id=uuid7())
    drafts = [
        pc.draft("join", house.newcomer(unit=B)),
        pc.draft("join", house.newcomer(unit="420583009999")),
        pc.change_of(foreign, "amend", position="科长"),
        pc.change_of(unknown, "amend", position="科长"),
        pc.change_of(foreign, "transfer", unit=A),
    ]
    receipts = [pc.submit(each) for each in drafts]
    assert {each.result for each in receipts} == {Result.FORBIDDEN}
    assert {tuple(places(each)) for each in receipts} == {(("", "scope"),)}
    assert len({each.problems[0].text for each in receipts}) == 1


def test_a_record_cannot_be_sent_away_to_a_foreign_unit(house: House) -> None:
    pc = house.pc("officer_a")
    own = pc.pull().by_key("person", "K0001")
    assert pc.submit(pc.change_of(own, "transfer", unit=B)).result is Result.FORBIDDEN


def test_the_unit_that_the_body_claims_does_not_count(house: House) -> None:
    pc = house.pc("officer_a")
    sealed = pc.sealed(pc.draft("join", house.newcomer(unit=B)), unit=A)
    assert pc.send(sealed)[0].result is Result.FORBIDDEN


def test_nothing_of_a_classified_unit_is_kept(house: House) -> None:
    pc = house.pc()
    values = house.newcomer(unit=SECRET, name="不应留存")
    content = b"%PDF secret"
    draft = pc.draft("join", values, attachments=(attached(content),))
    item = pc.sealed(draft)
    receipt = pc.send(item, blobs=(content,))[0]
    assert (receipt.result, places(receipt)) == (Result.FORBIDDEN, [("", "classified")])
    copy = without(item, values={**values, "name": "也不应留存"})
    assert pc.send(copy)[0].result is Result.FORBIDDEN
    house.office.database.close()
    stored = b"".join(
        each.read_bytes() for each in house.office.base_dir.iterdir() if each.is_file()
    )
    assert "留存".encode() not in stored.replace("没有留存".encode(), b"")
    assert values["id_number"].encode() not in stored
    assert b"%PDF secret" not in stored


def test_no_document_comes_with_the_register_of_a_classified_unit(house: House) -> None:
    pc = house.pc()
    known = pc.pull().by_key("institution", SECRET)
    content = b"%PDF secret"
    draft = pc.change_of(known, "amend", sort_no=4)
    receipt = pc.submit(replace(draft, attachments=(attached(content),)), blobs=(content,))
    assert receipt.result is Result.FORBIDDEN
    assert places(receipt) == [("/head/attachments", "classified")]
    assert rows(house)[0].body == b""


def test_a_rule_that_kept_the_body_would_show_in_the_file(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    pc = house.pc()
    monkeypatch.setattr("office.intake.examine.refuse", lambda *args, **_: refuse(*args))
    pc.submit(pc.draft("join", house.newcomer(unit=SECRET, name="不应留存")))
    assert "不应留存".encode() in rows(house)[0].body


# Attachments.


def test_attached_documents_are_kept_under_their_digest(house: House) -> None:
    pc = house.pc()
    content = b"%PDF-1.4 approval"
    file = attached(content, "../../批文<script>.pdf")
    draft = pc.draft("join", house.newcomer(), attachments=(file,))
    assert places(pc.submit(draft)) == [("/head/attachments/0", "attachment_bytes")]
    again = replace(draft, record_id=uuid7())
    assert pc.submit(again, blobs=(content, b"not named")).result is Result.RECEIVED
    with house.office.database.read() as session:
        blobs = session.scalars(select(Blob)).all()
        assert [(each.digest, each.content) for each in blobs] == [(file.digest, content)]
    known = pc.draft("join", house.newcomer(unit=B), attachments=(file,))
    assert pc.submit(known).result is Result.RECEIVED


def test_whoever_is_in_a_unit_with_too_many_people_can_still_be_amended(house: House) -> None:
    pc = house.pc()
    mirror = pc.pull()
    unit = mirror.by_key("institution", A)
    posts = [{"post_kind": "14", "funding": "1", "authorised": 3}]
    with house.office.database.write() as session:
        form = forms()["institution"]
        values = {**unit.values, "posts": posts}
        records.write(session, house.office, form, unit.record_id, values)
    person = mirror.by_key("person", "K0001")
    receipt = pc.submit(pc.change_of(person, "amend", position="科长"))
    assert receipt.result is Result.RECEIVED, receipt.problems
    receipt = pc.submit(pc.draft("join", house.newcomer()))
    assert ("/post_kind", "vacancy") in places(receipt)


def test_the_bytes_of_a_photo_must_come_too(house: House) -> None:
    pc = house.pc()
    content = b"\x89PNG"
    photo = {"name": "照片.png", "media_type": "image/png", "size": len(content)}
    values = house.newcomer(photo={**photo, "digest": digest(content)})
    draft = pc.draft("join", values)
    assert places(pc.submit(draft)) == [("/photo", "attachment_bytes")]
    receipt = pc.submit(replace(draft, record_id=uuid7()), blobs=(content,))
    assert receipt.result is Result.RECEIVED, receipt.problems


def test_a_size_that_is_not_the_documents_is_refused(house: House) -> None:
    pc = house.pc()
    file = replace(attached(b"content"), size=6)
    receipt = pc.submit(
        pc.draft("join", house.newcomer(), attachments=(file,)), blobs=(b"content",)
    )
    assert places(receipt) == [("/head/attachments/0", "attachment_bytes")]


# Supersedes.


def _returned(house: House, pc: Pc) -> Receipt:
    receipt = pc.submit(pc.draft("join", house.newcomer()))
    comment = Remark("/name", "comment", "error", "请核对")
    decisions.decide(
        house.office,
        house.person("shenhe"),
        receipt.submission_id,
        Outcome.RETURNED,
        [comment],
    )
    return receipt


def _mended(house: House, pc: Pc, receipt: Receipt, **given: Any) -> Receipt:
    found = next(e for e in rows(house) if e.submission_id == receipt.submission_id)
    record = given.pop("record_id", found.record_id)
    return pc.submit(
        pc.draft("join", house.newcomer(), record_id=record, supersedes=receipt.submission_id)
    )


def test_a_returned_submission_is_replaced_once(house: House) -> None:
    pc = house.pc()
    returned = _returned(house, pc)
    mended = _mended(house, pc, returned)
    assert mended.result is Result.RECEIVED
    assert rows(house)[0].superseded_by == mended.submission_id
    assert places(_mended(house, pc, returned)) == [("", "predecessor_replaced")]


def test_a_pending_submission_cannot_be_replaced(house: House) -> None:
    pc = house.pc()
    pending = pc.submit(pc.draft("join", house.newcomer()))
    assert places(_mended(house, pc, pending)) == [("", "predecessor_pending")]


def test_only_the_same_record_of_the_same_officer_is_replaced(house: House) -> None:
    pc, other = house.pc(), house.pc("officer_a")
    returned = _returned(house, pc)
    assert places(_mended(house, pc, returned, record_id=uuid7())) == [("", "predecessor_other")]
    assert places(_mended(house, other, returned)) == [("", "predecessor_other")]


def test_a_successor_without_its_predecessor_is_held_shown_and_then_released(
    house: House,
) -> None:
    pc = house.pc()
    draft = pc.draft("join", house.newcomer())
    first = pc.sealed(draft)
    second = pc.sealed(replace(draft, supersedes=first.submission_id))
    held = pc.send(second)[0]
    assert (held.result, held.waiting_for) == (Result.HELD, first.submission_id)
    with pytest.raises(decisions.DecisionRefusedError, match="挂起"):
        decisions.decide(
            house.office, house.person("shenhe"), second.submission_id, Outcome.APPROVED
        )
    assert pc.send(first)[0].result is Result.RECEIVED
    with pytest.raises(decisions.DecisionRefusedError, match="代替"):
        decisions.decide(
            house.office, house.person("shenhe"), first.submission_id, Outcome.APPROVED
        )
    assert pc.send(second)[0] == held
    decided = decisions.decide(
        house.office, house.person("shenhe"), second.submission_id, Outcome.APPROVED
    )
    assert decided.state == "approved"


# device_seq.


def test_a_gap_in_the_numbers_is_an_alarm_until_it_is_filled(house: House) -> None:
    pc = house.pc()
    items = [pc.sealed(pc.draft("join", house.newcomer(unit=B))) for _ in range(3)]
    pc.send(items[0])
    assert alarm_kinds(house) == []
    pc.send(items[2])
    assert alarm_kinds(house) == [(alarms.GAP, "2")]
    pc.send(items[1])
    assert alarm_kinds(house) == []


def test_one_number_for_two_submissions_is_a_fork(house: House) -> None:
    pc = house.pc()
    pc.submit(pc.draft("join", house.newcomer()))
    pc.seq = 0
    assert pc.submit(pc.draft("join", house.newcomer())).result is Result.RECEIVED
    assert alarm_kinds(house) == [(alarms.FORK, "1")]


def test_bodies_that_are_hardly_submissions_get_an_answer(house: House) -> None:
    pc = house.pc()
    bodies: list[dict[str, Any]] = [
        {},
        {"values": []},
        {"values": {"unit": ["a"]}},
        {"values": {"unit": {"a": 1}, "name": None}},
        {"attachments": [{"digest": 1}]},
        {"overrides": [{"issue": "x"}]},
        {"head": {"reason": 1}},
        {"record": 5},
        {"kind": "destroy"},
        {"changed": [1]},
        {"values": {"movements": [1]}},
        {"values": {"movements": {"0": {}}}},
        {"values": {"photo": "x"}},
    ]
    for each in bodies:
        item = pc.sealed(pc.draft("join", house.newcomer()))
        receipt = pc.send(without(item, **each) if each else _bare(item))[0]
        assert receipt.result in (Result.INVALID, Result.FORBIDDEN), each
        assert [code for _, code in places(receipt)] != ["office_trouble"], each


def _bare(item: Sealed) -> Sealed:
    body = canonical_bytes({"submission": item.submission_id, "device_seq": 1})
    return Sealed(item.submission_id, digest(body), body)

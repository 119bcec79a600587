"""One item at a time: what is received, what is refused and where, what is kept.

Requirements: every rule again on the server (issue, item 7); per-item results; mass assignment
(S03); scope (S01); classified units; held successors; gaps and forks of device_seq.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from core.changes.draft import Head
from core.changes.submission import Sealed, read_submission, uuid7
from core.forms.model import ChangeKind
from core.wire.canonical import canonical_bytes, digest, read_json
from core.wire.envelope import Item
from core.wire.receipts import Outcome, Receipt, Remark, Result, open_receipt
from office import decisions
from office.intake import alarms
from office.intake.base import ground
from office.intake.examine import examine
from office.intake.verdict import refuse
from office.lookup import OfficeLookup
from office.models import Alarm, Blob, RefusedCopy, Submission
from tests.office.conftest import A1, SECRET, A, B, House
from tests.office.pc import Pc, attached, without


def places(receipt: Receipt) -> list[tuple[str, str]]:
    return [(each.pointer, each.code) for each in receipt.problems]


def rows(house: House) -> list[Submission]:
    with house.office.database.read() as session:
        found = session.scalars(select(Submission).order_by(Submission.device_seq)).all()
        session.expunge_all()
        return list(found)


def alarm_kinds(house: House) -> list[tuple[str, str]]:
    with house.office.database.read() as session:
        return [(each.kind, each.subject) for each in session.scalars(select(Alarm))]


# A client that skips its checks is refused, field by field.
_WRONG: list[tuple[dict[str, Any], tuple[str, str]]] = [
    ({"name": None}, ("/name", "required")),
    ({"name": 7}, ("/name", "wrong_type")),
    ({"name": "李 新来"}, ("/name", "inner_space")),
    ({"name": "李" * 41}, ("/name", "too_long")),
    ({"birth_date": "1979-02-30"}, ("/birth_date", "not_a_date")),
    ({"sex": "1"}, ("/sex", "sex_as_in_id")),
    ({"nation": "99"}, ("/nation", "unknown_code")),
    ({"unit": "420583009999"}, ("/unit", "unknown_reference")),
    ({"post_kind": "21"}, ("/post_kind", "vacancy")),
    ({"work_start": "1975-01-01"}, ("/work_start", "entry_age")),
    ({"entry_date": "2008-12-09"}, ("/entry_date", "entry_in_past")),
    ({"card_no": "K0099"}, ("/card_no", "issued")),
    ({"leave_mode": "01"}, ("/leave_mode", "not_in_flow")),
    ({"salary": 1}, ("/salary", "unknown_field")),
    ({"movements": [{"date": "2008-12-01"}]}, ("/movements/0/kind", "required")),
]


@pytest.mark.parametrize(("changes", "place"), _WRONG, ids=[each[1][1] for each in _WRONG])
def test_a_client_that_skips_its_checks_is_refused_at_the_field(
    house: House, changes: dict[str, Any], place: tuple[str, str]
) -> None:
    pc = house.pc()
    receipt = pc.submit(pc.draft("join", house.newcomer(**changes)))
    assert receipt.result is Result.INVALID
    assert place in places(receipt)
    assert all(each.text and each.severity == "error" for each in receipt.problems)
    assert rows(house)[0].state == "rejected"


def test_all_problems_come_at_once(house: House) -> None:
    pc = house.pc()
    receipt = pc.submit(pc.draft("join", house.newcomer(name=None, sex="1", nation="99")))
    assert {each.pointer for each in receipt.problems} >= {"/name", "/sex", "/nation"}


def test_an_id_number_that_is_in_the_register_is_refused(house: House) -> None:
    pc = house.pc()
    known = pc.pull().by_key("person", "K0002").values
    same = {name: known[name] for name in ("id_number", "birth_date")}
    receipt = pc.submit(pc.draft("join", house.newcomer(**same)))
    assert ("/id_number", "one_person_one_post") in places(receipt)


def test_without_the_lookup_the_duplicate_would_pass(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    pc = house.pc()
    known = pc.pull().by_key("person", "K0002").values
    same = {name: known[name] for name in ("id_number", "birth_date")}
    monkeypatch.setattr(OfficeLookup, "count", lambda *_, **__: 0)
    receipt = pc.submit(pc.draft("join", house.newcomer(**same)))
    assert receipt.result is Result.RECEIVED


def test_a_warning_needs_a_written_reason(house: House) -> None:
    pc = house.pc()
    draft = pc.draft("join", house.newcomer())
    bare = replace(draft, overrides={})
    receipt = pc.submit(bare)
    assert places(receipt) == [("/head/attachments", "attachment_missing")]
    assert receipt.problems[0].severity == "warning"
    receipt = pc.submit(replace(draft, overrides={"attachment_missing@/head/attachments": " "}))
    assert receipt.result is Result.INVALID
    assert pc.submit(draft).result is Result.RECEIVED
    warning = rows(house)[-1].warnings[0]
    assert warning["reason"] == "原件随后送达"


@pytest.mark.parametrize(
    ("head", "place"),
    [
        (Head("", "2008-12-05", "", "经办人", ""), ("/head/reason", "required")),
        (Head("工作需要", "", "", "经办人", ""), ("/head/event_date", "required")),
        (Head("工作需要", "2008-12-09", "", "经办人", ""), ("/head/event_date", "in_future")),
        (
            Head("工作需要", "2008-11-01", "", "经办人", ""),
            ("/head/overdue_reason", "overdue_reason"),
        ),
    ],
)
def test_the_head_is_checked_too(house: House, head: Head, place: tuple[str, str]) -> None:
    pc = house.pc()
    receipt = pc.submit(pc.draft("join", house.newcomer(), head=head))
    assert place in places(receipt)


@pytest.mark.parametrize(
    ("tampered", "code"),
    [
        ({"form": "salary"}, "unknown_form"),
        ({"form_version": 99}, "form_version"),
        ({"form_digest": "sha256:" + "0" * 64}, "form_version"),
        ({"flow": "promote"}, "unknown_flow"),
        ({"kind": ChangeKind.CHANGE}, "unknown_flow"),
        ({"record_id": "../../etc/passwd"}, "malformed"),
        ({"record_id": "00000000-0000-7000-8000-000000000101".upper() + "A"}, "malformed"),
    ],
)
def test_a_submission_that_does_not_fit_its_form_is_refused(
    house: House, tampered: dict[str, Any], code: str
) -> None:
    pc = house.pc()
    receipt = pc.send(pc.sealed(pc.draft("join", house.newcomer()), **tampered))[0]
    assert places(receipt) == [("", code)]
    assert receipt.result is Result.INVALID


@pytest.mark.parametrize(
    "extra",
    [
        {"state": "approved"},
        {"version": 7},
        {"reviewer": "shenhe"},
        {"account": "guanli"},
        {"received_at": "2000-01-01T00:00:00Z"},
        {"superseded_by": "x"},
    ],
)
def test_keys_that_are_the_offices_cannot_be_assigned(house: House, extra: dict[str, Any]) -> None:
    pc = house.pc()
    sealed = without(pc.sealed(pc.draft("join", house.newcomer())), **extra)
    receipt = pc.send(sealed)[0]
    assert places(receipt) == [("", "malformed")]
    row = rows(house)[0]
    assert (row.state, row.account) == ("rejected", "xinxi")
    assert row.received_at == house.office.now()


def test_computed_values_are_the_offices_own(house: House) -> None:
    pc = house.pc()
    draft = pc.draft("join", house.newcomer(occupies_post=False, carded=False, leader=True))
    receipt = pc.submit(draft)
    assert receipt.result is Result.RECEIVED, receipt.problems
    decisions.decide(house.office, house.person("shenhe"), receipt.submission_id, Outcome.APPROVED)
    values = pc.pull().records["person", draft.record_id].values
    assert (values["occupies_post"], values["carded"], values["leader"]) == (True, True, False)


def test_one_bad_item_never_blocks_the_others(house: House) -> None:
    pc = house.pc()
    good = [pc.sealed(pc.draft("join", house.newcomer(unit=B))) for _ in range(2)]
    bad = without(pc.sealed(pc.draft("join", house.newcomer())), head="x")
    wrong = pc.sealed(pc.draft("join", house.newcomer(name=None)))
    results = [each.result for each in pc.send(good[0], bad, wrong, good[1])]
    assert results == [Result.RECEIVED, Result.INVALID, Result.INVALID, Result.RECEIVED]


def test_a_fault_of_ours_at_one_item_is_logged_and_the_others_go_on(
    house: House, expect_log: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    pc = house.pc()
    items = [pc.sealed(pc.draft("join", house.newcomer(unit=B))) for _ in range(2)]

    def faulty(session: Any, office: Any, caller: Any, submission: Any, blobs: Any) -> Any:
        if submission.submission_id == items[0].submission_id:
            raise KeyError("fault")
        return examine(session, office, caller, submission, blobs)

    monkeypatch.setattr("office.intake.item.examine", faulty)
    expect_log("zhibao.intake", "could not be processed")
    first, second = pc.send(*items)
    assert places(first) == [("", "office_trouble")]
    assert second.result is Result.RECEIVED
    assert pc.send(*items) == [first, second]


def test_a_fault_after_the_answer_leaves_the_answer(house: House) -> None:
    from office.intake.item import Arrival, trouble
    from office.sessions import Caller

    pc = house.pc()
    item = pc.sealed(pc.draft("join", house.newcomer()))
    first = pc.send(item)[0]
    caller = Caller(pc.identity.device, house.person("xinxi"))
    with house.office.database.write() as session:
        sent = Item(item.submission_id, item.body)
        reply = trouble(Arrival(session, house.office, caller, sent, {}))
    assert open_receipt(reply.receipt.encode(), pc.office) == first


def test_a_change_to_nothing_stands_on_no_ground(house: House) -> None:
    pc = house.pc()
    known = pc.pull().by_key("person", "K0001")
    item = pc.sealed(pc.change_of(replace(known, record_id=uuid7()), "amend", position="科长"))
    submission = read_submission(read_json(item.body))
    with house.office.database.read() as session:
        assert ground(session, house.office, submission).refused == "base"


def test_the_same_id_with_other_bytes_is_refused_and_both_are_kept(house: House) -> None:
    pc = house.pc()
    item = pc.sealed(pc.draft("join", house.newcomer()))
    first = pc.send(item)[0]
    other = without(item, values=house.newcomer())
    second = pc.send(other)[0]
    assert second.result is Result.INVALID
    assert places(second) == [("", "idempotency-mismatch")]
    assert pc.send(other)[0] == second
    assert pc.send(item)[0] == first
    assert rows(house)[0].digest == item.digest
    with house.office.database.read() as session:
        copy = session.scalars(select(RefusedCopy)).one()
        assert copy.body == other.body
    assert pc.send(without(item, values=house.newcomer()))[0].result is Result.INVALID
    assert alarm_kinds(house) == [(alarms.MISMATCH, item.submission_id)]


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

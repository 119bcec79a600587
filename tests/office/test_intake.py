"""One item at a time: what is received, what is refused and where, what is kept.

Requirements: every rule again on the server (issue, item 7); per-item results; mass assignment
(S03); the same id never stands for two contents.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from core.changes.draft import Head
from core.changes.submission import read_submission, uuid7
from core.forms.model import ChangeKind
from core.wire.canonical import read_json
from core.wire.envelope import Item
from core.wire.receipts import Outcome, Receipt, Result, open_receipt
from office import decisions
from office.intake import alarms
from office.intake.base import ground
from office.intake.examine import examine
from office.lookup import OfficeLookup
from office.models import Alarm, RefusedCopy, Submission
from tests.office.conftest import B, House
from tests.office.pc import without


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

"""Changes that meet: disjoint fields merge and are flagged, the same field is a conflict."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.changes.merge import Merge
from core.wire.protocol import RecordChange, RecordState
from core.wire.receipts import Outcome, Receipt, Result
from office import decisions
from tests.office.conftest import A1, House
from tests.office.pc import Pc
from tests.office.test_intake import places, rows


def approve(house: House, receipt: Receipt) -> decisions.Decided:
    assert receipt.result is Result.RECEIVED, receipt.problems
    return decisions.decide(
        house.office, house.person("shenhe"), receipt.submission_id, Outcome.APPROVED
    )


@pytest.fixture
def pc(house: House) -> Pc:
    return house.pc()


@pytest.fixture
def record(pc: Pc) -> RecordChange:
    return pc.pull().by_key("person", "K0001")


def test_disjoint_changes_from_one_base_merge_and_are_flagged(
    house: House, pc: Pc, record: RecordChange
) -> None:
    approve(house, pc.submit(pc.change_of(record, "amend", position="科长")))
    receipt = pc.submit(pc.change_of(record, "amend", department="综合科"))
    assert receipt.result is Result.RECEIVED
    assert rows(house)[-1].merged == ["/position"]
    approve(house, receipt)
    merged = pc.pull().by_key("person", "K0001")
    assert (merged.values["position"], merged.values["department"]) == ("科长", "综合科")
    assert merged.version == 3


def test_the_same_field_is_a_conflict_at_intake(house: House, pc: Pc, record: RecordChange) -> None:
    approve(house, pc.submit(pc.change_of(record, "amend", position="科长")))
    receipt = pc.submit(pc.change_of(record, "amend", position="主任"))
    assert receipt.result is Result.CONFLICT
    assert places(receipt) == [("/position", "conflict")]
    assert rows(house)[-1].state == "conflict"
    assert pc.pull().by_key("person", "K0001").values["position"] == "科长"


def test_the_same_field_to_the_same_value_is_no_conflict(
    house: House, pc: Pc, record: RecordChange
) -> None:
    approve(house, pc.submit(pc.change_of(record, "amend", position="科长")))
    change = pc.change_of(record, "amend", position="科长", department="综合科")
    approve(house, pc.submit(change))
    values = pc.pull().by_key("person", "K0001").values
    assert (values["position"], values["department"]) == ("科长", "综合科")


def test_two_pending_changes_conflict_when_the_second_is_approved(
    house: House, pc: Pc, record: RecordChange
) -> None:
    first = pc.submit(pc.change_of(record, "amend", position="科长"))
    second = pc.submit(pc.change_of(record, "amend", position="主任"))
    approve(house, first)
    decided = approve(house, second)
    assert decided.decision.outcome is Outcome.CONFLICT
    assert [each.pointer for each in decided.decision.comments] == ["/position"]
    assert decided.decision.record_version == 0
    assert pc.pull().by_key("person", "K0001").values["position"] == "科长"


def test_without_the_comparison_the_second_would_overwrite_silently(
    house: House, pc: Pc, record: RecordChange, monkeypatch: pytest.MonkeyPatch
) -> None:
    def blind(_form: object, _base: object, mine: object, _theirs: object) -> Merge:
        assert isinstance(mine, dict)
        return Merge(mine, (), ())

    monkeypatch.setattr("office.intake.base.merge", blind)
    approve(house, pc.submit(pc.change_of(record, "amend", position="科长")))
    approve(house, pc.submit(pc.change_of(record, "amend", position="主任")))
    assert pc.pull().by_key("person", "K0001").values["position"] == "主任"


def test_rows_appended_on_both_sides_are_all_kept(
    house: House, pc: Pc, record: RecordChange
) -> None:
    one = {"date": "2008-12-01", "kind": "01", "to": "甲"}
    two = {"date": "2008-12-02", "kind": "01", "to": "乙"}
    approve(house, pc.submit(pc.change_of(record, "amend", movements=[one])))
    approve(house, pc.submit(pc.change_of(record, "amend", movements=[two])))
    assert pc.pull().by_key("person", "K0001").values["movements"] == [one, two]


def test_another_base_than_the_offices_is_a_conflict(pc: Pc, record: RecordChange) -> None:
    for changed in (
        replace(record, digest="sha256:" + "0" * 64),
        replace(record, version=2),
        replace(record, version=0),
    ):
        receipt = pc.submit(pc.change_of(changed, "amend", position="科长"))
        assert (receipt.result, places(receipt)) == (Result.CONFLICT, [("", "base")])


def test_a_record_that_is_there_cannot_be_created_again(
    house: House, pc: Pc, record: RecordChange
) -> None:
    draft = pc.draft("join", house.newcomer(), record_id=record.record_id)
    receipt = pc.submit(draft)
    assert (receipt.result, places(receipt)) == (Result.CONFLICT, [("", "exists")])
    strange = pc.draft("join", house.newcomer(), base_version=4)
    assert places(pc.submit(strange)) == [("", "base")]


def test_a_closed_record_cannot_be_changed(house: House, pc: Pc, record: RecordChange) -> None:
    leave = pc.change_of(record, "leave", leave_mode="21", leave_date="2008-12-05")
    approve(house, pc.submit(leave))
    mirror = pc.pull()
    assert mirror.by_key("person", "K0001").state is RecordState.CLOSED
    assert mirror.agrees()
    receipt = pc.submit(pc.change_of(record, "amend", position="科长"))
    assert (receipt.result, places(receipt)) == (Result.CONFLICT, [("", "closed")])


def test_a_person_who_left_frees_the_post_and_the_number(
    house: House, pc: Pc, record: RecordChange
) -> None:
    same = {name: record.values[name] for name in ("id_number", "birth_date")}
    again = house.newcomer(**same)
    assert pc.submit(pc.draft("join", again)).result is Result.INVALID
    leave = pc.change_of(record, "leave", leave_mode="21", leave_date="2008-12-05")
    approve(house, pc.submit(leave))
    approve(house, pc.submit(pc.draft("join", again)))


def test_a_transfer_moves_the_record_to_the_other_unit(
    house: House, pc: Pc, record: RecordChange
) -> None:
    approve(house, pc.submit(pc.change_of(record, "transfer", unit=A1)))
    mirror = pc.pull()
    assert mirror.by_key("person", "K0001").unit == A1
    assert mirror.agrees()

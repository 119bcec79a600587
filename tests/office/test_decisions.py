"""Deciding: who may, on what, only once; what an approval writes (S02, F47)."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select

from core.changes.states import State
from core.wire.receipts import Outcome, Receipt, Remark, open_decision
from office import decisions
from office.accounts import Person
from office.models import Change, DecisionRow, Role, Submission
from tests.office.conftest import A1, A, B, House
from tests.office.pc import Pc
from tests.office.test_intake import rows
from tests.office.test_merge import approve

COMMENT = Remark("/name", "comment", "error", "请核对姓名")


def refused(
    house: House, who: Person | str, receipt: Receipt, outcome: Outcome, *comments: Remark
) -> str:
    person = house.person(who) if isinstance(who, str) else who
    with pytest.raises(decisions.DecisionRefusedError) as refusal:
        decisions.decide(house.office, person, receipt.submission_id, outcome, comments)
    assert str(refusal.value)
    return refusal.value.code


@pytest.fixture
def pc(house: House) -> Pc:
    return house.pc()


@pytest.fixture
def received(house: House, pc: Pc) -> Receipt:
    return pc.submit(pc.draft("join", house.newcomer()))


@pytest.mark.parametrize("name", ["xinxi", "officer_a", "guanli", "shenji"])
def test_only_reviewers_decide(house: House, received: Receipt, name: str) -> None:
    assert refused(house, name, received, Outcome.APPROVED) == "role"


def test_nobody_decides_on_their_own_work_in_either_account(
    house: House, received: Receipt
) -> None:
    assert refused(house, "both", received, Outcome.APPROVED) == "own_work"
    forged = Person("both", "x", Role.REVIEWER, "420583", "another holder")
    assert refused(house, forged, received, Outcome.APPROVED) == "own_work"


def test_without_the_holder_the_same_person_would_decide(
    house: House, received: Receipt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decisions, "may_decide", lambda *_: "")
    decided = decisions.decide(
        house.office, house.person("both"), received.submission_id, Outcome.APPROVED
    )
    assert decided.state is State.APPROVED


def test_foreign_and_unknown_submissions_are_refused_alike(house: House, pc: Pc) -> None:
    foreign = pc.submit(pc.draft("join", house.newcomer(unit=B)))
    codes = {refused(house, "shenhe_a", foreign, Outcome.APPROVED)}
    with pytest.raises(decisions.DecisionRefusedError) as refusal:
        decisions.decide(house.office, house.person("shenhe_a"), "unknown", Outcome.APPROVED)
    assert codes == {refusal.value.code} == {"not_found"}
    below = pc.submit(pc.draft("join", house.newcomer(unit=A1)))
    decisions.decide(house.office, house.person("shenhe_a"), below.submission_id, Outcome.APPROVED)


def test_a_transfer_out_of_the_reviewers_scope_is_not_theirs(house: House, pc: Pc) -> None:
    record = pc.pull().by_key("person", "K0002")
    receipt = pc.submit(pc.change_of(record, "transfer", unit=A))
    assert refused(house, "shenhe_a", receipt, Outcome.APPROVED) == "not_found"


def test_no_state_but_the_open_ones_leads_anywhere(house: House, received: Receipt) -> None:
    outcomes = (Outcome.APPROVED, Outcome.RETURNED, Outcome.REJECTED)
    for state, outcome in itertools.product(State, outcomes):
        if state in decisions.OPEN:
            continue
        with house.office.database.write() as session:
            session.get_one(Submission, ("420583", received.submission_id)).state = state
        assert refused(house, "shenhe", received, outcome, COMMENT) == "decided"


@pytest.mark.parametrize("outcome", [Outcome.APPROVED, Outcome.RETURNED, Outcome.REJECTED])
def test_from_review_every_outcome_is_reached_and_is_final(
    house: House, pc: Pc, received: Receipt, outcome: Outcome
) -> None:
    decisions.begin_review(house.office, house.person("shenhe"), received.submission_id)
    assert rows(house)[0].state == State.UNDER_REVIEW
    decisions.begin_review(house.office, house.person("shenhe"), received.submission_id)
    decided = decisions.decide(
        house.office, house.person("shenhe"), received.submission_id, outcome, [COMMENT]
    )
    assert rows(house)[0].state == str(outcome)
    assert refused(house, "shenhe", received, outcome, COMMENT) == "decided"
    note = pc.pull().notes[-1].encode()
    assert open_decision(note, pc.office, digest=received.digest) == decided.decision
    with house.office.database.read() as session:
        row = session.scalars(select(DecisionRow)).one()
        assert decisions.read(house.office, row) == decided.decision


@pytest.mark.parametrize("outcome", [Outcome.CLOSED, Outcome.CONFLICT])
def test_reviewers_have_three_outcomes(house: House, received: Receipt, outcome: Outcome) -> None:
    with pytest.raises(ValueError, match=str(outcome)):
        decisions.decide(
            house.office, house.person("shenhe"), received.submission_id, outcome, [COMMENT]
        )


@pytest.mark.parametrize("outcome", [Outcome.RETURNED, Outcome.REJECTED])
def test_returning_needs_a_comment_at_a_place_that_there_is(
    house: House, received: Receipt, outcome: Outcome
) -> None:
    assert refused(house, "shenhe", received, outcome) == "comment"
    for bad in (
        Remark("/salary", "comment", "error", "x"),
        Remark("/movements/0/salary", "comment", "error", "x"),
        Remark("/name", "comment", "error", "  "),
        Remark("/name", "comment", "error", "x" * 2001),
    ):
        assert refused(house, "shenhe", received, outcome, bad) == "pointer"
    good = [
        Remark("", "comment", "error", "整件不清楚"),
        Remark("/head/reason", "comment", "error", "写明依据"),
        Remark("/movements/0/date", "comment", "error", "日期不符"),
        COMMENT,
    ]
    decided = decisions.decide(
        house.office, house.person("shenhe"), received.submission_id, outcome, good
    )
    assert list(decided.decision.comments) == good


def test_a_decision_is_on_the_bytes_that_the_reviewer_saw(house: House, received: Receipt) -> None:
    with pytest.raises(decisions.DecisionRefusedError) as refusal:
        decisions.decide(
            house.office,
            house.person("shenhe"),
            received.submission_id,
            Outcome.APPROVED,
            digest="sha256:" + "0" * 64,
        )
    assert refusal.value.code == "changed"
    decisions.decide(
        house.office,
        house.person("shenhe"),
        received.submission_id,
        Outcome.APPROVED,
        digest=received.digest,
    )


def _race(house: House, receipt: Receipt, *outcomes: Outcome) -> list[str]:
    people = [house.person("shenhe"), house.person("shenhe_a")]

    def run(turn: int) -> str:
        try:
            decisions.decide(
                house.office,
                people[turn],
                receipt.submission_id,
                outcomes[turn],
                [COMMENT],
            )
        except decisions.DecisionRefusedError as refusal:
            return refusal.code
        return "done"

    with ThreadPoolExecutor(2) as pool:
        return sorted(pool.map(run, range(2)))


def test_of_two_reviewers_at_once_one_decides(house: House, pc: Pc) -> None:
    for _ in range(10):
        receipt = pc.submit(pc.draft("join", house.newcomer(unit=A1)))
        assert _race(house, receipt, Outcome.REJECTED, Outcome.RETURNED) == ["decided", "done"]
    with house.office.database.read() as session:
        assert len(session.scalars(select(DecisionRow)).all()) == 10


def test_a_post_that_was_taken_meanwhile_is_refused_in_words(house: House, pc: Pc) -> None:
    receipts = [pc.submit(pc.draft("join", house.newcomer(unit=B))) for _ in range(3)]
    for each in receipts[:2]:
        approve(house, each)
    with pytest.raises(decisions.DecisionRefusedError) as refusal:
        approve(house, receipts[2])
    assert refusal.value.code == "checks"
    assert [(e.pointer, e.code) for e in refusal.value.remarks] == [("/post_kind", "vacancy")]
    assert "核定 3 名" in str(refusal.value)
    assert "在编 3 名" in str(refusal.value)
    assert rows(house)[2].state == State.RECEIVED
    comment = Remark("/post_kind", "comment", "error", "空编已用完")
    decisions.decide(
        house.office,
        house.person("shenhe"),
        receipts[2].submission_id,
        Outcome.RETURNED,
        [comment],
    )


def test_one_number_in_two_pending_submissions_is_approved_once(house: House, pc: Pc) -> None:
    values = house.newcomer()
    first = pc.submit(pc.draft("join", values))
    second = pc.submit(pc.draft("join", values))
    approve(house, first)
    with pytest.raises(decisions.DecisionRefusedError, match="一人一编一卡"):
        approve(house, second)


def test_without_the_second_check_the_number_would_stand_twice(
    house: House, pc: Pc, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = house.newcomer()
    receipts = [pc.submit(pc.draft("join", values)) for _ in range(2)]
    monkeypatch.setattr(decisions, "errors", lambda _: ())
    for each in receipts:
        approve(house, each)
    found = [
        each
        for each in pc.pull().records.values()
        if each.values.get("id_number") == values["id_number"]
    ]
    assert len(found) == 2


def test_an_office_that_is_slow_does_not_make_a_change_late(house: House, pc: Pc) -> None:
    receipt = pc.submit(pc.draft("join", house.newcomer()))
    house.clock.forward(days=60)
    assert approve(house, receipt).state == "approved"


def test_new_units_get_numbers_and_places_in_the_tree(house: House, pc: Pc) -> None:
    from tests.helpers.people import institution

    values = institution(register_no=None, full_name="枝江市甲镇水利站", superior=A)
    draft = pc.draft("establish", values, "institution")
    decided = approve(house, pc.submit(draft)).decision
    number = decided.assigned["register_no"]
    assert number == "420583000005"
    mine = house.pc("officer_a")
    assert mine.pull().by_key("institution", number).values["superior"] == A
    assert mine.pull().agrees()
    joined = mine.submit(mine.draft("join", house.newcomer(unit=number)))
    approve(house, joined)
    assert mine.pull().agrees()


def test_an_approval_that_fails_half_way_leaves_nothing(
    house: House, pc: Pc, received: Receipt, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = pc.pull()

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("the lights went out")

    monkeypatch.setattr(decisions, "sign_decision", broken)
    with pytest.raises(RuntimeError, match="lights"):
        approve(house, received)
    monkeypatch.undo()
    assert pc.pull().records == before.records
    assert rows(house)[0].state == State.RECEIVED
    assert approve(house, received).decision.assigned == {"card_no": "K0004"}
    with house.office.database.read() as session:
        seqs = [each.seq for each in session.scalars(select(Change).order_by(Change.seq))]
    assert seqs == list(range(1, len(seqs) + 1))

"""The main road: join, return, mend, approve; the record and the decision come down."""

from __future__ import annotations

from core.wire.protocol import RecordState
from core.wire.receipts import Outcome, Remark, Result, open_decision
from office import decisions
from tests.office.conftest import A, House


def test_a_joining_person_is_received_returned_mended_approved_and_comes_down(
    house: House,
) -> None:
    pc = house.pc()
    mirror = pc.pull()
    assert mirror.agrees()
    draft = pc.draft("join", house.newcomer())
    first = pc.submit(draft)
    assert first.result is Result.RECEIVED, first.problems

    comment = Remark("/posted_on", "comment", "error", "与批文日期不符")
    returned = decisions.decide(
        house.office, house.person("shenhe"), first.submission_id, Outcome.RETURNED, [comment]
    )
    mirror.follow(pc)
    decision = open_decision(mirror.notes[-1].encode(), pc.office, digest=first.digest)
    assert decision == returned.decision
    assert decision.comments == (comment,)

    mended = pc.draft(
        "join",
        {**draft.values, "posted_on": "2008-12-04"},
        record_id=draft.record_id,
        supersedes=first.submission_id,
    )
    second = pc.submit(mended)
    assert second.result is Result.RECEIVED, second.problems
    decided = decisions.decide(
        house.office, house.person("shenhe"), second.submission_id, Outcome.APPROVED
    )
    assert decided.decision.assigned == {"card_no": "K0004"}
    mirror.follow(pc)
    record = mirror.records["person", draft.record_id]
    assert (record.version, record.state, record.unit) == (1, RecordState.CURRENT, A)
    assert record.values["card_no"] == "K0004"
    assert record.values["posted_on"] == "2008-12-04"
    assert mirror.agrees()

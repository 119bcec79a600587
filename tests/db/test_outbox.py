"""From draft to receipt to decision: one transaction each, legal states only, nothing twice."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from core.changes.states import IllegalTransitionError, State
from core.changes.submission import read_submission
from core.wire.receipts import Outcome, ReceiptError, Remark, Result
from db import attachments, audit, drafts, mirror, outbox, registers, settings
from db.errors import NotReopenable, RecordPending
from db.outbox.submit import SEQUENCE_FLOOR
from db.store import Store
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
)

FORM = person_form()


def state(store: Store, submission_id: str) -> State:
    found = outbox.get(store, submission_id)
    assert found is not None
    return found.state


def send(store: Store) -> str:
    """Binds everything unsent into one envelope and begins to send it."""
    waiting = outbox.unsent(store)
    outbox.bind(store, "env-1", b"sealed bytes", [each.submission_id for each in waiting])
    outbox.start(store, "env-1")
    return "env-1"


# --- Submitting -----------------------------------------------------------------------------


def test_submitting_turns_the_draft_into_a_sealed_submission(store: Store) -> None:
    paper = attachments.put(store, b"paper", "a.pdf", "application/pdf")
    made = draft(attachments=(paper,))
    drafts.save(store, made)
    sealed = outbox.enqueue(store, made, FORM)
    assert drafts.all(store) == []
    (item,) = outbox.items(store)
    assert (item.state, item.device_seq, item.digest) == (State.QUEUED, 1, sealed.digest)
    assert (item.title, item.form, item.flow, item.kind) == (
        made.values["name"], "person", "join", "create",
    )  # fmt: skip
    sent = outbox.submission(store, sealed.submission_id)
    assert sent == read_submission(json.loads(sealed.body))
    assert [each.event for each in audit.entries(store)] == ["submitted"]
    (waiting,) = outbox.unsent(store)
    assert waiting.body == sealed.body
    assert waiting.attachments == (paper.digest,)


def test_submitting_twice_gives_the_same_once(store: Store) -> None:
    made = draft()
    first = outbox.enqueue(store, made, FORM)
    assert outbox.enqueue(store, made, FORM) == first
    assert len(outbox.items(store)) == 1


def test_numbers_have_no_gaps(store: Store) -> None:
    for each in range(5):
        outbox.enqueue(store, draft(f"r{each}"), FORM)
    assert sorted(each.device_seq for each in outbox.items(store)) == [1, 2, 3, 4, 5]


def test_numbers_go_on_after_what_the_office_has_seen(store: Store) -> None:
    settings.put(store, SEQUENCE_FLOOR, 41)
    outbox.enqueue(store, draft(), FORM)
    assert outbox.items(store)[0].device_seq == 42


def test_a_record_has_one_submission_under_way(store: Store) -> None:
    fill(store)
    first = outbox.enqueue(store, draft_on(store, "p3"), FORM)
    second = draft_on(store, "p3", name="另")
    drafts.save(store, second)
    with pytest.raises(RecordPending) as caught:
        outbox.enqueue(store, second, FORM)
    assert caught.value.params["submission"] == first.submission_id
    assert len(drafts.all(store)) == 1
    assert len(outbox.items(store)) == 1


def test_a_cut_while_submitting_leaves_the_draft(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = draft()
    drafts.save(store, made)

    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(audit, "append", cut)
    with pytest.raises(KeyboardInterrupt):
        outbox.enqueue(store, made, FORM)
    assert len(drafts.all(store)) == 1
    assert outbox.items(store) == []
    assert registers.count(store, FORM) == 0
    monkeypatch.undo()
    outbox.enqueue(store, made, FORM)
    assert outbox.items(store)[0].device_seq == 1


@pytest.mark.parametrize("column", ["body", "digest", "device_seq", "queued_at", "base"])
def test_what_is_sealed_cannot_be_changed(store: Store, column: str) -> None:
    outbox.enqueue(store, draft(), FORM)
    with pytest.raises(IntegrityError, match="sealed"), store.write() as connection:
        connection.exec_driver_sql(f"UPDATE submissions SET {column} = 7")
    with pytest.raises(IntegrityError, match="never deleted"), store.write() as connection:
        connection.exec_driver_sql("DELETE FROM submissions")


# --- Travelling -------------------------------------------------------------------------------


def test_every_try_sends_the_same_bytes(store: Store) -> None:
    sealed = outbox.enqueue(store, draft(), FORM)
    send(store)
    assert state(store, sealed.submission_id) is State.SENDING
    outbox.back_to_queue(store, "env-1", "timeout")
    item = outbox.items(store)[0]
    assert (item.state, item.attempts, item.last_error) == (State.QUEUED, 1, "timeout")
    bound = outbox.next_envelope(store)
    assert bound is not None
    assert bound.content == b"sealed bytes"
    assert bound.submission_ids == (sealed.submission_id,)
    outbox.start(store, "env-1")
    assert outbox.items(store)[0].attempts == 2
    assert outbox.unsent(store) == []


def test_envelopes_go_in_the_order_of_sealing(store: Store) -> None:
    first = outbox.enqueue(store, draft("r1"), FORM)
    second = outbox.enqueue(store, draft("r2"), FORM)
    outbox.bind(store, "z", b"1", [first.submission_id])
    outbox.bind(store, "a", b"2", [second.submission_id])
    bound = outbox.next_envelope(store)
    assert bound is not None
    assert bound.envelope_id == "z"
    other = outbox.next_envelope(store, skip=["z"])
    assert other is not None
    assert other.envelope_id == "a"
    assert outbox.next_envelope(store, skip=["z", "a"]) is None


def test_a_submission_is_bound_once(store: Store) -> None:
    sealed = outbox.enqueue(store, draft(), FORM)
    outbox.bind(store, "one", b"1", [sealed.submission_id])
    with pytest.raises(ValueError, match="free"):
        outbox.bind(store, "two", b"2", [sealed.submission_id])
    bound = outbox.next_envelope(store)
    assert bound is not None
    assert bound.envelope_id == "one"


def test_a_refused_envelope_frees_its_submissions(store: Store) -> None:
    sealed = outbox.enqueue(store, draft(), FORM)
    send(store)
    outbox.unbind(store, "env-1")
    assert state(store, sealed.submission_id) is State.QUEUED
    assert len(outbox.unsent(store)) == 1
    assert outbox.next_envelope(store) is None


def test_what_was_being_sent_at_a_cut_waits_again(store: Store) -> None:
    sealed = outbox.enqueue(store, draft(), FORM)
    send(store)
    assert outbox.recover(store) == 1
    assert outbox.recover(store) == 0
    assert state(store, sealed.submission_id) is State.QUEUED


# --- Receipts ---------------------------------------------------------------------------------


def test_a_receipt_settles_and_is_kept_byte_for_byte(store: Store) -> None:
    sealed = outbox.enqueue(store, draft(), FORM)
    send(store)
    opened, note = receipt(sealed)
    assert outbox.settle(store, opened, note) is State.RECEIVED
    item = outbox.items(store)[0]
    assert item.receipt == note
    assert item.received_at == opened.received_at
    assert outbox.next_envelope(store) is None
    assert registers.count(store, FORM) == 1


def test_the_same_receipt_again_changes_nothing(store: Store) -> None:
    sealed = outbox.enqueue(store, draft(), FORM)
    outbox.settle(store, *receipt(sealed))
    rows = len(audit.entries(store))
    assert outbox.settle(store, *receipt(sealed, receipt_id="r-2")) is State.RECEIVED
    assert len(audit.entries(store)) == rows


def test_a_receipt_for_other_bytes_is_refused(store: Store) -> None:
    sealed = outbox.enqueue(store, draft(), FORM)
    other = replace(sealed, digest="sha256:" + "1" * 64)
    with pytest.raises(ReceiptError):
        outbox.settle(store, *receipt(other))
    assert state(store, sealed.submission_id) is State.QUEUED


def test_a_receipt_for_somebody_elses_submission_is_none_of_ours(store: Store) -> None:
    sealed = outbox.enqueue(store, draft(), FORM)
    assert outbox.settle(store, *receipt(replace(sealed, submission_id="x"))) is None


@pytest.mark.parametrize(
    ("result", "new"),
    [
        (Result.HELD, State.RECEIVED),
        (Result.CONFLICT, State.CONFLICT),
        (Result.INVALID, State.REJECTED),
        (Result.FORBIDDEN, State.REJECTED),
    ],
)
def test_each_result_has_its_state(store: Store, result: Result, new: State) -> None:
    sealed = outbox.enqueue(store, draft(), FORM)
    problems = (Remark("/name", "required", "error", "请填写"),)
    assert outbox.settle(store, *receipt(sealed, result, problems=problems)) is new
    item = outbox.items(store)[0]
    assert [each.text for each in item.comments] == ["请填写"]
    assert bool(item.last_error) == (result is Result.HELD)
    laid_over = registers.count(store, FORM)
    assert laid_over == (1 if new is State.RECEIVED else 0)


# --- Decisions --------------------------------------------------------------------------------


def decided(store: Store, outcome: Outcome, *texts: tuple[str, str], version: int = 0) -> str:
    """A change of p3 that was sent, received and decided."""
    fill(store)
    sealed = outbox.enqueue(store, draft_on(store, "p3", name="改名"), FORM)
    outbox.settle(store, *receipt(sealed))
    answer = decision(sealed, outcome, *texts, version=version)
    mirror.apply(store, page(answer.change), OFFICE.verifier)
    return sealed.submission_id


def test_approved_work_stays_laid_over_until_the_register_has_it(store: Store) -> None:
    submission_id = decided(store, Outcome.APPROVED, version=2)
    assert state(store, submission_id) is State.APPROVED
    seen = registers.get(store, FORM, "p3")
    assert seen is not None
    assert seen.values["name"] == "改名"
    assert seen.pending_submission == submission_id
    approved = change("person", "p3", person(3, name="改名", card_no="P9"), 2)
    mirror.apply(store, page(approved), OFFICE.verifier)
    seen = registers.get(store, FORM, "p3")
    assert seen is not None
    assert (seen.values["card_no"], seen.pending_submission, seen.version) == ("P9", None, 2)


def test_record_and_decision_in_one_page(store: Store) -> None:
    fill(store)
    sealed = outbox.enqueue(store, draft_on(store, "p3", name="改名"), FORM)
    outbox.settle(store, *receipt(sealed))
    approved = change("person", "p3", person(3, name="改名"), 2)
    answer = decision(sealed, Outcome.APPROVED, version=2)
    applied = mirror.apply(store, page(approved, answer.change), OFFICE.verifier)
    assert (applied.forms, applied.decisions) == (frozenset({"person"}), 1)
    seen = registers.get(store, FORM, "p3")
    assert seen is not None
    assert seen.pending_submission is None
    assert outbox.decision_notes(store, sealed.submission_id) == [answer.note]


@pytest.mark.parametrize("outcome", [Outcome.RETURNED, Outcome.REJECTED, Outcome.CONFLICT])
def test_answered_work_is_lifted(store: Store, outcome: Outcome) -> None:
    submission_id = decided(store, outcome, ("/name", "请附文件"))
    seen = registers.get(store, FORM, "p3")
    assert seen is not None
    assert (seen.values["name"], seen.pending_submission) == (person(3)["name"], None)
    item = outbox.get(store, submission_id)
    assert item is not None
    assert [(each.pointer, each.text) for each in item.comments] == [("/name", "请附文件")]
    assert outbox.counts(store)[State(outcome)] == 1


def test_a_decision_before_its_receipt_waits_for_it(store: Store) -> None:
    sealed = outbox.enqueue(store, draft(), FORM)
    send(store)
    answer = decision(sealed, Outcome.RETURNED, ("/name", "请核对"))
    applied = mirror.apply(store, page(answer.change), OFFICE.verifier)
    assert applied.decisions == 0
    assert state(store, sealed.submission_id) is State.SENDING
    assert outbox.settle(store, *receipt(sealed)) is State.RETURNED
    assert outbox.items(store)[0].comments[0].text == "请核对"


def test_the_same_decision_again_changes_nothing(store: Store) -> None:
    sealed = outbox.enqueue(store, draft(), FORM)
    outbox.settle(store, *receipt(sealed))
    answer = decision(sealed, Outcome.RETURNED)
    assert mirror.apply(store, page(answer.change), OFFICE.verifier).decisions == 1
    assert mirror.apply(store, page(answer.change), OFFICE.verifier).decisions == 0


def test_a_decision_on_other_bytes_or_in_the_wrong_order_is_not_applied(
    store: Store, expect_log: object
) -> None:
    sealed = outbox.enqueue(store, draft(), FORM)
    outbox.settle(store, *receipt(sealed))
    other = decision(replace(sealed, digest="sha256:" + "1" * 64), Outcome.APPROVED)
    assert callable(expect_log)
    expect_log("zhibao.outbox", "does not fit")
    mirror.apply(store, page(other.change), OFFICE.verifier)
    assert state(store, sealed.submission_id) is State.RECEIVED
    mirror.apply(store, page(decision(sealed, Outcome.APPROVED).change), OFFICE.verifier)
    mirror.apply(store, page(decision(sealed, Outcome.RETURNED).change), OFFICE.verifier)
    assert state(store, sealed.submission_id) is State.APPROVED
    assert len(outbox.decision_notes(store, sealed.submission_id)) == 3


def test_a_decision_on_nothing_of_ours_is_only_kept(store: Store) -> None:
    sealed = outbox.enqueue(store, draft(), FORM)
    foreign = decision(replace(sealed, submission_id="foreign"), Outcome.APPROVED)
    assert mirror.apply(store, page(foreign.change), OFFICE.verifier).decisions == 0


def test_states_change_only_as_they_may(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    sealed = outbox.enqueue(store, draft(), FORM)
    monkeypatch.setattr("db.outbox.answers._SETTLED", {Result.RECEIVED: State.APPROVED})
    with pytest.raises(IllegalTransitionError):
        outbox.settle(store, *receipt(sealed))
    assert state(store, sealed.submission_id) is State.QUEUED


# --- After an answer ----------------------------------------------------------------------------


def test_a_returned_submission_reopens_with_its_comments(store: Store) -> None:
    submission_id = decided(store, Outcome.RETURNED, ("/name", "请附文件"))
    reopened = outbox.reopen(store, submission_id)
    assert reopened.supersedes == submission_id
    assert [each.pointer for each in reopened.comments] == ["/name"]
    assert reopened.values["name"] == "改名"
    assert reopened.base["name"] == person(3)["name"]
    assert [each.supersedes for each in drafts.all(store)] == [submission_id]
    assert drafts.all(store)[0].comments == 1


def test_reopening_twice_gives_the_same_draft_as_it_is_now(store: Store) -> None:
    submission_id = decided(store, Outcome.RETURNED)
    first = outbox.reopen(store, submission_id)
    drafts.save(store, replace(first, values={**first.values, "name": "再改"}))
    again = outbox.reopen(store, submission_id)
    assert (again.draft_id, again.values["name"]) == (first.draft_id, "再改")
    drafts.discard(store, first.draft_id)
    assert outbox.reopen(store, submission_id).draft_id != first.draft_id


def test_the_successor_names_what_it_supersedes(store: Store) -> None:
    submission_id = decided(store, Outcome.RETURNED)
    second = outbox.enqueue(store, outbox.reopen(store, submission_id), FORM)
    old, new = outbox.get(store, submission_id), outbox.get(store, second.submission_id)
    assert old is not None
    assert new is not None
    assert (old.superseded_by, new.supersedes) == (second.submission_id, submission_id)
    assert outbox.counts(store)[State.RETURNED] == 0
    with pytest.raises(NotReopenable):
        outbox.reopen(store, submission_id)


def test_only_answered_work_reopens(store: Store) -> None:
    sealed = outbox.enqueue(store, draft(), FORM)
    for submission_id in (sealed.submission_id, "none"):
        with pytest.raises(NotReopenable):
            outbox.reopen(store, submission_id)


def test_a_new_record_reopens_as_new(store: Store) -> None:
    sealed = outbox.enqueue(store, draft(), FORM)
    outbox.settle(store, *receipt(sealed, Result.INVALID))
    reopened = outbox.reopen(store, sealed.submission_id)
    assert (reopened.base_version, reopened.base, reopened.flow) == (0, {}, "join")


def test_reopening_takes_over_what_the_register_changed_meanwhile(store: Store) -> None:
    submission_id = decided(store, Outcome.CONFLICT)
    theirs = person(3, name="他改", remark="新备注", entry_date=None)
    mirror.apply(store, page(change("person", "p3", theirs, 2)), OFFICE.verifier)
    reopened = outbox.reopen(store, submission_id)
    assert reopened.base_version == 2
    assert reopened.base == theirs
    assert reopened.values["remark"] == "新备注"
    assert reopened.values["name"] == "改名"
    assert "entry_date" not in reopened.values
    assert [(each.pointer, each.code) for each in reopened.comments] == [("/name", "conflict")]
    assert outbox.base_of(store, submission_id)["name"] == person(3)["name"]


def test_items_are_chosen_by_state_form_and_record(store: Store) -> None:
    one = outbox.enqueue(store, draft("r1"), FORM)
    outbox.enqueue(store, draft("r2"), FORM)
    outbox.settle(store, *receipt(one))
    assert [each.record_id for each in outbox.items(store, [State.QUEUED])] == ["r2"]
    assert [each.record_id for each in outbox.items(store, record_id="r1", form="person")] == ["r1"]
    assert [each.record_id for each in outbox.items(store, limit=1)] == ["r2"]
    assert outbox.get(store, "none") is None
    assert outbox.submission(store, "none") is None


def test_sent_bytes_are_kept_for_ninety_days_after_the_decision(store: Store) -> None:
    paper = attachments.put(store, b"paper", "a.pdf", "application/pdf")
    sealed = outbox.enqueue(store, draft(attachments=(paper,)), FORM)
    other = outbox.enqueue(store, draft("r2"), FORM)
    outbox.bind(store, "env", b"1", [sealed.submission_id])
    outbox.bind(store, "young", b"2", [other.submission_id])
    outbox.settle(store, *receipt(sealed))
    mirror.apply(store, page(decision(sealed, Outcome.APPROVED).change), OFFICE.verifier)
    decided_at = datetime(2026, 11, 22, 3, tzinfo=UTC)
    assert outbox.purge(store, decided_at + timedelta(days=90)) == 0
    assert outbox.purge(store, decided_at + timedelta(days=91)) == 1
    assert outbox.submission(store, sealed.submission_id) is not None
    bound = outbox.next_envelope(store)
    assert bound is not None
    assert bound.envelope_id == "young"
    with store.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM attachment_uses").scalar() == 0

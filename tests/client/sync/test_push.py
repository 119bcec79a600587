import os
from collections.abc import Callable
from dataclasses import replace

import pytest

from client.sync import push
from client.sync.api import OfficeApi
from client.sync.events import Problem, Pushed, Settled
from core.changes.states import State
from core.changes.submission import Sealed, uuid7
from core.wire import protocol
from core.wire.codec import decode
from core.wire.documents import unverified
from core.wire.notes import Signer
from core.wire.protocol import EnvelopeReply, ItemReply, ProblemType
from core.wire.receipts import RECEIPT, Receipt, Remark, Result, sign_receipt
from db import attachments, outbox
from db.store import Store
from tests.client.sync.visits import (
    assert_arrived_once,
    problems,
    state,
    submit,
    summary,
    visit,
)
from tests.helpers.fake_line import OnlineOffice, altered, lost_answer, office_says, serve, stranger
from tests.helpers.fake_office import Answer
from tests.helpers.stores import draft, person_form


def with_paper(store: Store, name: str, size: int) -> Sealed:
    """A person joins, with an attachment that does not pack."""
    paper = attachments.put(store, os.urandom(size), "批复.pdf", "application/pdf")
    return outbox.enqueue(store, draft(name, attachments=(paper,)), person_form())


def test_what_waits_arrives_and_is_receipted(
    enrolled: Store, office: OnlineOffice, api: OfficeApi
) -> None:
    first, second = submit(enrolled, "new-1"), submit(enrolled, "new-2")
    events = visit(enrolled, api)
    pushed = [each for each in events if isinstance(each, Pushed)]
    assert [each.submissions for each in pushed] == [2]
    assert [each for each in events if isinstance(each, Settled)] == [
        Settled(first.submission_id, State.RECEIVED, Result.RECEIVED),
        Settled(second.submission_id, State.RECEIVED, Result.RECEIVED),
    ]
    assert_arrived_once(enrolled, office, first, second)
    found = summary(events)
    assert (found.sent, found.received, found.waiting, found.problem) == (2, 2, 0, "")
    assert found.bytes_out >= pushed[0].size
    assert found.bytes_in > 0


def test_attachments_travel_with_their_submission(
    enrolled: Store, office: OnlineOffice, api: OfficeApi
) -> None:
    sealed = with_paper(enrolled, "new-1", 10_000)
    visit(enrolled, api)
    assert_arrived_once(enrolled, office, sealed)


def test_the_manifest_tells_the_epoch_last_seen(
    enrolled: Store, office: OnlineOffice, api: OfficeApi
) -> None:
    visit(enrolled, api)
    submit(enrolled)
    waiting = outbox.unsent(enrolled)
    assert waiting
    visit(enrolled, api)
    assert office.epochs == ["epoch-1"]


def test_many_small_ones_share_an_envelope(
    enrolled: Store, office: OnlineOffice, api: OfficeApi
) -> None:
    sealed = [submit(enrolled, f"new-{number}") for number in range(60)]
    visit(enrolled, api)
    assert len(office.envelopes) == 1
    assert_arrived_once(enrolled, office, *sealed)


def test_what_does_not_fit_travels_in_several_envelopes(
    enrolled: Store, office: OnlineOffice, api: OfficeApi
) -> None:
    sealed = [with_paper(enrolled, f"new-{number}", 90_000) for number in range(5)]
    events = visit(enrolled, api)
    sizes = [each.size for each in events if isinstance(each, Pushed)]
    assert len(sizes) == 3
    assert max(sizes) <= protocol.MAX_ENVELOPE
    assert_arrived_once(enrolled, office, *sealed)


def test_what_packs_worse_than_thought_is_halved(
    enrolled: Store, office: OnlineOffice, api: OfficeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("client.sync.packing._SHRINKS", 10**9)
    monkeypatch.setattr("client.sync.packing.MAX_ENVELOPE", 3_000)
    sealed = [submit(enrolled, f"new-{number}") for number in range(16)]
    events = visit(enrolled, api)
    sizes = [each.size for each in events if isinstance(each, Pushed)]
    assert len(sizes) > 1
    assert max(sizes) <= 3_000
    assert_arrived_once(enrolled, office, *sealed)


def test_one_that_is_too_large_waits_and_stops_nobody(
    enrolled: Store, office: OnlineOffice, api: OfficeApi, expect_log: Callable[..., object]
) -> None:
    expect_log("zhibao.sync", "waits: too_large")
    large = with_paper(enrolled, "new-1", 300_000)
    small = submit(enrolled, "new-2")
    for _ in range(2):
        events = visit(enrolled, api)
        assert problems(events) == ["too_large"]
        assert summary(events).waiting == 1
        assert summary(events).problem == "too_large"
        assert_arrived_once(enrolled, office, small)
    assert state(enrolled, large) is State.QUEUED
    item = outbox.get(enrolled, large.submission_id)
    assert item is not None
    assert item.last_error == "too_large"


@pytest.mark.parametrize("kind", [ProblemType.ENVELOPE, ProblemType.BAD_REQUEST])
def test_one_that_the_office_refuses_stops_nobody(
    enrolled: Store,
    office: OnlineOffice,
    api: OfficeApi,
    kind: ProblemType,
    expect_log: Callable[..., object],
) -> None:
    expect_log("zhibao.sync", "was refused")
    expect_log("zhibao.sync", "waits: refused")
    sealed = [submit(enrolled, f"new-{number}") for number in range(5)]
    office.refuses[sealed[2].submission_id] = kind
    events = visit(enrolled, api)
    assert [each for each in events if isinstance(each, Problem)] == [
        Problem("refused", "办公室的说明", (sealed[2].submission_id,))
    ]
    assert_arrived_once(enrolled, office, *sealed[:2], *sealed[3:])
    assert state(enrolled, sealed[2]) is State.QUEUED
    office.refuses.clear()
    visit(enrolled, api)
    assert_arrived_once(enrolled, office, *sealed)


def test_a_proxy_that_thinks_it_too_large_gets_smaller_envelopes(
    enrolled: Store, office: OnlineOffice, api: OfficeApi, expect_log: Callable[..., object]
) -> None:
    expect_log("zhibao.sync", "was refused")
    sealed = [submit(enrolled, f"new-{number}") for number in range(3)]
    office.faults.extend([serve, serve, stranger(413)])
    events = visit(enrolled, api)
    assert problems(events) == []
    assert_arrived_once(enrolled, office, *sealed)


def test_a_refused_device_keeps_everything(
    enrolled: Store, office: OnlineOffice, api: OfficeApi
) -> None:
    sealed = submit(enrolled)
    office.faults.extend([serve, serve, office_says(403, ProblemType.REVOKED)])
    events = visit(enrolled, api)
    assert problems(events) == ["revoked"]
    assert state(enrolled, sealed) is State.QUEUED
    visit(enrolled, api)
    assert_arrived_once(enrolled, office, sealed)


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (Result.HELD, State.RECEIVED),
        (Result.CONFLICT, State.CONFLICT),
        (Result.INVALID, State.REJECTED),
        (Result.FORBIDDEN, State.REJECTED),
    ],
)
def test_every_result_of_intake_has_its_state(
    enrolled: Store, office: OnlineOffice, api: OfficeApi, result: Result, expected: State
) -> None:
    odd, plain = submit(enrolled, "new-1"), submit(enrolled, "new-2")
    remark = Remark("/name", "required", "error", "请填写姓名")
    office.results[odd.submission_id] = (result, (remark,))
    found = summary(visit(enrolled, api))
    assert state(enrolled, odd) is expected
    assert state(enrolled, plain) is State.RECEIVED
    item = outbox.get(enrolled, odd.submission_id)
    assert item is not None
    assert item.comments[0].pointer == "/name"
    assert found.conflicts == (1 if result is Result.CONFLICT else 0)
    assert (found.sent, found.received) == (2, 1 if expected is State.REJECTED else 2)


def test_lost_answers_double_nothing(enrolled: Store, office: OnlineOffice, api: OfficeApi) -> None:
    sealed = submit(enrolled)
    api.session()
    for _ in range(20):
        office.faults.append(lost_answer)
        events = visit(enrolled, api)
        assert problems(events) == ["no_line"]
        assert state(enrolled, sealed) is State.QUEUED
    visit(enrolled, api)
    assert len(set(office.envelopes)) == 1
    assert len(office.envelopes) == 21
    assert_arrived_once(enrolled, office, sealed)


def forged(office: OnlineOffice, right: Receipt) -> list[str]:
    """Receipts that are not the office's answer to this submission from this device."""
    stranger_key = Signer.generate(office.signer.name)
    other = office.receipt(uuid7(), right.digest, right.device)
    other_bytes = office.receipt(right.submission_id, "sha256:" + "0" * 64, right.device)
    other_device = office.receipt(right.submission_id, right.digest, "another device")
    note = sign_receipt(right, office.signer).decode()
    return [
        "",
        "no receipt",
        sign_receipt(right, stranger_key).decode(),
        sign_receipt(replace(right, log_index=99), office.signer).decode(),
        other,
        other_bytes,
        other_device,
        note[:-10],
        note.replace('"received"', '"conflict"'),
    ]


def marked_sent(store: Store, office: OnlineOffice, api: OfficeApi) -> int:
    """How many of the forged receipts settle a submission."""
    sealed = submit(store)
    api.session()
    office.faults.append(lost_answer)
    visit(store, api)
    note = office.submissions[sealed.submission_id].receipt
    right = decode(Receipt, unverified(RECEIPT, note.encode()))
    marked = 0
    for each in forged(office, right):
        office.faults.append(altered(put_receipt(sealed.submission_id, each)))
        events = visit(store, api)
        if state(store, sealed) is not State.QUEUED:
            return marked + 1
        assert problems(events) == ["wrong_receipt"]
    return marked


def put_receipt(submission_id: str, note: str) -> Callable[[Answer], None]:
    def change(answer: Answer) -> None:
        reply = protocol.read(EnvelopeReply, answer.body)
        item = ItemReply(submission_id, Result.RECEIVED, note)
        answer.body = protocol.write(replace(reply, items=(item,)))

    return change


def test_no_forged_receipt_marks_anything_as_sent(
    enrolled: Store, office: OnlineOffice, api: OfficeApi, expect_log: Callable[..., object]
) -> None:
    expect_log("zhibao.sync", "no receipt for")
    expect_log("zhibao.sync", "waits: wrong_receipt")
    assert marked_sent(enrolled, office, api) == 0


def test_without_the_receipt_check_forged_ones_would(
    enrolled: Store,
    office: OnlineOffice,
    api: OfficeApi,
    monkeypatch: pytest.MonkeyPatch,
    expect_log: Callable[..., object],
) -> None:
    expect_log("zhibao.sync", "no receipt for")
    expect_log("zhibao.sync", "waits: wrong_receipt")

    def believing(note: bytes, *_: object, **__: object) -> Receipt:
        return decode(Receipt, unverified(RECEIPT, note))

    monkeypatch.setattr(push, "open_receipt", believing)
    assert marked_sent(enrolled, office, api) == 1


def test_an_item_without_an_answer_stops_nobody(
    enrolled: Store, office: OnlineOffice, api: OfficeApi, expect_log: Callable[..., object]
) -> None:
    expect_log("zhibao.sync", "no receipt for")
    expect_log("zhibao.sync", "waits: wrong_receipt")
    sealed = [submit(enrolled, f"new-{number}") for number in range(3)]

    def forgetful(answer: Answer) -> None:
        reply = protocol.read(EnvelopeReply, answer.body)
        answer.body = protocol.write(replace(reply, items=reply.items[1:]))

    office.faults.extend([serve, serve, altered(forgetful)])
    events = visit(enrolled, api)
    assert [state(enrolled, each) for each in sealed] == [
        State.QUEUED,
        State.RECEIVED,
        State.RECEIVED,
    ]
    assert summary(events).waiting == 1
    visit(enrolled, api)
    assert_arrived_once(enrolled, office, *sealed)


def test_what_was_queued_during_the_visit_goes_too(
    enrolled: Store, office: OnlineOffice, api: OfficeApi
) -> None:
    sealed = [submit(enrolled, "new-1")]

    def meanwhile(answer: Answer) -> None:
        sealed.append(submit(enrolled, "new-2"))

    office.faults.extend([serve, serve, altered(meanwhile)])
    visit(enrolled, api)
    assert_arrived_once(enrolled, office, *sealed)


def test_a_receipt_for_what_is_not_here_settles_nothing(
    enrolled: Store,
    api: OfficeApi,
    monkeypatch: pytest.MonkeyPatch,
    expect_log: Callable[..., object],
) -> None:
    expect_log("zhibao.sync", "no receipt for")
    expect_log("zhibao.sync", "waits: wrong_receipt")
    submit(enrolled)
    monkeypatch.setattr(outbox, "settle", lambda *_: None)
    events = visit(enrolled, api)
    assert [each for each in events if isinstance(each, Settled)] == []
    assert problems(events) == ["wrong_receipt"]

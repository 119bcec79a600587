"""Whole envelopes: what is refused before anything is decrypted, and replays (S04, S05)."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from core.changes.submission import uuid7
from core.wire import payload, protocol
from core.wire.notes import Signer
from core.wire.payload import new_identity, recipient_of
from core.wire.protocol import EnvelopeReply, ProblemType, read
from core.wire.receipts import Result
from office.enrol import revoke
from office.intake import take_in
from office.models import ReceiptRow, Submission
from office.problems import Refusal
from office.sessions import Caller
from tests.office.conftest import A, House, made_house


def _rows(house: House) -> int:
    with house.office.database.read() as session:
        return len(session.scalars(select(Submission)).all())


@pytest.fixture
def decrypted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Counts how often a payload was opened."""
    calls: list[int] = []
    real = payload.open_payload

    def opened(*args: Any) -> Any:
        calls.append(1)
        return real(*args)

    monkeypatch.setattr("core.wire.envelope.open_payload", opened)
    return calls


def test_tampered_envelopes_are_refused_and_never_decrypted(
    house: House, decrypted: list[int]
) -> None:
    pc = house.pc()
    _, good = pc.envelope(pc.sealed(pc.draft("join", house.newcomer())))
    random = Random(4)
    for _ in range(60):
        at = random.randrange(len(good))
        bad = bytearray(good)
        match random.randrange(3):
            case 0:
                bad[at] ^= 1 << random.randrange(8)
            case 1:
                del bad[at:]
            case _:
                bad[at:at] = bad[at : at + 16] or b"x"
        if bytes(bad) != good:
            assert pc.post(bytes(bad)).problem.type == ProblemType.ENVELOPE
    assert decrypted == []
    assert _rows(house) == 0


def test_without_the_check_of_the_signature_tampered_bytes_would_be_decrypted(
    house: House, decrypted: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    pc = house.pc()
    stranger = Signer(pc.signer.name, Signer.generate("x").seed)
    _, forged = pc.envelope(pc.sealed(pc.draft("join", house.newcomer())), signer=stranger)
    assert pc.post(forged).problem.type == ProblemType.ENVELOPE
    assert decrypted == []
    monkeypatch.setattr("core.wire.notes.Verifier.verifies", lambda *_: True)
    monkeypatch.setattr("core.wire.notes.Verifier.key_id", stranger.verifier.key_id)
    pc.token = ""
    assert pc.post(forged).status == 200
    assert decrypted == [1]


def test_an_envelope_of_another_device_is_refused(house: House, decrypted: list[int]) -> None:
    pc, thief = house.pc(), house.pc("officer_b")
    _, envelope = pc.envelope(pc.sealed(pc.draft("join", house.newcomer())))
    assert thief.post(envelope).problem.type == ProblemType.FORBIDDEN
    assert decrypted == []


def test_an_envelope_for_another_county_or_key_is_refused(
    house: House, expect_log: Any, decrypted: list[int]
) -> None:
    pc = house.pc()
    sealed = pc.sealed(pc.draft("join", house.newcomer()))
    _, elsewhere = pc.envelope(sealed, county="420500")
    assert pc.post(elsewhere).problem.type == ProblemType.FORBIDDEN
    assert decrypted == []
    expect_log("zhibao.intake", "did not open")
    _, unreadable = pc.envelope(sealed, recipients=[recipient_of(new_identity())])
    assert pc.post(unreadable).problem.type == ProblemType.ENVELOPE
    assert _rows(house) == 0


def test_the_same_envelope_again_gives_the_same_receipts_byte_for_byte(house: House) -> None:
    pc = house.pc()
    items = [pc.sealed(pc.draft("join", house.newcomer())) for _ in range(3)]
    envelope_id, envelope = pc.envelope(*items)
    first = read(EnvelopeReply, pc.post(envelope, envelope_id).body)
    house.clock.forward(days=40)
    pc.token = ""
    for _ in range(3):
        again = read(EnvelopeReply, pc.post(envelope, envelope_id).body)
        assert [each.receipt for each in again.items] == [each.receipt for each in first.items]
        assert {each.result for each in again.items} == {Result.DUPLICATE}
    assert _rows(house) == 3


def test_the_same_items_in_another_envelope_give_the_same_receipts(house: House) -> None:
    pc = house.pc()
    items = [pc.sealed(pc.draft("join", house.newcomer())) for _ in range(2)]
    first = pc.send(*items)
    assert pc.send(*reversed(items)) == first[::-1]
    assert _rows(house) == 2


def test_another_pc_of_the_same_officer_gets_the_first_receipt(house: House) -> None:
    pc, spare = house.pc(), house.pc()
    item = pc.sealed(pc.draft("join", house.newcomer()))
    first = pc.send(item)
    assert spare.deliver(item) == [(Result.DUPLICATE, first[0])]


def test_another_officers_submission_is_answered_as_foreign(house: House) -> None:
    pc, other = house.pc("officer_a"), house.pc("officer_b")
    item = pc.sealed(pc.draft("join", house.newcomer()))
    assert pc.send(item)[0].result is Result.RECEIVED
    answer = other.send(item)[0]
    assert answer.result is Result.FORBIDDEN
    assert other.send(item) == [answer]
    assert house.pc("officer_b").send(item)[0].result is Result.FORBIDDEN
    assert _rows(house) == 1


def test_one_envelope_id_never_stands_for_two_contents(house: House) -> None:
    pc = house.pc()
    name = uuid7()
    for expected in (200, 409):
        _, envelope = pc.envelope(pc.sealed(pc.draft("join", house.newcomer())), envelope_id=name)
        answer = pc.post(envelope, name)
        assert answer.status == expected
    assert answer.problem.type == ProblemType.MISMATCH
    assert _rows(house) == 1


@pytest.mark.parametrize("name", ["../x", "x" * 65, "a b"])
def test_an_odd_envelope_id_is_refused(house: House, name: str) -> None:
    pc = house.pc()
    _, envelope = pc.envelope(pc.sealed(pc.draft("join", house.newcomer())), envelope_id=name)
    assert pc.post(envelope).problem.type == ProblemType.BAD_REQUEST


def test_an_idempotency_key_that_is_not_the_envelopes_is_refused(house: House) -> None:
    pc = house.pc()
    _, envelope = pc.envelope(pc.sealed(pc.draft("join", house.newcomer())))
    assert pc.post(envelope, uuid7()).problem.type == ProblemType.BAD_REQUEST


def test_a_device_over_its_daily_bytes_waits_and_goes_on_the_next_day(office_dir: Path) -> None:
    with made_house(office_dir, device_daily_bytes=3_000)() as house:
        pc = house.pc()
        statuses = []
        for _ in range(3):
            _, envelope = pc.envelope(pc.sealed(pc.draft("join", house.newcomer())))
            answer = pc.post(envelope)
            statuses.append(answer.status)
        assert statuses[0] == 200
        assert statuses[-1] == 429
        assert answer.problem.type == ProblemType.BUSY
        house.clock.forward(hours=25)
        pc.token = ""
        assert pc.post(envelope).status == 200


def test_an_envelope_over_the_limit_is_refused_unread(house: House) -> None:
    pc = house.pc()
    answer = pc.call(
        "POST", protocol.ENVELOPES_PATH, b"x" * (256 * 1024 + 1), protocol.ENVELOPE_TYPE
    )
    assert answer.problem.type == ProblemType.TOO_LARGE


def test_length_and_device_are_looked_at_again_by_the_intake_itself(
    house: House, decrypted: list[int]
) -> None:
    pc = house.pc()
    caller = Caller(pc.identity.device, house.person("xinxi"))
    with pytest.raises(Refusal) as refusal:
        take_in(house.office, caller, b"x" * (256 * 1024 + 1))
    assert refusal.value.problem.type == ProblemType.TOO_LARGE
    _, envelope = pc.envelope(pc.sealed(pc.draft("join", house.newcomer())))
    with house.office.database.write() as session:
        assert revoke(session, house.office, pc.identity.device)
    with pytest.raises(Refusal) as refusal:
        take_in(house.office, caller, envelope)
    assert refusal.value.problem.type == ProblemType.ENVELOPE
    assert decrypted == []


def test_another_media_type_and_a_damaged_body_are_refused(house: House) -> None:
    pc = house.pc()
    _, envelope = pc.envelope(pc.sealed(pc.draft("join", house.newcomer())))
    answer = pc.call("POST", protocol.ENVELOPES_PATH, envelope, "application/json")
    assert answer.problem.type == ProblemType.MEDIA_TYPE
    damaged: dict[str, Any] = {protocol.H_DIGEST: "sha-256=:AAAA:"}
    media = protocol.ENVELOPE_TYPE
    answer = pc.call("POST", protocol.ENVELOPES_PATH, envelope, media, **damaged)
    assert answer.problem.type == ProblemType.BAD_REQUEST


def test_replays_after_a_decision_have_no_new_effect(house: House) -> None:
    from core.wire.receipts import Outcome
    from office import decisions

    pc = house.pc()
    envelope_id, envelope = pc.envelope(pc.sealed(pc.draft("join", house.newcomer())))
    reply = read(EnvelopeReply, pc.post(envelope, envelope_id).body)
    submission = reply.items[0].submission_id
    decisions.decide(house.office, house.person("shenhe"), submission, Outcome.APPROVED)
    before = pc.pull()
    for _ in range(20):
        again = read(EnvelopeReply, pc.post(envelope, envelope_id).body)
        assert again.items[0].receipt == reply.items[0].receipt
    after = pc.pull()
    assert (after.records, after.notes, after.scope) == (
        before.records,
        before.notes,
        before.scope,
    )
    with house.office.database.read() as session:
        assert len(session.scalars(select(ReceiptRow)).all()) == 1
    assert before.counts["person"] == 4
    assert any(each.unit == A for each in before.records.values())

from dataclasses import replace

import pytest

from core.wire import receipts
from core.wire.canonical import canonical_bytes, digest
from core.wire.codec import encode
from core.wire.documents import open_document, sign_document, unverified
from core.wire.errors import WireError
from core.wire.notes import NoteError, Signer
from core.wire.receipts import (
    DECISION,
    GENESIS,
    RECEIPT,
    Decision,
    Outcome,
    Receipt,
    ReceiptError,
    Remark,
    Result,
    chain_hash,
    open_decision,
    open_receipt,
    sign_decision,
    sign_receipt,
)

OFFICE = Signer.generate("office.420583.example")
KEY = OFFICE.verifier


def receipt(number: int = 1, previous: str = GENESIS, result: Result = Result.RECEIVED) -> Receipt:
    found = Receipt(
        receipt_id=f"r{number}",
        submission_id=f"s{number}",
        digest=digest(b"%d" % number),
        device="d1",
        result=result,
        received_at="2026-11-22T10:00:00Z",
        epoch="e1",
        log_index=number,
        previous_hash=previous,
        log_hash="",
    )
    return replace(found, log_hash=chain_hash(previous, found.entry()))


DECIDED = Decision(
    decision_id="d1",
    submission_id="s1",
    submission_digest=digest(b"1"),
    outcome=Outcome.RETURNED,
    reviewer="审核员",
    decided_at="2026-11-22T11:00:00Z",
    form_version=1,
    comments=(Remark("/posted_by", "comment", "error", "文号与附件不一致"),),
    assigned={"card_no": "00000001"},
)


def test_a_receipt_is_signed_and_opened() -> None:
    note = sign_receipt(receipt(), OFFICE)
    assert open_receipt(note, KEY) == receipt()
    assert open_receipt(note, KEY, submission_id="s1", digest=digest(b"1")) == receipt()
    assert note.decode().startswith("zhibao receipt/1\n{")


def test_problems_and_waiting_travel_in_the_receipt() -> None:
    odd = replace(
        receipt(result=Result.HELD),
        waiting_for="s0",
        problems=(Remark("/name", "required", "error", "请填写姓名"),),
    )
    odd = replace(odd, log_hash=chain_hash(odd.previous_hash, odd.entry()))
    assert open_receipt(sign_receipt(odd, OFFICE), KEY) == odd


def test_receipts_chain() -> None:
    first = receipt(1)
    second = receipt(2, first.log_hash)
    assert second.log_hash == chain_hash(chain_hash(GENESIS, first.entry()), second.entry())
    body = canonical_bytes(first.entry())
    assert first.log_hash == digest(GENESIS.encode() + b"\n" + body)


def test_a_receipt_for_another_submission_is_refused() -> None:
    note = sign_receipt(receipt(), OFFICE)
    with pytest.raises(ReceiptError, match="another submission"):
        open_receipt(note, KEY, submission_id="s2", digest=digest(b"1"))
    with pytest.raises(ReceiptError, match="other bytes"):
        open_receipt(note, KEY, submission_id="s1", digest=digest(b"2"))


def forged() -> list[bytes]:
    """One thousand receipts that the office did not give."""
    good = sign_receipt(receipt(), OFFICE)
    stranger = Signer.generate(OFFICE.name)
    notes = [sign_receipt(receipt(number), stranger) for number in range(1, 200)]
    notes += [good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :] for at in range(len(good))]
    notes += [good[:at] for at in range(len(good))]
    return notes


def believed() -> int:
    count = 0
    for note in forged():
        try:
            open_receipt(note, KEY)
        except WireError:
            continue
        count += 1
    return count


def test_no_forged_receipt_is_believed() -> None:
    assert len(forged()) > 1_000
    assert believed() == 0


def test_without_the_signature_check_forged_receipts_would_be_believed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        receipts, "open_document", lambda kind, note, _: unverified(kind, bytes(note))
    )
    assert believed() > 0


def test_a_receipt_off_the_chain_is_refused() -> None:
    for odd in (
        replace(receipt(), log_index=2),
        replace(receipt(), previous_hash=digest(b"other")),
        replace(receipt(), result=Result.HELD),
    ):
        with pytest.raises(WireError, match="does not follow"):
            open_receipt(sign_receipt(odd, OFFICE), KEY)


@pytest.mark.parametrize("name", ["digest", "previous_hash", "log_hash"])
def test_a_malformed_digest_is_refused(name: str) -> None:
    body = {**encode(receipt()), name: "sha256:none"}
    with pytest.raises(WireError, match="malformed"):
        open_receipt(sign_document(RECEIPT, body, OFFICE), KEY)


def test_a_receipt_never_says_duplicate() -> None:
    with pytest.raises(WireError, match="duplicate"):
        open_receipt(sign_receipt(receipt(result=Result.DUPLICATE), OFFICE), KEY)


def test_a_decision_is_signed_and_opened() -> None:
    note = sign_decision(DECIDED, OFFICE)
    assert open_decision(note, KEY) == DECIDED
    assert open_decision(note, KEY, submission_id="s1", digest=digest(b"1")) == DECIDED


def test_a_decision_for_something_else_is_refused() -> None:
    note = sign_decision(DECIDED, OFFICE)
    with pytest.raises(ReceiptError):
        open_decision(note, KEY, submission_id="s2")
    with pytest.raises(ReceiptError):
        open_decision(note, KEY, digest=digest(b"2"))
    with pytest.raises(NoteError):
        open_decision(note, Signer.generate("other").verifier)
    body = {**encode(DECIDED), "submission_digest": ""}
    with pytest.raises(WireError, match="malformed"):
        open_decision(sign_document(DECISION, body, OFFICE), KEY)


def test_a_receipt_is_no_decision() -> None:
    with pytest.raises(WireError, match="not a zhibao decision/1"):
        open_decision(sign_receipt(receipt(), OFFICE), KEY)


def test_a_document_is_an_object() -> None:
    from core.wire.notes import sign_note

    with pytest.raises(WireError, match="an object"):
        open_document("kind", sign_note("kind\n[]\n", OFFICE), [KEY])

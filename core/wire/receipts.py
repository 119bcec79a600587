"""What the office answers for good: receipts and decisions, signed notes by the office's key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from core.wire.canonical import canonical_bytes, digest, is_digest
from core.wire.codec import decode, encode
from core.wire.documents import open_document, sign_document
from core.wire.errors import WireError
from core.wire.notes import Signer, Verifier

RECEIPT = "zhibao receipt/1"
DECISION = "zhibao decision/1"
GENESIS = "sha256:" + "0" * 64


class ReceiptError(WireError):
    """The note is rightly signed, but it answers something else than what was asked."""


class Result(StrEnum):
    """What became of one item at intake (reliability: one bad item never blocks the others)."""

    RECEIVED = "received"
    DUPLICATE = "duplicate"  # Only beside a receipt, which repeats what was answered first.
    HELD = "held"  # Kept, but its predecessor is missing: `waiting_for` names it.
    CONFLICT = "conflict"
    INVALID = "invalid"  # `problems` says where.
    FORBIDDEN = "forbidden"


class Outcome(StrEnum):
    """What the reviewer decided."""

    APPROVED = "approved"
    RETURNED = "returned"
    REJECTED = "rejected"
    CONFLICT = "conflict"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment or a problem at one field (RFC 6901 pointer)."""

    pointer: str
    code: str
    severity: str
    text: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """One line of the office's hash-chained receipt log.

    `received_at` is RFC 3339 UTC. `log_hash` is `chain_hash` of the line before and this one.
    """

    receipt_id: str
    submission_id: str
    digest: str
    device: str
    result: Result
    received_at: str
    epoch: str
    log_index: int
    previous_hash: str
    log_hash: str
    problems: tuple[Remark, ...] = ()
    waiting_for: str = ""

    def entry(self) -> dict[str, Any]:
        """What the log hash is taken over: everything but the two hashes."""
        body: dict[str, Any] = encode(self)
        del body["previous_hash"], body["log_hash"]
        return body


@dataclass(frozen=True, slots=True)
class Decision:
    """The reviewer's answer to exactly one submission digest.

    `record_version` is the version that was made, 0 where nothing was applied. `assigned` are
    values that the office issued, by field name (card and register numbers).
    """

    decision_id: str
    submission_id: str
    submission_digest: str
    outcome: Outcome
    reviewer: str
    decided_at: str
    form_version: int
    comments: tuple[Remark, ...] = ()
    record_version: int = 0
    assigned: dict[str, Any] = field(default_factory=dict)


def chain_hash(previous: str, entry: Mapping[str, Any]) -> str:
    """The running hash of the log after *entry*; the first line follows `GENESIS`."""
    return digest(previous.encode() + b"\n" + canonical_bytes(dict(entry)))


def sign_receipt(receipt: Receipt, signer: Signer) -> bytes:
    """The receipt as a note."""
    return sign_document(RECEIPT, encode(receipt), signer)


def open_receipt(
    note: bytes, verifier: Verifier, *, submission_id: str = "", digest: str = ""
) -> Receipt:
    """The receipt in *note*, for the submission and digest named, where they are named.

    Raises:
        NoteError: not signed by *verifier*.
        WireError: malformed, or its log hash does not follow from it.
        ReceiptError: it is for another submission or for other bytes.

    """
    receipt = decode(Receipt, open_document(RECEIPT, note, [verifier]))
    if not all(map(is_digest, (receipt.digest, receipt.previous_hash, receipt.log_hash))):
        raise WireError("a receipt's digest is malformed")
    if receipt.log_hash != chain_hash(receipt.previous_hash, receipt.entry()):
        raise WireError("a receipt's log hash does not follow from it")
    if receipt.result is Result.DUPLICATE:
        raise WireError("a receipt repeats the first answer, it never says duplicate")
    _check_target(receipt.submission_id, submission_id, receipt.digest, digest)
    return receipt


def sign_decision(decision: Decision, signer: Signer) -> bytes:
    """The decision as a note."""
    return sign_document(DECISION, encode(decision), signer)


def open_decision(
    note: bytes, verifier: Verifier, *, submission_id: str = "", digest: str = ""
) -> Decision:
    """The decision in *note*, for the submission and digest named, where they are named.

    Raises:
        NoteError: not signed by *verifier*.
        WireError: malformed.
        ReceiptError: it is for another submission or for other bytes.

    """
    decision = decode(Decision, open_document(DECISION, note, [verifier]))
    if not is_digest(decision.submission_digest):
        raise WireError("a decision's digest is malformed")
    _check_target(decision.submission_id, submission_id, decision.submission_digest, digest)
    return decision


def _check_target(got_id: str, wanted_id: str, got_digest: str, wanted_digest: str) -> None:
    if wanted_id and got_id != wanted_id:
        raise ReceiptError("the answer is for another submission")
    if wanted_digest and got_digest != wanted_digest:
        raise ReceiptError("the answer is for other bytes")

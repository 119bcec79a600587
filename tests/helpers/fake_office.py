"""A small office that obeys the wire code; `tests.helpers.fake_line` puts it on loopback.

Everything it says is made with `core.wire`; it checks signatures, digests and identities, but not
the rules of the forms.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.message import Message
from typing import Any
from urllib.parse import parse_qs, urlsplit

from core.changes.submission import uuid7
from core.wire import protocol
from core.wire.canonical import digest, read_json
from core.wire.enrolment import (
    check_enrol_request,
    check_session,
    code_id,
    code_key,
    new_code,
    seal_enrol_reply,
)
from core.wire.envelope import device_key_name, open_envelope, read_manifest
from core.wire.errors import WireError
from core.wire.notes import Signer, Verifier
from core.wire.payload import new_identity, recipient_of
from core.wire.protocol import (
    ChangesPage,
    DecisionChange,
    EnrolReply,
    EnrolRequest,
    EnvelopeReply,
    ItemReply,
    Problem,
    ProblemType,
    RecordChange,
    RecordState,
    Scope,
    SessionReply,
    SessionRequest,
)
from core.wire.receipts import (
    GENESIS,
    Decision,
    Outcome,
    Receipt,
    Remark,
    Result,
    chain_hash,
    sign_decision,
    sign_receipt,
)
from core.wire.replies import content_digest, new_nonce, pack_body
from core.wire.scope import EMPTY, record_digest, with_record

AT = "2026-11-22T10:00:00Z"


@dataclass
class Answer:
    """What goes back: signed where `signer` is given."""

    status: int
    body: bytes
    media_type: str = protocol.JSON
    headers: dict[str, str] = field(default_factory=dict)
    signer: Signer | None = None
    speaks: str = protocol.PROTOCOL


@dataclass(frozen=True)
class Request:
    """What came in."""

    command: str
    path: str
    headers: Message
    content: bytes


class Refusal(Exception):  # noqa: N818 - it is the office's answer
    """Ends the handling of a request with a problem."""

    def __init__(self, status: int, kind: ProblemType, **more: Any) -> None:
        super().__init__(kind)
        self.problem = Problem(str(kind), kind.name.lower(), status, "办公室的说明", **more)


@dataclass(frozen=True)
class Taken:
    """A submission that the office has."""

    body: dict[str, Any]
    digest: str
    device: str
    receipt: str


class FakeOffice:
    """The office's state, and what it answers to each request."""

    def __init__(self) -> None:
        self.signer = Signer.generate("office.420583.example")
        self.intake = new_identity()
        self.epoch = "epoch-1"
        self.now = ""  # what its clock says instead of the time
        self.codes: dict[str, bytes] = {}
        self.devices: dict[str, Verifier] = {}
        self.nonces: set[str] = set()
        self.tokens: dict[str, str] = {}
        self.submissions: dict[str, Taken] = {}
        self.envelopes: list[str] = []
        self.epochs: list[str] = []  # as the manifests told them
        self.log_hash = GENESIS
        self.log_length = 0
        self.results: dict[str, tuple[Result, tuple[Remark, ...]]] = {}
        self.feed: list[RecordChange | DecisionChange] = []
        self.page_size = 100
        self.refuses: dict[str, ProblemType] = {}  # envelopes with these submissions
        self.packs = False
        self.lies_about_scope = False
        self.lock = threading.RLock()

    def give_code(self) -> str:
        code = new_code()
        self.codes[code_id(code)] = code_key(code)
        return code

    def put(self, change: RecordChange) -> None:
        """A record changed; the feed has it once, at its newest."""
        old = [
            each
            for each in self.feed
            if isinstance(each, RecordChange) and each.record_id == change.record_id
        ]
        self.feed = [each for each in self.feed if each not in old]
        self.feed.append(change)

    def decide(self, submission_id: str, outcome: Outcome, *comments: Remark) -> Decision:
        """The reviewer decides; an approval puts the record into the feed."""
        taken = self.submissions[submission_id]
        version = 0
        if outcome is Outcome.APPROVED:
            version = taken.body["base_version"] + 1
            self.put(self._record(taken.body, version))
        decision = Decision(
            decision_id=uuid7(),
            submission_id=submission_id,
            submission_digest=taken.digest,
            outcome=outcome,
            reviewer="审核员",
            decided_at=AT,
            form_version=taken.body["form_version"],
            comments=comments,
            record_version=version,
        )
        self.feed.append(DecisionChange(sign_decision(decision, self.signer).decode()))
        return decision

    @staticmethod
    def _record(body: dict[str, Any], version: int) -> RecordChange:
        closed = body["kind"] == "close"
        return RecordChange(
            form=body["form"],
            form_version=body["form_version"],
            record_id=body["record"],
            version=version,
            state=RecordState.CLOSED if closed else RecordState.CURRENT,
            unit=body["unit"],
            values=body["values"],
            digest=record_digest(body["values"]),
        )

    def restored(self) -> None:
        """The office comes back from a backup under a new epoch; cursors no longer serve."""
        self.epoch += "+"

    def answer(self, request: Request) -> Answer:
        """What a request gets, signed."""
        with self.lock:
            try:
                found = self._answer(request)
            except Refusal as refusal:
                body = protocol.write(refusal.problem)
                found = Answer(refusal.problem.status, body, protocol.PROBLEM_JSON)
            except WireError as error:
                body = protocol.write(Problem(ProblemType.BAD_REQUEST, str(error), 400))
                found = Answer(400, body, protocol.PROBLEM_JSON)
        if self.packs and "gzip" in request.headers.get("Accept-Encoding", ""):
            found.body = pack_body(found.body)
            found.headers["Content-Encoding"] = "gzip"
        found.signer = self.signer
        return found

    def _answer(self, request: Request) -> Answer:
        path = urlsplit(request.path)
        routes: dict[tuple[str, str], Callable[[Request], Answer]] = {
            ("POST", protocol.ENROL_PATH): self._enrol,
            ("POST", protocol.SESSION_PATH): self._session,
            ("POST", protocol.ENVELOPES_PATH): self._envelope,
            ("GET", protocol.CHANGES_PATH): self._changes,
        }
        assert request.headers[protocol.H_PROTOCOL] == protocol.PROTOCOL
        return routes[request.command, path.path](request)

    def _enrol(self, request: Request) -> Answer:
        asked = protocol.read(EnrolRequest, request.content)
        key = self.codes.pop(asked.code_id, None)
        if key is None:
            raise Refusal(403, ProblemType.ENROL_CODE)
        public_key = check_enrol_request(asked, key)
        device = uuid7()
        self.devices[device] = Verifier(device_key_name(device), public_key)
        reply = EnrolReply(
            device=device,
            account="a1",
            officer="信息员",
            unit="420583",
            unit_title="枝江市",
            county="420583",
            office_key=self.signer.verifier.vkey,
            intake_recipient=recipient_of(self.intake),
            recovery_recipient="",
            ca_pem="",
            epoch=self.epoch,
        )
        return Answer(200, protocol.write(seal_enrol_reply(reply, key, asked.nonce)))

    def _session(self, request: Request) -> Answer:
        asked = protocol.read(SessionRequest, request.content)
        if asked.device not in self.devices:
            raise Refusal(403, ProblemType.REVOKED)
        if asked.nonce not in self.nonces:
            nonce = new_nonce()
            self.nonces.add(nonce)
            raise Refusal(401, ProblemType.NONCE, nonce=nonce)
        self.nonces.remove(asked.nonce)
        check_session(asked, self.devices[asked.device], self.signer.name)
        token = new_nonce()
        self.tokens[token] = asked.device
        now = self.now or datetime.now(UTC).isoformat()
        return Answer(200, protocol.write(SessionReply(token, 900, self.epoch, now)))

    def _device(self, request: Request) -> str:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in self.tokens:
            raise Refusal(401, ProblemType.SESSION)
        return self.tokens[token]

    def _envelope(self, request: Request) -> Answer:
        device = self._device(request)
        assert request.headers["Content-Type"] == protocol.ENVELOPE_TYPE
        assert request.headers[protocol.H_DIGEST] == content_digest(request.content)
        manifest = read_manifest(request.content, self.devices.get)
        assert manifest.device == device
        assert request.headers[protocol.H_IDEMPOTENCY] == manifest.envelope_id
        for each in manifest.items:
            if each.submission_id in self.refuses:
                raise Refusal(422, self.refuses[each.submission_id])
        opened = open_envelope(request.content, manifest, self.intake)
        self.envelopes.append(manifest.envelope_id)
        self.epochs.append(manifest.epoch)
        replies = tuple(self._take(each.submission_id, each.body, device) for each in opened.items)
        return Answer(200, protocol.write(EnvelopeReply(manifest.envelope_id, self.epoch, replies)))

    def _take(self, submission_id: str, content: bytes, device: str) -> ItemReply:
        known = self.submissions.get(submission_id)
        if known is not None and known.digest == digest(content):
            return ItemReply(submission_id, Result.DUPLICATE, known.receipt)
        assert known is None, "the same id came with other bytes"
        result, problems = self.results.get(submission_id, (Result.RECEIVED, ()))
        receipt = self.receipt(submission_id, digest(content), device, result, problems)
        taken = Taken(read_json(content), digest(content), device, receipt)
        self.submissions[submission_id] = taken
        return ItemReply(submission_id, result, receipt)

    def receipt(
        self,
        submission_id: str,
        submission_digest: str,
        device: str,
        result: Result = Result.RECEIVED,
        problems: tuple[Remark, ...] = (),
    ) -> str:
        """The next line of the receipt log, as a note."""
        self.log_length += 1
        receipt = Receipt(
            receipt_id=uuid7(),
            submission_id=submission_id,
            digest=submission_digest,
            device=device,
            result=result,
            received_at=AT,
            epoch=self.epoch,
            log_index=self.log_length,
            previous_hash=self.log_hash,
            log_hash="",
            problems=problems,
        )
        self.log_hash = chain_hash(self.log_hash, receipt.entry())
        return sign_receipt(replace(receipt, log_hash=self.log_hash), self.signer).decode()

    def _changes(self, request: Request) -> Answer:
        self._device(request)
        query = parse_qs(urlsplit(request.path).query, keep_blank_values=True)
        epoch, _, at = query["cursor"][0].rpartition(".")
        if epoch and epoch != self.epoch:
            raise Refusal(410, ProblemType.RESYNC)
        start = int(at or 0)
        end = min(len(self.feed), start + min(self.page_size, int(query["limit"][0])))
        more = end < len(self.feed)
        page = ChangesPage(
            self.epoch,
            f"{self.epoch}.{end}",
            more,
            tuple(self.feed[start:end]),
            None if more else self.scope(),
        )
        return Answer(200, protocol.write_page(page))

    def scope(self) -> Scope:
        """Counts and digest of everything."""
        counts: dict[str, int] = {}
        total = EMPTY if not self.lies_about_scope else "1" * 64
        for each in self.feed:
            if isinstance(each, RecordChange):
                counts[each.form] = counts.get(each.form, 0) + 1
                total = with_record(total, each.form, each.record_id, each.version, each.digest)
        return Scope(counts, total)

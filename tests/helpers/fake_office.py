"""A small office on loopback that obeys the wire code, and can be told to misbehave.

Everything it says is made with `core.wire`; it checks signatures, digests and identities, but not
the rules of the forms. `faults` are taken one per request, before it is served normally again.
"""

import socket
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import SSLContext
from typing import Any, cast
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
from core.wire.replies import content_digest, new_nonce, pack_body, sign_reply
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


Fault = Callable[["Handler", Callable[[], Answer]], None]


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
        self.faults: deque[Fault] = deque()
        self.seen: list[tuple[str, str, dict[str, str]]] = []
        self.refuses: dict[str, ProblemType] = {}  # envelopes with these submissions
        self.packs = False
        self.lies_about_scope = False
        self.released = threading.Event()  # set at the end: who hangs lets go
        self.lock = threading.RLock()
        self.url = ""

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

    def answer(self, handler: "Handler") -> Answer:
        """What a request gets, signed."""
        with self.lock:
            try:
                found = self._answer(handler)
            except Refusal as refusal:
                body = protocol.write(refusal.problem)
                found = Answer(refusal.problem.status, body, protocol.PROBLEM_JSON)
            except WireError as error:
                body = protocol.write(Problem(ProblemType.BAD_REQUEST, str(error), 400))
                found = Answer(400, body, protocol.PROBLEM_JSON)
        if self.packs and "gzip" in handler.headers.get("Accept-Encoding", ""):
            found.body = pack_body(found.body)
            found.headers["Content-Encoding"] = "gzip"
        found.signer = self.signer
        return found

    def _answer(self, handler: "Handler") -> Answer:
        path = urlsplit(handler.path)
        routes: dict[tuple[str, str], Callable[[Handler], Answer]] = {
            ("POST", protocol.ENROL_PATH): self._enrol,
            ("POST", protocol.SESSION_PATH): self._session,
            ("POST", protocol.ENVELOPES_PATH): self._envelope,
            ("GET", protocol.CHANGES_PATH): self._changes,
        }
        assert handler.headers[protocol.H_PROTOCOL] == protocol.PROTOCOL
        return routes[handler.command, path.path](handler)

    def _enrol(self, handler: "Handler") -> Answer:
        request = protocol.read(EnrolRequest, handler.content)
        key = self.codes.pop(request.code_id, None)
        if key is None:
            raise Refusal(403, ProblemType.ENROL_CODE)
        public_key = check_enrol_request(request, key)
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
        return Answer(200, protocol.write(seal_enrol_reply(reply, key, request.nonce)))

    def _session(self, handler: "Handler") -> Answer:
        request = protocol.read(SessionRequest, handler.content)
        if request.device not in self.devices:
            raise Refusal(403, ProblemType.REVOKED)
        if request.nonce not in self.nonces:
            nonce = new_nonce()
            self.nonces.add(nonce)
            raise Refusal(401, ProblemType.NONCE, nonce=nonce)
        self.nonces.remove(request.nonce)
        check_session(request, self.devices[request.device], self.signer.name)
        token = new_nonce()
        self.tokens[token] = request.device
        now = self.now or datetime.now(UTC).isoformat()
        return Answer(200, protocol.write(SessionReply(token, 900, self.epoch, now)))

    def _device(self, handler: "Handler") -> str:
        token = handler.headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in self.tokens:
            raise Refusal(401, ProblemType.SESSION)
        return self.tokens[token]

    def _envelope(self, handler: "Handler") -> Answer:
        device = self._device(handler)
        assert handler.headers["Content-Type"] == protocol.ENVELOPE_TYPE
        assert handler.headers[protocol.H_DIGEST] == content_digest(handler.content)
        manifest = read_manifest(handler.content, self.devices.get)
        assert manifest.device == device
        assert handler.headers[protocol.H_IDEMPOTENCY] == manifest.envelope_id
        for each in manifest.items:
            if each.submission_id in self.refuses:
                raise Refusal(422, self.refuses[each.submission_id])
        opened = open_envelope(handler.content, manifest, self.intake)
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

    def _changes(self, handler: "Handler") -> Answer:
        self._device(handler)
        query = parse_qs(urlsplit(handler.path).query, keep_blank_values=True)
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


class Server(ThreadingHTTPServer):
    """Serves one fake office; threads end before `server_close` returns."""

    daemon_threads = False
    office: FakeOffice

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is what these tests are about; anything else is a bug."""
        import sys

        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    timeout = 20
    content = b""

    @property
    def office(self) -> FakeOffice:
        return cast("Server", self.server).office

    def handle_any(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        self.content = self.rfile.read(length)
        self.office.seen.append((self.command, self.path, dict(self.headers)))
        fault = self.office.faults.popleft() if self.office.faults else serve
        fault(self, lambda: self.office.answer(self))

    do_GET = do_POST = handle_any  # noqa: N815 - names of the base class

    def give(self, answer: Answer, *, cut: int | None = None, whole: bool = True) -> None:
        """Send *answer*; up to *cut* bytes of its body; without its length where not *whole*."""
        headers = {"Content-Type": answer.media_type, **answer.headers}
        if answer.signer is not None:
            nonce = self.headers.get(protocol.H_NONCE, "")
            headers |= sign_reply(
                answer.signer, status=answer.status, nonce=nonce, body=answer.body
            )
            headers[protocol.H_PROTOCOL] = answer.speaks
        self.send_response(answer.status)
        for name, value in headers.items():
            self.send_header(name, value)
        if whole:
            self.send_header("Content-Length", str(len(answer.body)))
        else:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(answer.body[:cut])
        if cut is not None:
            self.hang_up()

    def hang_up(self) -> None:
        """Close the connection as it is."""
        self.close_connection = True
        with suppress(OSError):
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *_: Any) -> None:
        """Nothing."""


def serve(handler: Handler, answer: Callable[[], Answer]) -> None:
    """No fault."""
    handler.give(answer())


def lost_question(handler: Handler, answer: Callable[[], Answer]) -> None:
    """The request never reaches the office."""
    handler.hang_up()


def lost_answer(handler: Handler, answer: Callable[[], Answer]) -> None:
    """The office did what it was asked, and nobody hears of it."""
    answer()
    handler.hang_up()


def silent(handler: Handler, answer: Callable[[], Answer]) -> None:
    """Nothing comes back, and the line stays open."""
    handler.office.released.wait(20)
    handler.hang_up()


def wrong_signature(handler: Handler, answer: Callable[[], Answer]) -> None:
    """Somebody else who calls himself the office."""
    found = answer()
    found.signer = Signer.generate(handler.office.signer.name)
    handler.give(found)


def cut(at: int, *, close_delimited: bool = False) -> Fault:
    """The answer ends after so many bytes of its body."""

    def fault(handler: Handler, answer: Callable[[], Answer]) -> None:
        handler.give(answer(), cut=at, whole=not close_delimited)

    return fault


def altered(change: Callable[[Answer], None]) -> Fault:
    """The rightful answer, changed before it is signed and sent."""

    def fault(handler: Handler, answer: Callable[[], Answer]) -> None:
        found = answer()
        change(found)
        handler.give(found)

    return fault


def stranger(status: int, body: bytes = b"", media: str = "text/html", **headers: str) -> Fault:
    """Somebody else answers in the office's place; the office hears nothing."""

    def fault(handler: Handler, answer: Callable[[], Answer]) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        handler.give(Answer(status, body, media, named))

    return fault


def office_says(status: int, kind: ProblemType, **headers: str) -> Fault:
    """The office refuses, signed."""

    def fault(handler: Handler, answer: Callable[[], Answer]) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        body = protocol.write(Problem(kind, "", status, "办公室的说明"))
        signer = handler.office.signer
        handler.give(Answer(status, body, protocol.PROBLEM_JSON, named, signer))

    return fault


def raw(content: bytes) -> Fault:
    """Bytes that are no proper answer."""

    def fault(handler: Handler, answer: Callable[[], Answer]) -> None:
        handler.wfile.write(content)
        handler.hang_up()

    return fault


@contextmanager
def running(office: FakeOffice, tls: SSLContext | None = None) -> Iterator[FakeOffice]:
    """Serves *office* on a free port of loopback until the block ends."""
    server = Server(("127.0.0.1", 0), Handler)
    server.office = office
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    office.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield office
    finally:
        office.released.set()
        server.shutdown()
        thread.join()
        server.server_close()

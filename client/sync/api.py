"""The office's API: sends once, believes only what the enrolled office signed, and classifies."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar
from urllib.parse import urlencode

from client.sync.line import Answer, Line, Timeouts
from client.sync.retry import retry_after
from client.sync.troubles import NoLine, NotOurOffice, OfficeTrouble, Portal, Refused, SyncTrouble
from core.wire import protocol
from core.wire.enrolment import prove_session
from core.wire.errors import WireError
from core.wire.notes import Signer, Verifier
from core.wire.protocol import (
    ChangesPage,
    EnvelopeReply,
    Problem,
    ProblemType,
    SessionReply,
    SessionRequest,
)
from core.wire.replies import (
    DamagedReplyError,
    ForeignReplyError,
    OtherProtocolError,
    UnsignedReplyError,
    content_digest,
    new_nonce,
    unpack_body,
    verify_reply,
)

T = TypeVar("T")

MAX_ANSWER = 32 * 1024 * 1024  # bytes of an answer, as it travels and unpacked
_EARLY = 30.0  # seconds before its end that a session is renewed
_TEMPORARY = frozenset({408, 425, 429})
_CODES: dict[str, str] = {
    ProblemType.OLD_CLIENT: "old_client",
    ProblemType.REVOKED: "revoked",
    ProblemType.ENROL_CODE: "enrol_code",
    ProblemType.TOO_LARGE: "too_large",
}


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that the office signed for this very request; the body is plain."""

    status: int
    body: bytes


class ResyncAsked(Refused):
    """The cursor is of another epoch or too old: everything has to be fetched anew."""


class OfficeApi:
    """The office that a device is enrolled with.

    `clock_difference` is how many seconds the office's clock is ahead of ours, as last seen
    (None before); it is information, nothing depends on it.
    """

    def __init__(
        self,
        url: str,
        *,
        device: str,
        signer: Signer,
        office: Verifier,
        ca_pem: str = "",
        timeouts: Timeouts | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> None:
        self._line = Line(url, ca_pem=ca_pem, timeouts=timeouts, proxies=proxies)
        self._device = device
        self._signer = signer
        self.office = office
        self.clock_difference: float | None = None
        self._token = ""
        self._token_end = 0.0

    @property
    def traffic(self) -> tuple[int, int]:
        """Bytes of bodies sent and received so far."""
        return self._line.bytes_out, self._line.bytes_in

    def close(self) -> None:
        """Drops kept connections."""
        self._line.close()

    def session(self) -> None:
        """Open a session unless there is one that lasts.

        Raises:
            SyncTrouble: as every request here, one of its subclasses.

        """
        if self._token and time.monotonic() < self._token_end:
            return
        asked = self._post_json(protocol.SESSION_PATH, SessionRequest(self._device))
        problem = _problem(asked)
        if problem.type != ProblemType.NONCE or not problem.nonce:
            raise refusal(problem)
        proof = prove_session(self._signer, self._device, self.office.name, problem.nonce)
        reply = self._post_json(protocol.SESSION_PATH, proof)
        opened = _message(SessionReply, _good(reply))
        self._token = opened.token
        self._token_end = time.monotonic() + max(0.0, opened.expires_in - _EARLY)
        self.clock_difference = _difference(opened.now)

    def post_envelope(self, envelope_id: str, envelope: bytes) -> EnvelopeReply:
        """Send a sealed envelope; sending the same again is harmless.

        Raises:
            SyncTrouble: one of its subclasses. Whether the office took it is unknown then.

        """
        headers = {
            "Content-Type": protocol.ENVELOPE_TYPE,
            protocol.H_IDEMPOTENCY: envelope_id,
            protocol.H_DIGEST: content_digest(envelope),
        }
        reply = self._authorised("POST", protocol.ENVELOPES_PATH, headers, envelope)
        taken = _message(EnvelopeReply, reply)
        if taken.envelope_id != envelope_id:
            raise OfficeTrouble("bad_reply")
        return taken

    def changes(self, cursor: str, limit: int = protocol.MAX_PAGE) -> ChangesPage:
        """The page of changes after *cursor* (empty: from the beginning).

        Raises:
            ResyncAsked: the cursor no longer serves.
            SyncTrouble: another of its subclasses.

        """
        query = urlencode({"cursor": cursor, "limit": limit})
        reply = self._authorised("GET", f"{protocol.CHANGES_PATH}?{query}", {}, b"")
        try:
            return protocol.read_page(reply.body)
        except WireError as error:
            raise OfficeTrouble("bad_reply") from error

    def _authorised(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """The good reply to a request within a session, which is renewed once if it has ended."""
        for last in (False, True):
            self.session()
            more = {"Accept-Encoding": "gzip", "Authorization": f"Bearer {self._token}"}
            reply = send(self._line, self.office, method, path, {**headers, **more}, body)
            if reply.status != 401 or last:
                break
            self._token = ""
        return _good(reply)

    def _post_json(self, path: str, message: SessionRequest) -> Reply:
        headers = {"Content-Type": protocol.JSON}
        return send(self._line, self.office, "POST", path, headers, protocol.write(message))


def send(
    line: Line,
    office: Verifier,
    method: str,
    path: str,
    headers: Mapping[str, str],
    body: bytes,
) -> Reply:
    """Send once; return only what *office* signed for this request, with the right media type.

    Raises:
        SyncTrouble: one of its subclasses.

    """
    nonce = new_nonce()
    answer = line.exchange(method, path, request_headers(headers, nonce), body, MAX_ANSWER)
    return judged(answer, office, nonce)


def judged(answer: Answer, office: Verifier, nonce: str) -> Reply:
    """The reply in *answer*, if *office* signed it for *nonce*.

    Raises:
        SyncTrouble: one of its subclasses.

    """
    try:
        verify_reply(
            office,
            status=answer.status,
            nonce=nonce,
            headers=answer.headers,
            body=answer.body,
        )
    except UnsignedReplyError as error:
        raise stranger(answer) from error
    except ForeignReplyError as error:
        raise NotOurOffice from error
    except DamagedReplyError as error:
        raise NoLine("cut_line") from error
    except OtherProtocolError as error:
        raise OfficeTrouble("old_client") from error
    wanted = protocol.JSON if answer.status < 300 else protocol.PROBLEM_JSON
    if media_type(answer) != wanted:
        raise Portal
    if answer.status in _TEMPORARY or answer.status >= 500:
        raise _come_back_later(answer)
    return Reply(answer.status, _plain(answer))


def stranger(answer: Answer) -> SyncTrouble:
    """What an answer that no office signed tells about the line."""
    if answer.status == 407:
        return Portal("proxy_login")
    if answer.status == 413:
        return Refused(Problem(ProblemType.TOO_LARGE, "", 413), "too_large")
    if answer.status == 511:
        return Portal()
    if answer.status in _TEMPORARY or answer.status >= 500:
        return OfficeTrouble(_trouble_code(answer), retry_after=_wait(answer))
    return Portal()


def _come_back_later(answer: Answer) -> SyncTrouble:
    try:
        detail = protocol.read_problem(_plain(answer)).detail
    except WireError:
        detail = ""
    return OfficeTrouble(_trouble_code(answer), detail=detail, retry_after=_wait(answer))


def _trouble_code(answer: Answer) -> str:
    return "office_busy" if answer.status in {*_TEMPORARY, 503} else "office_trouble"


def _wait(answer: Answer) -> float | None:
    value, date = answer.headers.get("retry-after", ""), answer.headers.get("date", "")
    return retry_after(value, date, time.time())


def _plain(answer: Answer) -> bytes:
    try:
        return unpack_body(answer.body, answer.headers.get("content-encoding", ""), MAX_ANSWER)
    except WireError as error:
        raise OfficeTrouble("bad_reply") from error


def media_type(answer: Answer) -> str:
    """The answer's media type without parameters."""
    return answer.headers.get("content-type", "").partition(";")[0].strip().lower()


def request_headers(headers: Mapping[str, str], nonce: str) -> dict[str, str]:
    """*headers* and those that every request has."""
    return {
        "Accept": f"{protocol.JSON}, {protocol.PROBLEM_JSON}",
        "Accept-Encoding": "identity",
        "User-Agent": "zhibao/1",
        protocol.H_PROTOCOL: protocol.PROTOCOL,
        protocol.H_NONCE: nonce,
        **headers,
    }


def _good(reply: Reply) -> Reply:
    if reply.status >= 300:
        raise refusal(_problem(reply))
    return reply


def refusal(problem: Problem) -> Refused:
    """The trouble that *problem* means."""
    if problem.type == ProblemType.RESYNC:
        return ResyncAsked(problem)
    return Refused(problem, _CODES.get(problem.type, ""))


def _problem(reply: Reply) -> Problem:
    try:
        return protocol.read_problem(reply.body)
    except WireError as error:
        raise OfficeTrouble("bad_reply") from error


def _message(kind: type[T], reply: Reply) -> T:
    try:
        return protocol.read(kind, reply.body)
    except WireError as error:
        raise OfficeTrouble("bad_reply") from error


def _difference(now: str) -> float | None:
    try:
        return (datetime.fromisoformat(now) - datetime.now(UTC)).total_seconds()
    except (TypeError, ValueError):
        return None

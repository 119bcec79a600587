"""The words of protocol v1: headers, media types, problems, and the JSON of every message.

Messages are frozen dataclasses whose field names are the JSON keys; `write` and `read` are their
strict codecs. Design: design.md §6; errors are RFC 9457 problem details.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, TypeVar

from core.wire.canonical import canonical_bytes, read_json
from core.wire.codec import decode, encode
from core.wire.errors import WireError
from core.wire.receipts import Result

T = TypeVar("T")

PROTOCOL = "1"
MAX_ENVELOPE = 256 * 1024  # bytes; larger ones take the resumable route
MAX_PAGE = 1_000  # changes

ENROL_PATH = "/v1/enrol"
SESSION_PATH = "/v1/session"
ENVELOPES_PATH = "/v1/envelopes"
CHANGES_PATH = "/v1/changes"

JSON = "application/json"
PROBLEM_JSON = "application/problem+json"
ENVELOPE_TYPE = "application/vnd.zhibao.envelope"

H_PROTOCOL = "Zhibao-Protocol"  # both ways: PROTOCOL
H_NONCE = "Zhibao-Nonce"  # request: random, made anew for each request
H_REPLY = "Zhibao-Reply"  # reply: `<office key name> <base64>`, see core.wire.replies
H_DIGEST = "Content-Digest"  # RFC 9530, sha-256 only; requests with a body, and every reply
H_IDEMPOTENCY = "Idempotency-Key"  # request: the envelope id

_URN = "urn:zhibao:problem:"


class ProblemType(StrEnum):
    """Every `type` that the office's problem details may have."""

    BAD_REQUEST = _URN + "bad-request"  # 400: the request is malformed
    OLD_CLIENT = _URN + "old-client"  # 400: the protocol or suite is no longer spoken
    NONCE = _URN + "nonce"  # 401: sign the `nonce` member to open a session
    SESSION = _URN + "session"  # 401: no session, or it has ended
    FORBIDDEN = _URN + "forbidden"  # 403: the account may not do this
    REVOKED = _URN + "revoked"  # 403: this device was revoked
    ENROL_CODE = _URN + "enrol-code"  # 403: the code is unknown, used or too old
    NOT_FOUND = _URN + "not-found"  # 404
    MISMATCH = _URN + "mismatch"  # 409: the same id came before with other bytes
    RESYNC = _URN + "resync"  # 410: the cursor is too old or of another epoch
    TOO_LARGE = _URN + "too-large"  # 413
    MEDIA_TYPE = _URN + "media-type"  # 415
    ENVELOPE = _URN + "envelope"  # 422: the envelope does not open or is not signed right
    BUSY = _URN + "busy"  # 429 or 503, with Retry-After
    TROUBLE = _URN + "trouble"  # 500: the office's own fault
    STORAGE_FULL = _URN + "storage-full"  # 507


@dataclass(frozen=True, slots=True)
class Problem:
    """RFC 9457 problem details. `detail` is a Chinese sentence; `nonce` comes with NONCE only."""

    type: str
    title: str
    status: int
    detail: str = ""
    nonce: str | None = None


@dataclass(frozen=True, slots=True)
class EnrolRequest:
    """Asks for a device identity; see core.wire.enrolment for `proof` and `mac`."""

    code_id: str
    device_name: str
    public_key: str
    nonce: str
    proof: str
    mac: str = ""


@dataclass(frozen=True, slots=True)
class EnrolReply:
    """Who this device is now, and whom it may trust.

    `office_key` is a vkey, the recipients are age recipients; `recovery_recipient` and `ca_pem`
    may be empty.
    """

    device: str
    account: str
    officer: str
    unit: str
    unit_title: str
    county: str
    office_key: str
    intake_recipient: str
    recovery_recipient: str
    ca_pem: str
    epoch: str
    mac: str = ""


@dataclass(frozen=True, slots=True)
class SessionRequest:
    """Opens a session; with empty nonce and signature it asks for a nonce."""

    device: str
    nonce: str = ""
    signature: str = ""


@dataclass(frozen=True, slots=True)
class SessionReply:
    """A session. `expires_in` is seconds, `now` the office's clock (RFC 3339 UTC)."""

    token: str
    expires_in: int
    epoch: str
    now: str


@dataclass(frozen=True, slots=True)
class ItemReply:
    """What became of one item. `receipt` is the receipt note's text, whatever the result."""

    submission_id: str
    result: Result
    receipt: str


@dataclass(frozen=True, slots=True)
class EnvelopeReply:
    """One reply per item, in the envelope's order."""

    envelope_id: str
    epoch: str
    items: tuple[ItemReply, ...]


class RecordState(StrEnum):
    """Whether a record stands in the register or was closed."""

    CURRENT = "current"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class RecordChange:
    """A record as it is now; `digest` is `core.wire.scope.record_digest` of its values."""

    form: str
    form_version: int
    record_id: str
    version: int
    state: RecordState
    unit: str
    values: dict[str, Any]
    digest: str


@dataclass(frozen=True, slots=True)
class DecisionChange:
    """A decision note (core.wire.receipts) on one of the caller's submissions."""

    note: str


@dataclass(frozen=True, slots=True)
class Scope:
    """The caller's whole scope: records by form (closed ones too) and their scope digest."""

    counts: dict[str, int]
    digest: str


@dataclass(frozen=True, slots=True)
class ChangesPage:
    """Changes in commit order. `scope` comes with the last page, and only with it."""

    epoch: str
    cursor: str
    has_more: bool
    changes: tuple[RecordChange | DecisionChange, ...]
    scope: Scope | None = None


_CHANGES: dict[str, type[RecordChange | DecisionChange]] = {
    "record": RecordChange,
    "decision": DecisionChange,
}


def write(message: Any) -> bytes:
    """The message's JSON."""
    return canonical_bytes(encode(message))


def read(kind: type[T], content: bytes) -> T:
    """The message in *content*.

    Raises:
        WireError: not JSON, or a key is missing, unknown or of the wrong type.

    """
    return decode(kind, read_json(content))


def write_page(page: ChangesPage) -> bytes:
    """The page's JSON; each change says its `kind`."""
    body = encode(page)
    for change, written in zip(page.changes, body["changes"], strict=True):
        written["kind"] = next(kind for kind, of in _CHANGES.items() if isinstance(change, of))
    return canonical_bytes(body)


def read_page(content: bytes) -> ChangesPage:
    """The page in *content*.

    Raises:
        WireError: malformed, a kind of change is not known, or the scope is not just on the last.

    """
    body = read_json(content)
    changes = body.pop("changes", None) if isinstance(body, dict) else None
    if not isinstance(changes, list):
        raise WireError("/changes: a list was expected")
    read_changes = tuple(_change(each, f"/changes/{at}") for at, each in enumerate(changes))
    page = decode(_Outline, body)
    if page.has_more is (page.scope is not None):
        raise WireError("/scope: comes with the last page, and only with it")
    return ChangesPage(page.epoch, page.cursor, page.has_more, read_changes, page.scope)


def read_problem(content: bytes) -> Problem:
    """The problem in *content*; members that are not known are passed over (RFC 9457 §3.2).

    Raises:
        WireError: not a problem.

    """
    body = read_json(content)
    if not isinstance(body, dict):
        raise WireError("/: an object was expected")
    known = {each.name for each in fields(Problem)}
    return decode(Problem, {key: value for key, value in body.items() if key in known})


@dataclass(frozen=True, slots=True)
class _Outline:
    epoch: str
    cursor: str
    has_more: bool
    scope: Scope | None = None


def _change(value: Any, where: str) -> RecordChange | DecisionChange:
    kind = value.pop("kind", None) if isinstance(value, dict) else None
    if not isinstance(kind, str) or kind not in _CHANGES:
        raise WireError(f"{where}/kind: not one of the known words")
    return decode(_CHANGES[kind], value, where)

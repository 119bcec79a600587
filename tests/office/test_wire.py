"""Around every request: signed replies, limits, problems instead of tracebacks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from sqlalchemy.exc import OperationalError

from core.wire import protocol
from core.wire.protocol import ProblemType, read_problem
from core.wire.replies import ForeignReplyError, UnsignedReplyError, verify_reply
from office.app import HEALTH, make_app
from tests.office.conftest import House
from tests.office.pc import call

PATH = protocol.CHANGES_PATH


def test_health_is_answered_without_a_session(house: House) -> None:
    reply = house.http.get(HEALTH)
    assert reply.json() == {"status": "ok", "county": "420583"}
    assert house.http.get("/nothing").status_code == 404


def test_a_reply_counts_for_its_own_request_only(house: House) -> None:
    reply = house.http.get("/v1/none", headers={protocol.H_NONCE: "mine"})
    office = house.office.keys.signer.verifier
    given: dict[str, Any] = {"headers": reply.headers, "body": reply.content}
    verify_reply(office, status=404, nonce="mine", **given)
    with pytest.raises(ForeignReplyError):
        verify_reply(office, status=404, nonce="other", **given)
    with pytest.raises(ForeignReplyError):
        verify_reply(office, status=200, nonce="mine", **given)
    with pytest.raises(UnsignedReplyError):
        verify_reply(office, status=404, nonce="mine", headers={}, body=reply.content)


@pytest.mark.parametrize("path", ["/v1/none", PATH, "/v1/openapi.json"])
def test_every_reply_has_the_guarding_headers(house: House, path: str) -> None:
    headers = house.http.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "server" not in headers


def test_no_path_of_the_protocol_redirects(house: House) -> None:
    for path in ("/v1", "/v1/", "/v1/changes/", "/v1/forms/", "//v1/forms"):
        assert not house.http.get(path).is_redirect, path


def _fault(house: House, monkeypatch: pytest.MonkeyPatch, error: Exception) -> Any:
    pc = house.pc()
    pc.open_session()

    def broken(*_: Any) -> None:
        raise error

    monkeypatch.setattr("office.changes.page", broken)
    return pc.call("GET", PATH)


def test_a_fault_is_logged_and_answered_as_a_problem(
    house: House, monkeypatch: pytest.MonkeyPatch, expect_log: Callable[..., Any]
) -> None:
    expect_log("zhibao.office", "a request failed")
    answer = _fault(house, monkeypatch, RuntimeError("王在编甲"))
    assert (answer.status, answer.problem.type) == (500, ProblemType.TROUBLE)
    assert "王在编甲" not in answer.body.decode()


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("database or disk is full", ProblemType.STORAGE_FULL),
        ("database is locked", ProblemType.TROUBLE),
    ],
)
def test_a_full_disk_and_a_locked_database_are_named(
    house: House,
    monkeypatch: pytest.MonkeyPatch,
    expect_log: Callable[..., Any],
    words: str,
    problem: ProblemType,
) -> None:
    expect_log("zhibao.office", "the database refused")
    error = OperationalError("INSERT", {}, Exception(words))
    assert _fault(house, monkeypatch, error).problem.type == problem


def _exchange(house: House, messages: list[dict[str, Any]], **headers: str) -> httpx.Response:
    """A request whose body comes as these ASGI messages."""
    incoming, sent = iter(messages), list[dict[str, Any]]()

    async def receive() -> dict[str, Any]:
        found = next(incoming, None)
        if found is None:
            await asyncio.Event().wait()
        return found or {}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": protocol.ENVELOPES_PATH,
        "raw_path": protocol.ENVELOPES_PATH.encode(),
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "server": ("office", 80),
        "client": ("pc", 1),
        "scheme": "http",
        "http_version": "1.1",
        "root_path": "",
    }
    asyncio.run(make_app(house.office)(scope, receive, send))
    reply = httpx.Response(sent[0]["status"], headers=sent[0]["headers"], content=sent[1]["body"])
    office = house.office.keys.signer.verifier
    verify_reply(
        office, status=reply.status_code, nonce="", headers=reply.headers, body=reply.content
    )
    return reply


def test_a_body_is_cut_off_at_the_limit_whatever_it_declared(house: House) -> None:
    part = {"type": "http.request", "body": b"x" * 100_000, "more_body": True}
    reply = _exchange(house, [part] * 3)
    assert read_problem(reply.content).type == ProblemType.TOO_LARGE
    for length in ("262145", "-1", "x"):
        reply = _exchange(house, [], **{"content-length": length})
        assert read_problem(reply.content).type == ProblemType.TOO_LARGE


def test_a_client_that_goes_away_or_dawdles_is_let_go(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = {"type": "http.request", "body": b"x", "more_body": True}
    gone = _exchange(house, [part, {"type": "http.disconnect"}])
    assert gone.status_code == 400
    monkeypatch.setattr("office.wire._SLOWEST", 0.01)
    assert _exchange(house, [part]).status_code == 400


def test_long_replies_are_packed_where_that_was_asked_for(house: House) -> None:
    pc = house.pc()
    pc.open_session()
    headers = {
        protocol.H_PROTOCOL: protocol.PROTOCOL,
        "Authorization": f"Bearer {pc.token}",
        protocol.H_NONCE: "n",
    }
    packed = house.http.get(PATH, headers={**headers, "Accept-Encoding": "gzip"})
    plain = house.http.get(PATH, headers={**headers, "Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content
    assert int(packed.headers["content-length"]) < len(plain.content)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'{"device":1}', b'{"device":"x","more":1}', b"\xff"]
)
def test_messages_that_are_not_the_protocols_are_refused(house: House, body: bytes) -> None:
    office = house.office.keys.signer.verifier
    for path in (protocol.SESSION_PATH, protocol.ENROL_PATH):
        answer = call(house.http, office, "POST", path, body, protocol.JSON)
        assert answer.problem.type == ProblemType.BAD_REQUEST


def test_without_the_signature_no_reply_would_count(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("office.wire.sign_reply", lambda *_, **__: {})
    with pytest.raises(UnsignedReplyError):
        house.pc()

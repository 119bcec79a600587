"""Around every v1 request: length, digest, signed replies, and problems instead of tracebacks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from sqlalchemy.exc import OperationalError
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.wire.protocol import H_DIGEST, H_NONCE, PROBLEM_JSON, ProblemType, write
from core.wire.replies import content_digest, pack_body, sign_reply
from office.context import Office
from office.problems import Refusal

_log = logging.getLogger("zhibao.office")
PREFIX = "/v1/"
_PACK_FROM = 1024  # bytes; shorter replies do not get smaller
_SLOWEST = 300.0  # seconds for a whole request body: 256 KiB at 7 kbit/s
_LONGEST_NONCE = 128
SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}


@dataclass
class _Reply:
    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes = b""


class SignedReplies:
    """Reads the body within its limits, runs the route, signs what it answers."""

    def __init__(self, app: ASGIApp, office: Office) -> None:
        self._app, self._office = app, office

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request; paths outside v1 pass through."""
        if scope["type"] != "http" or not scope["path"].startswith(PREFIX):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        try:
            body = await _read(receive, headers, self._office.settings.envelope_bytes)
            _check_digest(headers, body)
            reply = await self._run(scope, body)
        except Refusal as refusal:
            reply = refused(refusal)
        await _send(send, self._signed(reply, headers))

    async def _run(self, scope: Scope, body: bytes) -> _Reply:
        reply = _Reply(500, [])

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def collect(message: Message) -> None:
            if message["type"] == "http.response.start":
                reply.status, reply.headers = message["status"], list(message["headers"])
            elif message["type"] == "http.response.body":
                reply.body += message.get("body", b"")

        try:
            await self._app(scope, receive, collect)
        except Refusal as refusal:
            return refused(refusal)
        except OperationalError as error:
            _log.exception("the database refused")
            full = "full" in str(error.orig)
            kind = ProblemType.STORAGE_FULL if full else ProblemType.TROUBLE
            return refused(Refusal(kind, "中心暂时存不下，您的数据仍在本机，稍后会自动再报。"))
        except Exception:  # noqa: BLE001 - every fault is logged, and answered with a problem
            _log.exception("a request failed")
            return refused(Refusal(ProblemType.TROUBLE, "中心出了错，已经记录，稍后会自动再试。"))
        return reply

    def _signed(self, reply: _Reply, asked: Headers) -> _Reply:
        headers = MutableHeaders(raw=reply.headers)
        if "gzip" in asked.get("accept-encoding", "") and len(reply.body) >= _PACK_FROM:
            reply.body = pack_body(reply.body)
            headers["Content-Encoding"] = "gzip"
        nonce = asked.get(H_NONCE, "")[:_LONGEST_NONCE]
        signed = sign_reply(
            self._office.keys.signer, status=reply.status, nonce=nonce, body=reply.body
        )
        for name, value in {**signed, **SECURITY}.items():
            headers[name] = value
        headers["Content-Length"] = str(len(reply.body))
        return reply


def refused(refusal: Refusal) -> _Reply:
    """The problem document of a refusal."""
    headers = [(b"content-type", PROBLEM_JSON.encode())]
    if refusal.retry_after is not None:
        headers.append((b"retry-after", str(refusal.retry_after).encode()))
    return _Reply(refusal.status, headers, write(refusal.problem))


async def _read(receive: Receive, headers: Headers, limit: int) -> bytes:
    """The whole body.

    Raises:
        Refusal: it is over the limit, or too slow, or the client went away.

    """
    declared = headers.get("content-length", "0")
    if not declared.isdigit() or int(declared) > limit:
        raise _too_large()
    body = bytearray()
    try:
        async with asyncio.timeout(_SLOWEST):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise Refusal(ProblemType.BAD_REQUEST, "请求没有发完。")
                body += message.get("body", b"")
                if len(body) > limit:
                    raise _too_large()
                if not message.get("more_body", False):
                    return bytes(body)
    except TimeoutError as error:
        raise Refusal(ProblemType.BAD_REQUEST, "请求太慢，没有发完。") from error


def _too_large() -> Refusal:
    return Refusal(ProblemType.TOO_LARGE, "这一包太大，程序会自动分开再发。")


def _check_digest(headers: Headers, body: bytes) -> None:
    declared = headers.get(H_DIGEST)
    if declared is not None and declared != content_digest(body):
        raise Refusal(ProblemType.BAD_REQUEST, "请求在路上受损，请重发。")


async def _send(send: Callable[[Message], Awaitable[None]], reply: _Reply) -> None:
    start: Iterable[tuple[bytes, bytes]] = reply.headers
    await send({"type": "http.response.start", "status": reply.status, "headers": list(start)})
    await send({"type": "http.response.body", "body": reply.body})

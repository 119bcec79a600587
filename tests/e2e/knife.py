"""Ends the process at a step of the route, as a power cut would: SIGKILL, no clean-up.

The steps are found by wrapping functions of the product, here in the test program only. A place is
`STEP:before` or `STEP:after`, with `:N` for the N-th time the step is reached.
"""

from __future__ import annotations

import functools
import os
import signal
from collections.abc import Callable
from typing import Any

from urllib3.connection import HTTPConnection

from client.sync.api import OfficeApi
from core.wire.protocol import ENVELOPES_PATH
from db import drafts, mirror, outbox, spares, syncstate
from db.outbox import pending

VARIABLE = "ZHIBAO_E2E_KILL"
SIGKILL = getattr(signal, "SIGKILL", signal.SIGTERM)  # Windows knows only the latter, as hard

Wanted = Callable[..., bool]


def die() -> None:
    """End this process at once."""
    os.kill(os.getpid(), SIGKILL)


def _always(*_: Any, **__: Any) -> bool:
    return True


def _moves_cursor(_connection: object, name: str, *_: object) -> bool:
    return name == syncstate.CURSOR


def _sends_envelope(_self: object, _method: str, url: str, *_: object, **__: object) -> bool:
    return url.endswith(ENVELOPES_PATH)


def _answers_envelope(connection: Any) -> bool:
    return bool(connection.zhibao_sent)


STEPS: dict[str, tuple[object, str, Wanted]] = {
    "draft": (drafts, "save", _always),  # a draft is saved
    "copy": (spares, "keep", _always),  # the copy beside the store, after the commit
    "enqueue": (outbox, "enqueue", _always),  # a draft is sealed and queued
    "lay": (pending, "lay", _always),  # within its transaction
    "copy_gone": (spares, "drop", _always),
    "bind": (outbox, "bind", _always),  # the sealed envelope is kept
    "start": (outbox, "start", _always),  # the attempt is noted
    "post": (HTTPConnection, "request", _sends_envelope),  # the envelope is on the wire
    "reply": (HTTPConnection, "getresponse", _answers_envelope),  # the answer begins to arrive
    "verified": (OfficeApi, "post_envelope", _always),  # the answer is read and believed
    "settle": (outbox, "settle", _always),  # the receipt is kept
    "page": (mirror, "apply", _always),  # a page of changes is applied
    "cursor": (syncstate, "put", _moves_cursor),  # within that transaction
    "decision": (outbox, "decide", _always),  # within it too
    "reopen": (outbox, "reopen", _always),  # a returned submission becomes a draft
}
WHEN = ("before", "after")


def sharpen(place: str) -> None:
    """From now on this process dies at *place*; nothing happens where it is empty."""
    if not place:
        return
    step, when, *rest = place.split(":")
    target, name, wanted = STEPS[step]
    if step == "reply":
        _remember_requests()
    left = int(rest[0]) if rest else 1
    real = getattr(target, name)

    @functools.wraps(real)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        nonlocal left
        if not wanted(*args, **kwargs):
            return real(*args, **kwargs)
        left -= 1
        if left == 0 and when == "before":
            die()
        result = real(*args, **kwargs)
        if left == 0:
            die()
        return result

    setattr(target, name, wrapped)


def _remember_requests() -> None:
    """Each connection knows whether an envelope was what it sent last."""
    real = HTTPConnection.request

    @functools.wraps(real)
    def request(self: Any, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        self.zhibao_sent = _sends_envelope(self, method, url)
        return real(self, method, url, *args, **kwargs)

    HTTPConnection.request = request  # type: ignore[method-assign]

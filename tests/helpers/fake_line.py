"""The fake office on loopback over real HTTP, and a line to it that can be told to misbehave.

`faults` are taken one per request, before requests are served normally again.
"""

import socket
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import SSLContext
from typing import Any, cast

from core.wire import protocol
from core.wire.notes import Signer
from core.wire.protocol import Problem, ProblemType
from core.wire.replies import sign_reply
from tests.helpers.fake_office import Answer, FakeOffice, Request

Fault = Callable[["Handler", Callable[[], Answer]], None]


class OnlineOffice(FakeOffice):
    """The office with an address."""

    def __init__(self) -> None:
        super().__init__()
        self.url = ""
        self.faults: deque[Fault] = deque()
        self.seen: list[tuple[str, str, dict[str, str]]] = []
        self.released = threading.Event()  # set at the end: who hangs lets go


class Server(ThreadingHTTPServer):
    """Serves one fake office; threads end before `server_close` returns."""

    daemon_threads = False
    office: OnlineOffice

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is what these tests are about; anything else is a bug."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    timeout = 20
    content = b""

    @property
    def office(self) -> OnlineOffice:
        return cast("Server", self.server).office

    def handle_any(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        self.content = self.rfile.read(length)
        self.office.seen.append((self.command, self.path, dict(self.headers)))
        fault = self.office.faults.popleft() if self.office.faults else serve
        request = Request(self.command, self.path, self.headers, self.content)
        fault(self, lambda: self.office.answer(request))

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
def running(office: OnlineOffice, tls: SSLContext | None = None) -> Iterator[OnlineOffice]:
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

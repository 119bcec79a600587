"""What may stand where the office should be: nobody, somebody slow, somebody else."""

from __future__ import annotations

import shutil
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from core.wire.protocol import H_IDEMPOTENCY
from office import keys
from tests.e2e.county import COUNTY, PATIENCE, County

Stranger = Callable[[], AbstractContextManager[str]]


@contextmanager
def nobody() -> Iterator[str]:
    """A port that is held and not listened on."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{held.getsockname()[1]}"


@contextmanager
def silent() -> Iterator[str]:
    """Connections are taken, and nothing is ever said."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def answering(status: str, body: bytes = b"", *headers: str, length: int | None = None) -> Stranger:
    """Every request gets this answer; *length* is what it says of its body."""
    said = len(body) if length is None else length
    lines = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {said}", "Connection: close"]
    content = "\r\n".join([*lines, "", ""]).encode() + body

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            size = 0
            while line := self.rfile.readline().strip():
                name, _, value = line.partition(b":")
                size = int(value) if name.lower() == b"content-length" else size
            self.rfile.read(size)
            self.wfile.write(content)

    return lambda: _serving(socketserver.TCPServer(("127.0.0.1", 0), Handler))


@contextmanager
def swallower(office: County, swallowed: list[str]) -> Iterator[str]:
    """Passes everything on, but the first answer to each envelope never arrives.

    *swallowed* gets the idempotency keys of those.
    """

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            host = urlsplit(office.url).netloc
            with closing(HTTPConnection(host, timeout=PATIENCE)) as line:
                line.request(self.command, self.path, body, dict(self.headers))
                answer = line.getresponse()
                content = answer.read()
            key = self.headers.get(H_IDEMPOTENCY, "")
            if key and key not in swallowed:
                swallowed.append(key)
                self.close_connection = True
                return
            self.send_response_only(answer.status)
            for name, value in answer.getheaders():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_any  # noqa: N815 - names of the base class

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    with _serving(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as url:
        yield url


@contextmanager
def _serving(server: socketserver.TCPServer) -> Iterator[str]:
    with server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.socket.getsockname()[1]}"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def impostor(office: County) -> Iterator[County]:
    """All that the office has, but its signing key: served beside it."""
    folder = office.folder.with_name("impostor")
    shutil.copytree(office.folder, folder)
    for name in (keys.SIGNING, keys.INTAKE, keys.RECOVERY):
        (folder / name).rename(folder / f"old-{name}")
    keys.create(folder, COUNTY)
    for name in (keys.INTAKE, keys.RECOVERY):
        (folder / f"old-{name}").replace(folder / name)
    with County(folder).running() as other:
        yield other
    shutil.rmtree(folder)

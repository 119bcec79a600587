"""Serving the office over HTTP: a free port if asked for, and a line that says where."""

from __future__ import annotations

import json
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from office.app import make_app
from office.context import Office

_BACKLOG = 128


class PortError(Exception):
    """The address cannot be listened on; the message is a sentence for the administrator."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen. Port 0 asks for a free one; with a certificate it is https."""

    host: str = "127.0.0.1"
    port: int = 8460
    certificate: Path | None = None
    key: Path | None = None


def listen(address: Address) -> socket.socket:
    """A listening socket.

    Raises:
        PortError: the port is taken, or the address is not this machine's.

    """
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    # asyncio turns off Nagle only for a socket that says it is TCP; 40 ms a reply otherwise.
    found = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    if sys.platform != "win32":
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((address.host, address.port))
        found.listen(_BACKLOG)
    except (OSError, OverflowError) as error:
        found.close()
        place = f"{address.host}:{address.port}"
        raise PortError(
            f"不能在 {place} 上监听：端口已被占用，或不是本机地址。请换一个端口（--port）。"
        ) from error
    return found


def serve(office: Office, address: Address) -> None:
    """Serve until told to stop; prints `{"url": …}` once it is listening.

    Raises:
        PortError: as `listen`.

    """
    with listen(address) as where:
        config = uvicorn.Config(
            make_app(office),
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=5,
            ssl_certfile=address.certificate,
            ssl_keyfile=address.key,
        )
        scheme = "https" if address.certificate else "http"
        host = f"[{address.host}]" if ":" in address.host else address.host
        _Server(config, f"{scheme}://{host}:{where.getsockname()[1]}").run(sockets=[where])


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, url: str) -> None:
        super().__init__(config)
        self._url = url

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Say where, once requests are answered."""
        await super().startup(sockets)
        if self.started:
            sys.stdout.write(json.dumps({"url": self._url}) + "\n")
            sys.stdout.flush()

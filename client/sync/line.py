"""One HTTP exchange, distrustful: bounded, never redirected, and told apart by what went wrong.

`requests` follows redirects, believes half an answer and takes environment variables over what
the program says; here it may not (reliability page §0.4, psf/requests #3829).
"""

from __future__ import annotations

import ipaddress
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests
from requests import exceptions
from requests.adapters import HTTPAdapter

from client.sync.troubles import BadAddress, NoLine, NotOurOffice, Portal, SyncTrouble

_PIECE = 16 * 1024


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds: until connected, between two pieces of an answer, for a whole answer."""

    connect: float = 10.0
    read: float = 60.0
    whole: float = 600.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, unjudged. The body is as it travelled, in its content coding."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Line:
    """A line to one address. Keeps connections; close it when done.

    *ca_pem* are the only certificates trusted where it is not empty, else the system's store
    decides. *proxies* are as `requests` takes them; the environment is never asked.
    """

    def __init__(
        self,
        url: str,
        *,
        ca_pem: str = "",
        timeouts: Timeouts | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> None:
        self.url = checked_address(url)
        self.bytes_out = 0
        self.bytes_in = 0
        self._timeouts = timeouts or Timeouts()
        self._proxies = dict(proxies or {})
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers.clear()
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        secure = self.url.startswith("https:")
        self._session.mount(self.url, _TrustAdapter(_context(ca_pem) if secure else None))

    def close(self) -> None:
        """Drops kept connections."""
        self._session.close()

    def exchange(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes, limit: int
    ) -> Answer:
        """Send once and read the answer, up to *limit* bytes of it.

        Raises:
            NoLine: not reached, too slow, or the answer was cut.
            NotOurOffice: the TLS certificate is not trusted.
            Portal: a proxy wants a log-in, whoever answers does not speak TLS, or the answer is
                larger than any of ours.

        """
        self.bytes_out += len(body)
        try:
            with self._session.request(
                method,
                self.url + path,
                data=body,
                headers=dict(headers),
                proxies=self._proxies,
                allow_redirects=False,
                verify=True,
                stream=True,
                timeout=(self._timeouts.connect, self._timeouts.read),
            ) as response:
                return self._read(response, limit)
        except exceptions.SSLError as error:
            raise _tls_trouble(str(error)) from error
        except exceptions.ProxyError as error:
            raise (Portal("proxy_login") if "407" in str(error) else NoLine()) from error
        except exceptions.Timeout as error:
            raise NoLine("slow_line") from error
        except exceptions.ChunkedEncodingError as error:
            raise NoLine("cut_line") from error
        except exceptions.RequestException as error:
            raise NoLine from error

    def _read(self, response: requests.Response, limit: int) -> Answer:
        headers = {name.lower(): value for name, value in response.headers.items()}
        if response.status_code < 200:
            # An interim answer that the library takes for the last one: what follows it on
            # this connection would be taken for the answer to the next request.
            raise NoLine("cut_line")
        # Without this the library would undo the coding, and with it what the digest is over.
        response.raw.headers.pop("content-encoding", None)
        body = bytearray()
        end = time.monotonic() + self._timeouts.whole
        for piece in response.iter_content(_PIECE):
            body += piece
            self.bytes_in += len(piece)
            if len(body) > limit:
                raise Portal
            if time.monotonic() > end:
                raise NoLine("slow_line")
        return Answer(response.status_code, headers, bytes(body))


def checked_address(url: str) -> str:
    """The office's address without a slash at its end.

    Raises:
        BadAddress: not https; plain http only serves an office on this very machine.

    """
    try:
        parts = urlsplit(url.strip())
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:
        raise BadAddress from error
    plain = parts.scheme == "http" and _is_loopback(host)
    if not host or not (plain or parts.scheme == "https"):
        raise BadAddress
    if parts.username is not None or parts.query or parts.fragment:
        raise BadAddress
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _tls_trouble(text: str) -> SyncTrouble:
    """Told by the text, because the library wraps the reason differently each time."""
    if "CertVerificationError" in text or "CERTIFICATE_VERIFY_FAILED" in text:
        return NotOurOffice("foreign_certificate")
    return NoLine("cut_line") if "EOF" in text else Portal()


def _context(ca_pem: str) -> ssl.SSLContext:
    if ca_pem:
        try:
            return ssl.create_default_context(cadata=ca_pem)
        except (ssl.SSLError, ValueError) as error:
            raise NotOurOffice("foreign_certificate") from error
    import truststore

    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class _TrustAdapter(HTTPAdapter):
    """Verifies with one TLS context only; the library would add its own list of authorities."""

    def __init__(self, context: ssl.SSLContext | None) -> None:
        self._tls: dict[str, Any] = {} if context is None else {"ssl_context": context}
        super().__init__(max_retries=0)

    def init_poolmanager(
        self,
        connections: int,
        maxsize: int,
        block: bool = False,  # noqa: FBT001, FBT002 - as the base class has it
        **kwargs: Any,
    ) -> None:
        super().init_poolmanager(connections, maxsize, block, **self._tls, **kwargs)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        return super().proxy_manager_for(proxy, **self._tls, **kwargs)

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        del url, verify, cert
        conn.cert_reqs = "CERT_REQUIRED"

    def close(self) -> None:
        # The library leaves this to the garbage collector.
        for manager in (self.poolmanager, *self.proxy_manager.values()):
            for key in manager.pools.keys():  # noqa: SIM118 - this container cannot be iterated
                manager.pools[key].close()
        super().close()

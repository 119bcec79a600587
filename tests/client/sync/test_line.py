import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
import requests
import trustme
from requests.adapters import HTTPAdapter

from client.sync import line as module
from client.sync.line import Line, Timeouts, checked_address
from client.sync.troubles import BadAddress, NoLine, NotOurOffice, Portal
from tests.helpers.fake_line import Handler, OnlineOffice, raw, running, stranger

AUTHORITY = trustme.CA()
OTHER_AUTHORITY = trustme.CA()
PEM = AUTHORITY.cert_pem.bytes().decode()
OTHER_PEM = OTHER_AUTHORITY.cert_pem.bytes().decode()


@pytest.fixture(scope="module")
def tls() -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    AUTHORITY.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.fixture
def secure(tls: ssl.SSLContext) -> Iterator[OnlineOffice]:
    with running(OnlineOffice(), tls) as found:
        yield found


def ask(url: str, **options: Any) -> int:
    line = Line(url, **options)
    try:
        return line.exchange("GET", "/", {}, b"", 10_000).status
    finally:
        line.close()


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("https://office.example/", "https://office.example"),
        (" https://office.example:8443/zhibao/ ", "https://office.example:8443/zhibao"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://localhost:8000/", "http://localhost:8000"),
        ("http://[::1]:8000/", "http://[::1]:8000"),
    ],
)
def test_an_address_is_read(given: str, read: str) -> None:
    assert checked_address(given) == read


@pytest.mark.parametrize(
    "given",
    [
        "",
        "office.example",
        "http://office.example/",
        "http://127.0.0.1.example/",
        "ftp://office.example/",
        "https://",
        "https://office.example:port/",
        "https://[::1/",
        "https://user:secret@office.example/",
        "https://office.example/?a=1",
        "https://office.example/#a",
    ],
)
def test_plain_http_and_nonsense_are_refused(given: str) -> None:
    with pytest.raises(BadAddress):
        Line(given)


def test_the_private_authority_is_trusted(secure: OnlineOffice) -> None:
    secure.faults.append(stranger(204))
    assert ask(secure.url, ca_pem=PEM) == 204


def test_another_authority_is_not(secure: OnlineOffice) -> None:
    with pytest.raises(NotOurOffice) as caught:
        ask(secure.url, ca_pem=OTHER_PEM)
    assert caught.value.code == "foreign_certificate"
    assert secure.seen == []


@pytest.mark.parametrize(
    "leaf",
    [
        AUTHORITY.issue_cert("office.example"),
        AUTHORITY.issue_cert("127.0.0.1", not_after=datetime(2020, 1, 1, tzinfo=UTC)),
    ],
    ids=["for another host", "expired"],
)
def test_a_certificate_that_does_not_fit_is_not_trusted(leaf: trustme.LeafCert) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    leaf.configure_cert(context)
    with running(OnlineOffice(), context) as office, pytest.raises(NotOurOffice) as caught:
        ask(office.url, ca_pem=PEM)
    assert caught.value.code == "foreign_certificate"


def test_who_does_not_speak_tls_is_a_portal() -> None:
    with running(OnlineOffice()) as portal, pytest.raises(Portal):
        ask(portal.url.replace("http:", "https:"), ca_pem=PEM)


def test_a_line_cut_while_shaking_hands_is_no_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def cut() -> None:
            connection, _ = server.accept()
            connection.close()

        cutting = threading.Thread(target=cut)
        cutting.start()
        with pytest.raises(NoLine):
            ask(f"https://127.0.0.1:{server.getsockname()[1]}", ca_pem=PEM)
        cutting.join()


def test_a_line_cut_by_the_other_sides_tls_is_no_line() -> None:
    error = "HTTPSConnectionPool: (Caused by SSLError(SSLEOFError(8, 'EOF occurred')))"
    trouble = module._tls_trouble(error)
    assert isinstance(trouble, NoLine)
    assert trouble.code == "cut_line"


def test_the_systems_store_decides_where_no_authority_is_given(secure: OnlineOffice) -> None:
    with pytest.raises(NotOurOffice):
        ask(secure.url)


def test_a_malformed_authority_trusts_nobody(secure: OnlineOffice) -> None:
    with pytest.raises(NotOurOffice):
        ask(secure.url, ca_pem="no certificate")


@pytest.fixture
def bundle(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> str:
    """An environment that names the right authority where the program names another."""
    path = tmp_path_factory.mktemp("ca") / "bundle.pem"
    path.write_text(PEM)
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, str(path))
    return str(path)


def test_the_environment_cannot_override_the_authority(secure: OnlineOffice, bundle: str) -> None:
    with pytest.raises(NotOurOffice):
        ask(secure.url, ca_pem=OTHER_PEM)


def test_with_the_librarys_own_ways_a_bundle_would_override(
    secure: OnlineOffice, bundle: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = requests.Session.request

    def trusting(self: requests.Session, *args: Any, **kwargs: Any) -> requests.Response:
        self.trust_env = True
        del kwargs["verify"]
        return real(self, *args, **kwargs)

    monkeypatch.setattr(requests.Session, "request", trusting)
    monkeypatch.setattr(module, "_TrustAdapter", lambda _: HTTPAdapter())
    secure.faults.append(stranger(204))
    assert ask(secure.url, ca_pem=OTHER_PEM) == 204


def test_the_environments_proxy_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    with running(OnlineOffice()) as office:
        office.faults.append(stranger(204))
        assert ask(office.url) == 204


def test_a_given_proxy_is_asked() -> None:
    with running(OnlineOffice()) as proxy:
        proxy.faults.append(stranger(407))
        assert ask("http://127.0.0.1:1/", proxies={"http": proxy.url}) == 407
        assert proxy.seen[0][1] == "http://127.0.0.1:1/"


class Tunnel(Handler):
    def do_CONNECT(self) -> None:
        status = b"407 Proxy Authentication Required" if "407" in self.path else b"403 Forbidden"
        self.wfile.write(b"HTTP/1.1 " + status + b"\r\n\r\n")
        self.hang_up()


@pytest.mark.parametrize(
    ("host", "kind", "code"),
    [("407.example", Portal, "proxy_login"), ("403.example", NoLine, "no_line")],
)
def test_a_proxy_that_lets_nobody_through_is_told_apart(
    host: str, kind: type[Portal | NoLine], code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.helpers.fake_line.Handler", Tunnel)
    with running(OnlineOffice()) as proxy, pytest.raises(kind) as caught:
        ask(f"https://{host}/", proxies={"https": proxy.url})
    assert caught.value.code == code


def test_nobody_there_is_no_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(NoLine):
            ask(f"http://127.0.0.1:{port}")


def test_a_host_that_is_no_name_is_no_line() -> None:
    with pytest.raises(NoLine):
        ask("https://*.example/")


def test_an_answer_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 1.0, 99.0])
    monkeypatch.setattr(
        "client.sync.line.time", SimpleNamespace(monotonic=lambda: next(clock, 99.0))
    )
    with running(OnlineOffice()) as office:
        office.faults.append(raw(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 40_000))
        line = Line(office.url, timeouts=Timeouts(whole=50))
        with pytest.raises(NoLine) as caught:
            line.exchange("GET", "/", {}, b"", 1_000_000)
        line.close()
    assert caught.value.code == "slow_line"

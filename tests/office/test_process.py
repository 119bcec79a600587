"""The served office as a real process: where it listens, and what survives `kill -9` (F21, F40)."""

from __future__ import annotations

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import httpx
import pytest
import trustme
from sqlalchemy import select

from core.changes.draft import Draft, Head
from core.wire.receipts import Result
from office import enrol, keeping
from office.context import Office, open_office
from office.models import ReceiptRow, Submission
from office.sample.names import make_id_number
from tests.helpers import people
from tests.office.pc import Pc

ROOT = Path(__file__).parents[2]


@contextmanager
def served(*argv: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A served office: its URL and its process."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", *argv]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stderr is not None
            line = process.stdout.readline()
            if not line:
                pytest.fail(process.stderr.read())
            yield json.loads(line)["url"], process
        finally:
            process.kill()


def plain(base: Path) -> tuple[str, ...]:
    return ("office", "--base-dir", str(base), "serve", "--port", "0")


@pytest.fixture
def office(office_dir: Path) -> Iterator[Office]:
    with closing(open_office(office_dir)) as opened:
        yield opened


@pytest.fixture
def pc(office: Office, office_dir: Path) -> Iterator[Pc]:
    with office.database.write() as session:
        code = enrol.issue_code(session, office, "xinxi")
    with served(*plain(office_dir)) as (url, _), httpx.Client(base_url=url) as http:
        yield Pc.enrolled(http, office.keys.signer.verifier, code)


def newcomer(pc: Pc, number: int) -> Draft:
    """A person who joined three days ago."""
    day = (datetime.now(UTC) - timedelta(days=3)).date().isoformat()
    values = people.person(
        name="李新来",
        id_number=make_id_number(Random(number), "2", datetime(1985, 3, 1).date(), set()),  # noqa: DTZ001
        birth_date="1985-03-01",
        work_start="2007-07-01",
        entry_date=day,
        posted_on=day,
        card_no=None,
    )
    return pc.draft("join", values, head=Head("工作需要", day, "", "经办人", ""))


def stored(office: Office) -> list[str]:
    with office.database.read() as session:
        ordered = select(ReceiptRow.submission_id).order_by(ReceiptRow.log_index)
        receipts = list(session.scalars(ordered))
        assert sorted(session.scalars(select(Submission.submission_id))) == sorted(receipts)
        return receipts


@pytest.mark.parametrize(("moment", "committed"), [("after", 3), ("between", 1)])
def test_an_office_killed_before_its_reply_gives_the_same_receipts_afterwards(
    office: Office, office_dir: Path, pc: Pc, moment: str, committed: int
) -> None:
    items = [pc.sealed(newcomer(pc, number)) for number in range(3)]
    envelope_id, envelope = pc.envelope(*items)
    with served("tests.office.dying_office", str(office_dir), moment) as (url, process):
        with httpx.Client(base_url=url) as http:
            pc.http, pc.token = http, ""
            with pytest.raises(httpx.TransportError):
                pc.post(envelope, envelope_id)
        assert process.wait(timeout=30) == -signal.SIGKILL
    before = stored(office)
    assert before == [each.submission_id for each in items[:committed]]
    with served(*plain(office_dir)) as (url, _), httpx.Client(base_url=url) as http:
        pc.http, pc.token = http, ""
        delivered = pc.deliver(*items)
    expected = [Result.DUPLICATE] * committed + [Result.RECEIVED] * (3 - committed)
    assert [result for result, _ in delivered] == expected
    assert stored(office) == [each.submission_id for each in items]
    assert [each.log_index for _, each in delivered] == [1, 2, 3]
    assert keeping.verify(office) == []


def test_a_served_office_answers_and_stops_when_told(office_dir: Path) -> None:
    with served(*plain(office_dir)) as (url, process):
        assert url.startswith("http://127.0.0.1:")
        assert httpx.get(f"{url}/healthz").json()["status"] == "ok"
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) in (0, -signal.SIGTERM)


def test_with_a_certificate_the_office_speaks_https_only(
    office: Office, office_dir: Path, tmp_path: Path
) -> None:
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    certificate, key = tmp_path / "office.pem", tmp_path / "office.key"
    certificate.write_bytes(b"".join(each.bytes() for each in issued.cert_chain_pems))
    issued.private_key_pem.write_to_path(key)
    trusted = ssl.create_default_context()
    authority.configure_trust(trusted)
    files = ("--certificate", str(certificate), "--key", str(key))
    with served(*plain(office_dir), *files) as (url, _):
        assert url.startswith("https://127.0.0.1:")
        with httpx.Client(base_url=url, verify=trusted) as http:
            assert http.get("/healthz").status_code == 200
        with pytest.raises(httpx.TransportError):
            httpx.get(url.replace("https", "http") + "/healthz")


def test_a_taken_port_is_one_sentence_and_exit_code_2(office_dir: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        command = ["-m", "office", "--base-dir", str(office_dir), "serve", "--port", port]
        found = subprocess.run(
            [sys.executable, *command], capture_output=True, text=True, cwd=ROOT, check=False
        )
    assert found.returncode == 2
    assert found.stdout == ""
    assert "端口已被占用" in found.stderr
    assert len(found.stderr.splitlines()) == 1


def test_a_command_beside_the_server_sees_what_came_in(
    office: Office, office_dir: Path, pc: Pc
) -> None:
    receipt = pc.send(pc.sealed(newcomer(pc, 1)))[0]
    assert receipt.result is Result.RECEIVED, receipt.problems
    base = ("--base-dir", str(office_dir), "--json")
    decide = ("decide", receipt.submission_id, "approve", "--as", "shenhe")
    found = subprocess.run(
        [sys.executable, "-m", "office", *base, *decide],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    assert json.loads(found.stdout)["assigned"] == {"card_no": "K0004"}
    mirror = pc.pull()
    assert mirror.by_key("person", "K0004").version == 1
    assert mirror.agrees()

"""A real office for the tests: founded once, copied, served by the real program, looked into."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, redirect_stdout
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from core.changes.submission import Submission as Sent
from core.changes.submission import read_submission
from core.wire.canonical import read_json
from core.wire.notes import Verifier
from core.wire.protocol import Scope
from office import accounts, changes
from office.cli.main import main
from office.context import CHINA, Office, open_office
from office.models import DecisionRow, ReceiptRow, RecordVersion, Submission
from tests.e2e.knife import SIGKILL

ROOT = Path(__file__).parents[2]
COUNTY = "420583"
OFFICER = "xinxi"
PATIENCE = 60.0


@dataclass(frozen=True)
class Arrived:
    """A submission as it stands in the office's database."""

    submission_id: str
    digest: str
    state: str
    device_seq: int
    supersedes: str
    sent: Sent


@dataclass
class County:
    """An office's folder, and its server while it runs."""

    folder: Path
    url: str = ""
    process: subprocess.Popen[str] | None = None

    def command(self, *args: str) -> Any:
        """What `zhibao-office --json ARGS` says."""
        said = io.StringIO()
        with redirect_stdout(said):
            code = main(["--base-dir", str(self.folder), "--json", *args])
        assert code == 0, said.getvalue()
        return json.loads(said.getvalue())

    def code(self) -> str:
        """A fresh enrolment code."""
        return str(self.command("enrol-code", COUNTY, "--account", OFFICER)["code"])

    def today(self) -> str:
        """The date in China."""
        return datetime.now(CHINA).date().isoformat()

    def arrived(self, marker: str) -> list[Arrived]:
        """Every submission whose reason ends with *marker*, in the order of arrival."""
        query = select(Submission).order_by(Submission.received_at)
        with self.opened() as office, office.database.read() as session:
            found = [
                Arrived(
                    each.submission_id,
                    each.digest,
                    each.state,
                    each.device_seq,
                    each.supersedes,
                    read_submission(read_json(each.body)),
                )
                for each in session.scalars(query)
            ]
        return [each for each in found if each.sent.head.reason.endswith(marker)]

    def receipts(self, submission_id: str) -> list[bytes]:
        """The receipts that the office gave for a submission."""
        query = select(ReceiptRow.note).where(ReceiptRow.submission_id == submission_id)
        with self.opened() as office, office.database.read() as session:
            return [each.encode() for each in session.scalars(query)]

    def decisions(self, submission_id: str) -> list[str]:
        """The outcomes of the decisions on a submission."""
        query = select(DecisionRow.outcome).where(DecisionRow.submission_id == submission_id)
        with self.opened() as office, office.database.read() as session:
            return [str(each) for each in session.scalars(query)]

    def versions(self, record_id: str) -> list[int]:
        """The versions that a record has had."""
        query = select(RecordVersion.version).where(RecordVersion.record_id == record_id)
        with self.opened() as office, office.database.read() as session:
            return list(session.scalars(query.order_by(RecordVersion.version)))

    def scope(self) -> Scope:
        """Counts and digest of what the officer should have."""
        with self.opened() as office, office.database.read() as session:
            person = accounts.find(session, office, OFFICER)
            assert person is not None
            return changes.scope(session, office, person)

    @property
    def verifier(self) -> Verifier:
        """The key that receipts are verified with."""
        with self.opened() as office:
            return office.keys.signer.verifier

    @contextmanager
    def opened(self) -> Iterator[Office]:
        """The office, open beside its server."""
        with closing(open_office(self.folder)) as office:
            yield office

    @contextmanager
    def running(self) -> Iterator[County]:
        """Served until the block ends."""
        self.start()
        try:
            yield self
        finally:
            self.stop()

    def start(self, *program: str, **environment: str) -> None:
        """Serve, until `stop` or a kill; waits until it says where."""
        command = program or ("office",)
        with (self.folder / "office.log").open("ab") as log:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-m", *command),
                    *("--base-dir", str(self.folder), "serve", "--port", "0"),
                ],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env={**os.environ, "PYTHONUTF8": "1", **environment},
            )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.log()
        self.url = json.loads(line)["url"]

    def killed(self) -> bool:
        """Waits for the server's end; whether it was killed."""
        assert self.process is not None
        code = self.process.wait(PATIENCE)
        self.stop()
        return abs(code) == SIGKILL

    def stop(self) -> None:
        """End the server, if it runs."""
        process, self.process = self.process, None
        if process is None:
            return
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if process.stdout is not None:
            process.stdout.close()

    def log(self) -> str:
        """What the server has logged."""
        return (self.folder / "office.log").read_text(encoding="utf-8")


def found_county(folder: Path, people: int) -> County:
    """A new office with the sample county."""
    county = County(folder)
    county.command("init", "--sample", "zhijiang", "--people", str(people))
    return county


def copied(template: County, folder: Path) -> County:
    """A copy of *template* in *folder*, not served."""
    shutil.copytree(template.folder, folder)
    return County(folder)


@contextmanager
def served(template: County, folder: Path) -> Iterator[County]:
    """A copy of *template*, served until the block ends."""
    with copied(template, folder).running() as county:
        yield county

"""The command lines of both programs, as processes: their JSON, their exit codes, their road."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from client.paths import Paths
from db import identity
from tests.e2e import invariants, strangers
from tests.e2e.county import COUNTY, PATIENCE, ROOT, County
from tests.e2e.officer import PASSWORD
from tests.e2e.pair import Pair

EXPECTED = json.loads((ROOT / "tests" / "data" / "zhijiang_2007.json").read_text(encoding="utf-8"))[
    "expected"
]
# The figures of the year's work are no staffing figures and come with the issues that count them.
STAFFING = {
    key: value for key, value in EXPECTED.items() if key not in ("updates_first_half", "enquiries")
}
DONE, FOUND_ERRORS, CANNOT, WORK_LEFT = 0, 1, 2, 3
SYNC = {
    "sent",
    "received",
    "approved",
    "returned",
    "conflicts",
    "waiting",
    "bytes_out",
    "bytes_in",
    "seconds",
    "problem",
}


@dataclass(frozen=True)
class Said:
    """What a program said and how it ended."""

    code: int
    out: str
    err: str

    @property
    def value(self) -> Any:
        """The JSON on standard output."""
        return json.loads(self.out)

    def refused(self, code: int) -> str:
        """The one sentence of a refusal."""
        assert (self.code, self.out) == (code, ""), self
        (sentence,) = self.err.splitlines()
        return sentence


def run(program: str, base: Path, *args: str, password: str = PASSWORD) -> Said:
    """`zhibao` (client) or `zhibao-office` (office) as a process."""
    done = subprocess.run(
        [sys.executable, "-m", program, "--base-dir", str(base), "--json", *args],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
        env={**os.environ, "PYTHONUTF8": "1", "ZHIBAO_PASSWORD": password},
    )
    return Said(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def zhibao(pair: Pair) -> Callable[..., Said]:
    """`zhibao` on the folder of an officer who has the registers; the office is not served."""
    return lambda *args, **kwargs: run("client", pair.base, *args, **kwargs)


def test_from_an_empty_folder_to_the_figures_of_the_county(tmp_path: Path) -> None:
    office, base = County(tmp_path / "office"), tmp_path / "officer"
    founded = run("office", office.folder, "init", "--sample", "zhijiang")
    assert founded.code == DONE, founded
    assert founded.value["records"] == {"institution": 363, "person": 8510}
    code = run("office", office.folder, "enrol-code", COUNTY).value["code"]
    with office.running():
        enrolled = run("client", base, "enrol", "--office", office.url, "--code", code)
        assert enrolled.code == DONE, enrolled
        assert enrolled.value["unit"] == COUNTY
        synced = run("client", base, "sync", "--once")
    assert synced.code == DONE, synced
    assert set(synced.value) == SYNC
    report = run("client", base, "report", "staffing")
    assert (report.code, report.err) == (DONE, "")
    assert report.value == STAFFING
    found = run("client", base, "search", "person", "李", "--limit", "3")
    assert (found.code, len(found.value["rows"])) == (DONE, 3)
    assert all("李" in each["name"] for each in found.value["rows"])
    assert found.value["total"] > 3
    assert run("client", base, "outbox").value == []


def test_a_draft_is_submitted_sent_returned_mended_and_approved(
    pair: Pair, zhibao: Callable[..., Said]
) -> None:
    pair.office.start()
    _let_it_call(pair)
    pair.run(changes=1, visits="none", submits=False)
    submitted = zhibao("submit", "--all")
    assert submitted.code == DONE, submitted
    (sealed,) = submitted.value
    assert set(sealed) == {"draft", "submission", "digest"}
    assert _states(zhibao) == ["queued"]

    synced = zhibao("sync")
    assert (synced.code, synced.value["sent"], synced.value["received"]) == (DONE, 1, 1)
    assert _states(zhibao) == ["received"]

    comment = ("--comment", "/funding=与批文不符")
    decided = run("office", pair.office.folder, "decide", sealed["submission"], "return", *comment)
    assert (decided.code, decided.value["state"]) == (DONE, "returned")
    assert zhibao("sync").value["returned"] == 1

    mended = pair.run(changes=1, visits="none")
    assert len(mended.facts("queued")) == 1, mended
    synced = zhibao("sync")
    assert (synced.code, synced.value["received"]) == (DONE, 1)
    (waiting,) = run("office", pair.office.folder, "submissions").value
    assert waiting["supersedes"] == sealed["submission"]
    decided = run("office", pair.office.folder, "decide", waiting["submission"], "approve")
    assert decided.value["record_version"] == 2
    assert zhibao("sync").value["approved"] == 1
    assert _states(zhibao) == ["approved", "returned"]
    with invariants.opened(pair.base) as store:
        assert len(invariants.check_arrived(store, pair.office, ["甲-0"])) == 2
        invariants.check_same(store, pair.office)


def _let_it_call(pair: Pair) -> None:
    """The officer's store knows the office where it is served now."""
    with invariants.opened(pair.base) as store:
        who = identity.get(store)
        assert who is not None
        identity.save(store, replace(who, office_url=pair.office.url))


def _states(zhibao: Callable[..., Said]) -> list[str]:
    listed = zhibao("outbox")
    assert listed.code == DONE, listed
    keys = {"submission", "form", "state", "rows", "queued_at", "attempts", "last_error"}
    assert all(set(each) == keys for each in listed.value)
    return [each["state"] for each in listed.value]


def test_a_draft_with_an_error_is_not_sealed(pair: Pair, zhibao: Callable[..., Said]) -> None:
    pair.run(changes=1, visits="none", submits=False, funding="77")
    said = zhibao("submit", "--all")
    assert said.code == FOUND_ERRORS
    assert "经费形式" in said.err
    assert zhibao("outbox").value == []


def test_without_a_line_work_is_left(pair: Pair, zhibao: Callable[..., Said]) -> None:
    pair.run(changes=1, visits="none")
    with strangers.nobody() as url:
        pair.office.url = url
        _let_it_call(pair)
        said = zhibao("sync")
    assert said.code == WORK_LEFT
    assert (said.value["problem"], said.value["waiting"]) == ("no_line", 1)
    assert said.err.strip().endswith("。")
    (item,) = zhibao("outbox").value
    assert (item["state"], item["attempts"]) == ("queued", 0)


def test_a_backup_comes_back_with_the_work_done_since(
    pair: Pair, zhibao: Callable[..., Said]
) -> None:
    made = zhibao("backup")
    assert made.code == DONE, made
    told = pair.run(changes=2, edits=2, visits="none").told
    store_file = Paths(pair.base).store
    content = bytearray(store_file.read_bytes())
    content[len(content) // 2] ^= 1
    store_file.write_bytes(content)
    store_file.write_bytes(bytes(content[:4096]) + b"\0" * 4096 + bytes(content[8192:]))
    assert "损坏" in zhibao("outbox").refused(CANNOT)

    restored = zhibao("restore")
    assert restored.code == DONE, restored
    assert restored.value == {"backup": made.value["backup"], "salvaged": 2}
    assert _states(zhibao) == ["queued", "queued"]
    pair.office.start()
    _let_it_call(pair)
    assert zhibao("sync").code == DONE
    with invariants.opened(pair.base) as store:
        invariants.check_confirmed(store, told)
        assert len(invariants.check_arrived(store, pair.office, ["甲-0", "甲-1"])) == 2
        invariants.check_same(store, pair.office)


def test_what_cannot_be_done_is_said_in_one_sentence(
    pair: Pair, zhibao: Callable[..., Said], tmp_path: Path
) -> None:
    assert "口令" in zhibao("outbox", password="wrong").refused(CANNOT)
    assert "no_such_form" in zhibao("search", "no_such_form", "李").refused(CANNOT)
    assert "no_such_report" in zhibao("report", "no_such_report").refused(CANNOT)
    assert "备份" in zhibao("restore").refused(CANNOT)
    assert "本机数据" in run("client", tmp_path / "empty", "outbox").refused(CANNOT)
    pair.office.start()
    wrong_code = zhibao("enrol", "--office", pair.office.url, "--code", "abcd-efgh-jkmn-pqrs")
    assert "登记码" in wrong_code.refused(CANNOT)
    missing = run("office", pair.office.folder, "decide", "no-such-submission", "approve")
    assert "没有找到" in missing.refused(CANNOT)

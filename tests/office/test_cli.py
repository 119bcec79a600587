"""`zhibao-office`: answers as JSON and in words, exit codes, sentences on stderr."""

from __future__ import annotations

import json
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text, update

from core.wire.receipts import Result
from office.cli.main import main
from office.database import Database, file_url
from office.models import Device, ReceiptRow
from tests.office.conftest import PASSWORD, A, House

Run = Callable[..., tuple[int, Any, str]]


@pytest.fixture
def run(base_dir: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command with --json; its exit code, answer and stderr."""

    def run(*argv: str) -> tuple[int, Any, str]:
        capsys.readouterr()
        code = main(["--base-dir", str(base_dir), *argv, "--json"])
        found = capsys.readouterr()
        return code, json.loads(found.out) if found.out else None, found.err

    return run


@pytest.fixture(autouse=True)
def _no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ZHIBAO_OFFICE_PASSWORD", raising=False)
    monkeypatch.delenv("ZHIBAO_OFFICE_DIR", raising=False)


def test_init_makes_an_office_that_only_its_user_can_read(run: Run, base_dir: Path) -> None:
    code, answer, _ = run("init", "--county", "420500", "--title", "宜昌市")
    assert code == 0
    assert answer["county"] == "420500"
    assert set(answer["accounts"]) == {"guanli"}
    for name in ("signing.key", "intake.key", "recovery.key", "office.db"):
        assert stat.S_IMODE((base_dir / name).stat().st_mode) & 0o077 == 0 or (
            sys.platform == "win32"
        )
    code, _, err = run("init")
    assert (code, "已经有中心库" in err) == (2, True)


def test_init_goes_on_where_an_earlier_try_broke_off(run: Run, base_dir: Path) -> None:
    (base_dir / "intake.key").write_text("half", encoding="ascii")
    assert run("init")[0] == 0
    assert run("submissions") == (0, [], "")


def test_init_with_the_sample_county_makes_its_accounts(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZHIBAO_OFFICE_PASSWORD", PASSWORD)
    code, answer, _ = run("init", "--sample", "zhijiang", "--people", "20")
    assert code == 0
    assert answer["records"] == {"institution": 363, "person": 20}
    assert answer["accounts"] == dict.fromkeys(["guanli", "xinxi", "shenhe", "shenji"], "")
    assert run("enrol-code", "420583")[1]["account"] == "xinxi"


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["init", "--county", "4205"], "六位数字"),
        (["init", "--county", "420500", "--sample", "zhijiang"], "不能换"),
        (["init", "--database", "nonsense"], "不认识的数据库地址"),
        (["submissions"], "请先运行 zhibao-office init"),
        (["serve"], "请先运行 zhibao-office init"),
        (["serve", "--certificate", "x.pem"], "同时给"),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(run: Run, argv: list[str], words: str) -> None:
    code, answer, err = run(*argv)
    assert (code, answer) == (2, None)
    assert words in err
    assert len(err.splitlines()) == 1


def test_a_folder_that_cannot_be_written_is_named(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "file"
    file.touch()
    assert main(["--base-dir", str(file / "office"), "init"]) == 2
    assert "不能写入" in capsys.readouterr().err


def test_words_are_printed_where_json_was_not_asked_for(
    office_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--base-dir", str(office_dir), "enrol-code", A]) == 0
    assert "登记码：" in capsys.readouterr().out
    assert main(["submissions", "--base-dir", str(office_dir)]) == 0
    assert "没有待审的件" in capsys.readouterr().out


@pytest.mark.usefixtures("office_dir")
def test_codes_are_for_the_officer_of_the_unit(run: Run) -> None:
    code, answer, _ = run("enrol-code", A)
    assert (code, answer["account"], answer["unit"]) == (0, "officer_a", A)
    assert run("enrol-code", A, "--account", "officer_b")[0] == 2
    assert "还没有信息员" in run("enrol-code", "420583000004")[2]
    run("user", "add", "second", "--role", "officer", "--scope", A)
    assert "用 --account 指明" in run("enrol-code", A)[2]
    assert run("enrol-code", A, "--account", "second")[0] == 0


@pytest.mark.usefixtures("office_dir")
def test_users_are_added_listed_and_closed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    code, answer, _ = run("user", "add", "new", "--role", "reviewer", "--holder", "xinxi")
    assert (code, len(answer["password"])) == (0, 19)
    assert "已经有了" in run("user", "add", "new", "--role", "reviewer")[2]
    assert len(run("user", "password", "new")[1]["password"]) == 19
    monkeypatch.setenv("ZHIBAO_OFFICE_PASSWORD", PASSWORD)
    assert run("user", "password", "new")[1]["password"] == ""
    assert "new" in [each["name"] for each in run("user", "list")[1]]
    assert run("user", "close", "new")[0] == 0
    assert "new" not in [each["name"] for each in run("user", "list")[1]]
    assert run("user", "close", "nobody")[0] == 2


def test_a_submission_is_listed_and_decided_on(house: House, run: Run) -> None:
    pc = house.pc()
    receipt = pc.submit(pc.draft("join", house.newcomer()))
    listed = run("submissions")[1]
    assert [(each["submission"], each["state"]) for each in listed] == [
        (receipt.submission_id, "received")
    ]
    decide = ("decide", receipt.submission_id)
    assert "--as" in run(*decide, "approve")[2]
    assert "退回" in run(*decide, "return", "--as", "shenhe")[2]
    assert "POINTER=TEXT" in run(*decide, "return", "--as", "shenhe", "--comment", "x")[2]
    assert "自己报的" in run(*decide, "approve", "--as", "both")[2]
    comment = ("--comment", "/posted_on=与批文=不符")
    code, answer, _ = run(*decide, "return", "--as", "shenhe", *comment)
    assert (code, answer["state"]) == (0, "returned")
    assert run(*decide, "approve", "--as", "shenhe")[0] == 2
    assert run("submissions")[1] == []
    assert len(run("submissions", "--state", "returned")[1]) == 1
    assert len(run("submissions", "--state", "all")[1]) == 1


def test_checks_that_stand_against_an_approval_are_exit_code_1(house: House, run: Run) -> None:
    pc = house.pc()
    values = house.newcomer()
    first, second = (pc.submit(pc.draft("join", values)) for _ in range(2))
    code, answer, _ = run("decide", first.submission_id, "approve", "--as", "shenhe")
    assert (code, answer["assigned"]) == (0, {"card_no": "K0004"})
    code, _, err = run("decide", second.submission_id, "approve", "--as", "shenhe")
    assert code == 1
    assert "一人一编一卡" in err


def test_devices_are_listed_and_revoked(house: House, run: Run) -> None:
    pc = house.pc()
    assert [each["device"] for each in run("device", "list")[1]] == [pc.identity.device]
    assert run("device", "revoke", pc.identity.device)[0] == 0
    with house.office.database.read() as session:
        found = session.get_one(Device, (house.office.county, pc.identity.device))
        assert found.revoked_at
    assert run("device", "revoke", "nobody")[0] == 2


def test_tampered_logs_are_exit_code_1(house: House, run: Run) -> None:
    pc = house.pc()
    assert pc.submit(pc.draft("join", house.newcomer())).result is Result.RECEIVED
    assert run("verify") == (0, {"problems": []}, "")
    with house.office.database.write() as session:
        session.execute(update(ReceiptRow).values(note="x"))
    code, answer, _ = run("verify")
    assert (code, answer["problems"]) == (1, ["回执日志从第 1 条起被改动过。"])


@pytest.mark.usefixtures("office_dir")
def test_an_export_masks_what_is_sensitive_unless_asked(run: Run, tmp_path: Path) -> None:
    masked, full = tmp_path / "masked.jsonl", tmp_path / "full.jsonl"
    assert run("export", str(masked))[1]["records"] == 7
    assert run("export", str(full), "--form", "person", "--full")[1]["records"] == 3
    lines = [json.loads(line) for line in full.read_text(encoding="utf-8").splitlines()]
    for each in lines:
        assert each["values"]["id_number"] not in masked.read_text(encoding="utf-8")
        assert each["values"]["name"] in masked.read_text(encoding="utf-8")
    assert "不能写入" in run("export", str(full))[2]
    assert "没有名为" in run("export", str(tmp_path / "x"), "--form", "salary")[2]


def test_a_broken_settings_file_is_named_with_its_key(run: Run, office_dir: Path) -> None:
    path = office_dir / "office.toml"
    good = path.read_text(encoding="utf-8")
    for bad, words in (
        ("county = [", "写法有误"),
        (good + "colour = 1\n", "colour"),
        (good + 'session_minutes = "15"\n', "session_minutes"),
        (good + "session_minutes = -1\n", "不能是负数"),
    ):
        path.write_text(bad, encoding="utf-8")
        code, _, err = run("submissions")
        assert code == 2
        assert words in err
    path.write_bytes(b"\xff\xfe")
    assert "读不了" in run("submissions")[2]


def test_missing_and_damaged_keys_are_named(run: Run, office_dir: Path) -> None:
    path = office_dir / "intake.key"
    path.write_text("AGE-SECRET-KEY-1XYZ\n", encoding="ascii")
    assert "密钥文件已损坏" in run("submissions")[2]
    path.write_bytes(b"\xff")
    assert "读不了密钥文件" in run("submissions")[2]
    path.unlink()
    assert "缺少密钥文件" in run("submissions")[2]


def test_a_database_of_a_newer_program_and_a_damaged_one_are_refused(
    run: Run, office_dir: Path
) -> None:
    database = Database(file_url(office_dir / "office.db"))
    with database.connection() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    assert "请先升级本程序" in run("submissions")[2]
    (office_dir / "office.db").write_bytes(b"not a database at all" * 100)
    assert "数据库不能用" in run("submissions")[2]

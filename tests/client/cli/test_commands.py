"""The verbs without a window: their JSON, their exit codes, their sentences."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from client.cli import common, selftest
from client.cli.main import main
from client.cli.reading import REPORTS
from client.cli.words import LATER, STAFFING
from core.forms.errors import FormError
from core.resources import messages
from core.statistics.staffing import PeopleCount, staffing
from db import backup, drafts, outbox
from db.store import Store
from tests.client.cli.conftest import PASSWORD, Said, records, save
from tests.helpers.fake_line import OnlineOffice, running
from tests.helpers.stores import KEY

Run = Callable[..., Said]
ROOT = Path(__file__).resolve().parents[3]
DONE, FOUND_ERRORS, CANNOT, WORK_LEFT = 0, 1, 2, 3


def test_forms_are_listed(zhibao: Run) -> None:
    said = zhibao("forms", "--json")
    assert said.code == DONE
    assert {each["id"] for each in said.json} == {"institution", "person"}
    assert set(said.json[0]) == {"id", "kind", "title", "version", "fields"}
    assert "人员编制卡片" in zhibao("forms").out


def test_search_gives_masked_rows(zhibao: Run, county: Path) -> None:
    said = zhibao("--json", "search", "person", "张样")
    assert said.code == DONE
    assert set(said.json) == {"total", "rows", "seconds"}
    (row,) = said.json["rows"]
    assert (said.json["total"], row["record"], row["name"]) == (1, "p1", "张样例")
    assert "*" in row["id_number"]
    full = zhibao("search", "person", "张样", "--full", "--json").json["rows"][0]
    assert "*" not in full["id_number"]


def test_search_shows_titles_instead_of_codes(zhibao: Run, county: Path) -> None:
    said = zhibao("search", "person", "样例", "--limit", "1")
    assert "行政编制" in said.out
    assert said.out.endswith("共 2 条\n")
    assert zhibao("search", "person", "样例", "--limit", "0", "--json").json["rows"] == []


def test_unknown_registers_and_reports_are_named(zhibao: Run, county: Path) -> None:
    for arguments in (("search", "nothing", "x"), ("report", "nothing")):
        said = zhibao(*arguments)
        assert said.code == CANNOT
        assert "nothing" in said.err
        assert said.err.count("\n") == 1


def test_the_staffing_report_has_its_keys(zhibao: Run, county: Path) -> None:
    said = zhibao("report", "staffing", "--json")
    assert list(said.json) == list(STAFFING)
    assert (said.json["organ_institutions"], said.json["organ_posts_total"]) == (1, 3)
    assert said.json["cards"] == 2
    text = zhibao("report", "staffing", "--scope", "incl_other_posts")
    assert "注：实有人员口径" in text.out
    assert "其他岗位" in text.out


def test_every_figure_has_a_title() -> None:
    from core.resources import codelists

    nobody: list[PeopleCount] = []
    assert set(staffing([], nobody, codelists()["person_status"]).figures()) == set(STAFFING)
    assert list(REPORTS) == ["staffing"]


def test_without_a_store_the_way_to_one_is_told(zhibao: Run) -> None:
    said = zhibao("outbox")
    assert said.code == CANNOT
    assert "zhibao enrol" in said.err


def test_a_wrong_password_is_one_sentence(
    zhibao: Run, county: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZHIBAO_PASSWORD", "wrong")
    said = zhibao("outbox", "--json")
    assert (said.code, said.out) == (CANNOT, "")
    assert said.err == "口令不正确，还可以再试 4 次。\n"


def test_a_damaged_store_is_one_sentence(zhibao: Run, county: Path) -> None:
    content = bytearray(county.read_bytes())
    content[20] ^= 1
    county.write_bytes(content)
    said = zhibao("outbox")
    assert said.code == CANNOT
    assert "从备份恢复" in said.err


def test_a_broken_form_names_the_file(zhibao: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Any:
        raise FormError("forms/person.toml", "fields[3]", "type", "not known")

    monkeypatch.setattr("client.cli.reading.forms", broken)
    said = zhibao("forms")
    assert said.code == CANNOT
    assert "forms/person.toml" in said.err


def test_trouble_of_the_system_is_one_sentence(
    zhibao: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: object) -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(common, "paths", full)
    said = zhibao("outbox")
    assert said.code == CANNOT
    assert "磁盘空间已满" in said.err


def test_a_bug_stays_a_bug(zhibao: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def bug(_: object) -> Any:
        raise KeyError("bug")

    monkeypatch.setattr(common, "paths", bug)
    with pytest.raises(KeyError):
        zhibao("outbox")


# --- Submitting -----------------------------------------------------------------------------


def test_a_draft_without_errors_is_submitted(zhibao: Run, county: Path) -> None:
    made = save(county)
    said = zhibao("submit", made.draft_id, "--json")
    assert (said.code, said.err) == (DONE, "")
    (sent,) = said.json
    assert set(sent) == {"draft", "submission", "digest"}
    (item,) = zhibao("outbox", "--json").json
    assert item["submission"] == sent["submission"]
    assert set(item) == {
        *("submission", "form", "state", "rows", "queued_at", "attempts", "last_error"),
    }
    assert (item["state"], item["rows"]) == ("queued", 1)
    assert "待发送" in zhibao("outbox").out


def test_a_draft_with_errors_stays_and_says_why(zhibao: Run, county: Path) -> None:
    made = save(county, id_number="110105194912310021")
    good = save(county, remark="另一份")
    said = zhibao("submit", "--all", "--json")
    assert said.code == FOUND_ERRORS
    assert [each["draft"] for each in said.json] == [good.draft_id]
    assert made.draft_id in said.err
    store = Store.open(county, KEY)
    assert [each.draft_id for each in drafts.all(store)] == [made.draft_id]
    store.close()


def test_typed_texts_that_are_no_values_stop_a_draft(zhibao: Run, county: Path) -> None:
    made = save(county)
    store = Store.open(county, KEY)
    drafts.save(store, replace(made, texts={"/entry_date": "2008.13.8", "/none": "x"}))
    store.close()
    said = zhibao("submit", made.draft_id)
    assert said.code == FOUND_ERRORS


def test_a_draft_of_an_older_form_is_left_for_the_window(zhibao: Run, county: Path) -> None:
    made = save(county)
    store = Store.open(county, KEY)
    drafts.save(store, replace(made, form_version=made.form_version - 1))
    store.close()
    said = zhibao("submit", made.draft_id)
    assert said.code == CANNOT
    assert "旧版表单" in said.err


def test_a_second_draft_of_one_record_waits(zhibao: Run, county: Path) -> None:
    first, second = save(county), save(county, remark="另")
    assert zhibao("submit", first.draft_id).code == DONE
    said = zhibao("submit", second.draft_id)
    assert said.code == CANNOT
    assert "在途" in said.err


def test_submitting_nothing_or_an_unknown_draft(zhibao: Run, county: Path) -> None:
    assert zhibao("submit").code == CANNOT
    assert zhibao("submit", "none").code == CANNOT
    said = zhibao("submit", "--all", "--json")
    assert (said.code, said.json) == (DONE, [])


# --- The line ---------------------------------------------------------------------------------


def test_the_way_to_the_office_and_back(zhibao: Run, base_dir: Path) -> None:
    """On a fresh machine: enrolling makes the store, a visit fills it, a change arrives."""
    with running(OnlineOffice()) as office:
        for each in records():
            office.put(each)
        said = zhibao("enrol", "--office", office.url, "--code", office.give_code(), "--json")
        assert said.code == DONE
        assert set(said.json) == {
            *("device", "account", "officer", "unit", "unit_title", "office_url"),
        }
        assert zhibao("sync").code == DONE
        assert zhibao("search", "person", "样例", "--json").json["total"] == 2
        assert zhibao("submit", save(base_dir / "zhibao.db").draft_id).code == DONE
        said = zhibao("sync", "--json", "--once")
        assert said.code == DONE
        assert set(said.json) == {
            *("sent", "received", "approved", "returned", "conflicts", "waiting"),
            *("bytes_out", "bytes_in", "seconds", "problem"),
        }
        assert (said.json["received"], said.json["waiting"]) == (1, 0)
        assert len(office.submissions) == 1
        assert zhibao("sync").out.startswith("发送 0 件")


def test_a_code_that_is_none_is_refused(zhibao: Run, county: Path) -> None:
    said = zhibao("enrol", "--office", "http://127.0.0.1:9", "--code", "nonsense")
    assert said.code == CANNOT
    assert "登记码" in said.err


def test_without_enrolment_nothing_is_sent(zhibao: Run, county: Path) -> None:
    said = zhibao("sync", "--json")
    assert said.code == CANNOT
    assert "尚未与公开办登记" in said.err


def test_without_a_line_work_is_left(zhibao: Run, county: Path) -> None:
    with running(OnlineOffice()) as office:
        zhibao("enrol", "--office", office.url, "--code", office.give_code())
    zhibao("submit", save(county).draft_id)
    said = zhibao("sync", "--json")
    assert said.code == WORK_LEFT
    assert (said.json["waiting"], said.json["problem"]) == (1, "no_line")
    assert "连不上公开办" in said.err
    assert "待发" in zhibao("outbox").out
    assert zhibao("enrol", "--office", office.url, "--code", "0" * 26).code == WORK_LEFT


def test_visits_go_on_while_they_bring_something(
    zhibao: Run, county: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from client.cli import sending
    from client.sync.events import Summary

    left = [Summary(sent=2, waiting=3), Summary(sent=3, waiting=0, seconds=0.5)]
    monkeypatch.setattr(sending, "_visit", lambda _: left.pop(0))
    said = zhibao("sync", "--json")
    assert said.code == DONE
    assert (said.json["sent"], said.json["waiting"], said.json["seconds"]) == (5, 0, 0.5)


def test_codes_for_later_are_codes() -> None:
    from client.sync.troubles import CODES

    assert set(CODES) >= LATER
    assert set(messages("line")) == set(CODES)


# --- Keeping ----------------------------------------------------------------------------------


def test_backup_and_restore_with_unsent_work(zhibao: Run, county: Path) -> None:
    said = zhibao("backup", "--json")
    assert said.code == DONE
    assert Path(said.json["backup"]).exists()
    zhibao("submit", save(county).draft_id)
    content = bytearray(county.read_bytes())
    content[20] ^= 1
    county.write_bytes(content)
    assert zhibao("outbox").code == CANNOT
    said = zhibao("restore", "--json")
    assert (said.code, said.json["salvaged"]) == (DONE, 1)
    assert len(zhibao("outbox", "--json").json) == 1
    named = zhibao("restore", Path(said.json["backup"]).name)
    assert named.code == DONE


def test_restoring_without_a_backup(zhibao: Run, county: Path) -> None:
    assert zhibao("restore").code == CANNOT
    said = zhibao("restore", "none.db")
    assert said.code == CANNOT
    assert said.err.count("\n") == 1


def test_restoring_under_an_open_window_is_refused(zhibao: Run, county: Path) -> None:
    zhibao("backup")
    with FileLock(county.with_name("window.lock")):
        said = zhibao("restore")
    assert said.code == CANNOT
    assert "窗口" in said.err
    store = Store.open(county, KEY)
    assert outbox.items(store) == []
    assert [each.kind for each in backup.listed(county.parent / "backups")] == ["manual"]
    store.close()


def command(*arguments: str, base_dir: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    return subprocess.run(
        [sys.executable, "-m", "client", "--base-dir", str(base_dir), *arguments],
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def test_the_self_test_uses_every_part(base_dir: Path) -> None:
    done = command("self-test", base_dir=base_dir)
    assert done.returncode == DONE, done.stdout + done.stderr
    assert done.stdout.count("正常") == len(selftest.PARTS)
    assert list(base_dir.iterdir()) == []


def test_the_self_test_tells_what_is_missing(zhibao: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_: Path) -> str:
        raise ImportError("no module named qwindows")

    monkeypatch.setattr(selftest, "PARTS", {"资源": lambda _: "fine", "窗口": missing})
    said = zhibao("self-test", "--json")
    assert said.code == CANNOT
    assert [each["ok"] for each in said.json] == [True, False]
    assert "qwindows" in said.json[1]["detail"]
    assert "重新安装" in said.err


# --- The frame --------------------------------------------------------------------------------


def test_without_a_command_the_window_opens(
    base_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[object] = []

    def run(base: object) -> int:
        opened.append(base)
        return 0

    monkeypatch.setattr("client.app.run", run)
    assert main(["--base-dir", str(base_dir)]) == 0
    assert opened == [base_dir]


def test_the_demo_gets_its_options(base_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    played: list[object] = []

    def play(base: Path | None, **options: object) -> int:
        played.append((base, options))
        return 0

    monkeypatch.setattr("client.demo.run.demo", play)
    out = base_dir / "pictures"
    assert main(["demo", "--headless", "--json", "--out", str(out)]) == 0
    assert played == [(None, {"headless": True, "as_json": True, "out": out})]


def test_reading_commands_import_no_qt(county: Path) -> None:
    code = (
        "import sys; from client.cli.main import main; "
        f"code = main(['--base-dir', {str(county.parent)!r}, 'search', 'person', '王']); "
        "sys.exit(code or any(each.startswith(('PySide6', 'requests')) for each in sys.modules))"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "ZHIBAO_PASSWORD": PASSWORD}
    done = subprocess.run([sys.executable, "-c", code], env=environment, check=False)
    assert done.returncode == 0


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Answers to the questions for a password, on a terminal."""
    answers: list[str] = []
    monkeypatch.delenv("ZHIBAO_PASSWORD", raising=False)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("getpass.getpass", lambda _: answers.pop(0))
    return answers


def test_the_password_is_asked_for_on_a_terminal(typed: list[str]) -> None:
    typed += ["one", "one", "one", "one", "other"]
    assert common.password() == "one"
    assert common.password(twice=True) == "one"
    with pytest.raises(common.CommandError, match="不同"):
        common.password(twice=True)


def test_without_variable_and_terminal_the_variable_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("ZHIBAO_PASSWORD", raising=False)
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(common.CommandError, match="ZHIBAO_PASSWORD"):
        common.password()


def test_a_program_without_streams_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout", None)
    monkeypatch.setattr("sys.stderr", None)
    common.write("x")
    common.complain("x")

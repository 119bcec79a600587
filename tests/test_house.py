"""Habits that no linter knows: files stay short, and name neither machines nor unfinished work."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("benchmarks", "client", "core", "db", "docs", "office", "resources", "tests")
TEXT = {".csv", ".css", ".html", ".ini", ".js", ".json", ".mako", ".md", ".py", ".svg", ".toml"}
LONGEST = 400
# Tests and migrations may be long: nobody reads them as one story.
MAY_BE_LONG = re.compile(r"tests/|(db|office)/migrations/versions/")
# Any other file past 400 lines stands here with its reason.
LONG_FOR_A_REASON = {
    "client/services/entry_session.py": "one open draft: its verbs share one state and one order",
}

_MACHINE = re.compile(r"(?<![\w.])/" + "(work|root|tmp/z)/" + r"|\.\./" + "shared")
_UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|NotImplemented" + r"Error)\b")


def texts() -> list[Path]:
    """Every text file of the project."""
    found = [path for path in ROOT.iterdir() if path.is_file() and path.suffix in TEXT]
    for folder in FOLDERS:
        found.extend(path for path in (ROOT / folder).rglob("*") if path.suffix in TEXT)
    return found


def naming(pattern: re.Pattern[str], paths: list[Path]) -> list[str]:
    """The lines that match, as `path:line: text`."""
    return [
        f"{path.name}:{number}: {line.strip()[:80]}"
        for path in paths
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if pattern.search(line)
    ]


def test_no_file_names_a_place_on_a_machine() -> None:
    assert naming(_MACHINE, texts()) == []


def test_nothing_is_marked_unfinished() -> None:
    assert naming(_UNFINISHED, [path for path in texts() if path.suffix == ".py"]) == []


def test_a_file_past_four_hundred_lines_has_a_reason() -> None:
    long = {
        path.relative_to(ROOT).as_posix()
        for path in texts()
        if path.suffix == ".py" and len(path.read_text("utf-8").splitlines()) > LONGEST
    }
    assert {name for name in long if not MAY_BE_LONG.match(name)} <= set(LONG_FOR_A_REASON)


@pytest.mark.parametrize("text", ["see /wo" + "rk/notes", "open('.." + "/shared/a')"])
def test_a_place_on_a_machine_is_found(tmp_path: Path, text: str) -> None:
    (tmp_path / "made_up.md").write_text(text, "utf-8")
    assert naming(_MACHINE, [tmp_path / "made_up.md"])


def test_a_mark_of_unfinished_work_is_found(tmp_path: Path) -> None:
    (tmp_path / "made_up.py").write_text("# TO" + "DO: later", "utf-8")
    assert naming(_UNFINISHED, [tmp_path / "made_up.py"])

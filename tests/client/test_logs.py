from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from client import logs

NAME = "陈秀英"
NUMBER = "420583197001010017"


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[logs.LastLines]:
    yield logs.start(tmp_path)
    logs.stop()


def failed_with(text: str) -> BaseException:
    try:
        dict[str, int]()[text]
    except KeyError as error:
        found = ValueError(f"bad value {text}")
        found.__cause__ = error
        return found.with_traceback(error.__traceback__)
    raise AssertionError


def test_a_line_is_written_and_remembered(memory: logs.LastLines, tmp_path: Path) -> None:
    logging.getLogger("zhibao.sync").info("the visit ended early: %s", "no_line")
    assert "the visit ended early: no_line" in (tmp_path / "zhibao.log").read_text("utf-8")
    assert memory.lines[-1].endswith("INFO zhibao.sync the visit ended early: no_line")


def test_what_an_exception_says_is_not_written(
    memory: logs.LastLines, tmp_path: Path, expect_log: Callable[..., object]
) -> None:
    expect_log("zhibao", "unexpected error")
    told: list[BaseException] = []
    error = failed_with(f"{NAME} {NUMBER}")
    logs.hook(told.append)(type(error), error, error.__traceback__)
    text = (tmp_path / "zhibao.log").read_text("utf-8") + "\n".join(memory.lines)
    assert told == [error]
    assert "ValueError" in text
    assert "KeyError" in text
    assert "test_logs.py" in text
    assert NAME not in text
    assert NUMBER not in text


def test_the_guard_would_see_an_exception_that_is_written_out(tmp_path: Path) -> None:
    error = failed_with(NAME)
    plain = logging.Formatter().formatException((type(error), error, error.__traceback__))
    assert NAME in plain


def test_a_report_has_places_and_no_values(memory: logs.LastLines) -> None:
    text = logs.report(failed_with(NUMBER), memory, "0.1.0")
    assert "直报 0.1.0" in text
    assert "failed_with" in text
    assert NUMBER not in text


def test_the_log_is_rotated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "FILE_SIZE", 2000)
    logs.start(tmp_path)
    for number in range(200):
        logging.getLogger("zhibao.test").info("line %d of many", number)
    logs.stop()
    files = sorted(each.name for each in tmp_path.iterdir())
    assert files[0] == "zhibao.log"
    assert len(files) == logs.FILES + 1
    assert all(each.stat().st_size <= 2000 for each in tmp_path.iterdir())


def test_a_second_start_moves_the_log(tmp_path: Path) -> None:
    logs.start(tmp_path / "one")
    logs.start(tmp_path / "two")
    logging.getLogger("zhibao.test").info("here")
    logs.stop()
    assert not (tmp_path / "one" / "zhibao.log").exists()
    assert (tmp_path / "two" / "zhibao.log").exists()


def test_an_interrupt_by_the_keyboard_is_no_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[BaseException] = []
    seen: list[object] = []
    monkeypatch.setattr(sys, "__excepthook__", lambda *parts: seen.extend(parts))
    logs.hook(told.append)(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert told == []
    assert seen[0] is KeyboardInterrupt

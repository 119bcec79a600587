"""The guards of the suite are themselves guarded."""

import logging
import os
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from tests.conftest import Expectation, LogGuard


@pytest.fixture
def guard() -> LogGuard:
    return LogGuard()


def record(name: str, level: int = logging.WARNING, text: str = "odd") -> logging.LogRecord:
    return logging.LogRecord(name, level, __file__, 1, text, (), None)


@pytest.mark.parametrize("name", ["root", "zhibao", "zhibao.sync", "asyncio"])
def test_an_unexpected_warning_is_a_complaint(guard: LogGuard, name: str) -> None:
    guard.handle(record(name))
    assert guard.complaints() == [f"unexpected log: WARNING {name}: odd"]


def test_other_programs_warnings_are_not_ours(guard: LogGuard) -> None:
    guard.handle(record("urllib3.connectionpool"))
    assert guard.complaints() == []


def test_an_announced_warning_is_no_complaint(guard: LogGuard) -> None:
    guard.expected.append(Expectation("zhibao.sync", re.compile("odd"), logging.WARNING))
    guard.handle(record("zhibao.sync.retry"))
    assert guard.complaints() == []


def test_an_error_is_not_covered_by_an_announced_warning(guard: LogGuard) -> None:
    guard.expected.append(Expectation("zhibao", re.compile("odd"), logging.WARNING))
    guard.handle(record("zhibao", logging.ERROR))
    assert len(guard.complaints()) == 2


def test_an_announced_warning_that_did_not_come_is_a_complaint(guard: LogGuard) -> None:
    guard.expected.append(Expectation("zhibao.db", re.compile("damaged"), logging.ERROR))
    assert guard.complaints() == ["expected log did not come: zhibao.db: damaged"]


def test_the_guard_stands_at_our_loggers(
    log_guard: LogGuard, expect_log: Callable[..., Expectation]
) -> None:
    logging.getLogger("zhibao.test").warning("on purpose")
    assert [one.getMessage() for one in log_guard.records] == ["on purpose"]
    expect_log("zhibao.test", "on purpose")


def test_the_time_zone_is_the_countys() -> None:
    assert time.tzname[0] == "CST"
    assert time.timezone == -8 * 3600


def test_no_test_sees_the_users_home() -> None:
    assert Path.home() == Path(os.environ["XDG_DATA_HOME"])
    assert "zb-" in Path.home().name


def test_the_one_application_is_offscreen(qapp: QApplication) -> None:
    assert qapp.platformName() == "offscreen"

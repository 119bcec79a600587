"""What every test stands on: no screen, one time zone, no home folder, no unexpected log line."""

import logging
import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import hypothesis
import pytest

# Qt reads these when the first application object is made, so they are set before any import of it.
os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["QT_ACCESSIBILITY"] = "0"
os.environ["TZ"] = "Asia/Shanghai"
if hasattr(time, "tzset"):
    time.tzset()

_HOME_VARIABLES = (
    "HOME",
    "APPDATA",
    "LOCALAPPDATA",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_RUNTIME_DIR",
    "XDG_STATE_HOME",
)
_WATCHED_LOGGERS = re.compile(r"root$|zhibao(\.|$)|asyncio$")
_home = pytest.StashKey[Path]()

# The machine may be busy; a slow example is no failure, and nothing is written into the checkout.
# Developers' runs look for new examples; CI asks whether this commit is as good as the last one.
hypothesis.settings.register_profile(
    "house",
    deadline=None,
    database=None,
    print_blob=True,
    derandomize=bool(os.environ.get("CI")),
)
hypothesis.settings.load_profile("house")


def pytest_configure(config: pytest.Config) -> None:
    """Gives the run a home folder of its own, so that no test reads or writes the user's."""
    home = Path(tempfile.mkdtemp(prefix="zb-"))
    config.stash[_home] = home
    for name in _HOME_VARIABLES:
        os.environ[name] = str(home)
    os.environ.pop("ZHIBAO_PASSWORD", None)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Removes the home folder of the run."""
    shutil.rmtree(config.stash[_home], ignore_errors=True)


@pytest.fixture
def base_dir(tmp_path: Path) -> Path:
    """An empty folder to hand to `--base-dir`."""
    folder = tmp_path / "base"
    folder.mkdir()
    return folder


@dataclass
class Expectation:
    """A log line that a test allows, and wants to see."""

    logger: str
    pattern: re.Pattern[str]
    level: int
    seen: list[logging.LogRecord] = field(default_factory=list)

    def covers(self, record: logging.LogRecord) -> bool:
        """Whether this record is the announced one."""
        inside = record.name == self.logger or record.name.startswith(self.logger + ".")
        return (
            inside
            and record.levelno <= self.level
            and self.pattern.search(record.getMessage()) is not None
        )


class LogGuard(logging.Handler):
    """Keeps the records that a test has to answer for: warnings and worse of our loggers."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []
        self.expected: list[Expectation] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keeps the record once, through however many loggers it comes."""
        if _WATCHED_LOGGERS.match(record.name) and record not in self.records:
            self.records.append(record)

    def complaints(self) -> list[str]:
        """One sentence per unexpected record and per announced record that did not come."""
        found: list[str] = []
        for record in self.records:
            matching = [one for one in self.expected if one.covers(record)]
            for one in matching:
                one.seen.append(record)
            if not matching:
                found.append(
                    f"unexpected log: {record.levelname} {record.name}: {record.getMessage()}"
                )
        found.extend(
            f"expected log did not come: {one.logger}: {one.pattern.pattern}"
            for one in self.expected
            if not one.seen
        )
        return found


@pytest.fixture(autouse=True)
def log_guard() -> Iterator[LogGuard]:
    """Fails the test that logs a warning or worse which it did not announce with `expect_log`."""
    guard = LogGuard()
    loggers = [logging.getLogger(), logging.getLogger("zhibao")]
    for logger in loggers:
        logger.addHandler(guard)
    yield guard
    for logger in loggers:
        logger.removeHandler(guard)
    complaints = guard.complaints()
    if complaints:
        pytest.fail("\n".join(complaints), pytrace=False)


@pytest.fixture
def expect_log(log_guard: LogGuard) -> Callable[..., Expectation]:
    """`expect_log("zhibao.sync", "no answer")`: this line (a regular expression) has to come.

    `level` is the highest level allowed. May be called before or after the line was logged.
    """

    def announce(logger: str, match: str = "", level: int = logging.ERROR) -> Expectation:
        expectation = Expectation(logger, re.compile(match), level)
        log_guard.expected.append(expectation)
        return expectation

    return announce

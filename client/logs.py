"""The program's log: rotated files and the last lines in memory. Never personal data.

A record of ours is a bare fact. What an exception says may quote a value that somebody typed, so
of an exception only its class and the places in the code are written.
"""

from __future__ import annotations

import logging
import logging.handlers
import sys
from collections import deque
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

LINES_KEPT = 200
FILE_SIZE = 1_000_000
FILES = 5

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def places(error: BaseException) -> str:
    """Class and places of *error* and of what caused it, without a word of its message."""
    import traceback  # only when something went wrong

    lines = []
    seen: BaseException | None = error
    while seen is not None:
        lines.append(f"{type(seen).__module__}.{type(seen).__qualname__}")
        lines.extend(
            f"  {Path(frame.filename).name}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(seen.__traceback__)
        )
        seen = seen.__cause__ or seen.__context__
    return "\n".join(lines)


class BareFormatter(logging.Formatter):
    """Formats without exception messages."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's name
        """Places instead of the usual traceback."""
        return places(ei[1]) if ei[1] is not None else ""


class LastLines(logging.Handler):
    """Keeps the last lines for a report."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.lines: deque[str] = deque(maxlen=LINES_KEPT)
        self.setFormatter(BareFormatter())

    def emit(self, record: logging.LogRecord) -> None:
        """Keeps one line."""
        self.lines.append(self.format(record))


def start(folder: Path) -> LastLines:
    """Begins to log into *folder*; gives the handler that keeps the last lines.

    A second call moves the log: earlier handlers of ours are closed.
    """
    stop()
    folder.mkdir(parents=True, exist_ok=True)
    file = logging.handlers.RotatingFileHandler(
        folder / "zhibao.log", maxBytes=FILE_SIZE, backupCount=FILES, encoding="utf-8", delay=True
    )
    file.setFormatter(BareFormatter())
    memory = LastLines()
    logger = logging.getLogger("zhibao")
    logger.setLevel(logging.INFO)
    for handler in (file, memory):
        handler.set_name("zhibao-log")
        logger.addHandler(handler)
    return memory


def stop() -> None:
    """Closes what `start` opened."""
    logger = logging.getLogger("zhibao")
    for handler in [each for each in logger.handlers if each.get_name() == "zhibao-log"]:
        logger.removeHandler(handler)
        handler.close()


def report(error: BaseException, memory: LastLines | None, version: str) -> str:
    """A text to hand to the support: what failed, where, on what machine. No personal data."""
    import platform

    head = [
        f"直报 {version}",
        f"Python {platform.python_version()} · {platform.system()} {platform.release()}",
        "",
        places(error),
    ]
    return "\n".join([*head, "", *(memory.lines if memory else ())])


def hook(told: Callable[[BaseException], None]) -> Callable[..., None]:
    """An exception hook that logs a bug and hands it to *told*."""

    def on_exception(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        logging.getLogger("zhibao").error("unexpected error", exc_info=(kind, error, trace))
        told(error)

    return on_exception

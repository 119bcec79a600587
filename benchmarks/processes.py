"""Whole processes, timed from their start to a mark that they print."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def marks(
    module: str, *args: str, environment: Mapping[str, str] | None = None
) -> dict[str, float]:
    """Run `python -m module args`; milliseconds from its start to each mark that it printed.

    Lines are `<mark> <monotonic ns>`; a line `<mark>= <number>` is taken as it is,
    the largest where there are several.
    """
    surroundings = {**os.environ, "QT_QPA_PLATFORM": "offscreen", **(environment or {})}
    start = time.monotonic_ns()
    done = subprocess.run(
        [sys.executable, "-m", module, *args],
        cwd=ROOT,
        env=surroundings,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: dict[str, float] = {}
    for line in done.stdout.splitlines():
        mark, _, number = line.partition(" ")
        if mark.endswith("="):
            found[mark[:-1]] = max(float(number), found.get(mark[:-1], 0.0))
        elif number.isdigit():
            found[mark] = (int(number) - start) / 1e6
    return found


def median_of(runs: Sequence[Mapping[str, float]], mark: str) -> float:
    """The median of *mark* over *runs*."""
    return statistics.median(run[mark] for run in runs)

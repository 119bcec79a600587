"""`python -m benchmarks`: all figures of the client, as ratios within one run."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.processes import marks, median_of
from benchmarks.stores import copy_of, people_store

SMALL, LARGE = 1_000, 100_000
STALLS = ("open", "registers", "scroll", "entry", "key", "outbox", "settings")
LONGEST_STALL = 50.0  # ms on the UI thread


@dataclass(frozen=True)
class Figure:
    """One ratio with its bound; `base` and `value` are medians in milliseconds."""

    name: str
    value: float
    base: float
    ratio: float
    bound: float

    @property
    def holds(self) -> bool:
        """Whether the ratio is within its bound."""
        return self.ratio <= self.bound


def figure(name: str, value: float, base: float, bound: float) -> Figure:
    """The figure called *name*: *value* ÷ *base*."""
    return Figure(name, round(value, 1), round(base, 1), round(value / base, 3), bound)


def measure(rounds: int) -> list[Figure]:
    """Every figure; the children take turns, so that a busy moment falls on all of them."""
    bare: list[dict[str, float]] = []
    runs: dict[tuple[str, str], list[dict[str, float]]] = {}
    with tempfile.TemporaryDirectory(prefix="zhibao-benchmark-") as temporary:
        folders = {
            name: copy_of(people_store(people), Path(temporary) / name).base
            for name, people in (("county", None), ("small", SMALL), ("large", LARGE))
        }
        for _ in range(rounds):
            bare.append(marks("benchmarks.bare_window"))
            for size, folder in folders.items():
                modes = ("table", "stalls" if size == "county" else "keys")
                for mode in modes:
                    found = marks("benchmarks.client_child", mode, str(folder))
                    if mode == "table":
                        found["open"] = found["usable"] - found["key"]
                        found["table"] = found["shown"] - found["asked"]
                    runs.setdefault((size, mode), []).append(found)
    window = median_of(bare, "painted")

    def at(size: str, mode: str, mark: str) -> float:
        return median_of(runs[size, mode], mark)

    def sizes(mode: str, mark: str) -> tuple[float, float]:
        return at("large", mode, mark), at("small", mode, mark)

    return [
        figure("unlock page ÷ bare window", at("county", "table", "painted"), window, 3),
        figure("key to main window ÷ bare window", at("county", "table", "open"), window, 3),
        figure("unlock page, 100,000 ÷ 1,000", *sizes("table", "painted"), 1.15),
        figure("key to main window, 100,000 ÷ 1,000", *sizes("table", "open"), 1.15),
        figure("keystroke to issues p95, 100,000 ÷ 1,000", *sizes("keys", "key_p95"), 1.2),
        figure("the same without the 150 ms of quiet", *sizes("keys", "key_work_p95"), 1.2),
        figure("person table, 100,000 ÷ 1,000", *sizes("table", "table"), 1.3),
        *(
            figure(
                f"longest stall, {name} ÷ 50 ms",
                at("county", "stalls", f"stall_{name}"),
                LONGEST_STALL,
                1,
            )
            for name in STALLS
        ),
    ]


def main() -> int:
    """Print the figures; 1 if one is out of its bound."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    figures = measure(args.rounds)
    if args.json:
        sys.stdout.write(json.dumps([asdict(each) for each in figures], ensure_ascii=False) + "\n")
    else:
        for each in figures:
            mark = "ok " if each.holds else "OUT"
            sys.stdout.write(
                f"{mark} {each.name:45} {each.value:9.1f} ms ÷ {each.base:8.1f} ms"
                f" = {each.ratio:6.3f}  (≤ {each.bound})\n"
            )
    return 0 if all(each.holds for each in figures) else 1


if __name__ == "__main__":
    sys.exit(main())

"""Starts officers quickly: a process that has imported everything forks one after the other.

`python -m tests.e2e.nursery` reads one JSON request a line and answers with one line. Where there
is no fork (Windows) each officer is a fresh interpreter instead.
"""

from __future__ import annotations

import importlib
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from core.resources import codelists, forms
from tests.e2e.knife import SIGKILL
from tests.e2e.officer import Orders, main

ROOT = Path(__file__).parents[2]
PATIENCE = 120.0  # seconds after which an officer hangs


@dataclass(frozen=True)
class Ended:
    """How an officer's process ended, and what it had confirmed by then."""

    code: int  # negative: the signal that killed it
    seconds: float
    told: list[dict[str, Any]] = field(default_factory=list)

    @property
    def killed(self) -> bool:
        """Whether it was cut."""
        return abs(self.code) == SIGKILL  # Windows knows no negative codes

    def facts(self, what: str) -> list[dict[str, Any]]:
        """Everything of one kind that was confirmed."""
        return [each for each in self.told if each["did"] == what]


class Nursery:
    """Runs officers; one at a time."""

    def __init__(self, process: subprocess.Popen[str] | None) -> None:
        self._process = process

    def run(
        self,
        orders: Orders,
        environment: Mapping[str, str] | None = None,
        *,
        kill_after: float | None = None,
    ) -> Ended:
        """One officer until the end, or until it is killed after so many seconds.

        Fails where it wrote to stderr: an officer never sees a traceback.
        """
        base = Path(orders.base)
        base.mkdir(parents=True, exist_ok=True)
        request = {
            "orders": json.dumps(asdict(orders), ensure_ascii=False),
            "environment": dict(environment or {}),
            "out": str(base / "out.txt"),
            "err": str(base / "err.txt"),
            "kill_after": kill_after,
        }
        for name in ("out", "err"):
            Path(str(request[name])).write_bytes(b"")
        answer = _spawn(request) if self._process is None else self._ask(request)
        errors = (base / "err.txt").read_text(encoding="utf-8")
        assert errors == "", errors
        lines = (base / "out.txt").read_text(encoding="utf-8").splitlines()
        told = [json.loads(each) for each in lines]
        if answer["seconds"] > PATIENCE:
            raise TimeoutError(f"the officer hangs after {told[-1:]}")
        return Ended(answer["code"], answer["seconds"], told)

    def _ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        process = self._process
        assert process is not None
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(request) + "\n")
        process.stdin.flush()
        answer: dict[str, Any] = json.loads(process.stdout.readline())
        return answer


@contextmanager
def nursery() -> Iterator[Nursery]:
    """A nursery that lives as long as the block."""
    if not hasattr(os, "fork"):
        yield Nursery(None)
        return
    with subprocess.Popen(
        [sys.executable, "-m", "tests.e2e.nursery"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield Nursery(process)
        assert process.stdin is not None
        process.stdin.close()
        process.wait(PATIENCE)


def _spawn(request: Mapping[str, Any]) -> dict[str, Any]:
    """An officer in an interpreter of its own."""
    begun = time.monotonic()
    with (
        Path(request["out"]).open("wb") as out,
        Path(request["err"]).open("wb") as err,
        subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.officer", request["orders"]],
            cwd=ROOT,
            stdout=out,
            stderr=err,
            env={**os.environ, "PYTHONUTF8": "1", **request["environment"]},
        ) as process,
    ):
        try:
            process.wait(request["kill_after"] or PATIENCE)
        except subprocess.TimeoutExpired:
            os.kill(process.pid, SIGKILL)
        code = process.wait()
    return {"code": code, "seconds": time.monotonic() - begun}


def _fork(request: Mapping[str, Any]) -> dict[str, Any]:
    """An officer as a child of this process, which only this process waits for and kills."""
    begun = time.monotonic()
    watch, alive = os.pipe()  # the other end closes when the child is gone
    child = os.fork()
    if child == 0:
        os.close(watch)
        _be_officer(request)
    os.close(alive)
    ready, _, _ = select.select([watch], [], [], request["kill_after"] or PATIENCE)
    if not ready:
        os.kill(child, SIGKILL)
    _, status = os.waitpid(child, 0)
    os.close(watch)
    return {"code": os.waitstatus_to_exitcode(status), "seconds": time.monotonic() - begun}


def _be_officer(request: Mapping[str, Any]) -> None:
    """Never returns."""
    code = 70
    try:
        for number, name in ((1, "out"), (2, "err")):
            handle = os.open(request[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            os.dup2(handle, number)
        os.environ.update(request["environment"])
        code = main(request["orders"])
    except BaseException:  # noqa: BLE001 - the traceback is what the test reads
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def warm_up() -> None:
    """Imports and reads what every officer would, and opens nothing."""
    for name in ("alembic.command", "argon2.low_level", "db.backup", "db.damage", "time_machine"):
        importlib.import_module(name)
    forms()
    codelists()


def serve() -> None:
    """Answer requests until there are no more."""
    warm_up()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_fork(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve()

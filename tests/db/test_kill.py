"""Killed at any moment, 200 times: no acknowledged save or submission is lost, none is doubled.

A kill does not test the disk's own cache; `synchronous=FULL` is tested with the connections.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from db import audit, damage, drafts, outbox
from db.store import Store
from tests.helpers.stores import KEY

KILLS = 200
FEW_KILLS = 40  # enough for the sabotage to lose something
ROOT = Path(__file__).resolve().parents[2]
SIGNAL = getattr(signal, "SIGKILL", signal.SIGTERM)  # on Windows both end a process at once


@dataclass
class Promises:
    """What the child has acknowledged, over all its lives."""

    saved: dict[str, int] = field(default_factory=dict)
    sent: dict[str, str] = field(default_factory=dict)
    sending: set[str] = field(default_factory=set)

    def hear(self, message: tuple[str, str, Any]) -> None:
        kind, name, detail = message
        if kind == "saved":
            self.saved[name] = detail
        elif kind == "sending":
            self.sending.add(name)
        else:
            assert self.sent.setdefault(name, detail) == detail
            self.sending.discard(name)


@pytest.fixture
def kill_path(store_template: Path) -> Iterator[Path]:
    """A copy of the empty store, in memory where the system has such a folder.

    What a killed process had written stays written there as well; only power cuts differ.
    """
    memory = Path("/dev/shm")
    where = memory if os.access(memory, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="zb-", dir=where) as folder:
        path = Path(folder) / "zhibao.db"
        shutil.copyfile(store_template, path)
        yield path


class Nursery:
    """Children of a process that has imported everything already."""

    def __init__(self) -> None:
        code = "from tests.helpers import saver; saver.nursery()"
        self.process = subprocess.Popen(
            [sys.executable, "-c", code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )

    def hear(self) -> tuple[str, str, Any]:
        assert self.process.stdout is not None
        kind, name, detail = json.loads(self.process.stdout.readline())
        return kind, name, detail

    def order(self, **order: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(order).encode() + b"\n")
        self.process.stdin.flush()

    def close(self) -> None:
        self.process.communicate()


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    made = Nursery()
    yield made
    made.close()


def live_and_die(
    nursery: Nursery,
    path: Path,
    promises: Promises,
    run: int,
    chance: random.Random,
    *,
    early: bool,
) -> None:
    """One life of a child, ended at a random moment."""
    nursery.order(path=str(path), run=run, doubted=sorted(promises.sending), early=early)
    heard, child = 0, 0
    wanted = chance.randrange(1, 11)
    while not child or heard < wanted:
        message = nursery.hear()
        if message[0] == "born":
            child = int(message[1])
        else:
            heard += 1
            promises.hear(message)
    moment = time.perf_counter() + chance.random() * 0.004
    while time.perf_counter() < moment:
        pass
    os.kill(child, SIGNAL)
    while (message := nursery.hear())[0] != "died":
        promises.hear(message)


def lost(path: Path, promises: Promises) -> list[str]:
    """Acknowledged work that the store does not have, or has twice."""
    store = Store.open(path, KEY)
    try:
        kept = {each.draft_id: drafts.get(store, each.draft_id) for each in drafts.all(store)}
        with store.read() as connection:
            rows = connection.exec_driver_sql("SELECT draft_id, submission_id FROM submissions")
            sealed = [(row[0], row[1]) for row in rows]
        numbers = sorted(each.device_seq for each in outbox.items(store))
    finally:
        store.close()
    problems = [
        f"{name} not saved"
        for name in promises.saved
        if not _has(name, promises, kept, dict(sealed))
    ]
    problems += [
        f"{name} not sent" for name, one in promises.sent.items() if (name, one) not in sealed
    ]
    problems += [f"{name} twice" for name, _ in sealed if name in kept]
    if len(dict(sealed)) != len(sealed) or numbers != list(range(1, len(numbers) + 1)):
        problems.append("numbers")
    return problems


def _has(name: str, promises: Promises, kept: dict[str, Any], sealed: dict[str, str]) -> bool:
    if name in sealed:
        return True
    return name in kept and int(kept[name].values["remark"]) >= promises.saved[name]


def test_nothing_is_lost_or_doubled_in_200_kills(
    nursery: Nursery, kill_path: Path, expect_log: Callable[..., object]
) -> None:
    expect_log("zhibao.store", "did not end in order")
    chance, promises = random.Random(22), Promises()
    for run in range(KILLS):
        live_and_die(nursery, kill_path, promises, run, chance, early=False)
        if run % 20 == 19:
            assert lost(kill_path, promises) == []
    assert len(promises.saved) > KILLS
    assert len(promises.sent) > KILLS // 2
    store = Store.open(kill_path, KEY)
    damage.verify(store)
    assert audit.verify(store) == len(outbox.items(store))
    store.close()


def test_acknowledging_before_the_deed_would_lose_work(
    nursery: Nursery, kill_path: Path, expect_log: Callable[..., object]
) -> None:
    expect_log("zhibao.store", "did not end in order")
    chance, promises = random.Random(22), Promises()
    for run in range(FEW_KILLS):
        live_and_die(nursery, kill_path, promises, run, chance, early=True)
    assert lost(kill_path, promises) != []

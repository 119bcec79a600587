"""The only tests with threads: the lanes and the way back into the UI thread."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Callable, Generator, Iterator
from functools import partial

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from client.background import Background, Job, Lane

DEADLINE = 10.0


@pytest.fixture
def background(qtbot: QtBot) -> Iterator[Background]:
    made = Background()
    yield made
    made.shutdown(DEADLINE)


def test_a_result_comes_back_in_the_ui_thread(background: Background, qtbot: QtBot) -> None:
    seen: list[object] = []
    background.run(
        Lane.DATABASE,
        threading.current_thread,
        done=lambda worker: seen.extend([worker, threading.current_thread()]),
    )
    qtbot.waitUntil(lambda: len(seen) == 2)
    assert seen[0] is not seen[1]
    assert seen[1] is threading.main_thread()


def test_the_database_lane_runs_one_job_at_a_time_in_order(
    background: Background, qtbot: QtBot
) -> None:
    order: list[int] = []
    inside: list[int] = []
    most: list[int] = []

    def work(number: int) -> None:
        inside.append(number)
        most.append(len(inside))
        order.append(number)
        inside.remove(number)

    ended: list[object] = []
    for number in range(50):
        background.run(Lane.DATABASE, partial(work, number), done=ended.append)
    qtbot.waitUntil(lambda: len(ended) == 50)
    assert order == list(range(50))
    assert set(most) == {1}


def test_the_network_lane_does_not_hold_up_the_database_lane(
    background: Background, qtbot: QtBot
) -> None:
    answer = threading.Event()
    seen: list[str] = []
    background.run(Lane.NETWORK, lambda: answer.wait(DEADLINE), done=lambda _: seen.append("net"))
    background.run(Lane.DATABASE, lambda: None, done=lambda _: seen.append("db"))
    qtbot.waitUntil(lambda: seen == ["db"])
    answer.set()
    qtbot.waitUntil(lambda: seen == ["db", "net"])


def test_an_exception_goes_to_failed(background: Background, qtbot: QtBot) -> None:
    seen: list[Exception] = []

    def work() -> None:
        raise ValueError("no")

    background.run(Lane.DATABASE, work, failed=seen.append)
    qtbot.waitUntil(lambda: bool(seen))
    assert isinstance(seen[0], ValueError)


def test_an_exception_that_nobody_takes_reaches_the_exception_hook(
    background: Background, qtbot: QtBot
) -> None:
    with qtbot.captureExceptions() as caught:
        background.run(Lane.DATABASE, lambda: 1 // 0)
        qtbot.waitUntil(lambda: bool(caught))
    assert caught[0][0] is ZeroDivisionError
    assert sys.excepthook is not None


def test_nothing_is_called_once_the_owner_is_destroyed(
    background: Background, qtbot: QtBot
) -> None:
    seen: list[str] = []
    gone: list[bool] = []
    go = threading.Event()
    parent = QObject()
    child = QObject(parent)

    def remember(name: str, _: object) -> None:
        seen.append(name)

    def hand_in(owner: QObject | None, name: str) -> None:
        done = partial(remember, name)
        background.run(Lane.DATABASE, lambda: go.wait(DEADLINE), done=done, owner=owner)

    hand_in(QObject(), "nobody holds it")
    hand_in(child, "Qt has destroyed it")
    hand_in(None, "nobody's")
    parent.destroyed.connect(lambda: gone.append(True))
    parent.deleteLater()
    qtbot.waitUntil(lambda: bool(gone))
    gc.collect()
    go.set()
    qtbot.waitUntil(lambda: "nobody's" in seen)
    assert seen == ["nobody's"]
    assert child is not None


def test_a_cancelled_job_is_not_heard_of(background: Background, qtbot: QtBot) -> None:
    seen: list[str] = []
    go = threading.Event()
    job = background.run(
        Lane.DATABASE, lambda: go.wait(DEADLINE), done=lambda _: seen.append("cancelled")
    )
    job.cancel()
    go.set()
    background.run(Lane.DATABASE, lambda: None, done=lambda _: seen.append("next"))
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == ["next"]


def counting(stopped: Callable[[], None]) -> Iterator[int]:
    number = 0
    try:
        while True:
            number += 1
            yield number
    finally:
        stopped()


def test_a_generator_tells_its_steps_and_its_result(background: Background, qtbot: QtBot) -> None:
    def work() -> Generator[int, None, str]:
        yield 1
        yield 2
        return "end"

    steps: list[int] = []
    ended: list[str] = []
    background.run(Lane.NETWORK, work, progress=steps.append, done=ended.append)
    qtbot.waitUntil(lambda: ended == ["end"])
    assert steps == [1, 2]


def test_a_cancelled_generator_is_closed(background: Background, qtbot: QtBot) -> None:
    closed = threading.Event()
    jobs: list[Job] = []
    jobs.append(
        background.run(
            Lane.NETWORK,
            lambda: counting(closed.set),
            progress=lambda step: jobs[0].cancel() if step == 3 else None,
        )
    )
    qtbot.waitUntil(closed.is_set)


def test_shutdown_ends_long_work_at_its_next_step(qtbot: QtBot) -> None:
    background = Background()
    closed = threading.Event()
    begun: list[int] = []
    background.run(Lane.NETWORK, lambda: counting(closed.set), progress=begun.append)
    qtbot.waitUntil(lambda: bool(begun))
    assert background.shutdown(DEADLINE)
    assert closed.is_set()
    assert background.is_stopping()


def test_shutdown_gives_up_waiting_at_its_deadline(
    qtbot: QtBot, expect_log: Callable[..., object]
) -> None:
    expect_log("zhibao.background", "did not end")
    background = Background()
    go, begun = threading.Event(), threading.Event()

    def hang() -> None:
        begun.set()
        go.wait(DEADLINE)

    background.run(Lane.NETWORK, hang)
    assert begun.wait(DEADLINE)
    assert not background.shutdown(0.05)
    go.set()


def test_shutdown_does_not_wait_for_what_never_began(qtbot: QtBot) -> None:
    background = Background()
    go, begun = threading.Event(), threading.Event()

    def first() -> None:
        begun.set()
        go.wait(DEADLINE)

    background.run(Lane.DATABASE, first)
    background.run(Lane.DATABASE, lambda: None)
    assert begun.wait(DEADLINE)
    threading.Timer(0.05, go.set).start()
    assert background.shutdown(DEADLINE)


def test_nothing_runs_after_shutdown(qtbot: QtBot) -> None:
    background = Background()
    background.shutdown(DEADLINE)
    seen: list[int] = []
    job = background.run(Lane.DATABASE, lambda: seen.append(1))
    assert job.cancelled
    assert seen == []

"""Background synchronising: something waits ⇒ a visit or a timer."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from client.services.desk import Changed, Changes, Room
from client.services.line import LineKind
from client.services.sync import Standing, SyncService, Visit
from client.sync.troubles import Refused
from core.resources import codelists, forms
from core.wire.protocol import Problem, ProblemType
from db import outbox
from db.errors import StoreUnavailable
from db.store import Store
from tests.helpers.immediate import ImmediateBackground
from tests.helpers.stores import draft, person_form, store, store_path, store_template

__all__ = ["store", "store_path", "store_template"]


def visited(courier: FakeCourier, times: int) -> Callable[[], bool]:
    """The fact to wait for: so many visits were paid."""
    return lambda: courier.visits == times


@dataclass
class FakeCourier:
    """Answers as it is told."""

    stands: Standing = field(default_factory=lambda: Standing(True, 0, 300.0, "", 0.0))
    answers: Visit = field(default_factory=lambda: Visit(300.0, "", 1_790_000_000.0))
    news: tuple[Changed, ...] = ()
    visits: int = 0
    trouble: Exception | None = None
    enrolled: list[tuple[str, str]] = field(default_factory=list)
    stops: list[bool] = field(default_factory=list)

    def standing(self, store: Store) -> Standing:
        del store
        return self.stands

    def visit(
        self, store: Store, should_stop: Callable[[], bool]
    ) -> Generator[Changed, None, Visit]:
        del store
        self.visits += 1
        self.stops.append(should_stop())
        if self.trouble is not None:
            raise self.trouble
        yield from self.news
        return self.answers

    def enrol(self, store: Store, url: str, code: str) -> None:
        del store
        self.enrolled.append((url, code))
        if self.trouble is not None:
            raise self.trouble
        self.stands = Standing(True, 0, 0.0, "", 0.0)


@pytest.fixture
def courier() -> FakeCourier:
    return FakeCourier()


@pytest.fixture
def background(qtbot: QtBot) -> ImmediateBackground:
    return ImmediateBackground()


@pytest.fixture
def room(store: Store, background: ImmediateBackground) -> Room:
    store.use_forms(forms())
    return Room(store, background, Changes(), forms(), codelists(), lambda: datetime.now(UTC))


@pytest.fixture
def sync(room: Room, courier: FakeCourier) -> Iterator[SyncService]:
    made = SyncService(room, courier)
    yield made
    made.stop()


@pytest.fixture
def heard(room: Room) -> list[Any]:
    found: list[Any] = []
    room.changes.changed.connect(found.append)
    return found


def queue(room: Room, name: str = "new-1") -> None:
    outbox.enqueue(room.store, draft(name), person_form())
    room.changes.announce(Changed(outbox=True))


def test_before_enrolment_nothing_is_planned(sync: SyncService, courier: FakeCourier) -> None:
    courier.stands = Standing(False, 3, 0.0, "", 0.0)
    sync.start()
    sync.sync_now()
    assert sync.state.kind is LineKind.UNENROLLED
    assert sync.state.waiting == 3
    assert sync.next_in() is None


def test_the_first_visit_comes_when_it_is_due(sync: SyncService, courier: FakeCourier) -> None:
    courier.stands = Standing(True, 0, 120.0, "", 1_790_000_000.0)
    sync.start()
    assert courier.visits == 0
    left = sync.next_in()
    assert left is not None
    assert 110 < left < 130  # Qt lets long timers be some percent off


def test_what_waits_is_carried_at_once(
    sync: SyncService, courier: FakeCourier, qtbot: QtBot
) -> None:
    courier.stands = Standing(True, 2, 800.0, "no_line", 0.0)
    sync.start()
    qtbot.waitUntil(lambda: courier.visits == 1)
    assert sync.state.kind is LineKind.CONNECTED


def test_after_every_visit_a_timer_exists(
    sync: SyncService, courier: FakeCourier, qtbot: QtBot
) -> None:
    sync.start()
    for code in ("", "no_line", "revoked"):
        courier.answers = Visit(77.0, code, 0.0)
        wanted = courier.visits + 1
        sync.sync_now()
        qtbot.waitUntil(visited(courier, wanted))
        left = sync.next_in()
        assert left is not None
        assert 70 < left < 85
        assert sync.state.code == code


def test_trouble_with_the_store_keeps_a_timer_and_is_told(
    sync: SyncService, courier: FakeCourier, room: Room, qtbot: QtBot
) -> None:
    told: list[Exception] = []
    room.changes.failed.connect(told.append)
    courier.trouble = StoreUnavailable("full")
    sync.start()
    sync.sync_now()
    qtbot.waitUntil(lambda: courier.visits == 1)
    assert told == [courier.trouble]
    assert sync.next_in() is not None
    assert not sync.state.is_syncing


def test_a_store_that_cannot_be_asked_is_asked_again(
    sync: SyncService,
    courier: FakeCourier,
    room: Room,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[Exception] = []
    room.changes.failed.connect(told.append)
    answers: list[Exception] = [StoreUnavailable("busy")]
    stands = courier.standing

    def standing(store: Store) -> Standing:
        if answers:
            raise answers.pop()
        return stands(store)

    monkeypatch.setattr("client.services.sync._AFTER_TROUBLE", 0.01)
    monkeypatch.setattr(courier, "standing", standing)
    sync.start()
    assert len(told) == 1
    qtbot.waitUntil(lambda: sync.next_in() is not None)


def test_something_new_in_the_outbox_starts_a_visit(
    sync: SyncService, courier: FakeCourier, room: Room, qtbot: QtBot
) -> None:
    sync.start()
    queue(room)
    assert sync.state.waiting == 1
    qtbot.waitUntil(lambda: courier.visits == 1)


def test_what_is_queued_during_a_visit_is_carried_right_after_it(
    sync: SyncService,
    courier: FakeCourier,
    room: Room,
    background: ImmediateBackground,
    qtbot: QtBot,
) -> None:
    sync.start()
    background.held = True
    sync.sync_now()
    qtbot.waitUntil(lambda: sync.state.is_syncing)
    sync.sync_now()
    assert courier.visits == 0
    background.release()
    qtbot.waitUntil(lambda: courier.visits == 2)


def test_asking_during_trouble_does_not_hammer(
    sync: SyncService, courier: FakeCourier, background: ImmediateBackground, qtbot: QtBot
) -> None:
    courier.answers = Visit(60.0, "no_line", 0.0)
    sync.start()
    background.held = True
    sync.sync_now()
    qtbot.waitUntil(lambda: sync.state.is_syncing)
    sync.sync_now()
    background.release()
    assert courier.visits == 1
    left = sync.next_in()
    assert left is not None
    assert left > 50


def test_what_changed_is_told_together(
    sync: SyncService, courier: FakeCourier, heard: list[Changed], qtbot: QtBot
) -> None:
    courier.news = (
        Changed(forms=frozenset({"person"})),
        Changed(forms=frozenset({"institution"})),
        Changed(outbox=True),
    )
    sync.start()
    sync.sync_now()
    qtbot.waitUntil(lambda: courier.visits == 1)
    assert heard == [Changed(forms=frozenset({"person", "institution"}), outbox=True, sync=True)]


def test_the_state_tells_of_a_running_visit(
    sync: SyncService, background: ImmediateBackground, qtbot: QtBot
) -> None:
    kinds: list[LineKind] = []
    sync.state_changed.connect(lambda state: kinds.append(state.kind))
    sync.start()
    sync.sync_now()
    qtbot.waitUntil(lambda: LineKind.CONNECTED in kinds)
    assert kinds == [LineKind.NEVER, LineKind.SYNCING, LineKind.CONNECTED]


def test_stopping_ends_the_visit_and_plans_no_other(
    sync: SyncService, courier: FakeCourier, background: ImmediateBackground, qtbot: QtBot
) -> None:
    sync.start()
    background.held = True
    sync.sync_now()
    qtbot.waitUntil(lambda: sync.state.is_syncing)
    sync.stop()
    background.release()
    assert courier.visits == 0
    assert sync.next_in() is None


def test_the_visit_is_asked_to_stop_when_the_program_does(
    sync: SyncService, courier: FakeCourier, background: ImmediateBackground, qtbot: QtBot
) -> None:
    sync.start()
    sync.sync_now()
    qtbot.waitUntil(lambda: courier.visits == 1)
    assert courier.stops == [False]


def test_enrolling_starts_the_first_visit(
    sync: SyncService, courier: FakeCourier, qtbot: QtBot, room: Room
) -> None:
    courier.stands = Standing(False, 0, 0.0, "", 0.0)
    sync.start()
    done: list[object] = []
    sync.enrol("https://gkb", "CODE", done=done.append, failed=print, owner=sync)
    assert courier.enrolled == [("https://gkb", "CODE")]
    assert done == [None]
    qtbot.waitUntil(lambda: courier.visits == 1)


def test_a_refused_code_is_a_sentence(sync: SyncService, courier: FakeCourier) -> None:
    courier.trouble = Refused(Problem(ProblemType.ENROL_CODE, "", 403), "enrol_code")
    failed: list[str] = []
    sync.enrol("https://gkb", "CODE", done=print, failed=failed.append, owner=sync)
    assert "登记码不正确" in failed[0]


def test_a_bug_while_enrolling_stays_loud(sync: SyncService, courier: FakeCourier) -> None:
    courier.trouble = ZeroDivisionError()
    with pytest.raises(ZeroDivisionError):
        sync.enrol("https://gkb", "CODE", done=print, failed=print, owner=sync)

"""The session: opening, refusing, idle lock, closing in order."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from client.services.session import Refusal, Why
from db.errors import StoreUnavailable
from tests.helpers.desk import FakeWorld

GOOD = "abcd1234"


@pytest.fixture
def world(qtbot: QtBot) -> Iterator[FakeWorld]:
    made = FakeWorld()
    yield made
    made.session.close_now()


@pytest.fixture
def refusals(world: FakeWorld) -> list[Refusal]:
    found: list[Refusal] = []
    world.session.refused.connect(found.append)
    return found


def test_unlocking_lays_a_desk(world: FakeWorld, qtbot: QtBot) -> None:
    with qtbot.waitSignal(world.session.opened):
        world.session.unlock(GOOD)
    assert world.session.is_open()
    assert world.session.desk is not None
    assert not world.session.is_new


def test_a_new_store_is_known_as_new_until_it_is_closed(world: FakeWorld) -> None:
    world.session.create("neu-5678")
    assert world.session.is_new
    world.session.lock()
    assert not world.session.is_new


def test_a_refusal_carries_what_the_screen_needs(world: FakeWorld, refusals: list[Refusal]) -> None:
    world.session.unlock("no")
    assert refusals[0].code == "wrong_password"
    assert refusals[0].left == 4
    for _ in range(4):
        world.session.unlock("no")
    assert refusals[-1].code == "locked"
    assert refusals[-1].seconds == 600


def test_a_second_try_waits_for_the_first(world: FakeWorld) -> None:
    world.background.held = True
    world.session.unlock(GOOD)
    world.session.unlock(GOOD)
    assert world.session.is_busy()
    world.background.release()
    assert len(world.vault.stores) == 1


def test_a_bug_is_no_refusal(world: FakeWorld, refusals: list[Refusal]) -> None:
    world.vault.unlock = lambda _: 1 // 0  # type: ignore[assignment, method-assign]
    with pytest.raises(ZeroDivisionError):
        world.session.unlock(GOOD)
    assert refusals == []
    assert not world.session.is_busy()


def test_screens_save_before_the_line_stops_and_the_store_closes(world: FakeWorld) -> None:
    world.session.unlock(GOOD)
    store = world.vault.stores[-1]
    seen: list[tuple[str, bool, bool]] = []
    for name in ("closing", "closed"):
        getattr(world.session, name).connect(
            lambda *_, name=name: seen.append((name, world.sync.stopped, store.is_open))
        )
    world.session.lock()
    assert seen == [("closing", False, True), ("closed", True, False)]


def test_what_a_screen_saves_while_closing_comes_before_the_close(world: FakeWorld) -> None:
    world.session.unlock(GOOD)
    store = world.vault.stores[-1]
    saved: list[bool] = []
    world.background.held = True
    world.session.closing.connect(
        lambda: world.background.run("database", lambda: saved.append(store.is_open))
    )
    world.session.lock()
    world.background.release()
    assert saved == [True]


def test_quitting_while_it_closes_waits_for_the_close(world: FakeWorld) -> None:
    world.session.unlock(GOOD)
    whys: list[Why] = []
    world.session.closed.connect(whys.append)
    world.background.held = True
    assert world.session.lock(Why.IDLE)
    assert world.session.lock(Why.QUIT)
    assert whys == []
    world.background.release()
    assert whys == [Why.QUIT]
    assert not world.vault.stores[-1].is_open


def test_there_is_nothing_to_close_while_locked(world: FakeWorld) -> None:
    assert not world.session.lock(Why.QUIT)


def test_idle_minutes_lock(world: FakeWorld, qtbot: QtBot) -> None:
    world.session.unlock(GOOD)
    world.session._idle.setInterval(1)
    with qtbot.waitSignal(world.session.closed, check_params_cb=lambda why: why is Why.IDLE):
        world.session.touch()
    assert not world.session.is_open()


def test_without_an_idle_time_it_never_locks(world: FakeWorld) -> None:
    world.session.unlock(GOOD)
    world.session.set_idle_minutes(0)
    world.session.touch()
    assert not world.session._idle.isActive()


def test_a_locked_session_has_no_idle_timer(world: FakeWorld) -> None:
    world.session.set_idle_minutes(5)
    assert not world.session._idle.isActive()
    world.session.unlock(GOOD)
    assert world.session._idle.isActive()
    world.session.lock()
    assert not world.session._idle.isActive()


def test_putting_a_backup_back_offers_the_backups(
    world: FakeWorld, refusals: list[Refusal]
) -> None:
    world.session.unlock(GOOD)
    world.session.lock(Why.RESTORE)
    assert refusals[0].code == "restore"
    assert [each.name for each in refusals[0].backups] == ["a.zbk", "b.zbk"]


def test_a_close_that_meets_trouble_still_ends(world: FakeWorld) -> None:
    def fail(_: object) -> None:
        raise StoreUnavailable("io")

    world.session.unlock(GOOD)
    world.vault.close = fail  # type: ignore[assignment, method-assign]
    whys: list[Why] = []
    world.session.closed.connect(whys.append)
    world.session.lock()
    assert whys == [Why.ASKED]


def test_warming_up_runs_off_the_ui_thread(world: FakeWorld) -> None:
    world.session.warm_up()
    assert world.vault.warmed
    assert world.background.ran == ["database"]

"""The whole program on a real store, with real lanes, offscreen."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import filelock
import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from client import app
from client.app import Client
from client.paths import paths
from client.settings import Look, load, save
from client.ui.common.bug_dialog import BugDialog
from client.ui.common.doorbell import name_of, ring
from client.ui.home.page import HomePage
from client.ui.pages import pages
from core.resources import forms
from db.errors import StoreUnavailable
from tests.helpers.stall import StallMeter

GOOD = "abcd1234"
PATIENCE = 30_000  # ms; the machine may be busy


@pytest.fixture
def client(base_dir: Path, qtbot: QtBot, qapp: QApplication) -> Iterator[Client]:
    hook = sys.excepthook
    where = paths(base_dir)
    made = app.start(where, app.hold(where))
    qtbot.addWidget(made.window)
    yield made
    made.stop()
    sys.excepthook = hook


def opened(client: Client, qtbot: QtBot, work: Callable[[], None]) -> None:
    with qtbot.waitSignal(client.session.opened, timeout=PATIENCE):
        work()


@pytest.fixture
def at_desk(client: Client, qtbot: QtBot) -> Client:
    """A new store, open, before enrolment."""
    opened(client, qtbot, lambda: client.session.create(GOOD))
    client.window.unlock.enrol_skipped.emit()
    qtbot.waitUntil(client.background.is_idle, timeout=PATIENCE)
    return client


def at_rest(client: Client, qtbot: QtBot) -> None:
    qtbot.waitUntil(client.background.is_idle, timeout=PATIENCE)


def test_a_new_store_leads_to_today(at_desk: Client, qtbot: QtBot) -> None:
    workplace = at_desk.window.workplace
    assert workplace is not None
    home = workplace.page("home")
    assert isinstance(home, HomePage)
    qtbot.waitUntil(lambda: home.first.title.text() == "先与公开办登记", timeout=PATIENCE)
    assert at_desk.paths.store.exists()
    assert at_desk.paths.key.exists()


def test_every_page_opens_on_an_empty_store(at_desk: Client, qtbot: QtBot) -> None:
    workplace = at_desk.window.workplace
    assert workplace is not None
    for entry in pages():
        workplace.show_page(entry.name)
        at_rest(at_desk, qtbot)
        assert workplace.current == entry.name


def test_locked_and_unlocked_with_the_password_only(at_desk: Client, qtbot: QtBot) -> None:
    with qtbot.waitSignal(at_desk.session.closed, timeout=PATIENCE):
        at_desk.session.lock()
    with qtbot.waitSignal(at_desk.session.refused, timeout=PATIENCE) as refused:
        at_desk.session.unlock("nonsense")
    assert refused.args[0].left == 4
    opened(at_desk, qtbot, lambda: at_desk.session.unlock(GOOD))


def test_the_daily_backup_is_made_and_can_be_put_back(at_desk: Client, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: any(at_desk.paths.backups.glob("*.db")), timeout=PATIENCE)
    at_rest(at_desk, qtbot)
    with qtbot.waitSignal(at_desk.session.closed, timeout=PATIENCE):
        at_desk.session.lock()
    content = bytearray(at_desk.paths.store.read_bytes())
    for at in range(2000, len(content), 4096):
        content[at] ^= 0xFF
    at_desk.paths.store.write_bytes(bytes(content))
    with qtbot.waitSignal(at_desk.session.refused, timeout=PATIENCE) as refused:
        at_desk.session.unlock(GOOD)
    refusal = refused.args[0]
    assert refusal.code == "damaged"
    assert refusal.backups
    opened(at_desk, qtbot, lambda: at_desk.session.restore(refusal.backups[0].name, GOOD))


def test_nothing_heavy_is_imported_before_the_door_is_painted(base_dir: Path) -> None:
    """In a process of its own: what the unlock page needs, and no more."""
    script = (
        "import sys\n"
        "from client import app\n"
        "from client.paths import paths\n"
        f"client = app.start(paths({str(base_dir)!r}))\n"
        "heavy = ('sqlalchemy', 'cryptography', 'requests', 'alembic', 'argon2', 'sqlcipher3')\n"
        "def tell():\n"
        "    print([each for each in heavy if each in sys.modules])\n"
        "    client.application.quit()\n"
        "client.window.painted.disconnect()\n"
        "client.window.painted.connect(tell)\n"
        "client.application.exec()\n"
        "client.stop()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    assert done.stdout.strip() == "[]"


def test_what_opening_needs_is_imported_in_the_background_after_painting(
    client: Client, qtbot: QtBot
) -> None:
    done: list[bool] = []
    client.window.painted.connect(lambda: done.append(True))
    qtbot.waitUntil(lambda: bool(done), timeout=PATIENCE)
    at_rest(client, qtbot)
    assert "db.store" in sys.modules
    assert client.doorbell is not None


def test_a_store_that_is_gone_comes_back_from_its_backup(at_desk: Client, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: any(at_desk.paths.backups.glob("*.db")), timeout=PATIENCE)
    at_rest(at_desk, qtbot)
    with qtbot.waitSignal(at_desk.session.closed, timeout=PATIENCE):
        at_desk.session.lock()
    at_desk.paths.store.unlink()
    assert at_desk.session.exists()
    with qtbot.waitSignal(at_desk.session.refused, timeout=PATIENCE) as refused:
        at_desk.session.unlock(GOOD)
    name = refused.args[0].backups[0].name
    opened(at_desk, qtbot, lambda: at_desk.session.restore(name, GOOD))


def test_a_second_start_raises_the_first_window(client: Client, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: client.doorbell is not None, timeout=PATIENCE)
    client.window.hide()
    second = app.hold(client.paths)
    assert second is not None
    assert not second.is_locked
    assert ring(name_of(str(client.paths.base)))
    qtbot.waitUntil(client.window.isVisible, timeout=PATIENCE)


def test_without_the_lock_a_second_start_would_open_the_same_folder(base_dir: Path) -> None:
    where = paths(base_dir)
    first = app.hold(where)
    assert first is not None
    assert first.is_locked
    first.release()
    second = app.hold(where)
    assert second is not None
    assert second.is_locked
    second.release()


def test_a_folder_that_takes_no_lock_still_shows_the_door(
    base_dir: Path, monkeypatch: pytest.MonkeyPatch, expect_log: Callable[..., object]
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    expect_log("zhibao.app", "does not take a lock")
    monkeypatch.setattr(filelock.FileLock, "acquire", refuse)
    assert app.hold(paths(base_dir)) is None


def test_a_bug_shows_one_dialog_without_what_it_said(
    at_desk: Client, qtbot: QtBot, expect_log: Callable[..., object]
) -> None:
    expect_log("zhibao", "unexpected error")
    for number in ("420583197001010017", "420583197001010025"):
        error = ValueError(number)
        sys.excepthook(ValueError, error, None)
    dialogs = at_desk.window.findChildren(BugDialog)
    assert len(dialogs) == 1
    assert "ValueError" in dialogs[0].report
    assert "42058319700101" not in dialogs[0].report
    dialogs[0].reject()


def test_a_report_is_made_where_the_package_does_not_know_its_version(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unknown(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    assert app._version() != "?"
    monkeypatch.setattr(metadata, "version", unknown)
    assert app._version() == "?"


def test_trouble_in_the_ui_thread_is_a_message(
    at_desk: Client, expect_log: Callable[..., object]
) -> None:
    expect_log("zhibao", "unexpected error")
    sys.excepthook(StoreUnavailable, StoreUnavailable("full"), None)
    workplace = at_desk.window.workplace
    assert workplace is not None
    assert "磁盘空间已满" in workplace.bar.text()
    assert at_desk.window.findChild(BugDialog) is None


def test_a_broken_form_file_is_told_with_its_name(
    client: Client, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core import resources
    from core.forms.errors import FormError

    def broken() -> Any:
        raise FormError("forms/person.toml", "fields[3]", "type", "unknown")

    at_rest(client, qtbot)
    monkeypatch.setattr(resources, "forms", broken)
    with qtbot.waitSignal(client.session.refused, timeout=PATIENCE) as refused:
        client.session.create(GOOD)
    assert "forms/person.toml · fields[3] · type" in refused.args[0].sentence
    monkeypatch.undo()
    assert forms()


def test_closing_ends_the_program_with_the_store_closed(at_desk: Client, qtbot: QtBot) -> None:
    with qtbot.waitSignal(at_desk.session.closed, timeout=PATIENCE):
        at_desk.window.close()
    assert at_desk.stop()
    wal = at_desk.paths.store.with_name(at_desk.paths.store.name + "-wal")
    assert not wal.exists() or wal.stat().st_size == 0
    assert load(at_desk.paths.settings).geometry


def test_the_scheme_and_place_of_the_last_time_come_back(
    base_dir: Path, qtbot: QtBot, qapp: QApplication
) -> None:
    hook = sys.excepthook
    where = paths(base_dir)
    save(where.settings, Look("dark", 1.0, "00"))
    client = app.start(where)
    qtbot.addWidget(client.window)
    try:
        assert load(where.settings).scheme == "dark"
        assert not client.window.unlock.isHidden()
    finally:
        client.stop()
        sys.excepthook = hook


def test_the_ui_thread_is_never_held_up(at_desk: Client, qtbot: QtBot) -> None:
    """A round through pages that were built, with the store read behind them: no long gap."""
    workplace = at_desk.window.workplace
    assert workplace is not None
    names = ("registers", "outbox", "settings", "home")
    for name in names:
        workplace.show_page(name)
        at_rest(at_desk, qtbot)
    with StallMeter() as meter:
        for name in names * 2:
            workplace.show_page(name)
            at_rest(at_desk, qtbot)
    assert meter.longest < 0.25  # 0.05 on a quiet machine; the benchmarks hold that line


def test_the_stall_meter_sees_work_on_the_ui_thread(qtbot: QtBot) -> None:
    ended: list[bool] = []

    def work() -> None:
        until = time.perf_counter() + 0.1
        while time.perf_counter() < until:
            pass
        ended.append(True)

    with StallMeter() as meter:
        QTimer.singleShot(0, work)
        qtbot.waitUntil(lambda: bool(ended))
    assert meter.longest >= 0.08

"""The program with its window: the one place where all parts meet.

Order of start-up: folders, log, look → one window per folder → application, font, scheme → the
unlock page is painted → what opening needs is imported in the background while the officer types.
"""

from __future__ import annotations

import importlib
import logging
import os
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import filelock
from PySide6.QtCore import (
    QLibraryInfo,
    QLocale,
    QMessageLogContext,
    QTimer,
    QtMsgType,
    QTranslator,
    qInstallMessageHandler,
)
from PySide6.QtWidgets import QApplication

from client import logs
from client import settings as look_file
from client.background import Background, Lane
from client.paths import Paths, paths
from client.services.session import SessionService, Why
from client.services.troubles import is_trouble, sentence
from client.services.vault import DiskVault
from client.ui import theme
from client.ui.main_window import MainWindow
from client.ui.pages import Preloader, pages

if TYPE_CHECKING:
    from client.services.desk import Desk
    from client.settings import Look
    from client.ui.common.doorbell import Doorbell

log = logging.getLogger("zhibao.app")

DEADLINE = 5.0  # seconds that work may take to end when the program closes


@dataclass
class Client:
    """The running program; `stop` ends it in order."""

    paths: Paths
    application: QApplication
    background: Background
    session: SessionService
    window: MainWindow
    lock: filelock.FileLock | None = None
    doorbell: Doorbell | None = None

    def stop(self) -> bool:
        """Ends all work and lets go of the folder. True if nothing was still running."""
        if self.doorbell is not None:
            self.doorbell.close()
        ended = self.background.shutdown(DEADLINE)
        if ended:
            self.session.close_now()
        if self.lock is not None:
            self.lock.release()
        sys.excepthook = sys.__excepthook__
        logs.stop()
        return ended


def run(base_dir: str | Path | None = None) -> int:
    """Opens the window and stays until it is closed; gives the exit code."""
    where = paths(base_dir)
    lock = hold(where)
    if lock is not None and not lock.is_locked:
        return _raise_first(where)
    client = start(where, lock)
    code = client.application.exec()
    if not client.stop():
        # A line that hangs may not keep the program alive; the store bears being cut anywhere.
        os._exit(code)
    return code


def start(where: Paths, lock: filelock.FileLock | None = None) -> Client:
    """Builds the program and shows the unlock page; the caller runs the event loop."""
    memory = _start_log(where)
    look = look_file.load(where.settings)
    application = application_for(look)
    background = Background(application)
    vault = DiskVault(where)
    session = SessionService(vault, background, lambda store: desk_of(client, vault, store))
    window = MainWindow(session, pages())
    client = Client(where, application, background, session, window, lock)
    sys.excepthook = logs.hook(lambda error: _on_bug(client, error, memory))
    session.closed.connect(lambda why: application.quit() if why is Why.QUIT else None)
    window.left.connect(application.quit)
    window.painted.connect(lambda: _after_paint(client))
    window.restore_geometry_text(look.geometry)
    window.show()
    return client


def application_for(look: Look) -> QApplication:
    """The application object: style, font, scheme, scale, Qt's own words in Chinese."""
    found = QApplication.instance()
    if isinstance(found, QApplication):
        return found
    if look.scale != 1.0:
        os.environ.setdefault("QT_SCALE_FACTOR", str(look.scale))
    QLocale.setDefault(QLocale(QLocale.Language.Chinese, QLocale.Country.China))
    application = QApplication(sys.argv[:1])
    application.setApplicationName("zhibao")
    application.setApplicationDisplayName("直报")
    application.setQuitOnLastWindowClosed(False)
    application.setStyle("Fusion")
    application.setFont(theme.application_font())
    theme.apply(look.scheme)
    theme.SchemeFollower(application)
    words = QTranslator(application)
    if words.load("qtbase_zh_CN", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        application.installTranslator(words)
    return application


def use_offscreen() -> None:
    """Lets Qt draw without a screen; to be called before the application object is made.

    The offscreen platform has no window manager to ask and says so again and again; that talk is
    kept off stderr, everything else goes there.
    """
    os.environ["QT_QPA_PLATFORM"] = "offscreen"

    def tell(_kind: QtMsgType, _where: QMessageLogContext, text: str) -> None:
        if not text.startswith("This plugin does not support") and sys.stderr is not None:
            sys.stderr.write(text + "\n")

    qInstallMessageHandler(tell)


def desk_of(client: Client, vault: DiskVault, store: Any) -> Desk:
    """All services of an open store; quick, since none of them asks the store yet."""
    from client.services.courier import OfficeCourier
    from client.services.desk import Changes, Desk, Room
    from client.services.entry import EntryService
    from client.services.home import HomeService
    from client.services.outbox import OutboxService
    from client.services.registers import RegistersService
    from client.services.settings import SettingsService
    from client.services.sync import SyncService
    from core import resources

    changes = Changes(client.session)
    room = Room(
        store=store,
        background=client.background,
        changes=changes,
        forms=resources.forms(),
        codelists=resources.codelists(),
        now=lambda: datetime.now(UTC),
    )
    desk = Desk(
        session=client.session,
        home=HomeService(room, changes),
        registers=RegistersService(room, parent=changes),
        entry=EntryService(room, parent=changes),
        outbox=OutboxService(room, changes),
        sync=SyncService(room, OfficeCourier(), changes),
        settings=SettingsService(room, vault, client.paths.settings, changes),
        changes=changes,
    )
    QTimer.singleShot(0, changes, lambda: _after_opening(desk))
    return desk


def hold(where: Paths) -> filelock.FileLock | None:
    """The lock on the base folder, held if nobody else has it; None where none can be made.

    A folder that cannot be written is told by the unlock page, in words.
    """
    lock = filelock.FileLock(where.lock)
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        return lock
    except OSError:
        log.warning("the base folder does not take a lock")
        return None
    return lock


def _raise_first(where: Paths) -> int:
    """A second start: the first window comes to the front."""
    from client.ui.common.doorbell import name_of, ring

    return 0 if ring(name_of(str(where.base))) else 2


def _start_log(where: Paths) -> logs.LastLines | None:
    try:
        return logs.start(where.logs)
    except OSError:
        return None


# What the desk is made of, so that opening the store only has to put it together.
_SERVICES = (
    "client.services.courier",
    "client.services.entry",
    "client.services.entry_shelf",
    "client.services.home",
    "client.services.outbox",
    "client.services.registers",
    "client.services.settings",
    "client.services.sync",
    "client.sync.engine",
)


def _import_services() -> None:
    for name in _SERVICES:
        importlib.import_module(name)


def _after_paint(client: Client) -> None:
    from client.ui.common.doorbell import Doorbell, name_of

    client.session.warm_up()
    client.background.run(
        Lane.DATABASE,
        _import_services,
        done=lambda _: _preload(client.window),
        owner=client.window,
    )
    client.doorbell = Doorbell(name_of(str(client.paths.base)), client.application)
    client.doorbell.rung.connect(client.window.raise_window)


def _preload(window: MainWindow) -> None:
    Preloader(window)


def _after_opening(desk: Desk) -> None:
    desk.sync.start()
    desk.settings.backup_if_due()


def _on_bug(client: Client, error: BaseException, memory: logs.LastLines | None) -> None:
    """Trouble becomes a message; a bug becomes the one dialog with a report."""
    from client.ui.common.bug_dialog import BugDialog
    from client.ui.common.message_bar import Message
    from client.ui.theme import Tone

    workplace = client.window.workplace
    if is_trouble(error) and workplace is not None:
        workplace.say(Message(sentence(error), Tone.ERROR))
    elif client.window.findChild(BugDialog) is None:
        report = logs.report(error, memory, _version())
        dialog = BugDialog(report, client.window)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


def _version() -> str:
    from importlib import metadata

    try:
        return metadata.version("zhibao")
    except metadata.PackageNotFoundError:  # A frozen program may come without.
        return "?"

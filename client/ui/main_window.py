"""The one window: the door while it is locked, the desk while it is open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QEvent, QObject, QSize, Signal, Slot
from PySide6.QtGui import QCloseEvent, QGuiApplication, QShowEvent
from PySide6.QtWidgets import QStackedLayout, QWidget

from client.services.session import SessionService, Why
from client.ui import theme
from client.ui.unlock.page import UnlockPage

if TYPE_CHECKING:
    from client.services.desk import Desk
    from client.ui.common.page import Page
    from client.ui.workplace import Workplace

_ACTIVITY = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
        QEvent.Type.InputMethod,
    }
)


@dataclass(frozen=True, slots=True)
class PageEntry:
    """A page that the window can show: built by *make* on its first visit."""

    name: str
    title: str
    icon: str
    make: Callable[[Desk], Page]
    on_rail: bool = True
    at_foot: bool = False


class MainWindow(QWidget):
    """Shows the unlock page or the workplace.

    Signals:
        painted: the window was painted for the first time.
        left: the window was closed while the store was not open.

    """

    painted = Signal()
    left = Signal()

    def __init__(
        self, session: SessionService, pages: Sequence[PageEntry], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("直报")
        self.setWindowIcon(theme.icon("send"))
        self._session = session
        self._pages = tuple(pages)
        self._last_page = ""
        self.workplace: Workplace | None = None
        self.unlock = UnlockPage(session)
        self.unlock.painted.connect(self.painted)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.unlock)
        self._watch = _Watch(session, self)
        session.opened.connect(self._on_opened)
        session.closing.connect(self._on_closing)
        session.closed.connect(self._on_closed)
        self.unlock.enrol_asked.connect(self._on_enrol_asked)
        self.unlock.enrol_skipped.connect(self._on_enrol_skipped)
        self.resize(self.sizeHint())

    def sizeHint(self) -> QSize:
        available = QGuiApplication.primaryScreen().availableSize()
        return QSize(theme.chars(100), theme.line() * 42).boundedTo(available)

    def geometry_text(self) -> str:
        """Where the window stands, to be kept."""
        return bytes(self.saveGeometry().toHex().data()).decode("ascii")

    def restore_geometry_text(self, text: str) -> None:
        """Stands where it stood; an unreadable text changes nothing."""
        if text:
            self.restoreGeometry(QByteArray.fromHex(text.encode("ascii", "replace")))

    @Slot()
    def raise_window(self) -> None:
        """Comes to the front: somebody started the program again."""
        self.showNormal() if self.isMinimized() else self.show()
        self.raise_()
        self.activateWindow()

    # --- session ----------------------------------------------------------------------------

    @Slot(object)
    def _on_opened(self, desk: Desk) -> None:
        if self._session.is_new:
            self.unlock.show_step(self.unlock.enrol)
        else:
            self._enter(desk)

    @Slot(str, str)
    def _on_enrol_asked(self, url: str, code: str) -> None:
        desk = self._session.desk
        if desk is not None:
            desk.sync.enrol(
                url,
                code,
                done=lambda _: self._on_enrol_skipped(),
                failed=self.unlock.on_enrol_failed,
                owner=self,
            )

    @Slot()
    def _on_enrol_skipped(self) -> None:
        desk = self._session.desk
        if desk is not None and self.workplace is None:
            self._enter(desk)

    def _enter(self, desk: Desk) -> None:
        from client.ui.common.message_bar import Message
        from client.ui.theme import Tone
        from client.ui.workplace import Workplace

        self.workplace = Workplace(desk, self._pages)
        self._stack.addWidget(self.workplace)
        self._stack.setCurrentWidget(self.workplace)
        self.workplace.enter(self._last_page)
        if self._session.salvaged:
            text = f"已从备份恢复，并找回 {self._session.salvaged} 件尚未上报的内容。"
            self.workplace.say(Message(text, Tone.DONE))

    @Slot()
    def _on_closing(self) -> None:
        if self.workplace is not None:
            self._last_page = self.workplace.current
            self.workplace.leave()
        self._stack.setCurrentWidget(self.unlock)

    @Slot(object)
    def _on_closed(self, why: Why) -> None:
        if self.workplace is not None:
            self._stack.removeWidget(self.workplace)
            self.workplace.deleteLater()
            self.workplace = None
        self.unlock.begin(why)

    # --- Qt ---------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        handle = self.windowHandle()
        if handle is not None:
            handle.installEventFilter(self._watch)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Closes at once for the eye; the store closes after all that is still to be saved."""
        super().closeEvent(event)
        desk = self._session.desk
        if desk is not None:
            desk.settings.save_look(replace(desk.settings.look, geometry=self.geometry_text()))
        if not self._session.lock(Why.QUIT):
            self.left.emit()


class _Watch(QObject):
    """Sees that the officer is there: what the window itself is told, not every event."""

    def __init__(self, session: SessionService, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        del watched
        if event.type() in _ACTIVITY:
            self._session.touch()
        return False

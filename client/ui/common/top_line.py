"""The line at the top: whose registers these are, search everywhere, how the line stands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from client.services.line import LineKind, LineState
from client.ui import theme
from client.ui.actions import keys_text
from client.ui.common.card import ElidedLabel
from client.ui.common.picture import Picture
from client.ui.common.search_edit import SearchEdit
from client.ui.theme import Tone

_LOOKS = {
    LineKind.UNKNOWN: ("wifi", Tone.WAITING),
    LineKind.UNENROLLED: ("unlink", Tone.WAITING),
    LineKind.NEVER: ("wifi", Tone.WAITING),
    LineKind.SYNCING: ("refresh-cw", Tone.HINT),
    LineKind.CONNECTED: ("wifi", Tone.DONE),
    LineKind.OFFLINE: ("wifi-off", Tone.WAITING),
    LineKind.TROUBLE: ("triangle-alert", Tone.WARNING),
}
_REFRESH_MS = 30_000


class TopLine(QWidget):
    """Unit and officer · search · state of the line, with what can be done about it.

    Signals:
        sync_asked: synchronise now.
        lock_asked: lock now.
        help_asked: show the shortcuts.

    """

    sync_asked = Signal()
    lock_asked = Signal()
    help_asked = Signal()

    def __init__(self, now: Callable[[], datetime], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._now = now
        self._state = LineState()
        self.unit = ElidedLabel()
        self.unit.setFont(theme.font(1.1, bold=True))
        self.officer = QLabel()
        self.officer.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.search = SearchEdit(f"查找人员或单位（{keys_text('search')}）")
        self.search.setMinimumWidth(theme.chars(17))
        self._picture = Picture()
        self.words = QLabel()
        self.words.setAccessibleName("线路状态")
        self.sync_button = _tool("refresh-cw", "立即同步", "sync", self.sync_asked)
        self.help_button = _tool("circle-help", "快捷键一览", "help", self.help_asked)
        self.lock_button = _tool("lock", "锁定", "lock", self.lock_asked)
        self._lay_out()
        self._timer = QTimer(self)
        self._timer.setInterval(_REFRESH_MS)
        self._timer.timeout.connect(self._tell)
        self._timer.start()
        self.show_account("", "")
        self._tell()

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.space(4), theme.space(2), theme.space(3), theme.space(2))
        row.setSpacing(theme.space(2))
        row.addWidget(self.unit)
        row.addWidget(self.officer)
        row.addStretch(2)
        row.addWidget(self.search, 3)
        row.addSpacing(theme.space(3))
        row.addWidget(self._picture)
        row.addWidget(self.words)
        row.addSpacing(theme.space(1))
        for button in (self.sync_button, self.help_button, self.lock_button):
            row.addWidget(button)

    def show_account(self, unit: str, officer: str) -> None:
        """Whose registers these are; empty before enrolment."""
        self.unit.setText(unit or "本机台账")
        self.officer.setText(officer)

    @Slot(object)
    def show_state(self, state: LineState) -> None:
        """How the line stands."""
        self._state = state
        self._tell()

    def line_words(self) -> str:
        """What it says about the line."""
        return self.words.text()

    @Slot()
    def _tell(self) -> None:
        icon, tone = _LOOKS[self._state.kind]
        self._picture.show_icon(theme.icon(icon, tone))
        self._picture.setVisible(self._state.kind is not LineKind.UNKNOWN)
        self.words.setText(self._state.words(self._now()))
        explanation = self._state.explanation()
        for each in (self.words, self._picture):
            each.setToolTip(explanation)
        self.words.setAccessibleDescription(explanation)
        self.sync_button.setEnabled(bool(self._state.is_enrolled) and not self._state.is_syncing)


def _tool(icon: str, name: str, action_id: str, signal: object) -> QToolButton:
    button = QToolButton()
    button.setIcon(theme.icon(icon))
    button.setIconSize(theme.icon_size())
    button.setAutoRaise(True)
    button.setAccessibleName(name)
    button.setToolTip(f"{name}（{keys_text(action_id)}）")
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    button.clicked.connect(signal)
    return button

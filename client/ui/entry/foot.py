"""The foot of the entry page: is it saved, until when is it due, and the one main action."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from client.services.entry_events import Due
from client.ui import actions, theme
from client.ui.entry.head import due_words
from client.ui.entry.tone_label import ToneIcon, ToneLabel
from client.ui.theme import Tone


class _State(QWidget):
    """An icon and a sentence in the colour of a tone."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._icon = ToneIcon(Tone.WAITING, 1.0, self)
        self.words = ToneLabel(Tone.WAITING, "", self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.space(1))
        layout.addWidget(self._icon)
        layout.addWidget(self.words)

    def show_state(self, tone: Tone, words: str) -> None:
        """Show *words* with the icon of *tone*; empty words show nothing."""
        self.setVisible(bool(words))
        self._icon.show_tone(tone)
        self.words.show_tone(tone, words)
        self.setAccessibleName(words)


class Foot(QWidget):
    """Says what the session says; asks for submit and discard.

    Signals:
        submitted: 上报 was pressed.
        discarded: 删除草稿 was pressed.

    """

    submitted = Signal()
    discarded = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        rule = QFrame(self)
        rule.setFrameShape(QFrame.Shape.HLine)
        rule.setFrameShadow(QFrame.Shadow.Plain)
        rule.setForegroundRole(QPalette.ColorRole.Mid)
        self._saved = _State(self)
        self._due = _State(self)
        self.discard_button = QPushButton("删除草稿", self)
        self.discard_button.setAutoDefault(False)
        self.submit_button = QPushButton(theme.icon("send"), "上报", self)
        self.submit_button.setIconSize(theme.icon_size())
        self.submit_button.setAutoDefault(False)
        self.submit_button.setToolTip(f"核对无误后上报（{actions.keys_text('submit')}）")
        self.submit_button.setMinimumWidth(theme.chars(8))
        self.submit_button.setDefault(False)
        keys = QLabel(actions.keys_text("submit"), self)
        keys.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        keys.setFont(theme.font(0.92))
        row = QHBoxLayout()
        row.setContentsMargins(theme.space(4), theme.space(1.5), theme.space(4), theme.space(1.5))
        row.setSpacing(theme.space(4))
        row.addWidget(self._saved)
        row.addWidget(self._due)
        row.addStretch(1)
        row.addWidget(self.discard_button)
        row.addWidget(keys)
        row.addWidget(self.submit_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(rule)
        layout.addLayout(row)
        self.submit_button.clicked.connect(self.submitted)
        self.discard_button.clicked.connect(self.discarded)
        self._accent()
        self.show_waiting()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self._accent()

    def _accent(self) -> None:
        """Give the main action the accent."""
        roles = QPalette.ColorRole
        colors = QPalette(self.submit_button.palette())
        ground = QApplication.palette()
        colors.setColor(roles.Button, ground.color(roles.Highlight))
        colors.setColor(roles.ButtonText, ground.color(roles.HighlightedText))
        self.submit_button.setPalette(colors)
        self.submit_button.setIcon(theme.icon("send", role=roles.HighlightedText))

    def show_saved(self, clock: str) -> None:
        """The draft is safe."""
        self._saved.show_state(Tone.DONE, f"已保存 {clock}")

    def show_unsaved(self) -> None:
        """Something was typed that is not safe yet."""
        self._saved.show_state(Tone.WAITING, "正在保存…")

    def show_waiting(self) -> None:
        """Nothing was typed yet."""
        self._saved.show_state(Tone.WAITING, "边填边存，不用手动保存")

    def show_failed(self) -> None:
        """Saving did not work."""
        self._saved.show_state(Tone.ERROR, "没有存盘，正在重试")

    def show_due(self, due: Due | None) -> None:
        """Until when to report."""
        tone, words = due_words(due) or (Tone.HINT, "")
        self._due.show_state(tone, words)

    def show_submitting(self, *, busy: bool) -> None:
        """Whether the change is just being queued."""
        self.submit_button.setEnabled(not busy)
        self.submit_button.setText("正在上报…" if busy else "上报")

    def saved_words(self) -> str:
        """What is said about saving."""
        return self._saved.words.text()

"""A sentence at the top of a page: what is wrong, where, what to do. Not a dialog."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRectF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QWidget

from client.ui import theme
from client.ui.common.picture import Picture
from client.ui.theme import Tone

SECONDS_SHOWN = 8  # what only confirms goes away by itself; trouble stays until it is closed


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence for a message bar; *do* is called by a button that says *verb*."""

    text: str
    tone: Tone = Tone.HINT
    verb: str = ""
    do: Callable[[], object] | None = None


class MessageBar(QWidget):
    """Shows one message at a time; hidden while there is none.

    Signals:
        turned: a message came (True) or went (False).

    """

    turned = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.message: Message | None = None
        self._picture = Picture(parent=self)
        self._words = QLabel(self)
        self._words.setWordWrap(True)
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.action_button = QPushButton(self)
        self.action_button.setAutoDefault(False)
        self.close_button = QToolButton(self)
        self.close_button.setIcon(theme.icon("x"))
        self.close_button.setIconSize(theme.icon_size())
        self.close_button.setAutoRaise(True)
        self.close_button.setAccessibleName("收起提示")
        self.close_button.setToolTip("收起提示")
        self.close_button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.space(3), theme.space(1.5), theme.space(2), theme.space(1.5))
        row.setSpacing(theme.space(2))
        row.addWidget(self._picture)
        row.addWidget(self._words, 1)
        row.addWidget(self.action_button)
        row.addWidget(self.close_button)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SECONDS_SHOWN * 1000)
        self._timer.timeout.connect(self.clear)
        self.action_button.clicked.connect(self._on_action)
        self.close_button.clicked.connect(self.clear)
        self.hide()

    def show_message(self, message: Message) -> None:
        """Shows *message* instead of the one before, and reads it to a screen reader."""
        self.message = message
        self._words.setText(message.text)
        self._recolor()
        self.action_button.setText(message.verb)
        self.action_button.setVisible(bool(message.verb))
        self.setAccessibleName(message.text)
        self.show()
        self.update()
        self.turned.emit(True)
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, message.text))
        if message.tone in {Tone.HINT, Tone.DONE} and not message.verb:
            self._timer.start()
        else:
            self._timer.stop()

    @Slot()
    def clear(self) -> None:
        """Takes the message away."""
        self._timer.stop()
        self.message = None
        self.hide()
        self.turned.emit(False)

    def text(self) -> str:
        """The sentence shown, or an empty text."""
        return self.message.text if self.message else ""

    @Slot()
    def _on_action(self) -> None:
        message = self.message
        self.clear()
        if message is not None and message.do is not None:
            message.do()

    def _recolor(self) -> None:
        if self.message is not None:
            self._picture.show_icon(theme.tone_icon(self.message.tone))
            theme.color_text(self._words, theme.ink(self.message.tone, self.palette()))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self._recolor()

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        if self.message is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.tint(self.message.tone, self.palette()))
        painter.drawRoundedRect(QRectF(self.rect()), theme.space(1), theme.space(1))
        painter.end()

"""A label in the colour of a state; it follows the scheme by itself."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QWidget

from client.ui import theme
from client.ui.theme import Tone


class ToneLabel(QLabel):
    """Plain text in the ink of its tone."""

    def __init__(self, tone: Tone, words: str, parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self.tone = tone
        self._colouring = False
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._colour()

    def show_tone(self, tone: Tone, words: str) -> None:
        """Say something else, in another tone."""
        self.tone = tone
        self.setText(words)
        self._colour()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and not self._colouring:
            self._colour()

    def _colour(self) -> None:
        self._colouring = True
        colors = QPalette(self.palette())
        ink = theme.ink(self.tone, QApplication.palette())
        # On the ground of a table a label draws with Text, elsewhere with WindowText.
        colors.setColor(QPalette.ColorRole.WindowText, ink)
        colors.setColor(QPalette.ColorRole.Text, ink)
        self.setPalette(colors)
        self._colouring = False


class ToneIcon(QLabel):
    """The icon of a tone, redrawn when the scheme changes."""

    def __init__(self, tone: Tone, scale: float = 1.0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scale = scale
        self._tone = tone
        self.show_tone(tone)

    def show_tone(self, tone: Tone) -> None:
        """Show the icon of *tone*."""
        self._tone = tone
        ratio = self.devicePixelRatioF()
        size = theme.icon_size() * self._scale
        self.setPixmap(theme.tone_icon(tone).pixmap(size, ratio))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.ApplicationPaletteChange):
            self.show_tone(self._tone)


class Note(QWidget):
    """A sentence with the icon of its tone, below a field."""

    def __init__(self, tone: Tone, words: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.tone = tone
        self.words = ToneLabel(tone, words, self)
        self.words.setWordWrap(True)
        self.words.setFont(theme.font(0.92))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.space(1))
        layout.addWidget(ToneIcon(tone, 0.85, self), 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self.words, 1)

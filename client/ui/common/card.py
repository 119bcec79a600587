"""Small parts that pages are made of: cards, headings, quiet text, labels in a state's colour."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from client.ui import theme
from client.ui.common.picture import Picture
from client.ui.theme import Tone


class Card(QWidget):
    """A sheet with rounded corners; `body` is its column."""

    def __init__(self, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.is_marked = False
        self.body = QVBoxLayout(self)
        pad = theme.space(4)
        self.body.setContentsMargins(pad, pad, pad, pad)
        self.body.setSpacing(theme.space(2.5))
        if title:
            self.body.addWidget(heading(title))

    def mark(self, *, on: bool) -> None:
        """Draws the border in the accent: here is the first thing to do."""
        self.is_marked = on
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colors = self.palette()
        pen = QPen(colors.accent().color() if self.is_marked else colors.mid().color())
        pen.setWidthF(2.0 if self.is_marked else 1.0)
        painter.setPen(pen)
        painter.setBrush(theme.sheet(colors))
        half = pen.widthF() / 2
        box = QRectF(self.rect()).adjusted(half, half, -half, -half)
        painter.drawRoundedRect(box, theme.space(1.5), theme.space(1.5))
        painter.end()


def heading(text: str, scale: float = 1.15) -> QLabel:
    """A title."""
    label = QLabel(text)
    label.setFont(theme.font(scale, bold=True))
    return label


class ElidedLabel(QLabel):
    """One line of text that ends in … where there is no room; the tool tip says all."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.chars(3), super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        metrics = self.fontMetrics()
        text = metrics.elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        self.setToolTip(self.text() if text != self.text() else "")
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignVCenter), text)
        painter.end()


def quiet(text: str = "", *, wrap: bool = True) -> QLabel:
    """Secondary text."""
    label = QLabel(text)
    label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
    label.setWordWrap(wrap)
    return label


def empty(layout: QLayout) -> None:
    """Removes the widgets of *layout*."""
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()


class ToneLabel(QWidget):
    """A sentence with the icon and the colour of a state; hidden while empty."""

    def __init__(self, tone: Tone = Tone.ERROR, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture = Picture(parent=self)
        self._words = QLabel(self)
        self._words.setWordWrap(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.space(1))
        row.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._words, 1)
        self._tone = tone
        self.say("", tone)

    def say(self, text: str, tone: Tone = Tone.ERROR) -> None:
        """Says *text*, or nothing."""
        self._tone = tone
        self._recolor()
        self._words.setText(text)
        self.setAccessibleName(text)
        self.setVisible(bool(text))

    def text(self) -> str:
        """What it says."""
        return self._words.text()

    def _recolor(self) -> None:
        self._picture.show_icon(theme.tone_icon(self._tone))
        theme.color_text(self._words, theme.ink(self._tone, self.palette()))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self._recolor()


class MainButton(QPushButton):
    """The one main action of a screen, flat and in the accent's colour."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setAutoDefault(True)
        self.setDefault(True)
        self.setFont(theme.font(bold=True))
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def sizeHint(self) -> QSize:
        return super().sizeHint() + QSize(theme.space(4), theme.space(1))

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        colors = self.palette()
        ground = colors.highlight().color()
        text = colors.highlightedText().color()
        if not self.isEnabled():
            text = theme.muted(colors)
        elif self.isDown():
            ground = theme.mixed(ground, colors.shadow().color(), 0.25)
        elif self.underMouse():
            ground = theme.mixed(ground, colors.shadow().color(), 0.12)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        radius = theme.space(1)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(box, radius, radius)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(text, 1))
            painter.drawRoundedRect(box.adjusted(2, 2, -2, -2), radius - 1, radius - 1)
        painter.setPen(text)
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextShowMnemonic
        words = self.rect()
        if not self.icon().isNull():
            side = theme.icon_size().width()
            width = self.fontMetrics().horizontalAdvance(self.text().replace("&", ""))
            left = (self.width() - width - side - theme.space(1)) // 2
            place = QRect(left, (self.height() - side) // 2, side, side)
            self.icon().paint(painter, place, mode=QIcon.Mode.Selected)
            words = words.adjusted(side + theme.space(1), 0, 0, 0)
        painter.drawText(words, int(flags), self.text())
        painter.end()

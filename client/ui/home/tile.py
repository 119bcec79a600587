"""A count that leads somewhere."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from client.ui import theme
from client.ui.theme import Tone


class Tile(QAbstractButton):
    """A number, what it counts, and its tone while it is not zero."""

    def __init__(self, title: str, icon: str, tone: Tone, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(title)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.count = 0
        self._picture = icon
        self._tone = tone
        self.show_count(0)

    def show_count(self, count: int) -> None:
        """Shows another number."""
        self.count = count
        self.setAccessibleName(f"{self.text()} {count} 件")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.chars(11), round(theme.line() * 4.2))

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        colors = self.palette()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        radius = theme.space(1.5)
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        active = self.hasFocus()
        painter.setPen(colors.accent().color() if active else colors.mid().color())
        painter.setBrush(colors.midlight().color() if self.underMouse() else theme.sheet(colors))
        painter.drawRoundedRect(box, radius, radius)
        pad = theme.space(3)
        side = theme.line()
        color = theme.ink(self._tone, colors) if self.count else theme.muted(colors)
        painter.setFont(theme.font())
        place = QRect(pad, pad, side, side)
        tone = self._tone if self.count else None
        role = colors.ColorRole.PlaceholderText
        theme.icon(self._picture, tone, role).paint(painter, place)
        painter.setPen(colors.text().color() if self.count else theme.muted(colors))
        words = QRect(pad + side + theme.space(1.5), pad, self.width(), side)
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, self.text())
        number = theme.font(1.9, bold=True, tabular=True)
        painter.setFont(number)
        painter.setPen(color)
        height = QFontMetrics(number).height()
        foot = QRect(pad, self.height() - height - theme.space(2), self.width() - 2 * pad, height)
        painter.drawText(foot, Qt.AlignmentFlag.AlignBottom, str(self.count))
        painter.end()

"""The rail at the left: one button per page, icon and word, with a number where something waits."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QVBoxLayout, QWidget

from client.ui import theme


class RailButton(QAbstractButton):
    """One page. `count` is shown as a number at its corner."""

    def __init__(self, title: str, icon: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(title)
        self.setAccessibleName(title)
        self.setCheckable(True)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.count = 0
        self._name = icon

    def show_count(self, count: int) -> None:
        """Shows how many things wait there; 0 hides the number."""
        self.count = count
        self.setAccessibleName(f"{self.text()}，{count} 件" if count else self.text())
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.chars(5.5), round(theme.line() * 3.4))

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        colors = self.palette()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(*_inset(1, 0.5))
        radius = theme.space(1.5)
        painter.setPen(Qt.PenStyle.NoPen)
        if self.isChecked():
            painter.setBrush(colors.base())
            painter.drawRoundedRect(box, radius, radius)
            painter.setBrush(colors.accent())
            bar = QRectF(box.left(), box.top() + box.height() * 0.24, 3, box.height() * 0.52)
            painter.drawRoundedRect(bar, 1.5, 1.5)
        elif self.underMouse():
            painter.setBrush(colors.midlight())
            painter.drawRoundedRect(box, radius, radius)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(colors.accent().color())
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        self._paint_face(painter, colors)
        painter.end()

    def _paint_face(self, painter: QPainter, colors: QPalette) -> None:
        role = QPalette.ColorRole.Accent if self.isChecked() else QPalette.ColorRole.WindowText
        side = round(theme.line() * 1.35)
        font = theme.font(0.95, bold=self.isChecked())
        words = QFontMetrics(font).height()
        gap = theme.space(0.75)
        top = (self.height() - side - gap - words) // 2
        picture = QRect((self.width() - side) // 2, top, side, side)
        theme.icon(self._name, role=role).paint(painter, picture)
        painter.setPen(colors.color(role))
        painter.setFont(font)
        place = QRect(0, top + side + gap, self.width(), words)
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, self.text())
        if self.count:
            self._paint_count(painter, colors, picture)

    def _paint_count(self, painter: QPainter, colors: QPalette, picture: QRect) -> None:
        font = theme.font(0.8, bold=True)
        metrics = QFontMetrics(font)
        text = str(self.count) if self.count < 100 else "99+"
        height = metrics.height()
        width = max(height, metrics.horizontalAdvance(text) + theme.space(1.5))
        box = QRect(picture.right() - theme.space(1), picture.top() - height // 2, width, height)
        box.moveTop(max(box.top(), theme.space(1)))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.ink(theme.Tone.RETURNED, colors))
        painter.drawRoundedRect(box, height / 2, height / 2)
        painter.setFont(font)
        painter.setPen(colors.base().color())
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


class Rail(QWidget):
    """The pages, one above the other. Up and Down move, Enter or Space chooses.

    Signals:
        chosen: name of the page (str).

    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.buttons: dict[str, RailButton] = {}
        self._group = QButtonGroup(self)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, theme.space(1), 0, theme.space(1))
        self._column.setSpacing(0)
        self._column.addStretch(1)

    def add(self, name: str, title: str, icon: str, *, last: bool = False) -> None:
        """Adds a page; *last* puts it at the foot."""
        button = RailButton(title, icon, self)
        button.clicked.connect(lambda: self.chosen.emit(name))
        self.buttons[name] = button
        self._group.addButton(button)
        self._column.insertWidget(
            self._column.count() if last else self._column.count() - 1, button
        )

    def show_page(self, name: str) -> None:
        """Marks the page on the screen; one that is not on the rail belongs to the one before."""
        if name not in self.buttons:
            return
        self._group.setExclusive(False)
        for each, button in self.buttons.items():
            button.setChecked(each == name)
        self._group.setExclusive(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        buttons = list(self.buttons.values())
        here = next((n for n, each in enumerate(buttons) if each.hasFocus()), None)
        if event.key() in steps and here is not None:
            buttons[(here + steps[Qt.Key(event.key())]) % len(buttons)].setFocus()
        else:
            super().keyPressEvent(event)


def _inset(across: float, down: float) -> tuple[float, float, float, float]:
    x, y = theme.space(across), theme.space(down)
    return x, y, -x, -y

"""An icon as a widget; it follows the scheme, because it is drawn when it is painted."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QIcon, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from client.ui import theme


class Picture(QWidget):
    """Shows one icon, *lines* lines of text high."""

    def __init__(
        self, icon: QIcon | None = None, lines: float = 1.05, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._icon = icon or QIcon()
        self._side = round(theme.line() * lines)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_icon(self, icon: QIcon) -> None:
        """Shows another icon."""
        self._icon = icon
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._side, self._side)

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        mode = QIcon.Mode.Normal if self.isEnabled() else QIcon.Mode.Disabled
        self._icon.paint(painter, self.rect(), mode=mode)
        painter.end()

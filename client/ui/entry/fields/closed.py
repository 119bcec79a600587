"""A field that cannot be typed into: its value, and why, in one line."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QWidget

from client.services.entry_state import Access, FieldState
from client.ui import theme
from client.ui.common.picture import Picture

_WORDS = {
    Access.ISSUED: "由编办核发",
    Access.COMPUTED: "自动计算",
    Access.SET: "由本次办理填写",
    Access.KEPT: "已有记载",
}
_ICONS = {Access.LOCKED: "lock", Access.ISSUED: "shield-check", Access.COMPUTED: "sparkles"}


def why_closed(state: FieldState) -> str:
    """Why the officer cannot type here; what to do instead where there is something."""
    if state.access is Access.LOCKED:
        flows = "」或「".join(state.openers)
        return f"锁定 · 要改请办「{flows}」" if flows else "锁定 · 由编办维护"
    return _WORDS.get(state.access, "")


class ClosedField(QWidget):
    """The value at the left, the reason at the right, on the ground of the page."""

    def __init__(self, parent: QWidget | None = None, *, brief: bool = False) -> None:
        super().__init__(parent)
        self._brief = brief
        self.value = QLabel(self)
        self.value.setTextFormat(Qt.TextFormat.PlainText)
        self.value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._icon = Picture(lines=0.85, parent=self)
        self.reason = _Elided(self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(theme.space(1.5), 0, theme.space(1.5), 0)
        layout.setSpacing(theme.space(1))
        layout.addWidget(self.value)
        layout.addStretch(1)
        layout.addWidget(self._icon)
        layout.addWidget(self.reason)
        self.setMinimumHeight(QLineEdit().sizeHint().height())

    def show_state(self, state: FieldState) -> None:
        """Show the value and the reason."""
        self.value.setText(state.shown or ("" if self._brief else "—"))
        why = why_closed(state)
        self.setToolTip(why)
        icon = _ICONS.get(state.access)
        self._icon.setVisible(icon is not None)
        if icon is not None:
            self._icon.show_icon(theme.icon(icon, role=QPalette.ColorRole.PlaceholderText))
        self.reason.setText("" if self._brief else why)
        self.reason.setVisible(not self._brief and bool(why))

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.palette().color(QPalette.ColorRole.Midlight))
        radius = theme.space(0.75)
        painter.drawRoundedRect(QRectF(self.rect()), radius, radius)
        painter.end()


class _Elided(QLabel):
    """A muted word that gives way first when there is little room."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.setFont(theme.font(0.9))
        self.setTextFormat(Qt.TextFormat.PlainText)

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.chars(2), super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(
            self.rect(), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text
        )
        painter.end()

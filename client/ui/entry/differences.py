"""What was and what will be, beside the form."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent, QPalette
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from client.services.entry_state import Difference
from client.ui import theme
from client.ui.entry.tone_label import ToneLabel
from client.ui.theme import Tone


class _Line(QWidget):
    """One field: its title, and below it 原值 → 新值."""

    clicked = Signal()

    def __init__(self, difference: Difference, parent: QWidget) -> None:
        super().__init__(parent)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        title = QLabel(difference.title, self)
        title.setTextFormat(Qt.TextFormat.PlainText)
        title.setWordWrap(True)
        title.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        title.setFont(theme.font(0.92))
        before = QLabel(difference.before or "（空）", self)
        before.setTextFormat(Qt.TextFormat.PlainText)
        before.setWordWrap(True)
        struck = before.font()
        struck.setStrikeOut(bool(difference.before))
        before.setFont(struck)
        before.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        arrow = ToneLabel(Tone.CHANGED, "→", self)
        after = ToneLabel(Tone.CHANGED, difference.after or "（空）", self)
        after.setWordWrap(True)
        after.setFont(theme.font(bold=True))
        values = QHBoxLayout()
        values.setSpacing(theme.space(1))
        long = len(difference.before) + len(difference.after) > 24
        values.addWidget(before, 1 if long else 0)
        values.addWidget(arrow)
        values.addWidget(after, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.space(0.25))
        layout.addWidget(title)
        layout.addLayout(values)
        self.setAccessibleName(
            f"{difference.title}：原值 {difference.before or '空'}，新值 {difference.after or '空'}"
        )

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit()


class DifferencePanel(QWidget):
    """The list of differences.

    Signals:
        asked: the officer wants to go to a field (pointer).

    """

    asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[Difference, ...] | None = None
        title = QLabel("变更对照", self)
        title.setFont(theme.font(1.05, bold=True))
        self._count = QLabel(self)
        self._count.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._count.setFont(theme.font(0.92))
        self._inside = QWidget(self)
        self._list = QVBoxLayout(self._inside)
        self._list.setContentsMargins(0, 0, theme.space(1), 0)
        self._list.setSpacing(theme.space(1.5))
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(self._inside)
        head = QHBoxLayout()
        head.addWidget(title)
        head.addStretch(1)
        head.addWidget(self._count)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.space(1.5))
        layout.addLayout(head)
        layout.addWidget(scroll, 1)

    def show_differences(self, differences: Sequence[Difference]) -> None:
        """Show these differences."""
        told = tuple(differences)
        if told == self._shown:
            return
        self._shown = told
        while (item := self._list.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self._count.setText(f"{len(told)} 处变更" if told else "")
        if not told:
            empty = QLabel("还没有改动。改过的字段会列在这里：原值 → 新值。", self._inside)
            empty.setWordWrap(True)
            empty.setForegroundRole(QPalette.ColorRole.PlaceholderText)
            self._list.addWidget(empty)
        for difference in told:
            line = _Line(difference, self._inside)
            line.clicked.connect(partial(self.asked.emit, difference.pointer))
            self._list.addWidget(line)
        self._list.addStretch(1)

    def lines(self) -> tuple[Difference, ...]:
        """What is shown."""
        return self._shown or ()

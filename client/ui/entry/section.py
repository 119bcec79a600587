"""A titled part of the form: its fields in one or two columns, and the rest under 更多."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from client.ui import theme
from client.ui.entry.row import LABEL_CHARS, FieldRow

_COLUMN_CHARS = LABEL_CHARS + 14


class SectionTitle(QWidget):
    """The title with a thin line after it, and at its end what folds the section."""

    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.words = QLabel(title, self)
        self.words.setFont(theme.font(1.05, bold=True))
        rule = QFrame(self)
        rule.setFrameShape(QFrame.Shape.HLine)
        rule.setForegroundRole(QPalette.ColorRole.Mid)
        rule.setFrameShadow(QFrame.Shadow.Plain)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.space(2))
        layout.addWidget(self.words)
        layout.addWidget(rule, 1)
        self.row = layout


class SectionBox(QWidget):
    """Lays out rows; asks nothing and knows no values.

    Signals:
        folded: the part under 更多 was opened or closed.

    """

    folded = Signal()

    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.rows: list[FieldRow] = []
        self._hidden: set[str] = set()
        self._columns = 0
        self._head = SectionTitle(title, self)
        self.more = QToolButton(self)
        self.more.setCheckable(True)
        self.more.setAutoRaise(True)
        self.more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.more.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.more.toggled.connect(self._on_toggled)
        self._head.row.addWidget(self.more)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(theme.space(5))
        self._grid.setVerticalSpacing(theme.space(2))
        self.body = QVBoxLayout()
        self.body.setSpacing(theme.space(2))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.space(2))
        layout.addWidget(self._head)
        layout.addLayout(self._grid)
        layout.addLayout(self.body)
        self._show_fold()

    def add_row(self, row: FieldRow) -> None:
        """Add a field at the end."""
        self.rows.append(row)

    def show_rows(self, hidden: Iterable[str]) -> bool:
        """Show all rows but those at the *hidden* pointers; False if they stood so already."""
        own = {each.pointer for each in self.rows}
        wanted = own.intersection(hidden)
        if wanted == self._hidden and self._columns:
            return False
        self._hidden = wanted
        self._arrange()
        return True

    def settle(self) -> None:
        """Lay the rows out at once."""
        layout = self.layout()
        if layout is not None:
            layout.activate()

    def unfold(self) -> None:
        """Open the part under 更多."""
        self.more.setChecked(True)

    def has_no_field(self) -> bool:
        """Whether no field of this section is asked for."""
        return not self._wanted(folded=False)

    def _wanted(self, *, folded: bool) -> list[FieldRow]:
        return [
            each
            for each in self.rows
            if each.pointer not in self._hidden and not (folded and each.field.more)
        ]

    def _arrange(self) -> None:
        wanted = self._wanted(folded=not self.more.isChecked())
        columns = 2 if self.width() >= theme.chars(_COLUMN_CHARS) * 2 + theme.space(5) else 1
        for row in self.rows:
            # takeAt would leave the old layout item as the widget's own, and its cached heights
            # stale; removeWidget deletes it.
            self._grid.removeWidget(row)
            row.setVisible(row in wanted)
        line = place = 0
        for row in wanted:
            if row.is_wide:
                line += place > 0
                self._grid.addWidget(row, line, 0, 1, columns)
                line, place = line + 1, 0
                continue
            self._grid.addWidget(row, line, place, Qt.AlignmentFlag.AlignTop)
            place += 1
            if place == columns:
                line, place = line + 1, 0
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(1, 1 if columns == 2 else 0)
        self._columns = columns
        self._show_fold()

    def _show_fold(self) -> None:
        count = sum(each.field.more for each in self._wanted(folded=False))
        is_open = self.more.isChecked()
        self.more.setVisible(count > 0)
        self.more.setText("收起" if is_open else f"更多 {count} 项")
        self.more.setAccessibleName(f"{self._head.words.text()}:{self.more.text()}")
        self.more.setIcon(theme.icon("chevron-down" if not is_open else "minus"))

    def _on_toggled(self) -> None:
        self._arrange()
        self.folded.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        columns = 2 if self.width() >= theme.chars(_COLUMN_CHARS) * 2 + theme.space(5) else 1
        if columns != self._columns:
            self._arrange()

"""The chosen record in words, beside the table; sensitive values are masked until asked for."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from client.services.register_card import CardLine, CardView
from client.ui import actions, theme
from client.ui.common.state_badge import BADGES, StateBadge

_CHARS = 22
_LABEL_CHARS = 6.2


class CardPreview(QWidget):
    """Shows a `CardView`.

    Signals:
        revealed: sensitive values were shown on the officer's wish.

    """

    revealed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.card: CardView | None = None
        self.is_revealed = False
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.setAutoFillBackground(True)
        self._title = QLabel(self)
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        self._title.setWordWrap(True)
        self._title.setFont(theme.font(1.25, bold=True))
        self._badge = StateBadge(None, self)
        self.reveal_button = QPushButton(self)
        self.reveal_button.setAutoDefault(False)
        self.reveal_button.setCheckable(True)
        self.reveal_button.setIconSize(theme.icon_size())
        self.reveal_button.setToolTip(
            f"显示或遮盖敏感内容（{actions.keys_text('reveal')}）；显示会记入审计"
        )
        self.reveal_button.clicked.connect(self.toggle)
        self._empty = QLabel("选中一行，这里显示卡片。", self)
        self._empty.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._empty.setWordWrap(True)
        self._scroll = QScrollArea(self)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        head = QHBoxLayout()
        head.setSpacing(theme.space(2))
        head.addWidget(self._title, 1)
        head.addWidget(self._badge, 0, Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        pad = theme.space(3)
        layout.setContentsMargins(pad, pad, theme.space(1), theme.space(2))
        layout.setSpacing(theme.space(2))
        layout.addLayout(head)
        layout.addWidget(self._empty, 1, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self._scroll, 1)
        layout.addWidget(self.reveal_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.show_card(None)

    def sizeHint(self) -> QSize:
        return QSize(theme.chars(_CHARS), super().sizeHint().height())

    def show_card(self, card: CardView | None, empty: str = "选中一行，这里显示卡片。") -> None:
        """Show a record, masked; None shows the words *empty*."""
        self.card = card
        self.is_revealed = False
        self._title.setText(card.title if card else "")
        self._badge.show_badge(BADGES.get(card.badge) if card else None)
        self._empty.setText(empty)
        self._empty.setVisible(card is None)
        self._scroll.setVisible(card is not None)
        self._title.setVisible(card is not None)
        self._show_lines()

    def toggle(self) -> None:
        """Show or mask sensitive values."""
        if self.card is None or not self.card.has_masked:
            return
        self.is_revealed = not self.is_revealed
        self._show_lines()
        if self.is_revealed:
            self.revealed.emit()

    def texts(self) -> list[str]:
        """The values as they are shown."""
        inside = self._scroll.widget()
        if inside is None:
            return []
        return [each.text() for each in inside.findChildren(QLabel)]

    def _show_lines(self) -> None:
        has_masked = self.card is not None and self.card.has_masked
        self.reveal_button.setVisible(has_masked)
        self.reveal_button.setChecked(self.is_revealed)
        self.reveal_button.setText("遮盖敏感内容" if self.is_revealed else "显示敏感内容")
        self.reveal_button.setIcon(theme.icon("eye-off" if self.is_revealed else "eye"))
        inside = QWidget(self._scroll)
        grid = QGridLayout(inside)
        grid.setContentsMargins(0, 0, theme.space(2), 0)
        grid.setHorizontalSpacing(theme.space(2))
        grid.setVerticalSpacing(theme.space(0.75))
        grid.setColumnStretch(1, 1)
        row = 0
        for section in self.card.sections if self.card else ():
            title = QLabel(section.title, inside)
            title.setFont(theme.font(0.92, bold=True))
            title.setContentsMargins(0, theme.space(1.5) if row else 0, 0, 0)
            grid.addWidget(title, row, 0, 1, 2)
            row += 1
            for line in section.lines:
                self._add_line(inside, grid, row, line)
                row += 1
        grid.setRowStretch(row, 1)
        self._scroll.setWidget(inside)

    def _add_line(self, inside: QWidget, grid: QGridLayout, row: int, line: CardLine) -> None:
        label = QLabel(line.title, inside)
        label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        label.setFont(theme.font(0.92))
        label.setWordWrap(True)
        label.setFixedWidth(theme.chars(_LABEL_CHARS))
        value = QLabel(line.full if self.is_revealed else line.text, inside)
        value.setTextFormat(Qt.TextFormat.PlainText)
        value.setWordWrap(True)
        value.setFont(theme.font(0.96, tabular=True))
        value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        value.setAccessibleName(f"{line.title}:{value.text()}")
        grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(value, row, 1, Qt.AlignmentFlag.AlignTop)

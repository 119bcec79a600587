"""快捷键一览: every shortcut, from the one list."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from client.services.desk import Desk
from client.ui import actions, theme
from client.ui.common.card import Card, heading, quiet
from client.ui.common.page import Go, Page


class HelpPage(Page):
    """The shortcuts in groups. Esc or F1 goes back."""

    name = "help"
    title = "快捷键一览"
    icon = "keyboard"

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        del desk
        self.back = QPushButton(theme.icon("arrow-left"), "返回(&B)")
        self.back.clicked.connect(self._go_back)
        head = QHBoxLayout()
        head.addWidget(heading("快捷键一览", 1.4))
        head.addStretch(1)
        head.addWidget(self.back)
        inner = QWidget()
        columns = QHBoxLayout(inner)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(theme.space(3))
        groups = list(dict.fromkeys(each.where for each in actions.SHORTCUTS))
        halves = (groups[:1], groups[1:])
        for half in halves:
            column = QVBoxLayout()
            column.setSpacing(theme.space(3))
            for where in half:
                column.addWidget(_group(where))
            column.addStretch(1)
            columns.addLayout(column, 1)
        scroll = QScrollArea()
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(inner)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.space(2), theme.space(2), 0, 0)
        column.setSpacing(theme.space(3))
        column.addLayout(head)
        column.addWidget(scroll, 1)

    def enter(self, target: object = None) -> None:
        del target
        self.back.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._go_back()
        else:
            super().keyPressEvent(event)

    def _go_back(self) -> None:
        self.navigate.emit(Go("back"))


def _group(where: str) -> Card:
    card = Card(where)
    grid = QGridLayout()
    grid.setHorizontalSpacing(theme.space(4))
    grid.setVerticalSpacing(theme.space(1.5))
    grid.setColumnStretch(1, 1)
    grid.setColumnMinimumWidth(0, theme.chars(9))
    for row, each in enumerate(one for one in actions.SHORTCUTS if one.where == where):
        keys = QLabel(actions.keys_text(each.id))
        keys.setFont(theme.font(bold=True))
        grid.addWidget(keys, row, 0)
        grid.addWidget(quiet(each.title, wrap=False), row, 1)
    card.body.addLayout(grid)
    return card

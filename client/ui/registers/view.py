"""What stands where on the registers page."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QApplication,
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from client.ui import actions, theme
from client.ui.common.empty_state import EmptyState
from client.ui.common.search_edit import SearchEdit
from client.ui.registers.card import CardPreview
from client.ui.registers.meters import MeterStrip
from client.ui.registers.table import RegisterTable
from client.ui.registers.table_model import RegisterModel
from client.ui.registers.tree import WIDTH, UnitTree


class _Switch(QPushButton):
    """One of several of which one is on; that one has the accent."""

    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(title, parent)
        self.setCheckable(True)
        self.setAutoDefault(False)
        self.toggled.connect(self._on_toggled)

    def _on_toggled(self, on: bool) -> None:  # noqa: FBT001 - Qt's signal
        colors = QPalette()
        if on:
            ground = QApplication.palette()
            colors.setColor(QPalette.ColorRole.Button, ground.highlight().color())
            colors.setColor(QPalette.ColorRole.ButtonText, ground.highlightedText().color())
        self.setPalette(colors)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.ApplicationPaletteChange:
            self._on_toggled(self.isChecked())


class RegistersView(QWidget):
    """Tree, meters, search, buttons, table, card; decides nothing."""

    def __init__(self, model: RegisterModel, titles: Sequence[str], parent: QWidget) -> None:
        super().__init__(parent)
        self.tree = UnitTree(self)
        self.unit_title = QLabel(self)
        self.unit_title.setFont(theme.font(1.25, bold=True))
        self.unit_title.setTextFormat(Qt.TextFormat.PlainText)
        self.count = QLabel(self)
        self.count.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.switches = QButtonGroup(self)
        self.meters = MeterStrip(self)
        self.search = SearchEdit("查找", self)
        self.search.setMinimumWidth(theme.chars(18))
        self.new_button = self._button("plus", "new_record")
        self.change_button = self._button("file-pen", "change_record")
        self.close_button = self._button("minus", "close_record")
        self.table = RegisterTable(model, self)
        self.table.setAccessibleName("台账")
        self.empty = EmptyState("users", "", "", "", self)
        self.card = CardPreview(self)
        self._tables = QStackedWidget(self)
        self._tables.addWidget(self.table)
        self._tables.addWidget(self.empty)
        left = QWidget(self)
        units = QVBoxLayout(left)
        units.setContentsMargins(0, theme.space(2), theme.space(1), 0)
        units.addWidget(self.tree)
        whole = QSplitter(Qt.Orientation.Horizontal, self)
        whole.setChildrenCollapsible(False)
        whole.addWidget(left)
        whole.addWidget(self._right(titles))
        whole.setStretchFactor(0, 0)
        whole.setStretchFactor(1, 1)
        whole.setSizes([WIDTH, theme.chars(80)])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(whole)
        self._chain()

    def show_table(self, *, shown: bool) -> None:
        """Show the table, or what is said where it is empty."""
        self._tables.setCurrentWidget(self.table if shown else self.empty)
        self.card.setVisible(shown)

    def _right(self, titles: Sequence[str]) -> QWidget:
        head = QHBoxLayout()
        head.setSpacing(theme.space(3))
        head.addWidget(self.unit_title)
        head.addWidget(self.count)
        head.addStretch(1)
        head.addLayout(self._switch_row(titles))
        tools = QHBoxLayout()
        tools.setSpacing(theme.space(2))
        tools.addWidget(self.search, 1)
        for each in (self.new_button, self.change_button, self.close_button):
            tools.addWidget(each)
        work = QSplitter(Qt.Orientation.Horizontal, self)
        work.setChildrenCollapsible(False)
        work.addWidget(self._tables)
        work.addWidget(self.card)
        work.setStretchFactor(0, 1)
        work.setStretchFactor(1, 0)
        work.setSizes([theme.chars(55), self.card.sizeHint().width()])
        right = QWidget(self)
        column = QVBoxLayout(right)
        column.setContentsMargins(theme.space(3), theme.space(2), 0, 0)
        column.setSpacing(theme.space(2))
        column.addLayout(head)
        column.addWidget(self.meters)
        column.addLayout(tools)
        column.addWidget(work, 1)
        return right

    def _switch_row(self, titles: Sequence[str]) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(0)
        for number, title in enumerate(titles):
            button = _Switch(title, self)
            button.setChecked(number == 0)
            button.setToolTip(f"切换（{actions.keys_text('switch_register')}）")
            self.switches.addButton(button, number)
            row.addWidget(button)
        return row

    def _button(self, icon: str, action: str) -> QPushButton:
        button = QPushButton(theme.icon(icon), "", self)
        button.setIconSize(theme.icon_size())
        button.setAutoDefault(False)
        button.setProperty("keys", actions.keys_text(action))
        return button

    def _chain(self) -> None:
        chain: list[QWidget] = [
            self.tree.filter,
            self.tree.tree,
            *self.switches.buttons(),
            self.search,
            self.new_button,
            self.change_button,
            self.close_button,
            self.table,
            self.card.reveal_button,
        ]
        for one, other in pairwise(chain):
            QWidget.setTabOrder(one, other)

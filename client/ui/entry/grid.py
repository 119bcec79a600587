"""A child table as a small grid: one editor per cell, rows added and removed by key."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QPalette
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from client.services.entry_session import EntrySession
from client.services.entry_state import Access
from client.ui import actions, theme
from client.ui.entry.fields.base import Editor
from client.ui.entry.fields.build import build_editor
from client.ui.entry.fields.choice import ChoiceEditor, Search
from client.ui.entry.fields.closed import ClosedField
from client.ui.entry.tone_label import Note
from client.ui.theme import Tone
from core.forms.model import ChildTable, Field, FieldType

_NARROW = (FieldType.INTEGER, FieldType.MONEY, FieldType.DATE)


class ChildGrid(QWidget):
    """The rows of one child table.

    Signals:
        made: editors were built (list of `Editor`); whoever listens to editors connects them.

    """

    made = Signal(object)

    def __init__(
        self, session: EntrySession, child: ChildTable, search: Search, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._session, self.child, self._search = session, child, search
        self.cells: dict[str, Editor] = {}
        self._closed: dict[str, ClosedField] = {}
        self._notes: list[Note] = []
        self._table = QWidget(self)
        self._grid = QGridLayout(self._table)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.space(1))
        self._grid.setVerticalSpacing(theme.space(1))
        self.add_button = QPushButton(theme.icon("plus"), f"增加一行{child.title}", self)
        self.add_button.setIconSize(theme.icon_size())
        self.add_button.setAutoDefault(False)
        self.add_button.setToolTip(f"快捷键 {actions.keys_text('add_row')}")
        self.add_button.clicked.connect(self.add_row)
        self._foot = QLabel(self)
        self._foot.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._foot.setFont(theme.font(0.92))
        foot = QHBoxLayout()
        foot.setSpacing(theme.space(2))
        foot.addWidget(self.add_button)
        foot.addWidget(self._foot, 1)
        self._said = QVBoxLayout()
        self._said.setSpacing(theme.space(0.5))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.space(1.5))
        layout.addWidget(self._table)
        layout.addLayout(self._said)
        layout.addLayout(foot)
        actions.bind(self, "add_row", self.add_row)
        actions.bind(self, "remove_row", self._remove_here)
        self.rebuild()

    @property
    def columns(self) -> list[Field]:
        """The columns that some row asks for."""
        rows = range(self._session.row_count(self.child.name))
        states = self._session.states()
        return [
            each
            for each in self.child.fields
            if each.visible_if is None
            or any(states[self._pointer(row, each)].visible for row in rows)
        ]

    def rebuild(self) -> None:
        """Build all rows anew; the cursor stays in its cell."""
        here = next((key for key, each in self.cells.items() if each.is_busy()), "")
        self._clear()
        is_open = self._session.child_access(self.child.name) is Access.OPEN
        count = self._session.row_count(self.child.name)
        self._count = count
        self._build_head()
        made = [each for row in range(count) for each in self._build_row(row)]
        self._table.setVisible(count > 0)
        self.add_button.setVisible(is_open)
        self._foot.setText(self._words(is_open=is_open, count=count))
        self.made.emit(made)
        if here in self.cells:
            self.cells[here].setFocus()

    def refresh(self) -> None:
        """Show the texts as they are kept; rebuild if other columns are asked for now."""
        if self._session.row_count(self.child.name) != self._count:
            return  # rows_changed follows, and rebuilds
        if [each.name for each in self.columns] != self._built:
            self.rebuild()
            return
        for pointer, editor in self.cells.items():
            state = self._session.state(pointer)
            if not editor.is_busy():
                editor.show_text(state.text, state.shown)
        for pointer, closed in self._closed.items():
            closed.show_state(self._session.state(pointer))

    def settle(self, pointer: str) -> None:
        """Show the cell as it is kept, now that the officer has left it."""
        if pointer in self.cells:
            state = self._session.state(pointer)
            self.cells[pointer].show_text(state.text, state.shown)

    def say(self, notes: list[tuple[Tone, str]]) -> None:
        """Show these sentences below the rows."""
        for old in self._notes:
            old.hide()
            old.deleteLater()
        self._notes = [Note(tone, words, self) for tone, words in notes]
        for each in self._notes:
            self._said.addWidget(each)

    def add_row(self) -> None:
        """Add a row and go to its first cell."""
        if self._session.child_access(self.child.name) is not Access.OPEN:
            return
        pointer = self._session.add_row(self.child.name)
        first = next((each for key, each in self.cells.items() if key.startswith(pointer)), None)
        if first is not None:
            first.setFocus()

    def _pointer(self, row: int, field: Field) -> str:
        return f"/{self.child.name}/{row}/{field.name}"

    def _clear(self) -> None:
        self.cells.clear()
        self._closed.clear()
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()

    def _build_head(self) -> None:
        self._built = [each.name for each in self.columns]
        for column, field in enumerate(self.columns):
            title = f"{field.title}（{field.unit}）" if field.unit else field.title
            label = QLabel(title, self._table)
            label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
            label.setFont(theme.font(0.92))
            if field.type in (FieldType.INTEGER, FieldType.MONEY):
                label.setAlignment(Qt.AlignmentFlag.AlignRight)
            self._grid.addWidget(label, 0, column)
            self._grid.setColumnStretch(column, 2 if field.type in _NARROW else 3)

    def _build_row(self, row: int) -> list[Editor]:
        made: list[Editor] = []
        may_remove = False
        for column, field in enumerate(self.columns):
            pointer = self._pointer(row, field)
            state = self._session.state(pointer)
            if state.access is not Access.OPEN:
                closed = ClosedField(self._table, brief=True)
                closed.show_state(state)
                closed.setAccessibleName(f"{self._session.place(pointer)}：{state.shown or '空'}")
                self._closed[pointer] = closed
                self._grid.addWidget(closed, row + 1, column)
                continue
            may_remove = True
            editor = build_editor(field, pointer, self._search, self._table)
            editor.name(self._session.place(pointer))
            editor.show_text(state.text, state.shown)
            for each in editor.targets():
                each.installEventFilter(self)
            self.cells[pointer] = editor
            self._grid.addWidget(editor, row + 1, column)
            made.append(editor)
        if may_remove:
            self._grid.addWidget(self._remove_button(row), row + 1, len(self.columns))
        return made

    def _remove_button(self, row: int) -> QToolButton:
        button = QToolButton(self._table)
        button.setIcon(theme.icon("trash-2"))
        button.setIconSize(theme.icon_size())
        button.setAutoRaise(True)
        button.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        button.setAccessibleName(f"删除{self.child.title}第 {row + 1} 行")
        button.setToolTip(f"删除这一行（{actions.keys_text('remove_row')}）")
        button.clicked.connect(partial(self._remove, row))
        return button

    def _remove(self, row: int) -> None:
        self._session.remove_row(f"/{self.child.name}/{row}")
        left = [
            key for key in self.cells if key.startswith(f"/{self.child.name}/{max(0, row - 1)}")
        ]
        if left:
            self.cells[left[0]].setFocus()
        else:
            self.add_button.setFocus()

    def _remove_here(self) -> None:
        here = next((key for key, each in self.cells.items() if each.is_busy()), "")
        if here:
            self._remove(int(here.split("/")[2]))

    def _words(self, *, is_open: bool, count: int) -> str:
        if is_open:
            return self.child.help
        flows = "」或「".join(self._session.openers(self.child.name))
        reason = f"锁定 · 要改请办「{flows}」" if flows else "锁定 · 由编办维护"
        return reason if count else f"还没有记载。{reason}"

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.matches(QKeySequence.StandardKey.Paste) and self._paste(watched):
                return True
            step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
            plain = event.modifiers() in (
                Qt.KeyboardModifier.NoModifier,
                Qt.KeyboardModifier.KeypadModifier,
            )
            if step is not None and plain and self._go_row(watched, step):
                return True
        return super().eventFilter(watched, event)

    def _paste(self, watched: QObject) -> bool:
        """Spread a block from a spreadsheet over cells and new rows; False if it is no block."""
        text = QGuiApplication.clipboard().text().rstrip("\n")
        here = next((key for key, each in self.cells.items() if watched in each.targets()), "")
        if not here or ("\t" not in text and "\n" not in text):
            return False
        _, child, first, name = here.split("/")
        column = self._built.index(name)
        for offset, line in enumerate(text.splitlines()):
            row = int(first) + offset
            if row == self._session.row_count(child):
                self._session.add_row(child)
            for field_name, cell in zip(self._built[column:], line.split("\t"), strict=False):
                pointer = f"/{child}/{row}/{field_name}"
                if pointer in self.cells:
                    self._session.set_text(pointer, cell.strip())
                    self._session.leave(pointer)
        self.rebuild()
        if here in self.cells:
            self.cells[here].setFocus()
        return True

    def _go_row(self, watched: QObject, step: int) -> bool:
        """Move the cursor up or down a row in its column; False if the editor needs the key."""
        for pointer, editor in self.cells.items():
            if watched not in editor.targets():
                continue
            if isinstance(editor, ChoiceEditor) and (editor.is_open() or not editor.text()):
                return False
            _, child, row, name = pointer.split("/")
            other = self.cells.get(f"/{child}/{int(row) + step}/{name}")
            if other is None:
                return False
            other.setFocus(Qt.FocusReason.TabFocusReason)
            return True
        return False

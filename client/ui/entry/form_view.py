"""The form itself: head, sections, child tables; knows where every pointer is on the screen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

import shiboken6
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from client.services.entry_events import IssuesShown
from client.services.entry_session import EntrySession
from client.ui import theme
from client.ui.entry.fields.attachment import AttachmentEditor
from client.ui.entry.fields.base import Edited, Editor, Onward
from client.ui.entry.fields.choice import Answer
from client.ui.entry.grid import ChildGrid
from client.ui.entry.head import ATTACHMENTS, HeadBox
from client.ui.entry.issues import TONES
from client.ui.entry.row import FieldRow
from client.ui.entry.section import SectionBox
from client.ui.theme import Tone
from core.forms.model import ChildTable, Field, FieldType

_AROUND = 12  # quarters of a line that stay visible around the field with the cursor
_SETTLE_MS = 30
_AT_ONCE = 1  # sections that are built before the page is shown

Notes = dict[str, list[tuple[Tone, str]]]


class FormView(QScrollArea):
    """All fields of one session.

    Signals:
        ended: Enter was pressed in the last field.
        arrived: the cursor came to a field (pointer).

    """

    ended = Signal()
    arrived = Signal(object)

    def __init__(self, session: EntrySession, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self.rows: dict[str, FieldRow] = {}
        self.grids: dict[str, ChildGrid] = {}
        self._boxes: dict[str, SectionBox] = {}
        self.here = ""
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._inside = inside = QWidget(self)
        self._column = QVBoxLayout(inside)
        side = theme.space(4)
        self._column.setContentsMargins(side, theme.space(3), side, theme.space(6))
        self._column.setSpacing(theme.space(4))
        self.head = HeadBox(session, inside)
        self._column.addWidget(self.head)
        for row in self.head.rows:
            self._place_row(row)
        self._column.addStretch(1)
        self.setWidget(inside)
        self._shown: IssuesShown | None = None
        self._wanted: QWidget | None = None
        self._settled = QTimer(self)
        self._settled.setSingleShot(True)
        self._settled.setInterval(_SETTLE_MS)
        self._settled.timeout.connect(self._on_settled)
        self._waiting = list(session.form.sections)
        self._next = QTimer(self)
        self._next.timeout.connect(self._build_next)
        for _ in range(_AT_ONCE):
            self._build_next()
        self._next.start(0)

    def finish(self) -> None:
        """Build what is not built yet. Sections come one by one, so that no turn is long."""
        while self._waiting:
            self._build_next()

    def _build_next(self) -> None:
        if not self._waiting:
            self._next.stop()
            return
        section = self._waiting.pop(0)
        self._build_section(section.name, section.title)
        self.refresh()
        for row in self._boxes[section.name].rows:
            state = self._session.states()[row.pointer]
            if row.field.more and row.editor is not None and state.text:
                self._unfold(row)
        if self._shown is not None:
            self.say(self._shown)
        # Until the last section is there, nothing is squeezed into the height of those before.
        height = self._column.totalHeightForWidth(self.viewport().width())
        self._inside.setMinimumHeight(height if self._waiting else 0)
        if not self._waiting:
            self._next.stop()
            self.chain()

    def _build_section(self, name: str, title: str) -> None:
        box = SectionBox(title, self._inside)
        for field in self._session.form.fields:
            if field.section == name:
                row = FieldRow(field, f"/{field.name}", self._search, box)
                editor = row.make(self._session.state(row.pointer))
                if isinstance(editor, AttachmentEditor):
                    editor.picked.connect(self._on_picked)
                box.add_row(row)
                self._place_row(row)
        for child in self._session.form.children:
            if child.section == name:
                self._build_grid(child, box)
        box.folded.connect(self.chain)
        self._boxes[name] = box
        self._column.insertWidget(self._column.count() - 1, box)

    def _build_grid(self, child: ChildTable, box: SectionBox) -> None:
        grid = ChildGrid(self._session, child, self._search, box)
        for editor in grid.cells.values():
            self._listen(editor)
        grid.made.connect(self._on_made)
        self.grids[child.name] = grid
        box.body.addWidget(grid)

    def _place_row(self, row: FieldRow) -> None:
        self.rows[row.pointer] = row
        if row.editor is not None:
            self._listen(row.editor)

    def _listen(self, editor: Editor) -> None:
        editor.edited.connect(self._on_edited)
        editor.left.connect(self._on_left)
        editor.onward.connect(self._on_onward)

    # --- showing ---

    def show_rows(self, child: str) -> None:
        """Rows of this child table came or went."""
        self.finish()
        self.grids[child].rebuild()
        self.refresh()
        self.chain()

    def refresh(self) -> None:
        """Show all fields as the session has them."""
        states = self._session.states()
        hidden = {pointer for pointer, state in states.items() if not state.visible}
        for pointer, row in self.rows.items():
            if pointer in states:
                row.show_state(states[pointer])
        for grid in self.grids.values():
            grid.refresh()
            grid.setVisible(self._session.child_visible(grid.child.name))
        moved = False
        for name, box in self._boxes.items():
            moved = box.show_rows(hidden) or moved
            grids = [
                each
                for each in self.grids.values()
                if each.child.section == name and self._session.child_visible(each.child.name)
            ]
            box.setVisible(bool(grids) or not box.has_no_field())
        if moved and not self._waiting:
            self.chain()

    def say(self, shown: IssuesShown) -> None:
        """Show issues and comments at their fields."""
        self._shown = shown
        notes: Notes = defaultdict(list)
        for comment in self._session.draft.comments:
            notes[comment.pointer].append((Tone.RETURNED, f"退回意见：{comment.text}"))
        for each in shown.issues:
            notes[each.issue.pointer].append((TONES[each.issue.severity], each.sentence))
        for pointer, row in self.rows.items():
            if pointer.startswith("/head/") or self._is_typed_in(row, notes.get(pointer, ())):
                continue
            row.say(notes.get(pointer, ()))
            if row.field.more and row.notes():
                self._unfold(row)
        self.head.say(notes)
        for name, grid in self.grids.items():
            inside = [
                note
                for pointer, told in notes.items()
                if pointer == f"/{name}" or pointer.startswith(f"/{name}/")
                for note in told
            ]
            grid.say(inside)

    def _is_typed_in(self, row: FieldRow, told: Sequence[tuple[Tone, str]]) -> bool:
        """Whether a new sentence must wait, so that nothing moves under the officer's hands."""
        return row.pointer == self._session.typing and len(told) > len(row.notes())

    def _unfold(self, row: FieldRow) -> None:
        for box in self._boxes.values():
            if row in box.rows:
                box.unfold()

    # --- moving ---

    def editors(self) -> list[Editor]:
        """The editors that may have the cursor now, in the order of the form."""
        self.finish()
        return [each for each in self._targets() if isinstance(each, Editor)]

    def _targets(self) -> list[QWidget]:
        found: list[QWidget] = []
        for box in (self.head, *self._boxes.values()):
            if not box.isVisibleTo(self):
                continue
            found.extend(
                row.editor for row in box.rows if row.editor is not None and row.isVisibleTo(self)
            )
            if box is self.head:
                found.append(self.head.files.button)
            for grid in self.grids.values():
                if grid.parent() is box and grid.isVisibleTo(self):
                    found.extend(grid.cells.values())
                    found.append(grid.add_button)
            if box.more.isVisibleTo(self):
                found.append(box.more)
        return found

    def chain(self) -> list[QWidget]:
        """Set the order of Tab to the order of the form; gives the chain."""
        chain = [
            target
            for each in self._targets()
            for target in (each.targets() if isinstance(each, Editor) else (each,))
        ]
        for one, other in pairwise(chain):
            QWidget.setTabOrder(one, other)
        return chain

    def go(self, pointer: str) -> bool:
        """Bring the cursor to *pointer*; False if there is no such place."""
        self.finish()
        if pointer == ATTACHMENTS:
            return self._focus(self.head.files.button)
        name = pointer.strip("/").split("/")[0]
        if name in self.grids:
            return self._go_cell(self.grids[name], pointer)
        row = self.rows.get(pointer)
        if row is None:
            return False
        if row.field.more:
            self._unfold(row)
        if row.editor is None:
            self._reveal(row)
            row.setFocus(Qt.FocusReason.OtherFocusReason)
            self.here = pointer
            return True
        return self._focus(row.editor)

    def _go_cell(self, grid: ChildGrid, pointer: str) -> bool:
        cells = grid.cells
        found = cells.get(pointer) or next(
            (each for key, each in cells.items() if key.startswith(pointer)), None
        )
        return self._focus(found or grid.add_button)

    def _focus(self, widget: QWidget) -> bool:
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        self._reveal(widget)
        if isinstance(widget, Editor):
            self._arrive(widget)
        return True

    def _reveal(self, widget: QWidget) -> None:
        """Scroll to *widget* and what is said below it, and again once the layout has settled."""
        self._wanted = widget
        self._settle_layout()
        self.ensureWidgetVisible(widget, 0, theme.space(_AROUND))
        self._settled.start()

    def _settle_layout(self) -> None:
        """Lay out at once what would be laid out at the end of this turn."""
        room = self.viewport().size()
        height = max(room.height(), self._column.totalHeightForWidth(room.width()))
        self._inside.resize(room.width(), height)
        self._column.activate()
        for box in (self.head, *self._boxes.values()):
            box.settle()

    def _on_settled(self) -> None:
        if self._wanted is not None and shiboken6.isValid(self._wanted):
            self.ensureWidgetVisible(self._wanted, 0, theme.space(_AROUND))
        self._wanted = None

    def _arrive(self, editor: Editor) -> None:
        self.here = editor.pointer
        self.arrived.emit(editor.pointer)

    def first(self) -> None:
        """Bring the cursor to the first field."""
        editor = self.head.rows[0].editor
        if editor is not None:
            self._focus(editor)

    # --- editors ---

    def _on_made(self, editors: Sequence[Editor]) -> None:
        for each in editors:
            self._listen(each)
        self.chain()

    def _on_edited(self, edited: Edited) -> None:
        self.here = edited.pointer
        if edited.pointer.startswith("/head/"):
            self.head.take(edited)
        else:
            self._session.set_text(edited.pointer, edited.text)

    def _on_left(self, pointer: str) -> None:
        self._session.leave(pointer)
        self.say(self._session.issues())
        if pointer in self.rows:
            self.rows[pointer].refresh()
            return
        for grid in self.grids.values():
            grid.settle(pointer)

    def _on_onward(self, onward: Onward) -> None:
        editors = self.editors()
        place = next((n for n, each in enumerate(editors) if each.pointer == onward.pointer), None)
        if place is None:
            return
        other = place - 1 if onward.back else place + 1
        if other >= len(editors):
            self.ended.emit()
        elif other >= 0:
            self._focus(editors[other])

    def _on_picked(self, answer: tuple[str, str]) -> None:
        self._session.attach_at(*answer)

    def _search(self, field: Field, text: str, owner: QWidget, done: Answer) -> None:
        if field.type is FieldType.CODE:
            done(text, self._session.choices(field, text))
        else:
            self._session.find(field, text, owner, done)

"""One field of the form: label, editor or closed value, and what is said about it below."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication, QGridLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from client.services.entry_state import Access, FieldState
from client.ui import theme
from client.ui.entry.fields.base import Editor
from client.ui.entry.fields.build import build_editor
from client.ui.entry.fields.choice import Search
from client.ui.entry.fields.closed import ClosedField, why_closed
from client.ui.entry.tone_label import Note
from client.ui.theme import Tone
from core.forms.model import Field

LABEL_CHARS = 8.5


class Label(QLabel):
    """The title of a field at its left, with its unit and a mark where it is required."""

    def __init__(self, title: str, unit: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._title = f"{title}（{unit}）" if unit else title
        self._required = self._changed = False
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setWordWrap(True)
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        self.setFixedWidth(theme.chars(LABEL_CHARS))
        self.show_need(required=False)

    def show_need(self, *, required: bool, changed: bool = False) -> None:
        """Mark the field as required, or as changed, or not."""
        self._required, self._changed = required, changed
        marks = _mark(Tone.CHANGED, "已改") if changed else ""
        marks += _mark(Tone.ERROR, "*") if required else ""
        self.setText(f"{marks}{self._title}")

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self.show_need(required=self._required, changed=self._changed)


def _mark(tone: Tone, word: str) -> str:
    colour = theme.ink(tone, QApplication.palette()).name()
    return f'<span style="color:{colour}">{word}</span> '


class FieldRow(QWidget):
    """A field on the screen. What it says and how it stands comes from a `FieldState`."""

    def __init__(self, field: Field, pointer: str, search: Search, parent: QWidget) -> None:
        super().__init__(parent)
        self.field, self.pointer = field, pointer
        self.is_wide = field.multiline
        self._search = search
        self.editor: Editor | None = None
        self._closed: ClosedField | None = None
        self._state: FieldState | None = None
        self.label = Label(field.title, field.unit, self)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.space(2))
        self._grid.setVerticalSpacing(theme.space(0.5))
        self._grid.setColumnStretch(1, 1)
        self._grid.addWidget(self.label, 0, 0, Qt.AlignmentFlag.AlignTop)
        self._notes = QVBoxLayout()
        self._notes.setSpacing(theme.space(0.5))
        self._grid.addLayout(self._notes, 1, 1)
        self._said: tuple[tuple[Tone, str], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)

    def make(self, state: FieldState) -> Editor | None:
        """Build what shows *state*; gives the editor if the field may be typed into."""
        if state.access is Access.OPEN:
            self.editor = build_editor(self.field, self.pointer, self._search, self)
            self._grid.addWidget(self.editor, 0, 1)
            self.label.setBuddy(self.editor.target())
            self._align_label(self.editor.sizeHint().height())
        else:
            self._closed = ClosedField(self)
            self._grid.addWidget(self._closed, 0, 1)
            self._align_label(self._closed.minimumHeight())
        self.show_state(state, force=True)
        return self.editor

    def show_state(self, state: FieldState, *, force: bool = False) -> None:
        """Show *state*; what the officer is typing is not touched unless *force*."""
        if state == self._state and not force:
            return
        self._state = state
        self.label.show_need(required=state.required, changed=state.changed)
        if self._closed is not None:
            self._closed.show_state(state)
            self._closed.setAccessibleName(f"{self.field.title}：{state.shown or '空'}")
            self._closed.setAccessibleDescription(why_closed(state))
        if self.editor is not None and (force or not self.editor.is_busy()):
            self.editor.show_text(state.text, state.shown)
        if self.editor is not None:
            self.editor.name(self._name(state), self._description())

    def refresh(self) -> None:
        """Show the value as it is kept, now that the officer has left (dates in ISO form)."""
        if self._state is not None and self.editor is not None:
            self.editor.show_text(self._state.text, self._state.shown)

    def say(self, notes: Sequence[tuple[Tone, str]]) -> None:
        """Show these sentences below the field, instead of those before."""
        told = tuple(notes)
        if told == self._said:
            return
        self._said = told
        while (item := self._notes.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for tone, words in told:
            note = Note(tone, words, self)
            self._notes.addWidget(note)
            note.show()
        self._notes.invalidate()
        self.updateGeometry()
        if self.editor is not None and self._state is not None:
            self.editor.name(self._name(self._state), self._description())

    def notes(self) -> tuple[tuple[Tone, str], ...]:
        """What is said below the field."""
        return self._said

    def _align_label(self, height: int) -> None:
        """Set the label's first line on the line of the text in the editor."""
        first = min(height, theme.line() + theme.space(3))
        top = max(0, (first - self.label.fontMetrics().height()) // 2)
        self.label.setContentsMargins(0, top, 0, 0)

    def _name(self, state: FieldState) -> str:
        unit = f"（{self.field.unit}）" if self.field.unit else ""
        return self.field.title + unit + ("，必填" if state.required else "")

    def _description(self) -> str:
        return "。".join([*(words for _, words in self._said), self.field.help]).strip("。")

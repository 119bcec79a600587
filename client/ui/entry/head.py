"""The head of an update form (更新呈报表): reason, date of the event, officer, documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from client.services.entry_events import Due
from client.services.entry_session import EntrySession
from client.services.entry_state import Access, FieldState
from client.ui import theme
from client.ui.entry.fields.attachment import DropButton, size_text
from client.ui.entry.fields.base import Edited
from client.ui.entry.row import LABEL_CHARS, FieldRow, Label
from client.ui.entry.section import SectionBox
from client.ui.entry.tone_label import Note
from client.ui.theme import Tone
from core.changes.draft import AttachedFile
from core.forms.model import Field, FieldType

ATTACHMENTS = "/head/attachments"
OVERDUE = "/head/overdue_reason"

_FIELDS = (
    Field(
        "reason", "", FieldType.TEXT, multiline=True, required=True, help="为什么办、依据什么文件"
    ),
    Field("event_date", "", FieldType.DATE, required=True, help="从这一天起计算呈报期限"),
    Field("overdue_reason", "", FieldType.TEXT, required=True, help="超过呈报期限的原因"),
    Field("filled_by", "", FieldType.TEXT, required=True),
    Field("phone", "", FieldType.TEXT),
)


def due_words(due: Due | None) -> tuple[Tone, str] | None:
    """Until when to report, in words."""
    if due is None:
        return None
    if due.is_late:
        return Tone.WARNING, f"应于 {due.day} 前呈报，已超期 {-due.days} 天"
    left = f"还有 {due.days} 天" if due.days else "今天到期"
    return Tone.HINT, f"{due.day} 前呈报，{left}"


class HeadBox(SectionBox):
    """The head as a section of the form; its rows behave like those of the record."""

    def __init__(self, session: EntrySession, parent: QWidget) -> None:
        super().__init__("呈报表", parent)
        self._session = session
        for field in _FIELDS:
            pointer = f"/head/{field.name}"
            titled = Field(
                field.name,
                session.place(pointer),
                field.type,
                multiline=field.multiline,
                required=field.required,
                help=field.help,
            )
            row = FieldRow(titled, pointer, _no_search, self)
            row.make(self._state(titled))
            self.add_row(row)
        self.files = FileRow(session, self)
        self.body.addWidget(self.files)
        self.refresh()

    def refresh(self) -> None:
        """Show the head as it is kept."""
        due = self._session.due()
        late = due is not None and due.is_late
        written = bool(self._session.draft.head.overdue_reason)
        for row in self.rows:
            row.show_state(self._state(row.field))
        self.show_rows([] if late or written else [OVERDUE])
        self.files.show_files(self._session.draft.attachments)

    def take(self, edited: Edited) -> None:
        """Hand what was typed to the session."""
        self._session.set_head(edited.pointer.rpartition("/")[2], edited.text)

    def say(self, notes: Mapping[str, Sequence[tuple[Tone, str]]]) -> None:
        """Show the sentences for each place; the due date stands at the date of the event."""
        due = due_words(self._session.due())
        for row in self.rows:
            told = list(notes.get(row.pointer, ()))
            if row.pointer == "/head/event_date" and due is not None:
                told = [each for each in told if each[0] is not Tone.HINT] + [due]
            row.say(told)
        self.files.say(notes.get(ATTACHMENTS, ()))

    def _state(self, field: Field) -> FieldState:
        text = getattr(self._session.draft.head, field.name)
        return FieldState(
            f"/head/{field.name}", text, text, visible=True, required=field.required,
            access=Access.OPEN,
        )  # fmt: skip


def _no_search(*_args: object) -> None:
    """No line of the head chooses from a list."""


class FileRow(QWidget):
    """The documents of the head: a list, a button, and a place to drop files on."""

    def __init__(self, session: EntrySession, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self._shown: tuple[AttachedFile, ...] | None = None
        self._notes: list[Note] = []
        self.setAcceptDrops(True)
        label = Label(session.place(ATTACHMENTS), "", self)
        label.show_need(required=False)
        self.button = DropButton("添加附件…", self, many=True)
        self.button.setAccessibleName("添加附件")
        label.setBuddy(self.button)
        hint = QLabel("批准文件等；可把文件拖到这里。本系统为非涉密平台", self)
        hint.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        hint.setFont(theme.font(0.92))
        self._list = QVBoxLayout()
        self._list.setSpacing(theme.space(0.5))
        line = QHBoxLayout()
        line.setSpacing(theme.space(2))
        line.addWidget(self.button)
        line.addWidget(hint, 1)
        column = QVBoxLayout()
        column.setSpacing(theme.space(1))
        column.addLayout(self._list)
        column.addLayout(line)
        self._said = QVBoxLayout()
        column.addLayout(self._said)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.space(2))
        label.setFixedWidth(theme.chars(LABEL_CHARS))
        layout.addWidget(label, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(column, 1)
        top = max(0, (self.button.sizeHint().height() - label.fontMetrics().height()) // 2)
        label.setContentsMargins(0, top, 0, 0)
        self.button.picked.connect(session.attach)

    def show_files(self, files: tuple[AttachedFile, ...]) -> None:
        """Show these documents."""
        if files == self._shown:
            return
        self._shown = files
        while (item := self._list.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for file in files:
            self._list.addWidget(self._line(file))

    def say(self, notes: Sequence[tuple[Tone, str]]) -> None:
        """Show these sentences below."""
        if [(each.tone, each.words.text()) for each in self._notes] == list(notes):
            return
        for old in self._notes:
            old.hide()
            old.deleteLater()
        self._notes = [Note(tone, words, self) for tone, words in notes]
        for each in self._notes:
            self._said.addWidget(each)

    def _line(self, file: AttachedFile) -> QWidget:
        line = QWidget(self)
        icon = QLabel(line)
        icon.setPixmap(theme.icon("file-text").pixmap(theme.icon_size()))
        name = QLabel(file.name, line)
        name.setTextFormat(Qt.TextFormat.PlainText)
        size = QLabel(size_text(file.size), line)
        size.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        remove = QToolButton(line)
        remove.setIcon(theme.icon("x"))
        remove.setAutoRaise(True)
        remove.setAccessibleName(f"移除附件 {file.name}")
        remove.setToolTip("移除")
        remove.clicked.connect(partial(self._session.detach, file.digest))
        layout = QHBoxLayout(line)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.space(1))
        for each in (icon, name, size, remove):
            layout.addWidget(each)
        layout.addStretch(1)
        return line

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self.button.dragEnterEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        self.button.dropEvent(event)

"""One draft being worked on: verbs in, signals out. Knows no widget."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from PySide6.QtCore import QObject, Signal

from client.services.desk import Changed, Room
from client.services.entry_begin import CannotAttach, read_document
from client.services.entry_checks import Checker
from client.services.entry_events import (
    AttachFailed,
    Due,
    FieldsChanged,
    HeadChanged,
    IssuesShown,
    RowsChanged,
    Saved,
    Submitted,
)
from client.services.entry_rows import (
    with_hidden_put_aside,
    with_row,
    without_row,
    without_trailing_rows,
)
from client.services.entry_saving import Saver
from client.services.entry_sending import Sender
from client.services.entry_state import Access, Difference, FieldState, Titles, View
from client.services.entry_store import Choice, EntryShelf, by_likelihood
from client.services.entry_words import IssueWords
from client.services.troubles import is_trouble
from client.services.troubles import sentence as trouble_sentence
from core.changes.draft import AttachedFile, Draft
from core.checks.derive import filled_in
from core.checks.head import Duty
from core.checks.sentences import place
from core.forms.model import ChangeKind, Field, FieldType, Flow, Form
from core.record import with_value
from core.values import parse


@dataclass(frozen=True, slots=True)
class Opening:
    """What the database lane found for a new session."""

    draft: Draft
    duty: Duty
    titles: Titles


class EntrySession(QObject):
    """A draft with its checks, its autosave and its way to the outbox.

    Signals: `fields_changed(FieldsChanged)`, `rows_changed(RowsChanged)`,
    `head_changed(HeadChanged)`, `issues_changed(IssuesShown)`, `saved(Saved)`,
    `save_failed(SaveFailed)`, `attach_failed(AttachFailed)`, `submitted(Submitted)`,
    `refused(Refused)`, `discarded(str)` with the draft id.
    """

    fields_changed = Signal(object)
    rows_changed = Signal(object)
    head_changed = Signal(object)
    issues_changed = Signal(object)
    saved = Signal(object)
    save_failed = Signal(object)
    attach_failed = Signal(object)
    submitted = Signal(object)
    refused = Signal(object)
    discarded = Signal(object)

    def __init__(
        self, room: Room, shelf: EntryShelf, opening: Opening, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._room, self._shelf = room, shelf
        self.draft: Draft = opening.draft
        self.form: Form = room.forms[self.draft.form]
        self.flow: Flow = self.form.flow(self.draft.flow)
        self.titles = opening.titles
        self._duty = opening.duty
        self._view = View(self.form, self.flow, room.codelists, room.today(), self.titles)
        self._states = self._view.states(self.draft)
        self._words = IssueWords(self.form, is_create=self.is_create)
        self._announced = bool(self.draft.saved_at)
        self.is_closed = False
        self._saver = Saver(room, shelf, lambda: self.draft, lambda: self.label, self)
        self._checker = Checker(
            room, shelf, self.form, self.flow, opening.duty, lambda: self.draft, self
        )
        self._checker.is_asked = lambda pointer: (
            pointer not in self._states or (self._states[pointer].visible)
        )
        self._sender = Sender(room, shelf, self.form, self._checker, self._saver, self._words, self)
        self._saver.saved.connect(self._on_saved)
        self._sender.sent.connect(self._on_sent)
        self._sender.refused.connect(self.refused)
        self._saver.failed.connect(self.save_failed)
        self._checker.checked.connect(self._on_checked)

    # --- what the screen asks ---

    @property
    def typing(self) -> str:
        """The pointer of the field that is being typed into and was not left yet."""
        return self._words.typing

    @property
    def is_submitting(self) -> bool:
        """Whether the change is just being queued; nothing may be typed meanwhile."""
        return self._sender.is_busy

    @property
    def is_create(self) -> bool:
        """Whether the flow makes a new record."""
        return self.flow.kind is ChangeKind.CREATE

    @property
    def label(self) -> str:
        """What the record is called now, e.g. the person's name; empty while it has none."""
        value = self.draft.values.get(self.form.label) or self.draft.base.get(self.form.label)
        return "" if value is None else str(value)

    @property
    def title(self) -> str:
        """What is being done to whom, e.g. 人员增加 · 张三."""
        return f"{self.flow.title} · {self.label}" if self.label else self.flow.title

    @property
    def unit_title(self) -> str:
        """The unit that the record belongs to; empty where the record itself is the unit."""
        field = self.form.by_name[self.form.unit_field]
        key = self.draft.values.get(field.name)
        if field.refers_to is None or key is None:
            return ""
        return self.titles.of(field.refers_to, str(key))

    def state(self, pointer: str) -> FieldState:
        """How the field or cell stands now; KeyError if there is none."""
        return self._states[pointer]

    def states(self) -> dict[str, FieldState]:
        """All of them, by pointer."""
        return self._states

    def differences(self) -> list[Difference]:
        """What was and what will be."""
        return self._view.differences(self.draft)

    def row_count(self, child: str) -> int:
        """How many rows the child table has."""
        return len(self.draft.values.get(child, ()))

    def child_access(self, child: str) -> Access:
        """Whether rows may be added."""
        return self._view.child_access(self.form.children_by_name[child])

    def child_visible(self, child: str) -> bool:
        """Whether the child table is asked for."""
        return self._view.is_visible(self.form.children_by_name[child], self.draft)

    def openers(self, name: str) -> tuple[str, ...]:
        """Titles of the flows that open a locked field or child table."""
        return self._view.openers(name)

    def due(self) -> Due | None:
        """Until when to report; None while the date of the event is not known."""
        try:
            event = date.fromisoformat(self.draft.head.event_date)
        except ValueError:
            return None
        day = self._duty.due(event.isoformat())
        left = (date.fromisoformat(day) - date.fromisoformat(self._room.today())).days
        return Due(day, left)

    def issues(self) -> IssuesShown:
        """All issues now, in words."""
        return self._words.shown(
            self._checker.issues, self.draft.overrides, settled=self._checker.is_settled
        )

    def place(self, pointer: str) -> str:
        """The title of the place that *pointer* points to."""
        return place(self.form, pointer)

    def choices(self, field: Field, text: str) -> list[Choice]:
        """Codes of *field* that *text* finds (code, title, pinyin initials), in force today."""
        if field.codelist is None:
            return []
        offered = self.flow.offers_codes.get(field.name)
        found = self._room.codelists[field.codelist].search(text, self._room.today())
        choices = [
            Choice(each.code, each.title, each.code)
            for each in found
            if offered is None or each.code in offered
        ]
        return by_likelihood(text, choices)

    def find(self, field: Field, text: str, owner: QObject, done: Any) -> None:
        """Look for records that *field* may refer to; *done* gets (text, choices)."""
        if field.refers_to is None:
            return
        form = self._room.forms[field.refers_to]

        def answer(choices: list[Choice]) -> None:
            self.titles.learn(form.id, {each.key: each.title for each in choices})
            done(text, choices)

        self._room.run(lambda _store: self._shelf.find(form, text, 30), done=answer, owner=owner)

    # --- verbs ---

    def start(self) -> None:
        """Check the draft for the first time; called once the screen listens."""
        self._checker.run()

    def set_text(self, pointer: str, text: str) -> None:
        """What stands at *pointer* is now *text*, as typed. Kept even if it is no value."""
        field = self.form.field_at(pointer)
        if not isinstance(field, Field):
            raise KeyError(pointer)
        texts = {key: each for key, each in self.draft.texts.items() if key != pointer}
        value = None
        if text.strip():
            value = self._view.value_of(field, text)
            if value is None:
                texts[pointer] = text
        self._words.touched.add(pointer)
        self._words.typing = pointer
        self._edit(replace(self.draft, texts=texts), pointer, value)

    def set_value(self, pointer: str, value: object) -> None:
        """The value at *pointer* is now *value*; None empties it."""
        texts = {key: each for key, each in self.draft.texts.items() if key != pointer}
        self._words.touched.add(pointer)
        self._edit(replace(self.draft, texts=texts), pointer, value)

    def leave(self, pointer: str) -> None:
        """The cursor has left *pointer*: save, and no longer be quiet about it."""
        self._words.touched.add(pointer)
        self._words.typing = ""
        self._on_checked()
        self._saver.flush()

    def add_row(self, child: str) -> str:
        """Add an empty row to *child*; gives its pointer."""
        draft, pointer = with_row(self.form, self.draft, child)
        self._take(draft, pointer)
        self.rows_changed.emit(RowsChanged(child))
        return pointer

    def remove_row(self, pointer: str) -> None:
        """Take the row at *pointer* away."""
        self._take(without_row(self.draft, pointer), pointer)
        self.rows_changed.emit(RowsChanged(pointer.split("/")[1]))

    def set_head(self, name: str, text: str) -> None:
        """The line *name* of the head is now *text*; a date is taken in every accepted form."""
        if name == "event_date" and text.strip():
            parsed = parse(_EVENT_DATE, text)
            text = text if parsed.problem is not None else str(parsed.value)
        self._words.touched.add(f"/head/{name}")
        self._words.typing = f"/head/{name}"
        self.draft = replace(self.draft, head=replace(self.draft.head, **{name: text}))
        self._saver.touch()
        self._checker.touch(f"/head/{name}")
        self.head_changed.emit(HeadChanged())

    def set_override(self, key: str, reason: str) -> None:
        """The written reason for the warning *key*; an empty one takes it back."""
        overrides = {each: text for each, text in self.draft.overrides.items() if each != key}
        if reason.strip():
            overrides[key] = reason
        self.draft = replace(self.draft, overrides=overrides)
        self._saver.touch()

    def attach(self, paths: Iterable[str]) -> None:
        """Attach documents to the head."""
        for path in paths:
            self._read_document(path, "/head/attachments", self._on_attached)

    def attach_at(self, pointer: str, path: str) -> None:
        """Attach a document to the field at *pointer*."""

        def keep(file: AttachedFile) -> None:
            value = {
                "digest": file.digest,
                "name": file.name,
                "size": file.size,
                "media_type": file.media_type,
            }
            self.set_value(pointer, value)

        self._read_document(path, pointer, keep)

    def detach(self, digest: str) -> None:
        """Take a document off the head."""
        rest = tuple(each for each in self.draft.attachments if each.digest != digest)
        self._set_attachments(rest)

    def submit(self) -> None:
        """Check everything and queue the change; ends in `submitted` or `refused`."""
        if self.is_submitting or self.is_closed:
            return
        self._words.attempted, self._words.typing = True, ""
        values = without_trailing_rows(self.form, self.draft)
        self._sender.send(replace(self.draft, values=values))

    def discard(self) -> None:
        """Throw the draft away."""
        self._saver.stop()
        self.is_closed = True
        self._room.run(
            lambda _store: self._shelf.discard(self.draft.draft_id),
            done=self._on_discarded,
            owner=self,
        )

    def close(self) -> None:
        """Save what is not saved; the session is not used any more once it is safe."""
        self.is_closed = True
        self._saver.then(self._on_safe)

    def retry_save(self) -> None:
        """Try at once to save what could not be saved."""
        self._saver.flush()

    # --- inside ---

    def _edit(self, draft: Draft, pointer: str, value: object) -> None:
        before = draft.values
        values = with_value(before, pointer, value)
        values = filled_in(self.form, before, values, self._room.codelists, self._room.today())
        for typed in draft.texts:
            if typed.count("/") == 1 and self._states[typed].visible:
                values.pop(typed[1:], None)
        draft = replace(draft, values=values)
        self._take(with_hidden_put_aside(self._view, draft), pointer)

    def _take(self, draft: Draft, pointer: str) -> None:
        old = self._states
        self.draft = draft
        self._states = self._view.states(draft)
        pointers = {key for key in {*old, *self._states} if old.get(key) != self._states.get(key)}
        self._saver.touch()
        self._checker.touch(pointer)
        self.fields_changed.emit(FieldsChanged(frozenset(pointers)))

    def _on_checked(self) -> None:
        if not self.is_closed:
            self.issues_changed.emit(self.issues())

    def _on_saved(self, event: Saved) -> None:
        if not self.draft.created_at:
            self.draft = replace(self.draft, created_at=event.at)
        if not self._announced:
            self._announced = True
            self._announce_draft()
        self.saved.emit(event)

    def _on_safe(self) -> None:
        self._announce_draft()
        self.deleteLater()

    def _announce_draft(self) -> None:
        self._room.changes.announce(Changed(drafts=True))

    def _read_document(self, path: str, pointer: str, done: Any) -> None:

        def failed(error: Exception) -> None:
            if isinstance(error, CannotAttach):
                self.attach_failed.emit(AttachFailed(pointer, str(error)))
            elif is_trouble(error):
                self.attach_failed.emit(AttachFailed(pointer, trouble_sentence(error)))
            else:
                raise error

        self._room.background.run(
            "database",
            lambda: read_document(path, self._shelf),
            done=done,
            failed=failed,
            owner=self,
        )

    def _on_attached(self, file: AttachedFile) -> None:
        others = tuple(each for each in self.draft.attachments if each.digest != file.digest)
        self._set_attachments((*others, file))

    def _set_attachments(self, files: tuple[AttachedFile, ...]) -> None:
        self.draft = replace(self.draft, attachments=files)
        self._words.touched.add("/head/attachments")
        self._saver.touch()
        self._checker.run()
        self.head_changed.emit(HeadChanged())

    def _on_sent(self, submission_id: str) -> None:
        self.is_closed = True
        change = Changed(forms=frozenset({self.form.id}), drafts=True, outbox=True)
        self._room.changes.announce(change)
        self.submitted.emit(Submitted(submission_id, self.title))

    def _on_discarded(self, _result: object) -> None:
        self._announce_draft()
        self.discarded.emit(self.draft.draft_id)


_EVENT_DATE = Field("event_date", "事由发生日期", FieldType.DATE)

"""The checks of a draft while it is typed: the field at once, the record after 150 ms of quiet.

Rules over other records run in the database lane; an answer for an older text is dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import QObject, QTimer, Signal

from client.services.desk import Room
from client.services.entry_store import EntryShelf
from core.changes.draft import Draft
from core.checks.environment import RecordEnvironment
from core.checks.field import check_field
from core.checks.head import Duty, check_head
from core.checks.issues import Issue, in_order
from core.checks.record import Subject, check, check_across
from core.forms.expressions import truth
from core.forms.model import Field, Flow, Form, Severity
from core.record import value_at
from core.values import parse

QUIET_MS = 150


class Checker(QObject):
    """Knows the issues of one draft.

    Signals:
        checked: the issues may have changed (no argument; ask `issues` and `is_settled`).

    """

    checked = Signal()

    def __init__(
        self,
        room: Room,
        shelf: EntryShelf,
        form: Form,
        flow: Flow,
        duty: Duty,
        draft: Callable[[], Draft],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._room, self._shelf, self._form, self._flow = room, shelf, form, flow
        self._duty, self._draft = duty, draft
        self.is_asked: Callable[[str], bool] = lambda _pointer: True
        self._local: list[Issue] = []
        self._across: list[Issue] = []
        self._generation = 0
        self._answered = -1
        self._quiet = QTimer(self)
        self._quiet.setSingleShot(True)
        self._quiet.setInterval(QUIET_MS)
        self._quiet.timeout.connect(self.run)

    @property
    def issues(self) -> list[Issue]:
        """All issues known now, errors first."""
        return in_order([*self._local, *self._across])

    @property
    def known_across(self) -> list[Issue]:
        """What the rules over other records last answered."""
        return self._across

    @property
    def is_settled(self) -> bool:
        """Whether all rules have answered for the present draft."""
        return self._answered == self._generation and not self._quiet.isActive()

    def touch(self, pointer: str) -> None:
        """The text at *pointer* has changed: check it at once, the rest after a pause."""
        self._generation += 1
        own = [*self._text_issues(self._draft(), pointer), *self._field_issues(pointer)]
        rules = {each.id for each in self._form.rules}
        self._local = [
            each for each in self._local if each.pointer != pointer or each.code in rules
        ] + own
        self._quiet.start()
        self.checked.emit()

    def run(self) -> None:
        """Check the whole draft now."""
        self._quiet.stop()
        self._generation += 1
        draft = self._draft()
        self._local = self.local(draft)
        self.checked.emit()
        generation = self._generation
        self._room.run(
            lambda _store: (generation, self.across(draft)), done=self._on_across, owner=self
        )

    def local(self, draft: Draft) -> list[Issue]:
        """Every issue that needs no other record."""
        texts = list(self._text_issues(draft))
        unread = {each.pointer for each in texts}
        record = [
            each
            for each in check(self._subject(draft), self._room.codelists, self._room.today())
            if not (each.code == "required" and each.pointer in unread)
        ]
        head = check_head(draft.head, self._flow, draft.attachments, self._duty, self._room.today())
        return [*texts, *record, *head]

    def across(self, draft: Draft) -> list[Issue]:
        """Every issue over other records; runs in the database lane."""
        return check_across(
            self._subject(draft), self._room.codelists, self._room.today(), self._shelf.lookup()
        )

    def _subject(self, draft: Draft) -> Subject:
        return Subject(self._form, self._flow, draft.record_id, draft.values, draft.base)

    def _text_issues(self, draft: Draft, only: str = "") -> Iterator[Issue]:
        """What is wrong with texts that are no values yet."""
        for pointer, text in draft.texts.items():
            field = self._form.field_at(pointer)
            if not isinstance(field, Field) or only not in ("", pointer):
                continue
            if not self.is_asked(pointer):
                continue
            parsed = parse(field, text, self._room.codelists)
            if parsed.problem is not None:
                yield Issue(parsed.problem, Severity.ERROR, pointer, parsed.params)
            elif field.refers_to is not None:
                yield Issue("unknown_reference", Severity.ERROR, pointer, {"value": text})

    def _field_issues(self, pointer: str) -> Iterator[Issue]:
        field, draft = self._form.field_at(pointer), self._draft()
        value = value_at(draft.values, pointer)
        if not isinstance(field, Field) or value is None:
            return
        row = value_at(draft.values, pointer.rpartition("/")[0]) if pointer.count("/") > 1 else {}
        environment = RecordEnvironment(
            draft.values,
            self._room.codelists,
            self._room.today(),
            draft.base,
            draft.record_id,
            row=row,
        )
        special = truth(field.check_if, environment, default=True)
        yield from check_field(
            field, pointer, value, self._room.codelists, self._room.today(), special=special
        )

    def _on_across(self, answer: tuple[int, list[Issue]]) -> None:
        generation, issues = answer
        if generation != self._generation:
            return
        self._across, self._answered = issues, generation
        self.checked.emit()

"""What the officer should do today."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from client.services import preferences
from client.services.desk import Room
from client.services.targets import OpenDraft, Reopen
from client.services.times import due_in_words
from core.changes.states import ANSWERED, WAITING, State

if TYPE_CHECKING:
    from core.changes.draft import Draft
    from db.store import Store

SOON_DAYS = 3


class Kind(StrEnum):
    """Why something is on the list; in the order of urgency."""

    RETURNED = "returned"
    OVERDUE = "overdue"
    SOON = "soon"
    DRAFT = "draft"


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do; *target* is where page *entry* begins with it."""

    kind: Kind
    title: str
    detail: str
    target: OpenDraft | Reopen
    due: str = ""  # YYYY-MM-DD
    due_words: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Today:
    """The page of today."""

    tasks: tuple[Task, ...] = ()
    waiting: int = 0
    in_review: int = 0
    is_enrolled: bool = False
    has_records: bool = False

    def count(self, *kinds: Kind) -> int:
        """How many tasks are of these kinds."""
        return sum(each.kind in kinds for each in self.tasks)

    @property
    def is_fresh(self) -> bool:
        """Whether nothing was ever done here."""
        return not self.tasks and not self.waiting and not self.in_review


class HomeService(QObject):
    """Gathers what is due, what was returned, what waits."""

    def __init__(self, room: Room, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._room = room

    def load(self, *, done: Callable[[Today], None], owner: QObject) -> None:
        """Today's page."""
        self._room.run(self._gather, done=done, owner=owner)

    def today(self) -> str:
        """The date, YYYY-MM-DD."""
        return self._room.today()

    def _gather(self, store: Store) -> Today:
        from db import drafts, identity, outbox, registers

        duty = preferences.duty(preferences.read(store))
        today = self._room.today()
        tasks = []
        summaries = drafts.all(store)
        open_drafts = {each.draft_id for each in summaries}
        for item in outbox.items(store, ANSWERED):
            if item.superseded_by or item.reopened_as in open_drafts:
                continue
            form = self._room.forms[item.form]
            flow = form.flow(item.flow).title
            note = _NOTES.get(item.state, "") or _comments(len(item.comments))
            tasks.append(
                Task(Kind.RETURNED, item.title, flow, Reopen(item.submission_id), note=note)
            )
        for summary in summaries:
            draft = drafts.get(store, summary.draft_id)
            tasks.append(self._draft_task(draft, summary.title, duty.due, today))
        states = outbox.counts(store)
        order = list(Kind)
        tasks.sort(key=lambda each: (order.index(each.kind), each.due or "9999"))
        return Today(
            tasks=tuple(tasks),
            waiting=sum(states[each] for each in WAITING),
            in_review=states[State.RECEIVED] + states[State.UNDER_REVIEW],
            is_enrolled=identity.get(store) is not None,
            has_records=any(registers.count(store, form) for form in self._room.forms.values()),
        )

    def _draft_task(
        self, draft: Draft, title: str, due_of: Callable[[str], str], today: str
    ) -> Task:
        form = self._room.forms[draft.form]
        detail = form.flow(draft.flow).title
        target = OpenDraft(draft.draft_id)
        note = _comments(len(draft.comments))
        due = _due(draft.head.event_date, due_of)
        words = due_in_words(due, today) if due else ""
        if draft.comments:
            kind = Kind.RETURNED
        elif due and due < today:
            kind = Kind.OVERDUE
        elif due and due <= _later(today, SOON_DAYS):
            kind = Kind.SOON
        else:
            kind = Kind.DRAFT
        return Task(kind, title or f"新{detail}", detail, target, due, words, note)


_NOTES = {State.CONFLICT: "与公开办登记有冲突", State.REJECTED: "不予受理"}


def _comments(count: int) -> str:
    return f"{count} 条意见" if count else ""


def _due(event_date: str, due_of: Callable[[str], str]) -> str:
    try:
        return due_of(event_date) if event_date else ""
    except ValueError:  # The officer is still typing the date.
        return ""


def _later(today: str, days: int) -> str:
    return (date.fromisoformat(today) + timedelta(days=days)).isoformat()

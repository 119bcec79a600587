"""What was submitted and what became of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from client.services.desk import Room
from core.changes.states import ANSWERED, WAITING, State
from core.checks.sentences import place

if TYPE_CHECKING:
    from client.services.receipts import ConflictRow, ReceiptView
    from db.outbox import OutboxItem
    from db.store import Store


@dataclass(frozen=True, slots=True)
class ShowSubmissions:
    """Page *outbox*: show a group ("answered", "waiting", "review", "approved", "" all), or one."""

    group: str = ""
    submission_id: str = ""


@dataclass(frozen=True, slots=True)
class Remark:
    """A reviewer's comment: `where` is the field's title, `pointer` leads there."""

    pointer: str
    where: str
    text: str


@dataclass(frozen=True, slots=True)
class Step:
    """One of the five steps: `how` is done, now, todo, bad or skipped."""

    word: str
    how: str
    at: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One submission as the outbox shows it. Times are RFC 3339 UTC or empty.

    `unit` is the title of the unit; empty where the record itself is the unit.
    """

    submission_id: str
    form: str
    form_title: str
    flow_title: str
    record_id: str
    title: str
    unit: str
    state: State
    queued_at: str
    sent_at: str = ""
    received_at: str = ""
    decided_at: str = ""
    attempts: int = 0
    last_error: str = ""
    has_receipt: bool = False
    remarks: tuple[Remark, ...] = ()
    superseded_by: str = ""

    @property
    def group(self) -> str:
        """Where it is listed. What was mended and sent again no longer asks for anything."""
        if self.state in ANSWERED:
            return "done" if self.superseded_by else "answered"
        if self.state in WAITING:
            return "waiting"
        return "approved" if self.state is State.APPROVED else "review"

    @property
    def shown_state(self) -> str:
        """The state as a badge shows it: what was mended and sent again is `superseded`."""
        return "superseded" if self.group == "done" else str(self.state)

    @property
    def may_mend(self) -> bool:
        """Whether it can be opened again as a draft."""
        return self.state in ANSWERED and not self.superseded_by

    def last_at(self) -> str:
        """When something last happened to it."""
        return self.decided_at or self.received_at or self.sent_at or self.queued_at

    def steps(self) -> tuple[Step, ...]:
        """The track: 已保存 → 待报 → 已送达 → 审核中 → 已通过 / 退回."""
        ends = {
            State.RETURNED: "退回",
            State.REJECTED: "不予受理",
            State.CONFLICT: "有冲突",
        }
        words = ("已保存", "待报", "已送达", "审核中", ends.get(self.state, "已通过"))
        times = (self.queued_at, self.queued_at, self.received_at, self.received_at)
        reached = _REACHED[self.state]
        found = []
        for number, word in enumerate(words):
            how = "done" if number < reached else "now" if number == reached else "todo"
            if number == 4 and self.state in ends:
                how = "bad"
            elif self.state in ends and number in {2, 3} and not self.received_at:
                how = "skipped"
            elif self.state is State.APPROVED:
                how = "done"
            at = times[number] if number < 4 else self.decided_at
            found.append(Step(word, how, at if how in {"done", "bad"} else ""))
        return tuple(found)


_REACHED = {
    State.QUEUED: 1,
    State.SENDING: 1,
    State.RECEIVED: 2,
    State.UNDER_REVIEW: 3,
    State.APPROVED: 4,
    State.RETURNED: 4,
    State.REJECTED: 4,
    State.CONFLICT: 4,
}
GROUPS = ("answered", "waiting", "review", "approved", "done")


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers beside the rail."""

    answered: int = 0
    waiting: int = 0


class OutboxService(QObject):
    """Reads the outbox for the screens."""

    def __init__(self, room: Room, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._room = room

    def load(self, *, done: Callable[[tuple[Line, ...]], None], owner: QObject) -> None:
        """All submissions: those that ask for something first, then the newest."""
        self._room.run(self._lines, done=done, owner=owner)

    def count(self, *, done: Callable[[Counts], None], owner: QObject) -> None:
        """How many ask for something, and how many wait to be sent."""
        self._room.run(_counts, done=done, owner=owner)

    def receipt(
        self, submission_id: str, *, done: Callable[[ReceiptView], None], owner: QObject
    ) -> None:
        """The receipt, with what verifying its signature gave."""
        from client.services import receipts

        forms = self._room.forms
        self._room.run(
            lambda store: receipts.view(store, submission_id, forms), done=done, owner=owner
        )

    def conflict(
        self,
        submission_id: str,
        *,
        done: Callable[[tuple[ConflictRow, ...]], None],
        owner: QObject,
    ) -> None:
        """Field by field: what it was, what was submitted, what the office has."""
        from client.services import receipts

        forms = self._room.forms
        self._room.run(
            lambda store: receipts.conflict(store, submission_id, forms), done=done, owner=owner
        )

    def _lines(self, store: Store) -> tuple[Line, ...]:
        from db import outbox

        items = outbox.items(store)
        titles = _unit_titles(store, items)
        lines = [self._line(each, titles.get((each.form, each.unit), "")) for each in items]
        lines.sort(key=Line.last_at, reverse=True)
        lines.sort(key=lambda each: GROUPS.index(each.group))
        return tuple(lines)

    def _line(self, item: OutboxItem, unit_title: str) -> Line:
        form = self._room.forms[item.form]
        return Line(
            submission_id=item.submission_id,
            form=item.form,
            form_title=form.title,
            flow_title=form.flow(item.flow).title,
            record_id=item.record_id,
            title=item.title,
            unit=unit_title,
            state=State(item.state),
            queued_at=item.queued_at,
            sent_at=item.sent_at,
            received_at=item.received_at,
            decided_at=item.decided_at,
            attempts=item.attempts,
            last_error=item.last_error,
            has_receipt=item.receipt is not None,
            remarks=tuple(
                Remark(each.pointer, place(form, each.pointer), each.text) for each in item.comments
            ),
            superseded_by=item.superseded_by,
        )


def _counts(store: Store) -> Counts:
    from db import outbox

    found = outbox.counts(store)
    return Counts(sum(found[each] for each in ANSWERED), sum(found[each] for each in WAITING))


def _unit_titles(store: Store, items: Sequence[OutboxItem]) -> dict[tuple[str, str], str]:
    """What the units of *items* are called, by form and unit code."""
    from db.registers import StoreLookup

    lookup, found = StoreLookup(store), {}
    for form_id, unit in {(each.form, each.unit) for each in items}:
        refers_to = store.forms[form_id].by_name[store.forms[form_id].unit_field].refers_to
        record = lookup.by_key(refers_to, unit) if refers_to is not None else None
        if record is not None and refers_to is not None:
            found[form_id, unit] = str(record.values.get(store.forms[refers_to].label, unit))
    return found

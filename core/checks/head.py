"""Checks of the head of an update form (domain.md §1.3) and of its attachments.

Every change of fact must be reported within 10 days (domain.md §4.4 R1); where the office counts
working days, days are counted by `core.workdays`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from core.changes.draft import AttachedFile, Head
from core.checks.issues import Issue
from core.forms.model import Flow, Severity
from core.numbers import CHECKS
from core.workdays import Calendar, due_date

LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Duty:
    """Within how many days a change is to be reported, and how they are counted."""

    calendar: Calendar
    days: int = 10
    working: bool = False

    def due(self, event_date: str) -> str:
        """The last day on which a change of *event_date* is in time."""
        found = due_date(date.fromisoformat(event_date), self.days, self.calendar, self.working)
        return found.isoformat()


def check_head(
    head: Head, flow: Flow, attachments: tuple[AttachedFile, ...], duty: Duty, today: str
) -> list[Issue]:
    """Every issue of the head, at pointers below `/head`."""
    return list(_check(head, flow, attachments, duty, today))


def _check(
    head: Head, flow: Flow, attachments: tuple[AttachedFile, ...], duty: Duty, today: str
) -> Iterator[Issue]:
    for name in ("reason", "event_date", "filled_by"):
        if not getattr(head, name).strip():
            yield Issue("required", Severity.ERROR, f"/head/{name}")
    for name in ("reason", "overdue_reason", "filled_by", "phone"):
        if len(getattr(head, name)) > LONGEST:
            yield Issue("too_long", Severity.ERROR, f"/head/{name}", {"maximum": LONGEST})
    if head.phone:
        for finding in CHECKS["phone"](head.phone):
            yield Issue(finding.code, Severity.WARNING, "/head/phone", finding.params)
    if flow.attachment_required and not attachments:
        yield Issue("attachment_missing", Severity.WARNING, "/head/attachments")
    if head.event_date:
        yield from _check_days(head, duty, today)


def _check_days(head: Head, duty: Duty, today: str) -> Iterator[Issue]:
    try:
        event = date.fromisoformat(head.event_date).isoformat()
    except ValueError:
        yield Issue("not_a_date", Severity.ERROR, "/head/event_date")
        return
    if event > today:
        yield Issue("in_future", Severity.ERROR, "/head/event_date")
        return
    due = duty.due(event)
    if today > due:
        days = (date.fromisoformat(today) - date.fromisoformat(due)).days
        if head.overdue_reason.strip():
            yield Issue("overdue", Severity.HINT, "/head/event_date", {"due": due, "days": days})
        else:
            params = {"due": due, "days": days}
            yield Issue("overdue_reason", Severity.ERROR, "/head/overdue_reason", params)

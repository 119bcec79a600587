"""States, times and sizes in the words of the desk."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from core.changes.states import State
from core.checks.head import Duty
from office.context import CHINA
from office.desk.pages import Badge

WAITING = Badge("待审", "clock", "plain")
STATES: Mapping[str, Badge] = {
    State.RECEIVED: WAITING,
    State.UNDER_REVIEW: WAITING,
    State.APPROVED: Badge("已通过", "circle-check", "good"),
    State.RETURNED: Badge("已退回", "undo-2", "warning"),
    State.REJECTED: Badge("已驳回", "circle-x", "error"),
    State.CONFLICT: Badge("冲突", "git-merge", "changed"),
}
UNKNOWN = Badge("未知", "info", "plain")
REFUSED = Badge("校验未过", "circle-x", "error")
WARNING = Badge("提示", "triangle-alert", "warning")
COMMENT = Badge("意见", "message-square", "error")
RECEIVED = Badge("收到", "inbox", "plain")

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_KIB = 1024


def china(moment: str) -> datetime:
    """An RFC 3339 moment in the time of China."""
    return datetime.fromisoformat(moment).astimezone(CHINA)


def when(moment: str) -> str:
    """To the minute, as `2026-11-22 10:32`; empty for an empty moment."""
    return f"{china(moment):%Y-%m-%d %H:%M}" if moment else ""


def exactly(moment: str) -> str:
    """To the second."""
    return f"{china(moment):%Y-%m-%d %H:%M:%S}" if moment else ""


def waited(since: str, now: datetime) -> str:
    """How long something has waited, in its largest unit."""
    seconds = max(0, int((now - datetime.fromisoformat(since)).total_seconds()))
    if seconds >= _DAY:
        return f"{seconds // _DAY} 天"
    if seconds >= _HOUR:
        return f"{seconds // _HOUR} 小时"
    return f"{seconds // _MINUTE} 分钟" if seconds >= _MINUTE else "刚到"


def days_late(event_date: str, received_at: str, duty: Duty) -> int:
    """By how many days a report came after its term; 0 if in time or if no day is known."""
    if not is_day(event_date):
        return 0
    due = date.fromisoformat(duty.due(event_date))
    return max(0, (china(received_at).date() - due).days)


def is_day(text: str) -> bool:
    """Whether *text* is a date, YYYY-MM-DD."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def term(event_date: str, received_at: str, duty: Duty) -> Badge:
    """Whether a report came in time."""
    if not is_day(event_date):
        return Badge("—", "calendar-clock", "plain")
    late = days_late(event_date, received_at, duty)
    if late:
        return Badge(f"超期 {late} 天", "calendar-clock", "error")
    return Badge("按期", "check", "plain")


def size(count: int) -> str:
    """A number of bytes for people."""
    if count < _KIB:
        return f"{count} B"
    if count < _KIB * _KIB:
        return f"{count / _KIB:.0f} KB"
    return f"{count / _KIB / _KIB:.1f} MB"


def share(part: int, whole: int) -> str:
    """A share with one decimal, rounded half up; a dash of nothing."""
    if not whole:
        return "—"
    tenths = (part * 2000 + whole) // (whole * 2)
    return f"{tenths // 10}.{tenths % 10}%"

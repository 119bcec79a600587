"""Points in time in words. Kept as RFC 3339 UTC, shown in the machine's own zone."""

from __future__ import annotations

from datetime import date, datetime, timedelta

_WEEKDAYS = "一二三四五六日"


def parsed(text: str) -> datetime | None:
    """The aware time in *text* (RFC 3339), or None where there is none."""
    if not text:
        return None
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.astimezone()


def shown(text: str, now: datetime) -> str:
    """`10:32` today, `11-22 10:32` this year, `2025-11-22 10:32` before; empty for no time."""
    found = parsed(text)
    if found is None:
        return ""
    local, here = found.astimezone(), now.astimezone()
    if local.date() == here.date():
        return f"{local:%H:%M}"
    return f"{local:%m-%d %H:%M}" if local.year == here.year else f"{local:%Y-%m-%d %H:%M}"


def exact(text: str) -> str:
    """`2026-11-22 10:32:07`; empty for no time."""
    found = parsed(text)
    return f"{found.astimezone():%Y-%m-%d %H:%M:%S}" if found else ""


def ago(then: datetime, now: datetime) -> str:
    """`刚刚`, `3 分钟前`, `2 小时前`, `5 天前`. A clock that was set back counts as just now."""
    passed = now - then
    if passed < timedelta(minutes=1):
        return "刚刚"
    if passed < timedelta(hours=1):
        return f"{passed // timedelta(minutes=1)} 分钟前"
    if passed < timedelta(days=1):
        return f"{passed // timedelta(hours=1)} 小时前"
    return f"{passed.days} 天前"


def day_in_words(today: str) -> str:
    """`11 月 22 日 星期日` for a date YYYY-MM-DD."""
    day = date.fromisoformat(today)
    return f"{day.month} 月 {day.day} 日 星期{_WEEKDAYS[day.weekday()]}"


def due_in_words(due: str, today: str) -> str:
    """`还剩 3 天`, `今天到期`, `已超期 2 天`."""
    left = (date.fromisoformat(due) - date.fromisoformat(today)).days
    if left > 0:
        return f"还剩 {left} 天"
    return "今天到期" if left == 0 else f"已超期 {-left} 天"

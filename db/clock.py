"""The time as the store writes it: RFC 3339, UTC, milliseconds."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> str:
    """The present moment."""
    return stamp(datetime.now(UTC))


def stamp(moment: datetime) -> str:
    """*moment* as text that sorts by time."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

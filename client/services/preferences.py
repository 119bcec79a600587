"""Settings of an unlocked store, as one value."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

from core.checks.head import Duty

if TYPE_CHECKING:
    from db.store import Store


@dataclass(frozen=True, slots=True)
class Preferences:
    """What the officer may set. `duty_working`: the days of the duty are working days."""

    duty_days: int = 10
    duty_working: bool = False
    idle_minutes: int = 15
    officer_name: str = ""
    officer_phone: str = ""


def read(store: Store) -> Preferences:
    """The preferences kept in *store*, defaults for the rest. In the database lane."""
    from db import settings

    found = {}
    for field in fields(Preferences):
        value = settings.get(store, f"preference.{field.name}")
        if value is not None:
            found[field.name] = value
    return Preferences(**found)


def write(store: Store, preferences: Preferences) -> None:
    """Keeps *preferences*. In the database lane."""
    from db import settings

    for name, value in asdict(preferences).items():
        settings.put(store, f"preference.{name}", value)


def duty(preferences: Preferences) -> Duty:
    """Within how many days a change is to be reported (domain.md §4.4 R1)."""
    from core.resources import calendar

    return Duty(calendar(), preferences.duty_days, preferences.duty_working)

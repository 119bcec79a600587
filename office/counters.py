"""Numbers without gaps, given out to writers only: their order is the order of commits."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.orm import Session

from office.models import Counter

CHANGES, RECEIPTS, AUDIT, ALARMS = "changes", "receipts", "audit", "alarms"


def take(session: Session, county: str, name: str, how_many: int = 1) -> int:
    """The next number under *name*; the first is 1. Takes *how_many* in a row."""
    found = session.execute(
        update(Counter)
        .where(Counter.county == county, Counter.name == name)
        .values(value=Counter.value + how_many)
        .returning(Counter.value)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if found is None:
        session.add(Counter(county=county, name=name, value=how_many))
        session.flush()
        found = how_many
    return found - how_many + 1


def last(session: Session, county: str, name: str) -> int:
    """The last number given out; 0 before the first."""
    found = session.get(Counter, (county, name), populate_existing=True)
    return 0 if found is None else found.value

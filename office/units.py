"""The tree of units, and which of them an account may see: its own and everything below."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Select, delete, insert, select
from sqlalchemy.orm import Session

from core.record import Values
from office.context import Office
from office.models import Unit, UnitBelow

_DEEPEST = 32


def below(county: str, scope: str) -> Select[str]:
    """The codes of *scope* and of all units below it, as a subquery."""
    return select(UnitBelow.code).where(UnitBelow.county == county, UnitBelow.ancestor == scope)


def covers(session: Session, county: str, scope: str, unit: str) -> bool:
    """Whether *unit* is *scope* or lies below it."""
    found = below(county, scope).where(UnitBelow.code == unit)
    return session.scalars(found).first() is not None


def unit_of(office: Office, form: str, values: Values, fallback: str = "") -> str:
    """The unit that a record belongs to.

    A unit that has no number yet belongs to its superior, and at the top to the county.
    """
    definition = office.forms[form]
    unit = values.get(definition.unit_field)
    if unit is None and definition.id == office.units_form.id:
        unit = values.get(definition.listing.parent or "", office.county)
    return str(unit if unit is not None else fallback)


def plant_root(session: Session, office: Office) -> None:
    """The county itself, the top of the tree."""
    session.add(
        Unit(county=office.county, code=office.county, parent="", title=office.settings.title)
    )
    session.add(UnitBelow(county=office.county, ancestor=office.county, code=office.county))


def follow(
    session: Session, office: Office, record_id: str, values: Values, *, active: bool
) -> None:
    """Let the tree follow the record of a unit, in the caller's transaction."""
    form = office.units_form
    code = str(values[form.key])
    parent = str(values.get(form.listing.parent or "", office.county))
    unit = session.get(Unit, (office.county, code))
    moved = unit is None or unit.parent != parent
    if unit is None:
        unit = Unit(county=office.county, code=code)
        session.add(unit)
    unit.parent, unit.title, unit.record_id = parent, str(values.get(form.label, "")), record_id
    unit.classified, unit.active = bool(values.get("classified", False)), active
    session.flush()
    if moved:
        _hang(session, office.county, code, parent)


def _hang(session: Session, county: str, code: str, parent: str) -> None:
    """Put *code*, with all that is below it, under *parent*."""
    branch = list(session.scalars(below(county, code))) or [code]
    within = select(UnitBelow.code).where(UnitBelow.county == county, UnitBelow.ancestor == code)
    session.execute(
        delete(UnitBelow)
        .where(
            UnitBelow.county == county,
            UnitBelow.code.in_(within.scalar_subquery()),
            UnitBelow.ancestor.not_in(branch),
        )
        .execution_options(synchronize_session=False)
    )
    pairs = {(above, each) for above in ancestors(session, county, parent) for each in branch}
    pairs.add((code, code))
    standing = select(UnitBelow.ancestor, UnitBelow.code).where(
        UnitBelow.county == county, UnitBelow.code.in_(branch)
    )
    pairs -= {(above, each) for above, each in session.execute(standing)}
    if pairs:
        rows = [{"county": county, "ancestor": a, "code": c} for a, c in sorted(pairs)]
        session.execute(insert(UnitBelow), rows)


def ancestors(session: Session, county: str, code: str) -> list[str]:
    """*code* and the units above it, up to the county."""
    found: list[str] = []
    while code and code not in found and len(found) < _DEEPEST:
        found.append(code)
        unit = session.get(Unit, (county, code))
        code = "" if unit is None else unit.parent
    if county not in found:
        found.append(county)
    return found


def closure(parents: dict[str, str], root: str) -> Iterable[tuple[str, str]]:
    """Every (ancestor, code) of a whole tree given as code → parent; for planting in bulk."""
    for code in parents:
        above, seen = code, set[str]()
        while above and above not in seen:
            seen.add(above)
            yield above, code
            above = parents.get(above, "" if above == root else root)

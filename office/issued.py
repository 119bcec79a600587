"""Numbers that the office issues on approval: register numbers of units, card numbers."""

from __future__ import annotations

import re

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.checks.environment import RecordEnvironment
from core.forms.expressions import truth
from core.forms.model import ChangeKind, Field, Form
from core.record import Values
from office import counters
from office.context import Office
from office.lookup import OfficeLookup
from office.models import Record

_WIDTH = 6


def numbers(
    session: Session, office: Office, form: Form, kind: ChangeKind, values: Values
) -> dict[str, str]:
    """The numbers that a new record gets, by field name; empty for any other change."""
    if kind is not ChangeKind.CREATE:
        return {}
    around = RecordEnvironment(values, office.forms.codelists, office.today())
    return {
        field.name: next_number(session, office, form, field)
        for field in form.fields
        if field.issued and truth(field.visible_if, around, default=True)
    }


def next_number(session: Session, office: Office, form: Form, field: Field) -> str:
    """A number that no record of the form has or had, in the style of the last one."""
    lookup = OfficeLookup(session, office.county, office.forms)
    last = session.scalars(
        select(func.max(Record.key)).where(Record.county == office.county, Record.form == form.id)
    ).one()
    style = split(office.county, last or "")
    prefix, width = (style[0], len(style[1])) if style else (office.county, _WIDTH)
    while True:
        number = counters.take(session, office.county, counter(form, field))
        text = f"{prefix}{number:0{width}d}"
        if lookup.count(form.id, {field.name: text}, without="") == 0:
            return text


def counter(form: Form, field: Field) -> str:
    """The counter that a field's numbers are taken from."""
    return f"issued.{form.id}.{field.name}"


def split(county: str, number: str) -> tuple[str, str] | None:
    """Prefix and running digits of an issued number; None where it has another style."""
    found = re.fullmatch(rf"({re.escape(county)}|\D*)(\d+)", number)
    return None if found is None else (found[1], found[2])

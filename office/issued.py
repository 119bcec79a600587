"""Numbers that the office issues on approval: register numbers of units, card numbers."""

from __future__ import annotations

from sqlalchemy.orm import Session

from core.checks.environment import RecordEnvironment
from core.forms.expressions import truth
from core.forms.model import ChangeKind, Field, Form
from core.record import Values
from office import counters
from office.context import Office
from office.lookup import OfficeLookup


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
    """The county's code and a running number that no current record of the form has."""
    lookup = OfficeLookup(session, office.county, office.forms)
    while True:
        number = counters.take(session, office.county, f"issued.{form.id}.{field.name}")
        text = f"{office.county}{number:06d}"
        if lookup.count(form.id, {field.name: text}, without="") == 0:
            return text

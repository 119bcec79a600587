"""The same checks that the client runs, run again over what the office knows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from core.changes.submission import Submission
from core.checks.derive import derived
from core.checks.head import Duty, check_head
from core.checks.issues import Issue, blocking
from core.checks.record import Subject, check
from core.checks.sentences import sentence
from core.forms.model import Form, Severity
from core.record import Values
from core.resources import calendar
from core.wire.receipts import Remark
from office.context import Office
from office.lookup import OfficeLookup


@dataclass(frozen=True, slots=True)
class Checked:
    """Issues of a change, and what of them keeps it out."""

    issues: tuple[Issue, ...]
    blocking: tuple[Issue, ...]


def recheck(
    session: Session,
    office: Office,
    submission: Submission,
    base: Values,
    values: Values,
    today: str,
) -> Checked:
    """Run every rule on *values*, as they would stand after *submission*.

    *today* is the day on which it was sent: a change is not late because the office was.
    """
    form = office.forms[submission.form]
    flow = form.flow(submission.flow)
    subject = Subject(form, flow, submission.record_id, values, base)
    lookup = OfficeLookup(session, office.county, office.forms)
    duty = Duty(calendar(), office.settings.duty_days, working=office.settings.duty_working_days)
    issues = [
        *check(subject, office.forms.codelists, today, lookup),
        *check_head(submission.head, flow, submission.attachments, duty, today),
    ]
    return Checked(tuple(issues), tuple(blocking(issues, dict(submission.overrides))))


def remarks(form: Form, issues: tuple[Issue, ...]) -> tuple[Remark, ...]:
    """Issues as they are answered: pointer, code, severity and sentence."""
    return tuple(
        Remark(each.pointer, each.code, str(each.severity), sentence(form, each)) for each in issues
    )


def errors(issues: tuple[Issue, ...]) -> tuple[Issue, ...]:
    """Those that nobody can give a reason for."""
    return tuple(each for each in issues if each.severity is Severity.ERROR)


def without_computed(form: Form, values: Values) -> dict[str, Any]:
    """*values* without those that follow from others."""
    computed = {each.name for each in form.fields if each.computed is not None}
    return {name: value for name, value in values.items() if name not in computed}


def complete(office: Office, form: Form, values: Values, today: str) -> dict[str, Any]:
    """*values* with every computed field as the office computes it."""
    return derived(form, without_computed(form, values), office.forms.codelists, today)

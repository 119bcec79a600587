"""What intake asks of a submission, in order: may it be here at all, does it stand, is it right."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from sqlalchemy.orm import Session

from core.changes.states import ANSWERED, State
from core.changes.submission import Submission
from core.checks.issues import Issue
from core.forms.model import ChangeKind, Form, Severity
from core.wire.receipts import Remark, Result
from office import units
from office.accounts import Person
from office.checks import Checked, complete, recheck, remarks
from office.context import Office
from office.intake import attachments
from office.intake.base import Ground, ground
from office.intake.verdict import Accepted, Refused, Verdict, problem, refuse
from office.models import Record, Unit
from office.models import Submission as Row
from office.sessions import Caller


def examine(
    session: Session,
    office: Office,
    caller: Caller,
    submission: Submission,
    blobs: Mapping[str, bytes],
) -> Accepted:
    """What a good submission would make of its record.

    Raises:
        Refused: it is not received; says why, at the fields.

    """
    form = _known_form(office, submission)
    unit = _permitted(session, office, caller.person, form, submission)
    waiting_for = _predecessor(session, office, caller.person, submission)
    laid = _laid(session, office, submission)
    today = office.today()
    values = complete(office, form, laid.values, today)
    checked = recheck(session, office, submission, laid.base, values, today)
    problems = (
        *remarks(form, checked.blocking),
        *attachments.missing(session, office, form, submission, blobs),
    )
    if problems:
        raise Refused(Verdict(Result.INVALID, problems))
    label = values.get(form.label, submission.record_id)
    warnings = _reasons(form, submission, checked)
    return Accepted(unit, str(label)[:240], laid.merged, warnings, waiting_for)


def _known_form(office: Office, submission: Submission) -> Form:
    form = office.forms.get(submission.form)
    if form is None:
        raise refuse(Result.INVALID, "unknown_form")
    if submission.form_version != form.version or submission.form_digest != form.digest:
        raise refuse(Result.INVALID, "form_version")
    flow = next((each for each in form.flows if each.id == submission.flow), None)
    if flow is None or flow.kind is not submission.kind:
        raise refuse(Result.INVALID, "unknown_flow")
    try:
        plain = str(uuid.UUID(submission.record_id))
    except ValueError:
        plain = ""
    if plain != submission.record_id:
        raise refuse(Result.INVALID, "malformed")
    return form


def _permitted(
    session: Session, office: Office, person: Person, form: Form, submission: Submission
) -> str:
    """The unit of the record after the change; every unit that it touches is the caller's.

    A foreign record and one that is not there are refused alike.
    """
    row = session.get(Record, (office.county, form.id, submission.record_id))
    if row is None and submission.kind is not ChangeKind.CREATE:
        raise refuse(Result.FORBIDDEN, "scope")
    now = row.unit if row is not None else ""
    after = units.unit_of(office, form.id, submission.values, now or person.scope)
    for unit in {now, after} - {""}:
        node = session.get(Unit, (office.county, unit))
        if node is not None and node.classified and form.id != office.units_form.id:
            raise refuse(Result.FORBIDDEN, "classified", keep=False)
        if _is_classified(office, form, submission, node) and submission.attachments:
            raise refuse(Result.FORBIDDEN, "classified", "/head/attachments", keep=False)
        if node is None and person.scope == office.county:
            continue  # The checks say that there is no such unit.
        if not units.covers(session, office.county, person.scope, unit):
            raise refuse(Result.FORBIDDEN, "scope")
    return after


def _is_classified(office: Office, form: Form, submission: Submission, node: Unit | None) -> bool:
    """Whether the submission is the register of a classified unit: totals, and no documents."""
    if form.id != office.units_form.id:
        return False
    return submission.values.get("classified") is True or (node is not None and node.classified)


def _predecessor(session: Session, office: Office, person: Person, submission: Submission) -> str:
    """The predecessor's id where it is missing: the submission is held, and shown as held."""
    if not submission.supersedes:
        return ""
    before = session.get(Row, (office.county, submission.supersedes))
    if before is None:
        return submission.supersedes[:64]
    same = (before.form, before.record_id) == (submission.form, submission.record_id)
    if not same or before.account != person.name:
        raise refuse(Result.INVALID, "predecessor_other")
    if before.superseded_by not in ("", submission.submission_id):
        raise refuse(Result.INVALID, "predecessor_replaced")
    if State(before.state) not in ANSWERED:
        raise refuse(Result.INVALID, "predecessor_pending")
    return ""


def _laid(session: Session, office: Office, submission: Submission) -> Ground:
    laid = ground(session, office, submission)
    if laid.refused:
        raise refuse(Result.CONFLICT, laid.refused)
    if laid.conflicts:
        problems = tuple(problem("conflict", each.pointer) for each in laid.conflicts)
        raise Refused(Verdict(Result.CONFLICT, problems))
    return laid


def _reasons(form: Form, submission: Submission, checked: Checked) -> tuple[dict[str, str], ...]:
    """Warnings that were sent on, with their written reasons, for the reviewer."""
    reasons = dict(submission.overrides)
    return tuple(
        {
            "pointer": remark.pointer,
            "code": remark.code,
            "text": remark.text,
            "reason": reasons[issue.key],
        }
        for issue, remark in _worded(form, checked)
        if issue.severity is Severity.WARNING and issue.key in reasons
    )


def _worded(form: Form, checked: Checked) -> list[tuple[Issue, Remark]]:
    return list(zip(checked.issues, remarks(form, checked.issues), strict=True))

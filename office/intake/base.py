"""The ground that a change stands on: the version it was made from, and what came since."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from core.changes.merge import Conflict, merge
from core.changes.submission import Submission
from core.forms.model import ChangeKind
from core.record import Values
from core.wire.protocol import RecordState
from office.checks import without_computed
from office.context import Office
from office.models import Record, RecordVersion


@dataclass(frozen=True, slots=True)
class Ground:
    """What a submission would make of the record as it is now.

    `base` is the record as it is now, computed values included; `values` is what it would be,
    without them. `refused` is a code of `office.intake.verdict` where the change cannot stand at
    all; `conflicts` are fields that somebody else changed to something else since.
    """

    base: Values
    values: dict[str, Any]
    merged: tuple[str, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    refused: str = ""


def ground(session: Session, office: Office, submission: Submission) -> Ground:
    """Lay *submission* over the record as it is now; never overwrites silently."""
    form = office.forms[submission.form]
    mine = without_computed(form, submission.values)
    row = session.get(Record, (office.county, form.id, submission.record_id))
    if submission.kind is ChangeKind.CREATE:
        if row is not None:
            return Ground({}, mine, refused="exists")
        clean = submission.base_version == 0 and not submission.base_digest
        return Ground({}, mine, refused="" if clean else "base")
    if row is None:
        return Ground({}, mine, refused="base")
    if row.state != RecordState.CURRENT:
        return Ground(row.values, mine, refused="closed")
    place = (office.county, form.id, submission.record_id, submission.base_version)
    version = session.get(RecordVersion, place)
    if version is None or version.digest != submission.base_digest:
        return Ground(row.values, mine, refused="base")
    if version.version == row.version:
        return Ground(row.values, mine)
    before, now = without_computed(form, version.values), without_computed(form, row.values)
    laid = merge(form, before, mine, now)
    return Ground(row.values, laid.values, laid.flagged, laid.conflicts)

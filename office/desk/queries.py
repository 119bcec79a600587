"""What the desk asks the database; always within the county and the reader's scope."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from core.changes.states import State
from office.context import Office
from office.models import (
    Account,
    Alarm,
    AuditRow,
    Blob,
    DecisionRow,
    Device,
    ReceiptRow,
    Record,
    RecordVersion,
    Submission,
    Unit,
)
from office.units import below

WAITING = (State.RECEIVED, State.UNDER_REVIEW)
_ESCAPE = "\\"

_Author = aliased(Account, name="author")
_Reviewer = aliased(Account, name="reviewer")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A reader's filters; empty texts ask for everything."""

    text: str = ""
    unit: str = ""
    form: str = ""
    flow: str = ""
    state: str = ""
    overdue: bool = False
    offset: int = 0

    @property
    def narrowed(self) -> bool:
        """Whether anything is left out."""
        return bool(self.text or self.unit or self.form or self.flow or self.state or self.overdue)


_COLUMNS = (
    Submission.submission_id,
    func.coalesce(func.nullif(Submission.label, ""), Record.label, "").label("label"),
    Submission.form,
    Submission.flow,
    Submission.unit,
    Submission.account,
    Submission.holder,
    Submission.state,
    Submission.received_at,
    Submission.event_date,
    Submission.supersedes,
    Submission.warnings,
    Submission.merged,
    Submission.problems,
    Unit.title.label("unit_title"),
    _Author.title.label("author_title"),
)


def waiting(session: Session, office: Office, scope: str, wanted: Wanted) -> Sequence[Any]:
    """Submissions that wait for a decision, oldest first."""
    query = _joined(select(*_COLUMNS)).where(
        _within(office, scope),
        *_ready(),
        *_narrow(office, wanted),
    )
    order = (Submission.received_at, Submission.device_id, Submission.device_seq)
    return session.execute(query.order_by(*order)).all()


def count_waiting(session: Session, office: Office, scope: str) -> int:
    """How many wait for a decision."""
    query = select(func.count()).select_from(Submission)
    return (
        session.scalar(
            query.where(
                _within(office, scope),
                Submission.state.in_(WAITING),
                Submission.waiting_for == "",
            )
        )
        or 0
    )


def waiting_choices(session: Session, office: Office, scope: str) -> Sequence[Any]:
    """Which units, forms and flows there are in the queue: (unit, its title, form, flow)."""
    query = (
        select(Submission.unit, Unit.title, Submission.form, Submission.flow)
        .outerjoin(Unit, _unit_on())
        .where(
            _within(office, scope),
            *_ready(),
        )
        .distinct()
        .order_by(Unit.title, Submission.unit)
    )
    return session.execute(query).all()


def done(
    session: Session, office: Office, scope: str, wanted: Wanted, limit: int
) -> tuple[int, Sequence[Any]]:
    """Submissions that were answered, latest first, and how many there are in all."""
    moment = func.coalesce(DecisionRow.decided_at, Submission.received_at)
    conditions = [
        _within(office, scope),
        Submission.state.not_in(WAITING),
        *_narrow(office, wanted),
    ]
    if wanted.state:
        conditions.append(Submission.state == wanted.state)
    total = session.scalar(_joined(select(func.count()).select_from(Submission)).where(*conditions))
    query = (
        _joined(
            select(
                *_COLUMNS,
                moment.label("decided_at"),
                func.coalesce(_Reviewer.title, DecisionRow.reviewer).label("reviewer_title"),
                ReceiptRow.log_index,
            )
        )
        .outerjoin(DecisionRow, _same_submission(DecisionRow))
        .outerjoin(
            _Reviewer,
            and_(
                _Reviewer.county == DecisionRow.county,
                _Reviewer.name == DecisionRow.reviewer,
            ),
        )
        .outerjoin(
            ReceiptRow,
            and_(_same_submission(ReceiptRow), ReceiptRow.digest == Submission.digest),
        )
        .where(*conditions)
        .order_by(moment.desc(), Submission.submission_id)
    )
    return total or 0, session.execute(query.offset(wanted.offset).limit(limit)).all()


def done_units(session: Session, office: Office, scope: str) -> Sequence[Any]:
    """Units with answered submissions: (unit, title)."""
    query = (
        select(Submission.unit, Unit.title)
        .outerjoin(Unit, _unit_on())
        .where(_within(office, scope), Submission.state.not_in(WAITING))
        .distinct()
        .order_by(Unit.title, Submission.unit)
    )
    return session.execute(query).all()


def reported_since(session: Session, office: Office, scope: str, since: str) -> Sequence[Any]:
    """First reports of changes received since a moment, latest first; mended ones count once."""
    query = _joined(select(*_COLUMNS)).where(
        _within(office, scope),
        Submission.received_at >= since,
        Submission.supersedes == "",
        Submission.label != "",  # taken at intake
    )
    return session.execute(query.order_by(Submission.received_at.desc())).all()


def bodies(session: Session, office: Office, ids: Sequence[str]) -> dict[str, bytes]:
    """What was sent, by submission."""
    query = select(Submission.submission_id, Submission.body).where(
        Submission.county == office.county, Submission.submission_id.in_(ids)
    )
    return dict(session.execute(query).all())


def unmended(session: Session, office: Office, scope: str) -> dict[str, int]:
    """How many returned submissions each unit has not mended yet."""
    query = (
        select(Submission.unit, func.count())
        .where(
            _within(office, scope),
            Submission.state == State.RETURNED,
            Submission.superseded_by == "",
        )
        .group_by(Submission.unit)
    )
    return dict(session.execute(query).all())


def submission(
    session: Session, office: Office, scope: str, submission_id: str
) -> Submission | None:
    """One submission, if it lies in the scope."""
    query = select(Submission).where(
        _within(office, scope), Submission.submission_id == submission_id
    )
    return session.scalar(query)


def decision(session: Session, office: Office, submission_id: str) -> DecisionRow | None:
    """The decision on a submission."""
    return session.get(DecisionRow, (office.county, submission_id))


def receipt(session: Session, office: Office, found: Submission) -> ReceiptRow | None:
    """The receipt for a submission."""
    query = select(ReceiptRow).where(
        ReceiptRow.county == office.county,
        ReceiptRow.submission_id == found.submission_id,
        ReceiptRow.digest == found.digest,
    )
    return session.scalar(query)


def record(session: Session, office: Office, form: str, record_id: str) -> Record | None:
    """A record as it is now."""
    return session.get(Record, (office.county, form, record_id))


def version(
    session: Session, office: Office, form: str, record_id: str, number: int
) -> RecordVersion | None:
    """A record as it was at a version."""
    return session.get(RecordVersion, (office.county, form, record_id, number))


def version_made_by(
    session: Session, office: Office, form: str, record_id: str, submission_id: str
) -> RecordVersion | None:
    """The version that approving a submission made."""
    query = select(RecordVersion).where(
        RecordVersion.county == office.county,
        RecordVersion.form == form,
        RecordVersion.record_id == record_id,
        RecordVersion.submission_id == submission_id,
    )
    return session.scalar(query)


def blob_sizes(session: Session, office: Office, digests: Sequence[str]) -> dict[str, int]:
    """Sizes of the attached documents that have arrived."""
    query = select(Blob.digest, Blob.size).where(
        Blob.county == office.county, Blob.digest.in_(digests)
    )
    return dict(session.execute(query).all())


def blob(session: Session, office: Office, digest: str) -> bytes | None:
    """The bytes of an attached document."""
    found = session.get(Blob, (office.county, digest))
    return None if found is None else found.content


def title_of(session: Session, office: Office, form: str, key: str) -> str:
    """The title of the record of *form* that has that key; empty if there is none."""
    if form == office.units_form.id:
        unit = session.get(Unit, (office.county, key))
        if unit is not None:
            return unit.title
    query = select(Record.label).where(
        Record.county == office.county, Record.form == form, Record.key == key
    )
    return session.scalar(query.limit(1)) or ""


def account_title(session: Session, office: Office, name: str) -> str:
    """The person behind an account; the name itself if it is gone."""
    found = session.get(Account, (office.county, name))
    return name if found is None else found.title


def audit(
    session: Session, office: Office, wanted: Wanted, limit: int
) -> tuple[int, Sequence[AuditRow]]:
    """Lines of the audit log, latest first; `text` is an account, `state` an event."""
    conditions = [AuditRow.county == office.county]
    if wanted.text:
        conditions.append(AuditRow.account.like(_pattern(wanted.text), escape=_ESCAPE))
    if wanted.state:
        conditions.append(AuditRow.event == wanted.state)
    total = session.scalar(select(func.count()).select_from(AuditRow).where(*conditions))
    query = select(AuditRow).where(*conditions).order_by(AuditRow.number.desc())
    return total or 0, session.scalars(query.offset(wanted.offset).limit(limit)).all()


def audit_events(session: Session, office: Office) -> Sequence[str]:
    """Which events there are."""
    query = select(AuditRow.event).where(AuditRow.county == office.county).distinct()
    return session.scalars(query.order_by(AuditRow.event)).all()


def people(session: Session, office: Office) -> Sequence[Any]:
    """All accounts with the title of their scope."""
    query = (
        select(Account, Unit.title.label("scope_title"))
        .outerjoin(Unit, and_(Unit.county == Account.county, Unit.code == Account.scope))
        .where(Account.county == office.county)
        .order_by(Account.role, Account.name)
    )
    return session.execute(query).all()


def devices(session: Session, office: Office) -> Sequence[Device]:
    """All devices, the one seen last first."""
    query = select(Device).where(Device.county == office.county)
    return session.scalars(query.order_by(Device.seen_at.desc(), Device.device_id)).all()


def alarms(session: Session, office: Office, limit: int) -> Sequence[Alarm]:
    """What an administrator should look at, latest first."""
    query = select(Alarm).where(Alarm.county == office.county)
    return session.scalars(query.order_by(Alarm.number.desc()).limit(limit)).all()


def _within(office: Office, scope: str) -> ColumnElement[bool]:
    return and_(
        Submission.county == office.county, Submission.unit.in_(below(office.county, scope))
    )


def _ready() -> tuple[ColumnElement[bool], ...]:
    """It waits, its predecessor is there, and no other one has taken its place."""
    return (
        Submission.state.in_(WAITING),
        Submission.waiting_for == "",
        Submission.superseded_by == "",
    )


def _unit_on() -> ColumnElement[bool]:
    return and_(Unit.county == Submission.county, Unit.code == Submission.unit)


def _same_submission(other: type[DecisionRow | ReceiptRow]) -> ColumnElement[bool]:
    return and_(other.county == Submission.county, other.submission_id == Submission.submission_id)


def _joined(query: Select[Any]) -> Select[Any]:
    on_author = and_(_Author.county == Submission.county, _Author.name == Submission.account)
    on_record = and_(
        Record.county == Submission.county,
        Record.form == Submission.form,
        Record.record_id == Submission.record_id,
    )
    return (
        query.outerjoin(Unit, _unit_on()).outerjoin(_Author, on_author).outerjoin(Record, on_record)
    )


def _narrow(office: Office, wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.text:
        like = _pattern(wanted.text)
        columns = (Submission.label, Unit.title, _Author.title)
        found.append(or_(*(each.like(like, escape=_ESCAPE) for each in columns)))
    if wanted.unit:
        found.append(Submission.unit.in_(below(office.county, wanted.unit)))
    if wanted.form:
        found.append(Submission.form == wanted.form)
    if wanted.flow:
        found.append(Submission.flow == wanted.flow)
    return found


def _pattern(text: str) -> str:
    for sign in (_ESCAPE, "%", "_"):
        text = text.replace(sign, _ESCAPE + sign)
    return f"%{text}%"

"""What an administrator should look at: gaps and forks of device_seq, ids with two contents."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from office import audit, counters
from office.context import Office
from office.models import Alarm, Submission

GAP, FORK, MISMATCH = "gap", "fork", "mismatch"


def raise_alarm(session: Session, office: Office, kind: str, device: str, subject: str) -> None:
    """Raise an alarm, once."""
    if _find(session, office, kind, device, subject) is not None:
        return
    session.add(
        Alarm(
            county=office.county,
            number=counters.take(session, office.county, counters.ALARMS),
            kind=kind,
            device_id=device,
            subject=subject,
            raised_at=office.now(),
        )
    )
    audit.append(session, office, f"alarm.{kind}", subject, device=device)


def watch_sequence(session: Session, office: Office, device: str) -> None:
    """Compare the numbers that came from *device* with 1, 2, 3 …: note a gap, settle old ones."""
    missing = first_missing(session, office, device)
    for alarm in session.scalars(
        select(Alarm).where(
            Alarm.county == office.county, Alarm.kind == GAP, Alarm.device_id == device
        )
    ):
        if alarm.subject != str(missing):
            audit.append(session, office, "alarm.settled", alarm.subject, device=device)
            session.delete(alarm)
    session.flush()
    if missing is not None:
        raise_alarm(session, office, GAP, device, str(missing))


def first_missing(session: Session, office: Office, device: str) -> int | None:
    """The lowest device_seq that never came although a later one did."""
    mine = (Submission.county == office.county, Submission.device_id == device)
    number = Submission.device_seq
    highest, different = session.execute(
        select(func.coalesce(func.max(number), 0), func.count(func.distinct(number))).where(*mine)
    ).one()
    if highest == different:
        return None
    expected = 1
    for found in session.scalars(select(number).where(*mine).distinct().order_by(number)):
        if found != expected:
            break
        expected += 1
    return expected


def watch_fork(
    session: Session, office: Office, device: str, device_seq: int, submission_id: str
) -> None:
    """Two submissions under one number: the PC was cloned, or its store restored."""
    other = session.scalars(
        select(Submission.submission_id).where(
            Submission.county == office.county,
            Submission.device_id == device,
            Submission.device_seq == device_seq,
            Submission.submission_id != submission_id,
        )
    ).first()
    if other is not None:
        raise_alarm(session, office, FORK, device, str(device_seq))


def _find(session: Session, office: Office, kind: str, device: str, subject: str) -> Alarm | None:
    return session.scalars(
        select(Alarm).where(
            Alarm.county == office.county,
            Alarm.kind == kind,
            Alarm.device_id == device,
            Alarm.subject == subject,
        )
    ).first()

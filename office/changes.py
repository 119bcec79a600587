"""The change feed: what the office says is true, page by page, in commit order (design.md §6).

A record stands in the feed only where it last changed, so a first pull costs one line a record.
The last page carries counts and digest of everything that the caller should now have.
"""

from __future__ import annotations

from collections import Counter as Count
from dataclasses import dataclass

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session, aliased

from core.wire.protocol import (
    MAX_PAGE,
    ChangesPage,
    DecisionChange,
    ProblemType,
    RecordChange,
    RecordState,
    Scope,
)
from core.wire.scope import EMPTY, with_record
from office import counters, units
from office.accounts import Person
from office.context import Office
from office.models import Change, County, DecisionRow, Departure, Record, UnitDigest
from office.problems import Refusal
from office.records import DECISION, DEPARTURE, RECORD

_MODULUS = 1 << 256


def page(office: Office, person: Person, cursor: str, limit: int = MAX_PAGE) -> ChangesPage:
    """Up to *limit* changes after *cursor* (empty: from the beginning), from one snapshot.

    Raises:
        Refusal: RESYNC, where the cursor is of another epoch, or not one of ours.

    """
    with office.database.read() as session:
        epoch = session.get_one(County, office.county).epoch
        last = counters.last(session, office.county, counters.CHANGES)
        after = _position(cursor, epoch, last)
        lines = _lines(session, office, person, after, min(max(limit, 1), MAX_PAGE) + 1)
        more = len(lines) > min(max(limit, 1), MAX_PAGE)
        shown = lines[:-1] if more else lines
        changes = tuple(each.message for each in shown)
        if more:
            return ChangesPage(epoch, f"{epoch}.{shown[-1].seq}", more, changes)
        # Lines of other units may follow; the caller need not be asked to skip them again.
        return ChangesPage(epoch, f"{epoch}.{last}", more, changes, scope(session, office, person))


def scope(session: Session, office: Office, person: Person) -> Scope:
    """Counts and digest of all records in the person's scope, closed ones too."""
    mine = units.below(office.county, person.scope)
    counts: Count[str] = Count()
    total = 0
    sums = select(UnitDigest).where(UnitDigest.county == office.county, UnitDigest.unit.in_(mine))
    for each in session.scalars(sums):
        counts[each.form] += each.count
        total += int(each.total, 16)
    departed = EMPTY
    latest = {
        (form, record_id): (version, known)
        for form, record_id, version, known in session.execute(_departures(office, person))
    }
    for (form, record_id), (version, known) in latest.items():
        counts[form] += 1
        departed = with_record(departed, form, record_id, version, known)
    digest = f"{(total + int(departed, 16)) % _MODULUS:064x}"
    return Scope({form: count for form, count in counts.items() if count}, digest)


@dataclass(frozen=True, slots=True)
class _Line:
    seq: int
    message: RecordChange | DecisionChange


def _position(cursor: str, epoch: str, last: int) -> int:
    if not cursor:
        return 0
    named, _, text = cursor.rpartition(".")
    right = named == epoch and text.isascii() and text.isdigit() and len(text) < 19
    if not right or int(text) > last:
        raise Refusal(ProblemType.RESYNC, "中心的数据已换过，程序会自动重新同步。")
    return int(text)


def _lines(session: Session, office: Office, person: Person, after: int, limit: int) -> list[_Line]:
    mine = units.below(office.county, person.scope)
    here = aliased(Record)
    still_mine = select(here.record_id).where(
        here.county == Change.county,
        here.form == Change.form,
        here.record_id == Change.record_id,
        here.unit.in_(mine),
    )
    query = (
        select(Change, Record, Departure, DecisionRow)
        .outerjoin(
            Record,
            and_(
                Change.kind == RECORD,
                Record.county == Change.county,
                Record.form == Change.form,
                Record.record_id == Change.record_id,
            ),
        )
        .outerjoin(
            Departure,
            and_(
                Change.kind == DEPARTURE,
                Departure.county == Change.county,
                Departure.unit == Change.unit,
                Departure.form == Change.form,
                Departure.record_id == Change.record_id,
            ),
        )
        .outerjoin(
            DecisionRow,
            and_(
                Change.kind == DECISION,
                DecisionRow.county == Change.county,
                DecisionRow.submission_id == Change.submission_id,
            ),
        )
        .where(Change.county == office.county, Change.seq > after)
        .where(
            or_(
                and_(Change.kind == RECORD, Change.unit.in_(mine)),
                and_(Change.kind == DEPARTURE, Change.unit.in_(mine), ~still_mine.exists()),
                and_(Change.kind == DECISION, Change.account == person.name),
            )
        )
        .order_by(Change.seq)
        .limit(limit)
    )
    return [_line(*each) for each in session.execute(query)]


def _line(
    change: Change,
    record: Record | None,
    departure: Departure | None,
    decision: DecisionRow | None,
) -> _Line:
    if decision is not None:
        return _Line(change.seq, DecisionChange(decision.note))
    found = record or departure
    if found is None:
        raise LookupError(f"change {change.seq} leads nowhere")
    state = RecordState.CLOSED if record is None else RecordState(record.state)
    return _Line(
        change.seq,
        RecordChange(
            form=found.form,
            form_version=found.form_version,
            record_id=found.record_id,
            version=found.version,
            state=state,
            unit=found.unit,
            values=found.values,
            digest=found.digest,
        ),
    )


def _departures(office: Office, person: Person) -> Select[str, str, int, str]:
    """Records that left the person's scope, as they count there."""
    mine = units.below(office.county, person.scope)
    return (
        select(Departure.form, Departure.record_id, Departure.version, Departure.digest)
        .join(
            Record,
            and_(
                Record.county == Departure.county,
                Record.form == Departure.form,
                Record.record_id == Departure.record_id,
            ),
        )
        .where(Departure.county == office.county)
        .where(Departure.unit.in_(mine), Record.unit.not_in(mine))
        .order_by(Departure.version)
    )

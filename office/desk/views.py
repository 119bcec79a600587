"""Lists of submissions, made from queries."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Row
from sqlalchemy.orm import Session

from core.changes.states import State
from core.checks.head import Duty
from office.context import Office
from office.desk import queries, words
from office.desk.dossier import duty_of
from office.desk.pages import Badge, Listing, Option, QueueLine
from office.desk.queries import Wanted
from office.desk.security import Reader

PAGE = 100  # lines of a page


def queue(session: Session, office: Office, reader: Reader, wanted: Wanted) -> Listing:
    """What waits for the reader, oldest first."""
    scope = reader.person.scope
    duty = duty_of(office)
    rows = queries.waiting(session, office, scope, wanted)
    late = [row for row in rows if words.days_late(row.event_date, row.received_at, duty)]
    chosen = late if wanted.overdue else rows
    part = chosen[wanted.offset : wanted.offset + PAGE]
    choices = queries.waiting_choices(session, office, scope)
    return Listing(
        lines=tuple(line_of(office, reader, row, duty) for row in part),
        total=len(chosen),
        overdue=len(late),
        text=wanted.text,
        forms=_forms(office, (row.form for row in choices), wanted.form),
        flows=_flows(office, {(row.form, row.flow) for row in choices}, wanted.flow),
        units=_units(((row.unit, row.title) for row in choices), wanted.unit),
        only_overdue=wanted.overdue,
        filtered=wanted.narrowed,
        **paging(wanted, len(chosen)),
    )


def done(session: Session, office: Office, reader: Reader, wanted: Wanted) -> Listing:
    """What was answered, latest first."""
    scope = reader.person.scope
    duty = duty_of(office)
    total, rows = queries.done(session, office, scope, wanted, PAGE)
    units = queries.done_units(session, office, scope)
    answered = (State.APPROVED, State.RETURNED, State.REJECTED, State.CONFLICT)
    return Listing(
        lines=tuple(line_of(office, reader, row, duty, done=True) for row in rows),
        total=total,
        overdue=0,
        text=wanted.text,
        forms=_forms(office, office.forms, wanted.form),
        units=_units(((row.unit, row.title) for row in units), wanted.unit),
        states=tuple(
            Option(each, words.STATES[each].word, each == wanted.state) for each in answered
        ),
        filtered=wanted.narrowed,
        **paging(wanted, total),
    )


def flash(session: Session, office: Office, reader: Reader, submission_id: str) -> Badge | None:
    """A line that says what was just decided."""
    scope = reader.person.scope
    found = queries.submission(session, office, scope, submission_id)
    if found is None or queries.decision(session, office, submission_id) is None:
        return None
    badge = words.STATES.get(found.state, words.UNKNOWN)
    flow = titles_of(office, found.form, found.flow)[1]
    return Badge(f"{badge.word}：{found.label} · {flow}", badge.icon, badge.tone)


def titles_of(office: Office, form: str, flow: str) -> tuple[str, str]:
    """Titles of a form and a flow, which what intake refused may not name rightly."""
    definition = office.forms.get(form)
    if definition is None:
        return form, flow
    return definition.title, next(
        (each.title for each in definition.flows if each.id == flow), flow
    )


def line_of(
    office: Office, reader: Reader, row: Row[Any], duty: Duty, *, done: bool = False
) -> QueueLine:
    """One submission as a line of a list."""
    form, flow = titles_of(office, row.form, row.flow)
    state = words.STATES.get(row.state, words.UNKNOWN)
    if row.state == State.REJECTED and row.problems:
        state = words.REFUSED
    return QueueLine(
        submission_id=row.submission_id,
        label=row.label or form or "读不出的一件",
        form=form,
        flow=flow,
        unit=row.unit_title or row.unit,
        author=row.author_title or row.account,
        event_date=row.event_date,
        received=words.when(row.received_at),
        waited=words.waited(row.received_at, office.clock()),
        due=words.term(row.event_date, row.received_at, duty),
        state=state,
        warnings=len(row.warnings),
        merged=len(row.merged),
        again=bool(row.supersedes),
        own=row.holder == reader.person.holder,
        decided=words.when(row.decided_at) if done else "",
        reviewer=(row.reviewer_title or "") if done else "",
        receipt=str(row.log_index or "") if done else "",
    )


def _forms(office: Office, ids: Iterable[str], chosen: str) -> tuple[Option, ...]:
    return tuple(
        Option(each, titles_of(office, each, "")[0], each == chosen) for each in sorted(set(ids))
    )


def _flows(office: Office, pairs: Iterable[tuple[str, str]], chosen: str) -> tuple[Option, ...]:
    titles = {flow: titles_of(office, form, flow)[1] for form, flow in sorted(pairs)}
    return tuple(Option(flow, title, flow == chosen) for flow, title in titles.items())


def _units(rows: Iterable[tuple[str, str | None]], chosen: str) -> tuple[Option, ...]:
    titles = {unit: title or unit for unit, title in rows}
    return tuple(Option(unit, title, unit == chosen) for unit, title in titles.items())


def paging(wanted: Wanted, total: int) -> dict[str, Any]:
    """Which lines there are on this page, and the addresses of the pages around it."""
    asked = {
        "text": wanted.text,
        "unit": wanted.unit,
        "form": wanted.form,
        "flow": wanted.flow,
        "state": wanted.state,
        "overdue": "1" if wanted.overdue else "",
    }

    def at(offset: int) -> str:
        return urlencode({**{k: v for k, v in asked.items() if v}, "offset": offset})

    return {
        "first": min(wanted.offset + 1, total),
        "last": min(wanted.offset + PAGE, total),
        "newer": at(max(0, wanted.offset - PAGE)) if wanted.offset else "",
        "older": at(wanted.offset + PAGE) if wanted.offset + PAGE < total else "",
    }

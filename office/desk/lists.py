"""The pages that list: queue, done, late, audit log, accounts."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from office.desk import oversight, rendering, views
from office.desk.doors import AdminVisit, AuditorVisit, ReviewerVisit
from office.desk.queries import Wanted

router = APIRouter()
_FARTHEST = 1_000_000


def _wanted(
    text: Annotated[str, Query(max_length=60)] = "",
    unit: Annotated[str, Query(max_length=64)] = "",
    form: Annotated[str, Query(max_length=64)] = "",
    flow: Annotated[str, Query(max_length=64)] = "",
    state: Annotated[str, Query(max_length=64)] = "",
    overdue: Annotated[str, Query(max_length=1)] = "",
    offset: Annotated[int, Query(ge=0, le=_FARTHEST)] = 0,
) -> Wanted:
    return Wanted(text.strip(), unit, form, flow, state, bool(overdue), offset)


WantedQuery = Annotated[Wanted, Depends(_wanted)]


@router.get("/queue")
def queue(
    visit: ReviewerVisit,
    wanted: WantedQuery,
    settled: Annotated[str, Query(alias="done", max_length=36)] = "",
) -> Response:
    """What waits for a decision, oldest first."""
    with visit.read() as session:
        listing = views.queue(session, visit.office, visit.reader, wanted)
        frame = visit.frame(session)
        if settled:
            flash = views.flash(session, visit.office, visit.reader, settled)
            frame = replace(frame, flash=flash, settled=settled)
        line = f"共 {listing.total} 件"
        if listing.overdue:
            line += f"，其中超期报送 {listing.overdue} 件"
        return rendering.page(frame, "queue.html", page=listing, scope_line=line)


@router.get("/done")
def done(visit: ReviewerVisit, wanted: WantedQuery) -> Response:
    """What was answered, with receipts."""
    with visit.read() as session:
        listing = views.done(session, visit.office, visit.reader, wanted)
        return rendering.page(visit.frame(session), "done.html", page=listing)


@router.get("/late")
def late(visit: ReviewerVisit) -> Response:
    """Who reports late."""
    with visit.read() as session:
        found = oversight.late(session, visit.office, visit.reader)
        return rendering.page(visit.frame(session), "late.html", page=found)


@router.get("/audit")
def audit(
    visit: AuditorVisit,
    wanted: WantedQuery,
    account: Annotated[str, Query(max_length=64)] = "",
    event: Annotated[str, Query(max_length=64)] = "",
    verify: Annotated[str, Query(max_length=1)] = "",
) -> Response:
    """The audit log; on request its chain is followed, which is itself put on record."""
    if verify:
        visit.note("audit.verify", "")
    asked = replace(wanted, text=account.strip() or wanted.text, state=event or wanted.state)
    with visit.read() as session:
        found = oversight.audit(session, visit.office, asked, verify=bool(verify))
        return rendering.page(visit.frame(session), "audit.html", page=found)


@router.get("/accounts")
def accounts(visit: AdminVisit) -> Response:
    """Accounts and devices."""
    with visit.read() as session:
        found = oversight.accounts(session, visit.office)
        return rendering.page(visit.frame(session), "accounts.html", page=found)

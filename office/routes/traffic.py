"""`/v1/envelopes` and `/v1/changes`: what goes up and what comes down."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from core.wire import protocol
from office import changes
from office.intake import take_in
from office.routes.doors import (
    REFUSALS,
    Body,
    CallerHere,
    OfficeHere,
    answer,
    body_schema,
    media,
    speaks_v1,
)

router = APIRouter(dependencies=[Depends(speaks_v1)], responses=REFUSALS)


@router.post(protocol.ENVELOPES_PATH, openapi_extra=body_schema(protocol.ENVELOPE_TYPE))
def receive_envelope(
    request: Request,
    office: OfficeHere,
    caller: CallerHere,
    body: Body,
    idempotency_key: Annotated[str, Header()] = "",
) -> Response:
    """Take in a sealed envelope: one receipt per item; sent again, the same receipts."""
    media(request, protocol.ENVELOPE_TYPE)
    return answer(protocol.write(take_in(office, caller, body, idempotency_key)))


@router.get(protocol.CHANGES_PATH)
def read_changes(
    office: OfficeHere,
    caller: CallerHere,
    cursor: Annotated[str, Query(max_length=200)] = "",
    limit: Annotated[int, Query(ge=1, le=protocol.MAX_PAGE)] = protocol.MAX_PAGE,
) -> Response:
    """Changes after a cursor in commit order; the last page has counts and digest."""
    return answer(protocol.write_page(changes.page(office, caller.person, cursor, limit)))

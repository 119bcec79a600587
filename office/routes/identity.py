"""`/v1/enrol` and `/v1/session`."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request, Response

from core.wire import protocol
from core.wire.protocol import EnrolRequest, SessionRequest
from office import enrol, sessions
from office.routes.doors import (
    REFUSALS,
    Body,
    OfficeHere,
    answer,
    body_schema,
    media,
    message,
    speaks_v1,
)

router = APIRouter(dependencies=[Depends(speaks_v1)], responses=REFUSALS)


@router.post(protocol.ENROL_PATH, openapi_extra=body_schema(protocol.JSON, EnrolRequest))
def enrol_device(request: Request, office: OfficeHere, body: Body) -> Response:
    """Turn a one-time enrolment code into a device identity."""
    media(request, protocol.JSON)
    return answer(protocol.write(enrol.enrol(office, message(EnrolRequest, body))))


@router.post(protocol.SESSION_PATH, openapi_extra=body_schema(protocol.JSON, SessionRequest))
def open_session(request: Request, office: OfficeHere, body: Body) -> Response:
    """Ask for a nonce (401), sign it with the device key, get a session of 15 minutes."""
    media(request, protocol.JSON)
    asked = message(SessionRequest, body)
    if not asked.nonce or not asked.signature:
        raise sessions.challenge(office, asked.device)
    return answer(protocol.write(sessions.open_session(office, asked)))

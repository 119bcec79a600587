"""The office as a web application: v1 of the protocol, the review desk, and a health check."""

from __future__ import annotations

import importlib.util
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy import select
from starlette.exceptions import HTTPException

from core.wire.protocol import ProblemType
from office.context import Office
from office.models import County
from office.problems import Refusal
from office.routes import forms, identity, traffic
from office.wire import PREFIX, SECURITY, SignedReplies, refused

HEALTH = "/healthz"
_REFUSED = {404: ProblemType.NOT_FOUND, 405: ProblemType.NOT_FOUND}


def make_app(office: Office) -> FastAPI:
    """The application that serves *office*; the caller keeps and closes the office."""
    app = FastAPI(
        title="直报 · 公开办",
        version="1",
        openapi_url="/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.office = office
    app.add_middleware(SignedReplies, office=office)
    for each in (identity.router, traffic.router, forms.router):
        app.include_router(each)
    app.add_api_route(HEALTH, _health, methods=["GET"], include_in_schema=False)
    app.add_exception_handler(Refusal, _on_refusal)
    app.add_exception_handler(RequestValidationError, _on_bad_request)
    app.add_exception_handler(HTTPException, _on_http)
    if importlib.util.find_spec("office.desk.routes") is not None:
        desk = importlib.import_module("office.desk.routes")
        desk.install(app)
    return app


def _health(request: Request) -> dict[str, Any]:
    """Whether the office can read its database."""
    office: Office = request.app.state.office
    with office.database.read() as session:
        found = session.scalars(select(County.county)).all()
    return {"status": "ok" if office.county in found else "empty", "county": office.county}


Handler = Callable[[Request, Exception], Awaitable[Response]]


async def _on_refusal(_request: Request, error: Exception) -> Response:
    reply = refused(error if isinstance(error, Refusal) else _trouble())
    return Response(reply.body, reply.status, _headers(reply.headers))


async def _on_bad_request(_request: Request, _error: Exception) -> Response:
    reply = refused(Refusal(ProblemType.BAD_REQUEST, "请求的参数不合协议。"))
    return Response(reply.body, reply.status, _headers(reply.headers))


async def _on_http(request: Request, error: Exception) -> Response:
    """A path or method that there is not; outside v1 in plain words."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    if not request.url.path.startswith(PREFIX):
        return Response("没有找到。", status, SECURITY, media_type="text/plain")
    reply = refused(Refusal(_REFUSED.get(status, ProblemType.BAD_REQUEST), "没有这个地址。"))
    return Response(reply.body, reply.status, _headers(reply.headers))


def _headers(raw: list[tuple[bytes, bytes]]) -> dict[str, str]:
    return {name.decode(): value.decode() for name, value in raw}


def _trouble() -> Refusal:
    return Refusal(ProblemType.TROUBLE, "中心出了错，已经记录，稍后会自动再试。")

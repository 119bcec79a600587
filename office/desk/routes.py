"""The review desk as an application of its own, to be mounted at `/desk`."""

from __future__ import annotations

from importlib.resources import as_file, files
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from office.context import Office
from office.desk import lists, rendering, sign_in, submissions
from office.desk.doors import Visit, signed_in
from office.desk.rendering import Frame
from office.desk.security import BASE, HEADERS, NOT_FOUND, SignInFirst, Stop, guard

_YEAR = 365 * 24 * 3600


class _Static(StaticFiles):
    """Shipped files; their address changes with their content."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        answer = await super().get_response(path, scope)
        answer.headers["Cache-Control"] = f"public, max-age={_YEAR}, immutable"
        return answer


def install(app: FastAPI) -> None:
    """Serve the desk of `app.state.office` under `/desk`, and lead there from the root."""
    app.mount(BASE, create_desk(app.state.office), name="desk")
    for place in ("/", BASE):
        app.add_api_route(place, _to_desk, methods=["GET"], include_in_schema=False)


def _to_desk() -> Response:
    return RedirectResponse(f"{BASE}/", 303, HEADERS)


def create_desk(office: Office) -> FastAPI:
    """The desk of *office*; mount it at `/desk`."""
    desk = FastAPI(title="直报审核台", docs_url=None, redoc_url=None, openapi_url=None)
    desk.state.office = office
    desk.middleware("http")(guard)
    desk.include_router(sign_in.router)
    desk.include_router(lists.router)
    desk.include_router(submissions.router)
    with as_file(files("office.desk") / "static") as folder:
        desk.mount("/static", _Static(directory=folder), name="static")
    desk.add_exception_handler(SignInFirst, _sign_in_first)
    desk.add_exception_handler(Stop, _stop)
    desk.add_exception_handler(HTTPException, _http)
    desk.add_exception_handler(RequestValidationError, _not_found)
    return desk


def _sign_in_first(request: Request, error: Exception) -> Response:
    target = error.target if isinstance(error, SignInFirst) else ""
    place = f"{BASE}/sign-in" + (f"?next={quote(target)}" if target else "")
    if request.headers.get("hx-request") == "true":
        return Response(status_code=401, headers={"HX-Redirect": place})
    return RedirectResponse(place, 303)


def _stop(request: Request, error: Exception) -> Response:
    stop = error if isinstance(error, Stop) else Stop(404, *NOT_FOUND)
    return _message(request, stop)


def _http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    if status == 404:
        return _message(request, Stop(404, *NOT_FOUND))
    return _message(request, Stop(status, "不能这样打开", "请从页面上的链接和按钮进入。"))


def _not_found(request: Request, _: Exception) -> Response:
    return _message(request, Stop(404, *NOT_FOUND))


def _message(request: Request, stop: Stop) -> Response:
    try:
        visit: Visit | None = signed_in(request)
    except SignInFirst:
        visit = None
    if visit is None:
        frame = Frame(request, 0)
    else:
        with visit.read() as session:
            frame = visit.frame(session)
    return rendering.page(
        frame, "message.html", stop.status, title=stop.title, text=stop.text, symbol="info"
    )

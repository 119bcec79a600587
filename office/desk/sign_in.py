"""Signing in and out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from office import accounts
from office.desk import rendering
from office.desk.doors import Anyone, OwnForm, Posted, office_of, text_of
from office.desk.pages import Badge
from office.desk.rendering import Frame
from office.desk.security import (
    BASE,
    check_form,
    cookie,
    drop_cookie,
    form_token,
    new_secret,
    safe_target,
    set_cookie,
)
from office.models import Role

router = APIRouter()
_HOME = {Role.REVIEWER: "queue", Role.AUDITOR: "audit", Role.ADMIN: "accounts"}
_WRONG = Badge(
    "账号或密码不对，或者账号正在锁定中。请核对后重新输入；"
    "连续输错 {tries} 次锁定 {minutes} 分钟。",
    "circle-x",
    "error",
)
_OFFICER = Badge(
    "信息员请用直报客户端报送，这里只供审核员、审计员和管理员使用。", "info", "warning"
)
_IDLE = Badge("您有一会儿没有操作，已自动退出。写了一半的意见登录后还在。", "clock", "warning")


@router.get("/")
def home(visit: Anyone) -> Response:
    """The reader's first page."""
    return RedirectResponse(f"{BASE}/{_HOME[visit.reader.person.role]}", 303)


@router.get("/alive")
def alive(_: Anyone) -> Response:
    """Tells the server that somebody is working; asking keeps the session open."""
    return Response(status_code=204)


@router.get("/sign-in")
def ask(
    request: Request,
    target: Annotated[str, Query(alias="next", max_length=500)] = "",
    idle: Annotated[str, Query(max_length=1)] = "",
) -> Response:
    """The sign-in page."""
    return _page(request, target=target, message=_IDLE if idle else None)


@router.post("/sign-in")
def enter(request: Request, form: Posted) -> Response:
    """Sign in; wrong passwords and unknown names get the same answer in the same time."""
    visitor = cookie(request, visitor=True)
    check_form(request, text_of(form, "form_token"), form_token(visitor) if visitor else "")
    office = office_of(request)
    name = text_of(form, "name", 64)
    password = form.get("password")
    target = text_of(form, "next", 500)
    given = password[:256] if isinstance(password, str) else ""
    found = accounts.sign_in(office, name, given)
    if found.person is None:
        settings = office.settings
        word = _WRONG.word.format(
            tries=settings.sign_in_tries, minutes=settings.sign_in_lock_minutes
        )
        message = Badge(word, _WRONG.icon, _WRONG.tone)
        return _page(request, target=target, name=name, message=message, status=401)
    if found.person.role is Role.OFFICER:
        accounts.sign_out(office, found.token)
        return _page(request, target="", name=name, message=_OFFICER, status=403)
    before = cookie(request)
    if before:
        accounts.sign_out(office, before)
    answer = RedirectResponse(safe_target(target), 303)
    set_cookie(request, answer, found.token)
    drop_cookie(request, answer, visitor=True)
    return answer


@router.post("/sign-out")
def leave(visit: Anyone, form: OwnForm) -> Response:
    """Sign out; after idling, the sign-in page leads back to where the reader was."""
    accounts.sign_out(visit.office, cookie(visit.request))
    idle = bool(text_of(form, "idle"))
    target = safe_target(text_of(form, "next", 500))
    place = f"{BASE}/sign-in?idle=1&next={target}" if idle else f"{BASE}/sign-in"
    answer = RedirectResponse(place, 303)
    drop_cookie(visit.request, answer)
    return answer


def _page(
    request: Request,
    *,
    target: str,
    name: str = "",
    message: Badge | None = None,
    status: int = 200,
) -> Response:
    office = office_of(request)
    visitor = cookie(request, visitor=True) or new_secret()
    frame = Frame(request, 0, form_token=form_token(visitor))
    answer = rendering.page(
        frame,
        "sign_in.html",
        status,
        county=office.settings.title,
        tries=office.settings.sign_in_tries,
        lock_minutes=office.settings.sign_in_lock_minutes,
        idle_minutes=office.settings.desk_idle_minutes,
        next=target,
        name=name,
        message=message,
    )
    set_cookie(request, answer, visitor, visitor=True)
    return answer

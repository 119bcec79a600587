"""What guards the pages: headers, cookies, the token in every form, and who may see what."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from fastapi import Request, Response

from office.accounts import Person
from office.models import Role

BASE = "/desk"
MAX_FORM = 512 * 1024  # bytes of a posted form: comments, never documents
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_FILE_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"
_COOKIE, _VISITOR = "zhibao_desk", "zhibao_visitor"


class Stop(Exception):  # noqa: N818 - the answer to the request, not an error of ours
    """The request ends here, with a page that says why."""

    def __init__(self, status: int, title: str, text: str) -> None:
        super().__init__(title)
        self.status, self.title, self.text = status, title, text


class SignInFirst(Exception):  # noqa: N818 - as Stop
    """Nobody is signed in; leads to the sign-in page and back."""

    def __init__(self, target: str) -> None:
        super().__init__(target)
        self.target = target


NOT_FOUND = ("没有找到这一页", "可能地址有误，也可能不在您的管辖范围内。")
FORBIDDEN = ("这一页不归您的角色使用", "需要时请联系管理员。")
STALE_FORM = ("页面已过期", "为了安全，这次操作没有执行。请返回重新打开页面后再办。")


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads the page, and the secret that their forms must carry."""

    person: Person
    form_token: str
    scope_title: str

    @property
    def title(self) -> str:
        """The person's name."""
        return self.person.title

    @property
    def role_title(self) -> str:
        """The role in Chinese."""
        return ROLES[self.person.role]


ROLES = {
    Role.OFFICER: "信息员",
    Role.REVIEWER: "审核员",
    Role.ADMIN: "管理员",
    Role.AUDITOR: "审计员",
}


def form_token(cookie: str) -> str:
    """The token for forms that belongs to a cookie; it does not tell the cookie."""
    return hashlib.sha256(b"form:" + cookie.encode()).hexdigest()


def cookie(request: Request, *, visitor: bool = False) -> str:
    """The session's secret in the request's cookie; a visitor's before signing in."""
    return request.cookies.get(_name(request, visitor=visitor), "")


def set_cookie(request: Request, response: Response, value: str, *, visitor: bool = False) -> None:
    """Give the browser a secret that scripts cannot read and other sites cannot send."""
    response.set_cookie(
        _name(request, visitor=visitor),
        value,
        path="/",
        httponly=True,
        samesite="strict",
        secure=_secure(request),
    )


def drop_cookie(request: Request, response: Response, *, visitor: bool = False) -> None:
    """Take the secret away."""
    response.delete_cookie(
        _name(request, visitor=visitor),
        path="/",
        httponly=True,
        samesite="strict",
        secure=_secure(request),
    )


def new_secret() -> str:
    """A secret for a visitor's cookie."""
    return secrets.token_urlsafe(32)


def check_form(request: Request, given: str, expected: str) -> None:
    """Refuse a posted form that did not come from our own page.

    Raises:
        Stop: sent from another site, or without the right token.

    """
    site = request.headers.get("sec-fetch-site", "same-origin")
    origin = request.headers.get("origin")
    foreign = origin is not None and origin.partition("://")[2] != request.headers.get("host")
    same_token = hmac.compare_digest(given.encode(), expected.encode())
    if site not in ("same-origin", "none") or foreign or not expected or not same_token:
        raise Stop(403, *STALE_FORM)


def safe_target(target: str) -> str:
    """*target* if it is one of our own pages, else the first page."""
    plain = target.startswith(f"{BASE}/") and not set(target) & set("\\\r\n\t")
    return target if plain and "//" not in target else f"{BASE}/"


def file_headers(name: str) -> dict[str, str]:
    """Headers of an attached document: saved under its digest, never shown by the browser."""
    return {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Security-Policy": _FILE_POLICY,
        "Cache-Control": "no-store",
    }


async def guard(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    """Middleware: every answer carries the headers, and no page stays in a cache."""
    length = request.headers.get("content-length", "0")
    if not length.isdigit() or int(length) > MAX_FORM or "transfer-encoding" in request.headers:
        response = Response("内容太大。", 413, media_type="text/plain")
    else:
        response = await call_next(request)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if "cache-control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    return response


def _secure(request: Request) -> bool:
    return request.url.scheme == "https"


def _name(request: Request, *, visitor: bool) -> str:
    plain = _VISITOR if visitor else _COOKIE
    return f"__Host-{plain}" if _secure(request) else plain

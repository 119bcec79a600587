"""Templates, filled in; every text is escaped, and a name that is missing is an error."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from office.desk.pages import Badge
from office.desk.security import BASE, Reader
from office.models import Role


@dataclass(frozen=True, slots=True)
class Tab:
    """An entry of the main menu."""

    path: str
    title: str
    icon: str
    count: int = 0


TABS = {
    Role.REVIEWER: (
        Tab("queue", "待审", "inbox"),
        Tab("done", "已办", "file-check-2"),
        Tab("late", "超期", "calendar-clock"),
    ),
    Role.AUDITOR: (Tab("audit", "留痕", "scroll-text"),),
    Role.ADMIN: (Tab("accounts", "账号与设备", "users"),),
    Role.OFFICER: (),
}


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around the content of a page."""

    request: Request
    idle_seconds: int
    reader: Reader | None = None
    form_token: str = ""
    waiting: int = 0
    flash: Badge | None = None
    settled: str = ""  # the submission that was just decided: what was typed for it may go


@cache
def _environment() -> Environment:
    found = Environment(
        loader=PackageLoader("office.desk"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.globals.update(base=BASE, static=static)
    return found


@cache
def static(name: str) -> str:
    """The address of a file that is shipped; it changes when the file does."""
    content = (files("office.desk") / "static" / name).read_bytes()
    return f"{BASE}/static/{name}?{hashlib.sha256(content).hexdigest()[:12]}"


def page(frame: Frame, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """The page that *template* makes of *values*."""
    reader = frame.reader
    token = reader.form_token if reader is not None else frame.form_token
    hidden = Markup('<input type="hidden" name="form_token" value="{}">').format(token)
    tabs = TABS[reader.person.role] if reader is not None else ()
    text = (
        _environment()
        .get_template(template)
        .render(
            reader=reader,
            tabs=[
                Tab(each.path, each.title, each.icon, frame.waiting if each.path == "queue" else 0)
                for each in tabs
            ],
            here=frame.request.url.path.removeprefix(f"{BASE}/").partition("/")[0],
            flash=frame.flash,
            settled=frame.settled,
            idle_seconds=frame.idle_seconds,
            csrf=lambda: hidden,
            **values,
        )
    )
    return HTMLResponse(text, status)

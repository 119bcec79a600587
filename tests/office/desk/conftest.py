"""The review desk over a small county; it is built once, every test gets a copy of the files."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from office.app import make_app
from office.context import Office, open_office
from office.models import AuditRow, Submission
from tests.helpers.inprocess import client
from tests.helpers.review_desk import COUNTY, PASSWORD, Clock, Sender, make_office


@dataclass
class Page(HTMLParser):
    """A page as a browser would take it apart."""

    response: httpx.Response
    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.feed(self.response.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.words.append(" ".join(data.split()))

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def text(self) -> str:
        return " ".join(self.words)

    def all(self, tag: str, **attrs: str) -> list[dict[str, str]]:
        """Elements of a kind; `class_` asks for one of the classes."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attrs.items()}
        return [
            found
            for name, found in self.tags
            if name == tag and all(_has(found, key, value) for key, value in wanted.items())
        ]

    def one(self, tag: str, **attrs: str) -> dict[str, str]:
        found = self.all(tag, **attrs)
        assert len(found) == 1, (tag, attrs, len(found))
        return found[0]

    @property
    def form_token(self) -> str:
        return next(each["value"] for each in self.all("input", name="form_token"))

    @property
    def links(self) -> list[str]:
        """Where the lines of a list lead, in order."""
        return [each["href"] for each in self.all("a") if "/submissions/" in each.get("href", "")]


def _has(found: dict[str, str], name: str, value: str) -> bool:
    given = found.get(name)
    return given is not None and (value in given.split() if name == "class" else value == given)


@dataclass
class Browser:
    """Somebody at the desk: keeps cookies, follows redirects, posts the forms of the last page."""

    http: httpx.Client

    def get(self, path: str, **headers: str) -> Page:
        return Page(self.http.get(f"/desk/{path}", headers=headers, follow_redirects=True))

    def post(
        self,
        path: str,
        data: dict[str, str] | None = None,
        *,
        token: str | None = None,
        follow: bool = True,
        **headers: str,
    ) -> Page:
        """Post a form with the token of this session, or with the one given."""
        given = self.get("").form_token if token is None else token
        answer = self.http.post(
            f"/desk/{path}",
            data={"form_token": given, **(data or {})},
            headers={name.replace("_", "-"): value for name, value in headers.items()},
            follow_redirects=follow,
        )
        return Page(answer)

    def sign_in(self, name: str, password: str = PASSWORD, next_page: str = "") -> Page:
        token = self.get("sign-in").form_token
        data = {"name": name, "password": password, "next": next_page}
        return self.post("sign-in", data, token=token)


@dataclass
class Desk:
    """An office, its clock, an officer who sends, and browsers."""

    office: Office
    clock: Clock

    @cached_property
    def app(self) -> object:
        return make_app(self.office)

    @cached_property
    def sender(self) -> Sender:
        return Sender(self.office)

    def visitor(self) -> Browser:
        return Browser(client(self.app))

    def browser(self, name: str = "shen") -> Browser:
        found = self.visitor()
        page = found.sign_in(name)
        assert page.status == 200, page.text
        return found

    def submission(self, submission_id: str) -> Submission:
        with self.office.database.read() as session:
            row = session.get_one(Submission, (COUNTY, submission_id))
            session.expunge(row)
        return row

    def audited(self, event: str) -> list[tuple[str, str, str]]:
        """(account, object, result) of each line of that event."""
        query = select(AuditRow).where(AuditRow.event == event).order_by(AuditRow.number)
        with self.office.database.read() as session:
            return [(each.account, each.object, each.result) for each in session.scalars(query)]


@pytest.fixture(scope="session")
def desk_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("desk")
    make_office(base, Clock()).close()
    return base


@pytest.fixture
def desk(desk_template: Path, tmp_path: Path) -> Iterator[Desk]:
    base = tmp_path / "office"
    shutil.copytree(desk_template, base)
    clock = Clock()
    with closing(open_office(base, clock=clock)) as office:
        yield Desk(office, clock)

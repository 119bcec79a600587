"""Who comes in: the reader behind a request, and the forms they post."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from office import accounts, audit
from office.context import Office
from office.desk import queries
from office.desk.rendering import Frame
from office.desk.security import (
    FORBIDDEN,
    Reader,
    SignInFirst,
    Stop,
    check_form,
    cookie,
    form_token,
)
from office.models import Role

MAX_FIELDS = 500


def office_of(request: Request) -> Office:
    """The office that this desk belongs to."""
    found: Office = request.app.state.office
    return found


@dataclass(frozen=True)
class Visit:
    """One request of someone who is signed in."""

    request: Request
    office: Office
    reader: Reader

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session over one snapshot."""
        with self.office.database.read() as session:
            yield session

    def note(self, event: str, object: str, result: str = audit.DONE) -> None:  # noqa: A002
        """Add a line to the audit log."""
        with self.office.database.write() as session:
            audit.append(
                session, self.office, event, object, result, account=self.reader.person.name
            )

    def frame(self, session: Session) -> Frame:
        """What stands around this reader's page."""
        person = self.reader.person
        waiting = (
            queries.count_waiting(session, self.office, person.scope)
            if person.role is Role.REVIEWER
            else 0
        )
        minutes = self.office.settings.desk_idle_minutes
        return Frame(self.request, minutes * 60, self.reader, waiting=waiting)


def signed_in(request: Request) -> Visit:
    """The visit of whoever is signed in.

    Raises:
        SignInFirst: nobody is.

    """
    office = office_of(request)
    secret = cookie(request)
    person = accounts.at_desk(office, secret) if secret else None
    if person is None:
        target = request.url.path
        if request.url.query:
            target = f"{target}?{request.url.query}"
        raise SignInFirst(target if request.method == "GET" else "")
    with office.database.read() as session:
        title = queries.title_of(session, office, office.units_form.id, person.scope)
    return Visit(request, office, Reader(person, form_token(secret), title or person.scope))


def visitor_of(*roles: Role) -> Callable[[Visit], Visit]:
    """A dependency that lets only these roles in.

    Raises:
        Stop: the reader has another role; that is noted in the audit log.

    """

    def checked(visit: Annotated[Visit, Depends(signed_in)]) -> Visit:
        if visit.reader.person.role not in roles:
            visit.note("desk.refused", visit.request.url.path, "refused")
            raise Stop(403, *FORBIDDEN)
        return visit

    return checked


async def posted(request: Request) -> FormData:
    """The fields of a posted form; files are not taken."""
    return await request.form(max_files=0, max_fields=MAX_FIELDS)


def own_form(
    visit: Annotated[Visit, Depends(signed_in)], form: Annotated[FormData, Depends(posted)]
) -> FormData:
    """The posted form, once it is sure that it came from our own page.

    Raises:
        Stop: it did not.

    """
    check_form(visit.request, text_of(form, "form_token"), visit.reader.form_token)
    return form


def text_of(form: FormData, name: str, longest: int = 2000) -> str:
    """A text field of a posted form; empty if it is not there."""
    found = form.get(name)
    return found.strip()[:longest] if isinstance(found, str) else ""


Anyone = Annotated[Visit, Depends(signed_in)]
ReviewerVisit = Annotated[Visit, Depends(visitor_of(Role.REVIEWER))]
AuditorVisit = Annotated[Visit, Depends(visitor_of(Role.AUDITOR))]
AdminVisit = Annotated[Visit, Depends(visitor_of(Role.ADMIN))]
OwnForm = Annotated[FormData, Depends(own_form)]
Posted = Annotated[FormData, Depends(posted)]

"""What the headless demo can see: the pages of the window and what they show."""

from __future__ import annotations

from typing import TypeVar

from client.app import Client
from client.demo.hands import NotSeenError
from client.services.line import LineState
from client.services.outbox import Line
from client.ui.common.page import Page
from client.ui.entry.page import EntryPage
from client.ui.outbox.page import OutboxPage
from client.ui.registers.page import RegistersPage
from core.forms.model import Severity

P = TypeVar("P", bound=Page)


class Eyes:
    """Looks at the window of *client*."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def is_at(self, name: str) -> bool:
        """Whether the page *name* is shown."""
        workplace = self._client.window.workplace
        return workplace is not None and workplace.current == name

    @property
    def registers(self) -> RegistersPage:
        """The registers page, which is shown."""
        return self._page(RegistersPage)

    @property
    def entry(self) -> EntryPage:
        """The entry page, which is shown."""
        return self._page(EntryPage)

    @property
    def outbox(self) -> OutboxPage:
        """The outbox page, which is shown."""
        return self._page(OutboxPage)

    @property
    def line(self) -> LineState:
        """How things stand with the office."""
        desk = self._client.session.desk
        if desk is None:
            raise NotSeenError("本机数据没有打开")
        return desk.sync.state

    def is_closed(self) -> bool:
        """Whether the store is closed again."""
        return self._client.session.desk is None and not self._client.session.is_busy()

    def has_issue(self, code: str) -> bool:
        """Whether the entry page lists an issue of that code."""
        session = self.entry.session
        return session is not None and any(
            each.issue.code == code for each in session.issues().issues
        )

    def is_settled(self) -> bool:
        """Whether all checks have answered for what stands in the form."""
        session = self.entry.session
        return session is not None and session.issues().settled

    def is_ready(self) -> bool:
        """Whether nothing keeps the form from being submitted."""
        session = self.entry.session
        if session is None:
            return False
        shown = session.issues()
        errors = shown.count(Severity.ERROR)
        unexplained = any(
            each.issue.severity is Severity.WARNING and not each.is_answered
            for each in shown.issues
        )
        return shown.settled and not (errors or unexplained or shown.missing)

    def chosen(self) -> Line | None:
        """The submission that the cursor stands on in the outbox."""
        return self.outbox.chosen() if self.is_at("outbox") else None

    def card_shows(self, text: str) -> bool:
        """Whether the card beside the register is shown and has *text* on it."""
        card = self.registers.card
        return card.isVisible() and any(text in each for each in card.texts())

    def _page(self, kind: type[P]) -> P:
        workplace = self._client.window.workplace
        page = workplace.page(workplace.current) if workplace is not None else None
        if not isinstance(page, kind):
            raise NotSeenError(f"没有看到“{kind.title}”页面")
        return page

"""The desk on the screen: rail, top line, messages, and the pages, each built when first shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Protocol

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from client.services.desk import Changed, Desk
from client.services.line import LineState
from client.services.outbox import Counts, ShowSubmissions
from client.services.settings import View
from client.services.targets import Find
from client.services.troubles import LASTING, line_sentence, sentence
from client.ui import actions, theme
from client.ui.common.message_bar import Message, MessageBar
from client.ui.common.page import Go, Page
from client.ui.common.rail import Rail
from client.ui.common.top_line import TopLine
from client.ui.theme import Tone

HOME = "home"


class Entry(Protocol):
    """What the workplace needs to know of a page before it is built."""

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def icon(self) -> str: ...
    @property
    def make(self) -> Callable[[Desk], Page]: ...
    @property
    def on_rail(self) -> bool: ...
    @property
    def at_foot(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class _Place:
    page: str
    target: object = None


class Workplace(QWidget):
    """Everything an officer sees while the store is open."""

    def __init__(self, desk: Desk, pages: Sequence[Entry], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._entries = {each.name: each for each in pages}
        self._built: dict[str, Page] = {}
        self._past: list[str] = []
        self.current = ""
        self.rail = Rail()
        self.top = TopLine(lambda: datetime.now(UTC))
        self.bar = MessageBar()
        self._stack = QStackedWidget()
        for each in pages:
            if each.on_rail:
                self.rail.add(each.name, each.title, each.icon, last=each.at_foot)
        self._lay_out()
        self._bind()
        desk.changes.changed.connect(self._on_changed)
        desk.changes.failed.connect(self._on_failed)
        desk.sync.state_changed.connect(self._on_line)
        self._said_code = ""
        self._answered: int | None = None
        self._on_line(desk.sync.state)
        self._load_account()
        self._count()

    def _lay_out(self) -> None:
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, theme.space(3), theme.space(3))
        right.setSpacing(theme.space(1.5))
        right.addWidget(self.bar)
        right.addWidget(self._stack, 1)
        middle = QHBoxLayout()
        middle.setSpacing(theme.space(2))
        middle.addWidget(self.rail)
        middle.addLayout(right, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.space(2))
        column.addWidget(self.top)
        column.addLayout(middle, 1)

    def _bind(self) -> None:
        self.rail.chosen.connect(self.show_page)
        self.top.search.went_down.connect(self._on_search)
        self.top.sync_asked.connect(self._on_sync_asked)
        self.top.lock_asked.connect(self._desk.session.lock)
        self.top.help_asked.connect(self._on_help)
        within = Qt.ShortcutContext.WindowShortcut
        actions.bind(self, "help", self._on_help, within)
        actions.bind(self, "search", self._on_search_asked, within)
        actions.bind(self, "sync", self._on_sync_asked, within)
        actions.bind(self, "lock", self._desk.session.lock, within)
        actions.bind(self, "quit", lambda: self.window().close(), within)
        actions.bind(self, "back", self.go_back, within)
        close = actions.bind(self, "close_message", self.bar.clear)
        close.setEnabled(False)  # else Escape would never reach the page
        self.bar.turned.connect(close.setEnabled)
        for name, entry in self._entries.items():
            if entry.on_rail:
                actions.bind(self, f"page_{name}", partial(self.show_page, name), within)

    # --- pages ------------------------------------------------------------------------------

    def enter(self, name: str = "") -> None:
        """Shows the first page, or the one that was on the screen before the lock."""
        self.show_page(name if name in self._entries and name != "entry" else HOME)

    @Slot(str)
    def show_page(self, name: str, target: object = None) -> None:
        """Shows a page, building it on its first visit."""
        if name not in self._built:
            self._built[name] = self._build(name)
        page = self._built[name]
        if name != self.current:
            self._leave_current()
            if self.current:
                self._past = [*self._past[-9:], self.current]
            self.current = name
            if self.bar.message is not None and self.bar.message.tone is Tone.RETURNED:
                self.bar.clear()  # It asked to come here, or the officer has something better.
            self._stack.setCurrentWidget(page)
            self.rail.show_page(name)
            self.window().setWindowTitle(f"{page.title} · 直报")
        page.enter(target)

    def page(self, name: str) -> Page | None:
        """The page called *name*, if it was built already."""
        return self._built.get(name)

    @Slot()
    def go_back(self) -> None:
        """To the page before."""
        if self._past:
            name = self._past.pop()
            past = list(self._past)
            self.show_page(name)
            self._past = past

    def leave(self) -> None:
        """The window closes or locks: the page puts what it holds into safety."""
        self._leave_current()

    def say(self, message: Message) -> None:
        """Shows a message above the page."""
        self.bar.show_message(message)

    def _build(self, name: str) -> Page:
        page = self._entries[name].make(self._desk)
        page.navigate.connect(self._on_navigate)
        page.said.connect(self.say)
        self._stack.addWidget(page)
        return page

    def _leave_current(self) -> None:
        if self.current:
            self._built[self.current].leave()

    # --- what happens -----------------------------------------------------------------------

    @Slot(object)
    def _on_navigate(self, go: Go) -> None:
        if go.page == "back":
            self.go_back()
        else:
            self.show_page(go.page, go.target)

    @Slot()
    def _on_help(self) -> None:
        if self.current == "help":
            self.go_back()
        else:
            self.show_page("help")

    @Slot()
    def _on_search_asked(self) -> None:
        self.top.search.setFocus()
        self.top.search.selectAll()

    @Slot()
    def _on_search(self) -> None:
        text = self.top.search.text().strip()
        if text:
            self.show_page("registers", Find(text))

    @Slot()
    def _on_sync_asked(self) -> None:
        if self._desk.sync.state.is_enrolled:
            self._desk.sync.sync_now()
        elif self._desk.sync.state.is_enrolled is False:
            text = line_sentence("not_enrolled")
            self.say(Message(text, Tone.WARNING, "去登记", lambda: self.show_page("settings")))

    @Slot(object)
    def _on_line(self, state: LineState) -> None:
        self.top.show_state(state)
        if state.code in LASTING and state.code != self._said_code:
            self.say(Message(line_sentence(state.code), Tone.WARNING))
        if not state.is_syncing:
            self._said_code = state.code

    @Slot(object)
    def _on_changed(self, changed: Changed) -> None:
        if changed.settings:
            self._load_account()
        if changed.outbox or changed.sync:
            self._count()

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self.say(Message(sentence(error), Tone.ERROR))

    def _load_account(self) -> None:
        self._desk.settings.load(done=self._on_account, owner=self)

    def _on_account(self, view: View) -> None:
        account = view.account
        self.top.show_account(
            account.unit_title if account else "", account.officer if account else ""
        )
        self._desk.session.set_idle_minutes(view.preferences.idle_minutes)

    def _count(self) -> None:
        self._desk.outbox.count(done=self._on_counted, owner=self)

    def _on_counted(self, counts: Counts) -> None:
        before, self._answered = self._answered, counts.answered
        if before is not None and counts.answered > before and self.current != "outbox":
            text = f"公开办有新答复，{counts.answered} 件要修改。"
            self.say(Message(text, Tone.RETURNED, "查看", self._show_answered))
        button = self.rail.buttons.get("outbox")
        if button is not None:
            button.show_count(counts.answered)

    def _show_answered(self) -> None:
        self.show_page("outbox", ShowSubmissions("answered"))

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setPen(self.palette().mid().color())
        y = self.top.geometry().bottom() + 1
        painter.drawLine(0, y, self.width(), y)
        painter.end()

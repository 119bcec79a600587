"""The last check of a draft and its way into the outbox, in one piece of work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from client.background import Lane
from client.services.desk import Room
from client.services.entry_checks import Checker
from client.services.entry_events import Refused
from client.services.entry_saving import Saver
from client.services.entry_store import EntryShelf
from client.services.entry_words import IssueWords
from client.services.troubles import is_trouble, sentence
from core.changes.draft import Draft
from core.checks.issues import Issue, blocking
from core.forms.model import Form, Severity


class Sender(QObject):
    """Submits one draft, once.

    Signals:
        sent: the change is sealed and queued (submission id).
        refused: it was not (`Refused`); the draft is still there.

    """

    sent = Signal(object)
    refused = Signal(object)

    def __init__(
        self,
        room: Room,
        shelf: EntryShelf,
        form: Form,
        checker: Checker,
        saver: Saver,
        words: IssueWords,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._room, self._shelf, self._form = room, shelf, form
        self._checker, self._saver, self._words = checker, saver, words
        self.is_busy = False

    def send(self, draft: Draft) -> None:
        """Check everything and queue *draft*; ends in `sent` or `refused`."""
        local = self._checker.local(draft)
        if blocking(local, draft.overrides):
            known = [*local, *self._checker.known_across]
            self._checker.run()
            self.refused.emit(self._words.refusal(blocking(known, draft.overrides)))
            return
        self.is_busy = True
        self._saver.stop()
        self._room.background.run(
            Lane.DATABASE,
            self._work(draft, local),
            done=self._on_done,
            failed=self._on_failed,
            owner=self,
        )

    def _work(self, draft: Draft, local: list[Issue]) -> Callable[[], list[Issue] | str]:
        """In the database lane: the check over other records, then the outbox."""

        def work() -> list[Issue] | str:
            found = [*local, *self._checker.across(draft)]
            if stopping := blocking(found, draft.overrides):
                return stopping
            warned = {each.key for each in found if each.severity is Severity.WARNING}
            reasons = {key: text for key, text in draft.overrides.items() if key in warned}
            return self._shelf.submit(replace(draft, overrides=reasons), self._form)

        return work

    def _on_done(self, answer: list[Issue] | str) -> None:
        self.is_busy = False
        if isinstance(answer, str):
            self.sent.emit(answer)
            return
        self._saver.resume()
        self._checker.run()
        self.refused.emit(self._words.refusal(answer))

    def _on_failed(self, error: Exception) -> None:
        self.is_busy = False
        self._saver.resume()
        if not is_trouble(error):
            raise error
        self.refused.emit(Refused(f"没有报出去，草稿还在。{sentence(error)}"))

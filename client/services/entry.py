"""Opens drafts for the entry screen."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from client.services.desk import Room
from client.services.entry_begin import CannotOpen, begin
from client.services.entry_session import EntrySession, Opening
from client.services.entry_state import Titles
from client.services.entry_store import EntryShelf
from core.changes.draft import Draft
from core.checks.head import Duty

__all__ = ["CannotOpen", "EntryService", "EntrySession"]


class EntryService(QObject):
    """Makes one `EntrySession` per draft."""

    def __init__(
        self, room: Room, shelf: EntryShelf | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._room = room
        if shelf is None:
            from client.services.entry_shelf import StoreShelf

            shelf = StoreShelf(room)
        self._shelf = shelf

    def open(
        self,
        target: object,
        *,
        done: Callable[[EntrySession], None],
        failed: Callable[[CannotOpen], None],
        owner: QObject,
    ) -> None:
        """Open what *target* names (`client.services.targets`).

        *done* gets the session, a child of *owner*; *failed* a `CannotOpen` whose message is
        a sentence for the officer. Trouble with the store goes to `Changes.failed`.
        """

        def answer(found: Opening | CannotOpen) -> None:
            if isinstance(found, CannotOpen):
                failed(found)
            else:
                done(EntrySession(self._room, self._shelf, found, owner))

        self._room.run(lambda _store: self._opening(target), done=answer, owner=owner)

    def _opening(self, target: object) -> Opening | CannotOpen:
        """In the database lane: the draft and all that its screen needs to show it."""
        try:
            draft = begin(target, self._shelf, self._room.forms, self._room.today())
        except CannotOpen as refusal:
            return refusal
        return Opening(draft, self._duty(), self._titles(draft))

    def _duty(self) -> Duty:
        return self._shelf.duty()

    def _titles(self, draft: Draft) -> Titles:
        titles = Titles()
        for field in self._room.forms[draft.form].fields:
            if field.refers_to is None:
                continue
            keys = {
                str(values[field.name])
                for values in (draft.values, draft.base)
                if field.name in values
            }
            form = self._room.forms[field.refers_to]
            titles.learn(form.id, self._shelf.titles(form, sorted(keys)))
        return titles

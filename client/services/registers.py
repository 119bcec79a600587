"""The registers for the screen: unit tree, meters, lists, cards. Verbs in, plain values out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from client.services.desk import Room
from client.services.register_card import CardView, card_of
from client.services.register_list import RegisterList
from client.services.register_values import (
    FlowChoice,
    MeterView,
    Place,
    RegisterChoice,
    TreeView,
    UnitView,
)
from core.forms.model import ChangeKind, Form, FormKind
from core.pinyin import initials

if TYPE_CHECKING:
    from db.store import Store


class RegistersService(QObject):
    """Answers what the registers page asks; all reading happens in the database lane."""

    def __init__(self, room: Room, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._room = room
        self._titles: dict[str, str] = {}
        self.changes = room.changes

    @property
    def registers(self) -> tuple[RegisterChoice, ...]:
        """The registers, those whose records belong to units first."""
        forms = [each for each in self._room.forms.values() if each.kind is FormKind.REGISTER]
        forms.sort(key=lambda each: each.listing.parent is not None)
        return tuple(RegisterChoice(each.id, each.title) for each in forms)

    def form(self, form_id: str) -> Form:
        """The definition of a register."""
        return self._room.forms[form_id]

    def flows(self, form_id: str, kind: ChangeKind) -> tuple[FlowChoice, ...]:
        """What may be done in a register, as its definition lists it."""
        return tuple(
            FlowChoice(each.id, each.title, each.help)
            for each in self._room.forms[form_id].flows
            if each.kind is kind
        )

    def new_list(self, parent: QObject) -> RegisterList:
        """An empty list, to be told what to show."""
        return RegisterList(self._room, self._titles, parent)

    def load_tree(self, *, done: Callable[[TreeView], None], owner: QObject) -> None:
        """The units, with the readings of their titles for filtering."""

        def answer(found: TreeView) -> None:
            self._titles.update({each.code: each.title for each in found.units})
            done(found)

        self._room.run(self._tree, done=answer, owner=owner)

    def load_meters(
        self, unit: str, *, done: Callable[[str, tuple[MeterView, ...]], None], owner: QObject
    ) -> None:
        """Posts by kind of *unit* and all units below it; empty for all. *done* gets the unit."""
        self._room.run(
            lambda store: self._meters(store, unit),
            done=lambda found: done(unit, found),
            owner=owner,
        )

    def load_card(
        self,
        form_id: str,
        record_id: str,
        *,
        done: Callable[[CardView | None], None],
        owner: QObject,
    ) -> None:
        """All values of a record in words, or None if it is gone."""
        self._room.run(
            lambda store: card_of(
                store, self._room.forms[form_id], record_id, self._room.codelists, self._titles
            ),
            done=done,
            owner=owner,
        )

    def note_reveal(self, form_id: str, record_id: str) -> None:
        """Write into the audit chain that sensitive values of a record were shown."""

        def write(store: Store) -> None:
            from db import audit

            with store.write() as connection:
                audit.append(connection, "revealed", f"{form_id}/{record_id}", "done")

        self._room.run(write)

    def find_place(
        self, form_id: str, record_id: str, *, done: Callable[[Place | None], None], owner: QObject
    ) -> None:
        """The unit of a record and its number in the list of that unit; None if it is gone."""
        self._room.run(lambda store: self._place(store, form_id, record_id), done=done, owner=owner)

    # --- in the database lane ---

    def _tree(self, store: Store) -> TreeView:
        from db import identity, registers

        form = next((each for each in self._room.forms.values() if each.listing.parent), None)
        who = identity.get(store)
        group = form.by_name[form.listing.group] if form and form.listing.group else None
        codes = self._room.codelists[group.codelist] if group and group.codelist else None
        units = tuple(
            UnitView(
                each.code,
                each.title,
                each.parent,
                each.group,
                is_classified=each.classified,
                record_id=each.record_id,
                readings=(*initials(each.title), *initials(each.short_title)),
            )
            for each in registers.tree(store)
        )
        groups = tuple((each.code, each.title) for each in codes.entries) if codes else ()
        return TreeView(who.unit_title if who else "", groups, units)

    def _meters(self, store: Store, unit: str) -> tuple[MeterView, ...]:
        from db import registers

        titles = self._kind_titles()
        return tuple(
            MeterView(titles.get(each.kind, each.kind), each.authorised, each.in_post)
            for each in registers.meters(store, unit)
        )

    def _kind_titles(self) -> dict[str, str]:
        """Titles of the codes that posts are counted by, from the tallies of the forms."""
        titles: dict[str, str] = {}
        for form in self._room.forms.values():
            for tally in form.tallies:
                codelist = form.by_name[tally.by[-1]].codelist
                if codelist is not None:
                    entries = self._room.codelists[codelist].entries
                    titles.update({each.code: each.title for each in entries})
        return titles

    def _place(self, store: Store, form_id: str, record_id: str) -> Place | None:
        from db import registers

        form = self._room.forms[form_id]
        seen = registers.get(store, form, record_id)
        if seen is None:
            return None
        units = registers.subtree(registers.tree(store), seen.unit) if seen.unit else None
        handles = registers.ids(store, form, units=units)
        for start in range(0, len(handles), 500):
            rows = registers.rows(store, form, handles[start : start + 500], (form.key,))
            for offset, row in enumerate(rows):
                if row.record_id == record_id:
                    return Place(seen.unit, start + offset)
        return Place(seen.unit, -1)

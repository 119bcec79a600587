"""A list of records: ids in memory, rows by page, the first page before all ids are known."""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from client.services.desk import Room
from client.services.register_values import Arrived, Began, Line, Query
from core.forms.model import Form
from core.values import masked

if TYPE_CHECKING:
    from db.store import Store

PAGE = 200
PAGES_KEPT = 40


@dataclass(frozen=True, slots=True)
class _First:
    generation: int
    total: int
    handles: array[int]
    lines: list[Line]


class RegisterList(QObject):
    """Rows of one register in an order. Answers for an older question are dropped.

    Signals:
        began: the number of rows is known and the first page is there (`Began`).
        listed: all ids are known; nothing that is shown changes.
        arrived: more rows can be painted (`Arrived`).

    """

    began = Signal(object)
    listed = Signal()
    arrived = Signal(object)

    def __init__(self, room: Room, titles: Mapping[str, str], parent: QObject) -> None:
        super().__init__(parent)
        self._room, self._titles = room, titles
        self._generation = 0
        self._handles: array[int] = array("q")
        self._pages: OrderedDict[int, list[Line]] = OrderedDict()
        self._asked: set[int] = set()
        self.query: Query | None = None
        self.total = 0

    def show(self, query: Query) -> None:
        """List what *query* says."""
        self._generation += 1
        self.query = query
        generation, form = self._generation, self._room.forms[query.form]
        self._room.run(
            lambda store: self._first(store, form, query, generation),
            done=self._on_first,
            owner=self,
        )

    def line(self, row: int) -> Line | None:
        """The row if it is there; None asks for it and `arrived` tells when it has come."""
        number, offset = divmod(row, PAGE)
        page = self._pages.get(number)
        if page is None:
            self._want(number)
            page = self._pages.get(number, [])
        return page[offset] if offset < len(page) else None

    def record_at(self, row: int) -> str:
        """The record id of a row that is there, or an empty text."""
        line = self.line(row) if 0 <= row < self.total else None
        return line.record_id if line is not None else ""

    # --- answers ---

    def _on_first(self, first: _First) -> None:
        if first.generation != self._generation:
            return
        self._pages.clear()
        self._asked.clear()
        self._handles = first.handles
        self.total = first.total
        self._pages[0] = first.lines
        self.began.emit(Began(first.total))
        if len(first.handles) < first.total:
            query, generation = self.query, self._generation
            if query is not None:
                form = self._room.forms[query.form]
                self._room.run(
                    lambda store: (generation, self._ids(store, form, query, None)),
                    done=self._on_listed,
                    owner=self,
                )

    def _on_listed(self, answer: tuple[int, array[int]]) -> None:
        generation, handles = answer
        if generation != self._generation:
            return
        self._handles = handles
        if len(handles) != self.total:
            self.total = len(handles)
            self.began.emit(Began(self.total))
        asked, self._asked = self._asked, set()
        for number in sorted(asked):
            self._want(number)
        self.listed.emit()

    def _want(self, number: int) -> None:
        if number in self._asked or self.query is None:
            return
        self._asked.add(number)
        handles = self._handles[number * PAGE : (number + 1) * PAGE]
        if not handles:
            return
        generation, form = self._generation, self._room.forms[self.query.form]
        self._room.run(
            lambda store: (generation, number, self._lines(store, form, handles)),
            done=self._on_page,
            owner=self,
        )

    def _on_page(self, answer: tuple[int, int, list[Line]]) -> None:
        generation, number, lines = answer
        if generation != self._generation:
            return
        self._asked.discard(number)
        self._pages[number] = lines
        while len(self._pages) > PAGES_KEPT:
            self._pages.popitem(last=False)
        if lines:
            self.arrived.emit(Arrived(number * PAGE, number * PAGE + len(lines) - 1))

    # --- in the database lane ---

    def _first(self, store: Store, form: Form, query: Query, generation: int) -> _First:
        from db import registers

        handles = self._ids(store, form, query, PAGE)
        total = registers.count(store, form, units=query.units, text=query.text)
        return _First(generation, total, handles, self._lines(store, form, handles))

    def _ids(self, store: Store, form: Form, query: Query, limit: int | None) -> array[int]:
        from db import registers

        sort = (query.sort,) if query.sort else None
        return registers.ids(
            store, form, units=query.units, text=query.text, sort=sort, limit=limit
        )

    def _lines(self, store: Store, form: Form, handles: array[int]) -> list[Line]:
        from db import registers

        columns = [form.by_name[name] for name in form.listing.columns]
        rows = {each.handle: each for each in registers.rows(store, form, handles)}
        lists = self._room.codelists
        made = []
        for handle in handles:
            row = rows.get(handle)
            if row is None:
                made.append(Line("", "", ("",) * len(columns)))
                continue
            cells = []
            for field in columns:
                value = row.values.get(field.name)
                if field.refers_to is not None and value is not None:
                    cells.append(self._titles.get(str(value), str(value)))
                else:
                    cells.append(masked(field, value, lists))
            made.append(Line(row.record_id, row.state_badge, tuple(cells)))
        return made

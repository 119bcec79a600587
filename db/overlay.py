"""What follows from what is *seen* – the register with pending work laid over it – kept in step.

Whoever writes a register or pending table, inside the same transaction tells `SeenChanges` what
was seen of a record before and what is seen after; tallies and the search index follow.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, Table, delete, select

from core.forms.model import FieldType, Form
from core.record import Values
from db import search
from db.register_tables import CURRENT, tables_of, to_values
from db.tables import tallies

LISTED = "listed"  # tally: rows of the list of current records, by unit
_BATCH = 500

_ADD = (
    "INSERT INTO tallies (form, name, unit, key, n) VALUES (?, ?, ?, ?, ?) "
    "ON CONFLICT (form, name, unit, key) DO UPDATE SET n = n + excluded.n"
)


@dataclass(frozen=True, slots=True)
class SeenRecord:
    """One record as the officer sees it. `handle` is negative for pending work."""

    handle: int
    record_id: str
    version: int
    state: str
    unit: str
    digest: str
    values: dict[str, Any]

    @property
    def current(self) -> bool:
        """Whether it counts: not closed, and not about to be."""
        return self.state == CURRENT

    @property
    def listed(self) -> bool:
        """Whether it stands in the list: current, or its closing is still under way."""
        return self.current or self.handle < 0


def seen(connection: Connection, form: Form, record_ids: Iterable[str]) -> dict[str, SeenRecord]:
    """What is seen of these records now, by record id."""
    tables = tables_of(form)
    wanted = list(dict.fromkeys(record_ids))
    found: dict[str, SeenRecord] = {}
    for table, sign in ((tables.register, 1), (tables.pending, -1)):
        for at in range(0, len(wanted), _BATCH):
            query = select(table).where(table.c.record_id.in_(wanted[at : at + _BATCH]))
            for row in connection.execute(query).mappings():
                found[row["record_id"]] = seen_record(form, row, sign)
    return found


def seen_record(form: Form, row: RowMapping, sign: int) -> SeenRecord:
    """The record in a row of the register (*sign* 1) or pending table (-1)."""
    return SeenRecord(
        handle=sign * row["row_id"],
        record_id=row["record_id"],
        version=row["version"],
        state=row["state"],
        unit=row["unit"] or "",
        digest=row["digest"],
        values=to_values(form, row),
    )


def row_of(table: Table, connection: Connection, record_id: str) -> RowMapping | None:
    """The row of *record_id*, if there is one."""
    query = select(table).where(table.c.record_id == record_id)
    return connection.execute(query).mappings().first()


class SeenChanges:
    """Gathers changes of what is seen of one register, and applies what follows from them."""

    def __init__(self, connection: Connection, form: Form) -> None:
        self.connection = connection
        self.form = form
        self._sums: Counter[tuple[str, str, str]] = Counter()
        self._gone: list[int] = []
        self._come: list[tuple[int, str]] = []

    def add(self, before: SeenRecord | None, after: SeenRecord | None) -> None:
        """One record was seen as *before* (None: not at all) and is now seen as *after*."""
        for record, sign in ((before, -1), (after, 1)):
            if record is None:
                continue
            for place, n in _counted(self.form, record):
                self._sums[place] += sign * n
        if before is not None:
            self._gone.append(before.handle)
        if after is not None:
            tokens = search.tokens(self.form, after.values)
            self._come.append((after.handle, tokens))

    def flush(self) -> None:
        """Writes the sums and the search index."""
        changed = [
            (self.form.id, name, unit, key, n)
            for (name, unit, key), n in sorted(self._sums.items())
            if n
        ]
        if changed:
            self.connection.exec_driver_sql(_ADD, changed)
        search.remove(self.connection, self.form, self._gone)
        search.insert(self.connection, self.form, self._come)
        self._sums.clear()
        self._gone.clear()
        self._come.clear()


def _counted(form: Form, record: SeenRecord) -> Iterable[tuple[tuple[str, str, str], int]]:
    """What the record adds to the tallies; unit `` stands for all units together."""
    for name, key, n in _counts(form, record):
        yield (name, "", key), n
        if record.unit:
            yield (name, record.unit, key), n


def _counts(form: Form, record: SeenRecord) -> Iterable[tuple[str, str, int]]:
    if record.listed:
        yield LISTED, "", 1
    if not record.current:
        return
    for tally in form.tallies:
        if record.values.get(tally.where) is True:
            yield tally.name, tally_key(form, tally.by, record.values), 1
    yield from _child_sums(form, record.values)


def derived_from(form: Form) -> str:
    """Names everything of the form that tallies and search index follow from."""
    listing = form.listing
    children = [
        (each.name, each.unique_by, [one.name for one in each.fields]) for each in form.children
    ]
    return repr(
        (search.LAYOUT, listing.search, listing.names, listing.tails, form.tallies, children)
    )


def rebuild(connection: Connection, form: Form) -> None:
    """Makes tallies and search index of the register anew, from all its rows."""
    connection.execute(delete(tallies).where(tallies.c.form == form.id))
    search.clear(connection, form)
    for table in tables_of(form).both:
        record_ids = connection.scalars(select(table.c.record_id).order_by(table.c.row_id)).all()
        sign = 1 if table is tables_of(form).register else -1
        for at in range(0, len(record_ids), _BATCH):
            changes = SeenChanges(connection, form)
            for record in seen(connection, form, record_ids[at : at + _BATCH]).values():
                if (record.handle > 0) == (sign > 0):
                    changes.add(None, record)
            changes.flush()


def tally_key(form: Form, by: Iterable[str], values: Values) -> str:
    """What a tally is keyed by besides the unit."""
    return "|".join(str(values.get(each, "")) for each in by if each != form.unit_field)


def _child_sums(form: Form, values: Values) -> Iterable[tuple[str, str, int]]:
    """Sums of each whole-number column of a child table, by its first code column."""
    for child in form.children:
        codes = [each for each in child.unique_by if child.field(each).type is FieldType.CODE]
        numbers = [each.name for each in child.fields if each.type is FieldType.INTEGER]
        if not codes:
            continue
        for row in values.get(child.name, ()):
            for number in numbers:
                if isinstance(row.get(number), int):
                    yield child_tally(child.name, number), str(row.get(codes[0], "")), row[number]


def child_tally(child: str, column: str) -> str:
    """The name under which a column of a child table is summed."""
    return f"{child}.{column}"


def tally_total(connection: Connection, form: str, name: str, unit: str, key: str) -> int:
    """One tally; 0 where nothing was counted."""
    where = (
        (tallies.c.form == form)
        & (tallies.c.name == name)
        & (tallies.c.unit == unit)
        & (tallies.c.key == key)
    )
    return int(connection.scalar(select(tallies.c.n).where(where)) or 0)

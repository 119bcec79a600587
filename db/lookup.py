"""What rules may ask about other records, answered from the store as the officer sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, func, select
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.operators import custom_op

from core.checks.lookup import Found
from core.forms.model import FieldType, Form
from db.overlay import SeenRecord, seen, seen_record, tally_key, tally_total
from db.register_tables import CURRENT, indexed, tables_of
from db.store import Store


class StoreLookup:
    """Implements `core.checks.lookup.Lookup`. Each question reads one moment of the store."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def by_key(self, form: str, key: str) -> Found | None:
        """The current record of *form* whose key field has the value *key*."""
        known = self.store.forms[form]
        found = self.find(form, {known.key: key}, without="", limit=1)
        return found[0] if found else None

    def count(self, form: str, where: Mapping[str, Any], *, without: str) -> int:
        """How many current records have these values; from a tally where one fits."""
        known = self.store.forms[form]
        with self.store.read() as connection:
            tallied = _tallied(connection, known, where)
            if tallied is not None:
                return tallied - _counts_itself(connection, known, where, without)
            return sum(
                int(connection.scalar(select(func.count()).select_from(table).where(*terms)) or 0)
                for table, terms in _halves(known, where, without)
            )

    def find(
        self, form: str, where: Mapping[str, Any], *, without: str, limit: int
    ) -> Sequence[Found]:
        """Up to *limit* of those records."""
        known = self.store.forms[form]
        found: list[SeenRecord] = []
        with self.store.read() as connection:
            for table, terms in _halves(known, where, without):
                query = select(table).where(*terms).limit(limit - len(found))
                rows = connection.execute(query).mappings()
                found += [seen_record(known, row, 1) for row in rows]
        return [Found(each.record_id, each.version, each.values) for each in found]


def _tallied(connection: Connection, form: Form, where: Mapping[str, Any]) -> int | None:
    for tally in form.tallies:
        named = {*tally.by, tally.where}
        if set(where) == named and where[tally.where] is True and form.unit_field in tally.by:
            key = tally_key(form, tally.by, where)
            unit = str(where[form.unit_field])
            return tally_total(connection, form.id, tally.name, unit, key)
    return None


def _counts_itself(
    connection: Connection, form: Form, where: Mapping[str, Any], without: str
) -> int:
    record = seen(connection, form, [without]).get(without) if without else None
    if record is None or not record.current:
        return 0
    return int(all(record.values.get(name) == value for name, value in where.items()))


def _halves(
    form: Form, where: Mapping[str, Any], without: str
) -> list[tuple[Table, list[ColumnElement[bool]]]]:
    """Register without what is overlaid, and pending work; one index each, the best."""
    tables = tables_of(form)
    best = max(where, key=lambda name: _selectivity(form, name), default=None)
    halves = []
    for table in tables.both:
        terms = [table.c.state == CURRENT]
        for name, value in where.items():
            column = table.c[f"f_{name}"]
            terms.append((column if name == best else unindexed(column)) == value)
        if without:
            terms.append(table.c.record_id != without)
        if table is tables.register:
            terms.append(table.c.record_id.not_in(select(tables.pending.c.record_id)))
        halves.append((table, terms))
    return halves


def _selectivity(form: Form, name: str) -> int:
    field = form.by_name[name]
    if not indexed(form, field) or field.type is FieldType.BOOLEAN:
        return 0
    if field.unique or name == form.key:
        return 4
    return {FieldType.TEXT: 3, FieldType.REFERENCE: 2}.get(field.type, 1)


def unindexed(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Unary plus: the same value, but SQLite will not choose an index for it."""
    return UnaryExpression(column, operator=custom_op("+"))

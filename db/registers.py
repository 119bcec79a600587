"""Reading the registers as the officer sees them: the mirror with pending work laid over it.

Rows are known by handles: positive for the register's, negative for pending ones. A list is its
handles in memory; rows are read by page. Both halves of a list come out of an index in order and
are merged, so that the first page costs the same for any number of records.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, func, literal_column, select
from sqlalchemy.sql.selectable import CompoundSelect

from core.changes.states import State
from core.forms.model import Form
from db import search
from db.lookup import StoreLookup, unindexed
from db.overlay import LISTED, row_of, tally_total
from db.register_tables import CLOSED, CURRENT, tables_of, to_values
from db.store import Store
from db.tables import submissions, tallies
from db.units import Meter, UnitNode, meters, subtree, tree

__all__ = [
    "Meter",
    "RegisterRow",
    "Seen",
    "StoreLookup",
    "UnitNode",
    "by_key",
    "count",
    "get",
    "ids",
    "meters",
    "rows",
    "subtree",
    "tree",
]

Filters = Mapping[str, Any]
_FEW = 4_000


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """One row of a list. `state_badge` is empty, `closed`, or the state of pending work."""

    handle: int
    record_id: str
    version: int
    state_badge: str
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Seen:
    """One record as seen. `version` and `digest` are the register's: what a change is based on.

    With `pending_submission` the values are those of the submission that is under way; `base` are
    the register's (empty where the record is not there yet).
    """

    record_id: str
    version: int
    digest: str
    state: str
    unit: str
    values: dict[str, Any]
    base: dict[str, Any]
    pending_submission: str | None = None
    pending_state: State | None = None


def ids(  # noqa: PLR0913 - a list has that many sides; all but two are named
    store: Store,
    form: Form,
    *,
    units: Sequence[str] | None = None,
    text: str = "",
    filters: Filters | None = None,
    sort: Sequence[str] | None = None,
    limit: int | None = None,
    offset: int = 0,
    closed: bool = False,
) -> array[int]:
    """Handles in order. *units* None means all; *filters* gives a value or several by field.

    *sort* names fields, `-name` for descending; the usual order if not given. *closed* lists the
    records that are no longer current instead.
    """
    order = _order(form, sort, units)
    with store.read() as connection:
        few = _finds_few(connection, form, text)
    arms = [
        select(
            _handle(table, sign).label("handle"),
            *_ordered(table, order, few=few or _some(units)),
        ).where(*_where(form, table, units, text, filters, closed=closed, few=few))
        for table, sign in _halves(form, closed=closed)
    ]
    query: Select[Any] | CompoundSelect[Any] = arms[0] if closed else arms[0].union_all(arms[1])
    terms: list[ColumnElement[Any]] = [
        literal_column(f"o{at}").desc() if down else literal_column(f"o{at}")
        for at, (_, down) in enumerate(order)
    ]
    last: ColumnElement[Any] = literal_column("handle")
    terms.append(last.desc() if order and order[-1][1] else last)
    with store.read() as connection:
        found = connection.execute(query.order_by(*terms).limit(limit).offset(offset or None))
        return array("q", [row[0] for row in found.cursor.fetchall()])


def count(
    store: Store,
    form: Form,
    *,
    units: Sequence[str] | None = None,
    text: str = "",
    filters: Filters | None = None,
    closed: bool = False,
) -> int:
    """How many handles `ids` would give; from the tallies where only units are asked for."""
    with store.read() as connection:
        if not text.strip() and not filters and not closed:
            return _tallied(connection, form, units)
        return sum(
            int(connection.scalar(select(func.count()).select_from(table).where(*where)) or 0)
            for table, _ in _halves(form, closed=closed)
            for where in [_where(form, table, units, text, filters, closed=closed)]
        )


def rows(
    store: Store, form: Form, handles: Iterable[int], columns: Sequence[str] | None = None
) -> list[RegisterRow]:
    """The rows of these handles, in the same order; those that are gone are left out.

    *columns* are the fields to read; those of the form's list if not given.
    """
    wanted = list(handles)
    names = tuple(dict.fromkeys(columns or (*form.listing.columns, form.key, form.label)))
    found: dict[int, RegisterRow] = {}
    with store.read() as connection:
        for table, sign in _halves(form):
            mine = [abs(each) for each in wanted if (each > 0) == (sign > 0)]
            if mine:
                found.update(_rows(connection, form, table, mine, names))
    return [found[each] for each in wanted if each in found]


def get(store: Store, form: Form, record_id: str) -> Seen | None:
    """The record, closed or not, or None where it is neither registered nor pending."""
    with store.read() as connection:
        return _seen(connection, form, record_id)


def by_key(store: Store, form: Form, key: str) -> Seen | None:
    """The current record whose key field has this value."""
    found = StoreLookup(store).by_key(form.id, key)
    return None if found is None else get(store, form, found.record_id)


def _seen(connection: Connection, form: Form, record_id: str) -> Seen | None:
    tables = tables_of(form)
    mirror = row_of(tables.register, connection, record_id)
    laid = row_of(tables.pending, connection, record_id)
    shown = laid or mirror
    if shown is None:
        return None
    base = {} if mirror is None else to_values(form, mirror)
    return Seen(
        record_id=record_id,
        version=0 if mirror is None else mirror["version"],
        digest="" if mirror is None else mirror["digest"],
        state=shown["state"],
        unit=shown["unit"] or "",
        values=base if laid is None else to_values(form, laid),
        base=base,
        pending_submission=None if laid is None else laid["submission_id"],
        pending_state=None if laid is None else _state(connection, laid["submission_id"]),
    )


def _state(connection: Connection, submission_id: str) -> State:
    query = select(submissions.c.state).where(submissions.c.submission_id == submission_id)
    return State(connection.scalar(query) or "")


def _rows(
    connection: Connection, form: Form, table: Table, numbers: list[int], names: Sequence[str]
) -> dict[int, RegisterRow]:
    columns = [table.c[f"f_{name}"] for name in names]
    fixed = [table.c[name] for name in ("row_id", "record_id", "version", "state")]
    query = select(*fixed, *columns).where(table.c.row_id.in_(numbers))
    sign = 1
    if table is tables_of(form).pending:
        sign = -1
        query = select(*fixed[:3], submissions.c.state, *columns).where(
            table.c.row_id.in_(numbers), submissions.c.submission_id == table.c.submission_id
        )
    made: dict[int, RegisterRow] = {}
    for row in connection.execute(query):
        values = {
            name: _value(form, name, each)
            for name, each in zip(names, row[4:], strict=True)
            if each is not None
        }
        badge = "" if row[3] == CURRENT else row[3]
        made[sign * row[0]] = RegisterRow(sign * row[0], row[1], row[2], badge, values)
    return made


def _value(form: Form, name: str, stored: Any) -> Any:
    field = form.by_name[name]
    if field.type == "boolean":
        return bool(stored)
    if field.type == "attachment":
        return to_attachment(stored)
    return stored


def to_attachment(stored: str) -> Any:
    """An attachment value as it stands in a column."""
    import json

    return json.loads(stored)


def _handle(table: Table, sign: int) -> ColumnElement[int]:
    """The bare row number where it can be: only that comes out of an index in order."""
    return table.c.row_id if sign > 0 else -table.c.row_id


def _halves(form: Form, *, closed: bool = False) -> list[tuple[Table, int]]:
    tables = tables_of(form)
    return [(tables.register, 1)] if closed else [(tables.register, 1), (tables.pending, -1)]


def _where(
    form: Form,
    table: Table,
    units: Sequence[str] | None,
    text: str,
    filters: Filters | None,
    *,
    closed: bool,
    few: bool = False,
) -> list[Any]:
    tables = tables_of(form)
    where: list[Any] = []
    if table is tables.register:
        state = unindexed(table.c.state) if few else table.c.state
        where.append(state == (CLOSED if closed else CURRENT))
        where.append(table.c.record_id.not_in(select(tables.pending.c.record_id)))
    if units is not None:
        one = len(units) == 1
        where.append(table.c.unit == units[0] if one else table.c.unit.in_(list(units)))
    for name, value in (filters or {}).items():
        column: ColumnElement[Any] = table.c[f"f_{name}"]
        several = isinstance(value, list | tuple | set | frozenset)
        where.append(column.in_(list(value)) if several else column == value)
    if text.strip():
        where.append(search.condition(form, table, text))
        exactly = search.exactly(form, table, text)
        if exactly is not None:
            where.append(exactly)
    return where


def _some(units: Sequence[str] | None) -> bool:
    return units is not None and len(units) > 1


def _finds_few(connection: Connection, form: Form, text: str) -> bool:
    """Whether so few records are found that to sort them is less than to read all in order."""
    if not text.strip():
        return False
    query = search.hits(form, text, _FEW)
    return int(connection.scalar(query) or 0) < _FEW


def _order(
    form: Form, sort: Sequence[str] | None, units: Sequence[str] | None
) -> list[tuple[str, bool]]:
    order = [(each.removeprefix("-"), each.startswith("-")) for each in sort or form.listing.sort]
    one_unit = units is not None and len(units) == 1
    return [each for each in order if not (one_unit and each[0] == form.unit_field)]


def _ordered(
    table: Table, order: Sequence[tuple[str, bool]], *, few: bool
) -> list[ColumnElement[Any]]:
    """The columns to order by. Few rows are found by other means than this order, then sorted."""
    found: list[ColumnElement[Any]] = [table.c[f"f_{name}"] for name, _ in order]
    if few:
        found = [unindexed(each) for each in found]
    return [each.label(f"o{at}") for at, each in enumerate(found)]


def _tallied(connection: Connection, form: Form, units: Sequence[str] | None) -> int:
    if units is None:
        return tally_total(connection, form.id, LISTED, "", "")
    query = select(func.coalesce(func.sum(tallies.c.n), 0)).where(
        tallies.c.form == form.id,
        tallies.c.name == LISTED,
        tallies.c.unit.in_(list(dict.fromkeys(units))),
        tallies.c.key == "",
    )
    return int(connection.scalar(query) or 0)

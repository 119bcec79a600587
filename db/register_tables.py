"""Typed tables made from form definitions: two per register form.

`register_<form>` is what the office says is true (written only by `db.mirror`); `pending_<form>`
is each record as it will be while its submission is under way (written only by `db.outbox`). Both
have the same columns: the fixed ones below, `f_<field>` for every field, `c_<child>` (JSON) for
every child table. `search_<form>` is an FTS5 index over tokens made by `db.search`.

A newer form version adds columns; nothing is ever dropped. Values that the form at hand does not
name are kept in `extra`, so that no version loses any.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, Index, Integer, MetaData, RowMapping, Table, Text
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateColumn, CreateIndex, CreateTable
from sqlalchemy.types import TypeEngine

from core.forms.model import Field, FieldType, Form, FormKind
from core.record import Values
from db.tables import register_forms

CURRENT = "current"
CLOSED = "closed"

_LAYOUT = 1  # raise it when the fixed columns or the way indexes are chosen change
_TYPES: dict[FieldType, type[TypeEngine[Any]]] = {
    FieldType.INTEGER: Integer,
    FieldType.MONEY: Integer,
    FieldType.BOOLEAN: Integer,
}
_PYTHON: dict[FieldType, type] = {
    FieldType.INTEGER: int,
    FieldType.MONEY: int,
    FieldType.BOOLEAN: bool,
    FieldType.ATTACHMENT: dict,
}
_LARGEST = 2**63


@dataclass(frozen=True, slots=True)
class RegisterTables:
    """The tables of one register form."""

    form: Form
    register: Table
    pending: Table
    search: str

    @property
    def both(self) -> tuple[Table, Table]:
        """Register first, then pending."""
        return self.register, self.pending


_made: dict[tuple[str, int, str], RegisterTables] = {}


def tables_of(form: Form) -> RegisterTables:
    """The tables of *form*, as this program's version of the form sees them."""
    key = (form.id, form.version, form.digest)
    found = _made.get(key)
    if found is None or found.form is not form:
        metadata = MetaData()
        register = _table(metadata, f"register_{form.id}", form, Column("generation", Integer))
        pending = _table(
            metadata, f"pending_{form.id}", form,
            Column("submission_id", Text), Column("until_version", Integer),
        )  # fmt: skip
        found = _made[key] = RegisterTables(form, register, pending, f"search_{form.id}")
    return found


def _table(metadata: MetaData, name: str, form: Form, *own: Column[Any]) -> Table:
    columns: list[Column[Any]] = [
        Column("row_id", Integer, primary_key=True),
        Column("record_id", Text, nullable=False, unique=True),
        Column("version", Integer, nullable=False),
        Column("state", Text, nullable=False),
        Column("unit", Text),
        Column("digest", Text, nullable=False),
        Column("extra", Text),
        *own,
        *(Column(f"f_{each.name}", _TYPES.get(each.type, Text)) for each in form.fields),
        *(Column(f"c_{each.name}", Text) for each in form.children),
    ]
    table = Table(name, metadata, *columns)
    for suffix, over in _indexes(form).items():
        Index(f"ix_{name}_{suffix}", *(table.c[each] for each in over))
    return table


def _indexes(form: Form) -> Mapping[str, tuple[str, ...]]:
    """Columns by index name: for looking up, for listing, and for listing one unit."""
    order = [f"f_{each}" for each in form.listing.sort]
    found: dict[str, tuple[str, ...]] = {
        f"f_{each.name}": ("state", f"f_{each.name}")
        for each in form.fields
        if indexed(form, each) and each.type is not FieldType.BOOLEAN
    }
    found["sort"] = ("state", *order)
    found["unit"] = ("state", "unit", *(each for each in order if each != f"f_{form.unit_field}"))
    return found


def indexed(form: Form, field: Field) -> bool:
    """Whether rules may count by *field*."""
    return field.index or field.unique or field.name in (form.key, form.unit_field)


# --- Making and widening --------------------------------------------------------------------


def registers(forms: Iterable[Form]) -> Iterator[Form]:
    """Those that are registers."""
    return (each for each in forms if each.kind is FormKind.REGISTER)


def missing(connection: Connection, forms: Iterable[Form]) -> list[Form]:
    """The registers whose tables are not there yet in this shape."""
    known = {row.form: json.loads(row.shape) for row in connection.execute(register_forms.select())}
    return [each for each in registers(forms) if _shape(each) not in known.get(each.id, [])]


def make(connection: Connection, form: Form) -> None:
    """Makes the tables of *form*, or adds the columns and indexes that they lack."""
    tables = tables_of(form)
    for table in tables.both:
        _make_table(connection, table)
    connection.exec_driver_sql(
        f"CREATE VIRTUAL TABLE IF NOT EXISTS {tables.search} USING fts5("
        "tokens, content='', contentless_delete=1, detail=none, tokenize='ascii', prefix='2 4')"
    )
    query = register_forms.select().where(register_forms.c.form == form.id)
    row = connection.execute(query).first()
    shapes = [*(json.loads(row.shape) if row else []), _shape(form)]
    insert = sqlite.insert(register_forms).values(form=form.id, shape=json.dumps(shapes))
    connection.execute(
        insert.on_conflict_do_update(index_elements=["form"], set_={"shape": json.dumps(shapes)})
    )


def _make_table(connection: Connection, table: Table) -> None:
    there = {
        row[1] for row in connection.exec_driver_sql(f"PRAGMA table_info({_quoted(table.name)})")
    }
    if not there:
        connection.execute(CreateTable(table))
    for column in table.columns:
        if there and column.name not in there:
            text = CreateColumn(column).compile(dialect=connection.dialect)
            connection.exec_driver_sql(f"ALTER TABLE {_quoted(table.name)} ADD COLUMN {text}")
    for index in sorted(table.indexes, key=lambda each: str(each.name)):
        connection.execute(CreateIndex(index, if_not_exists=True))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _shape(form: Form) -> str:
    table = tables_of(form).register
    parts = [f"{each.name} {each.type}" for each in table.columns]
    parts += [f"{name} {over}" for name, over in _indexes(form).items()]
    text = "\n".join([str(_LAYOUT), *parts])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


# --- Values to columns and back -------------------------------------------------------------


def to_columns(form: Form, values: Values) -> dict[str, Any]:
    """Every value column; empty ones are None, what fits no column goes into `extra`."""
    columns: dict[str, Any] = dict.fromkeys(_value_columns(form))
    extra: dict[str, Any] = {}
    for name, value in values.items():
        field = form.by_name.get(name)
        if field is not None and _fits(field, value):
            is_object = field.type is FieldType.ATTACHMENT
            columns[f"f_{name}"] = _json(value) if is_object else value
        elif name in form.children_by_name and isinstance(value, list):
            columns[f"c_{name}"] = _json(value)
        else:
            extra[name] = value
    columns["extra"] = _json(extra) if extra else None
    return columns


def to_values(form: Form, row: RowMapping) -> dict[str, Any]:
    """The record's values in a row of `tables_of(form)`."""
    values: dict[str, Any] = {}
    for field in form.fields:
        value = row[f"f_{field.name}"]
        if value is None:
            continue
        if field.type is FieldType.BOOLEAN:
            value = bool(value)
        elif field.type is FieldType.ATTACHMENT:
            value = json.loads(value)
        values[field.name] = value
    for child in form.children:
        if row[f"c_{child.name}"] is not None:
            values[child.name] = json.loads(row[f"c_{child.name}"])
    if row["extra"] is not None:
        values.update(json.loads(row["extra"]))
    return values


def _value_columns(form: Form) -> Iterator[str]:
    yield from (f"f_{each.name}" for each in form.fields)
    yield from (f"c_{each.name}" for each in form.children)


def _fits(field: Field, value: Any) -> bool:
    if type(value) is not _PYTHON.get(field.type, str):
        return False
    return type(value) is not int or -_LARGEST <= value < _LARGEST


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

"""What statistics need of the mirror: records one after the other, and counts by fields.

Statistics are over what the office has approved; pending work is not in them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import func, select

from core.forms.model import FieldType, Form
from db.register_tables import CURRENT, tables_of, to_values
from db.store import Store

_AT_ONCE = 500


def values_of(store: Store, form: Form) -> Iterator[dict[str, Any]]:
    """The values of every current record of *form*, streaming."""
    table = tables_of(form).register
    query = select(table).where(table.c.state == CURRENT).order_by(table.c.row_id)
    with store.read() as connection:
        for row in connection.execute(query).yield_per(_AT_ONCE).mappings():
            yield to_values(form, row)


def group_counts(
    store: Store, form: Form, names: Sequence[str]
) -> list[tuple[tuple[Any, ...], int]]:
    """How many current records have each combination of values of the fields *names*."""
    table = tables_of(form).register
    columns = [table.c[f"f_{name}"] for name in names]
    query = select(func.count(), *columns).where(table.c.state == CURRENT).group_by(*columns)
    kinds = [form.by_name[name].type for name in names]
    with store.read() as connection:
        return [
            (tuple(map(_typed, kinds, row[1:])), int(row[0])) for row in connection.execute(query)
        ]


def _typed(kind: FieldType, stored: Any) -> Any:
    return bool(stored) if kind is FieldType.BOOLEAN and stored is not None else stored

"""The functions that expressions of a form may call, over one record and what lies around it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from core.checks.lookup import Lookup
from core.codelists import CodeList
from core.numbers import resident_id
from core.record import Values

_DEEPEST = 50  # levels of units; more means a ring


@dataclass(frozen=True, slots=True)
class RecordEnvironment:
    """Names are fields of `row` and then of `values`; functions as in core.forms.functions.

    Without a `lookup` the functions that ask about other records give None.
    """

    values: Values
    codelists: Mapping[str, CodeList]
    today: str
    base: Values = field(default_factory=dict)
    record_id: str = ""
    lookup: Lookup | None = None
    row: Values = field(default_factory=dict)

    def value(self, name: str) -> Any:
        """The value of the field *name*, or None."""
        found = self.row.get(name)
        return self.values.get(name) if found is None else found

    def call(self, name: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """Call the function *name*; an empty argument mostly gives an empty result."""
        if name in _PLAIN:
            return None if None in args else _PLAIN[name](*args)
        method: Callable[..., Any] = getattr(self, f"_{name}")
        return method(*args, **kwargs)

    def _today(self) -> str:
        return self.today

    def _empty(self, value: object) -> bool:
        return value is None

    def _one_of(self, value: object, *others: object) -> bool:
        return value in others

    def _attr(self, codelist: str, code: str | None, attribute: str) -> str | None:
        entries = self.codelists[codelist]
        return entries.attr(code, attribute) if code is not None and entries.has(code) else None

    def _title_of(self, codelist: str, code: str | None) -> str | None:
        entries = self.codelists[codelist]
        return entries.title(code) if code is not None and entries.has(code) else code

    def _previous(self, name: str) -> Any:
        return self.base.get(name)

    def _count_rows(self, child: str, **where: object) -> int:
        return len(_matching(self.values.get(child, ()), where))

    def _sum_of(self, child: str, column: str, **where: object) -> int:
        return sum(row.get(column, 0) for row in _matching(self.values.get(child, ()), where))

    def _count_of(self, form: str, **where: object) -> int | None:
        if self.lookup is None or None in where.values():
            return None
        return self.lookup.count(form, where, without=self.record_id)

    def _value_in(self, form: str, key: str | None, name: str) -> Any:
        if self.lookup is None or key is None:
            return None
        found = self.lookup.by_key(form, key)
        return None if found is None else found.values.get(name)

    def _sum_in(
        self, form: str, key: str | None, child: str, column: str, **where: object
    ) -> int | None:
        if self.lookup is None or key is None or None in where.values():
            return None
        found = self.lookup.by_key(form, key)
        if found is None:
            return None
        rows = _matching(found.values.get(child, ()), where)
        return sum(int(row.get(column, 0)) for row in rows)

    def _leads_to(self, form: str, parent: str, key: str | None, target: str | None) -> bool:
        for _ in range(_DEEPEST):
            if key is None or self.lookup is None or target is None:
                return False
            if key == target:
                return True
            key = self._value_in(form, key, parent)
        return True


def _matching(rows: Any, where: Mapping[str, object]) -> list[Mapping[str, Any]]:
    return [row for row in rows if all(row.get(key) == value for key, value in where.items())]


def _years_between(start: str, end: str) -> int:
    a, b = date.fromisoformat(start), date.fromisoformat(end)
    return b.year - a.year - ((b.month, b.day) < (a.month, a.day))


def _days_between(start: str, end: str) -> int:
    return (date.fromisoformat(end) - date.fromisoformat(start)).days


def _id_birth_date(number: str) -> str | None:
    born = resident_id.birth_date(number)
    return None if born is None else born.isoformat()


def _org_code_of(uscc: str) -> str:
    return uscc[8:17]


_PLAIN: dict[str, Callable[..., Any]] = {
    "years_between": _years_between,
    "days_between": _days_between,
    "part": lambda text, start, end: text[start:end] or None,
    "length": len,
    "starts": lambda text, prefix: text.startswith(prefix),
    "id_birth_date": _id_birth_date,
    "id_sex": resident_id.sex,
    "org_code_of": _org_code_of,
}

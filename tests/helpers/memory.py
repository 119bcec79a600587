"""Records in memory that answer the questions of rules (core.checks.lookup.Lookup)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.checks.lookup import Found
from core.forms.model import Form
from core.record import Values


class MemoryLookup:
    """Holds records of several forms; each is known by its record id."""

    def __init__(self, forms: Mapping[str, Form]) -> None:
        self.forms = forms
        self.records: dict[str, dict[str, Values]] = {}

    def add(self, form: str, record_id: str, values: Values) -> None:
        """Keep a record, in place of one with the same id."""
        self.records.setdefault(form, {})[record_id] = values

    def by_key(self, form: str, key: str) -> Found | None:
        """The record whose key field has the value *key*."""
        name = self.forms[form].key
        for record_id, values in self.records.get(form, {}).items():
            if values.get(name) == key:
                return Found(record_id, 1, values)
        return None

    def count(self, form: str, where: Mapping[str, Any], *, without: str) -> int:
        """How many records have these values."""
        return len(self.find(form, where, without=without, limit=10**9))

    def find(
        self, form: str, where: Mapping[str, Any], *, without: str, limit: int
    ) -> Sequence[Found]:
        """The records that have these values."""
        found = [
            Found(record_id, 1, values)
            for record_id, values in self.records.get(form, {}).items()
            if record_id != without and all(values.get(k) == v for k, v in where.items())
        ]
        return found[:limit]

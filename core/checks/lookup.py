"""What rules may ask about other records. The client's store and the office each answer it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from core.record import Values


@dataclass(frozen=True, slots=True)
class Found:
    """A record that a lookup found."""

    record_id: str
    version: int
    values: Values


class Lookup(Protocol):
    """Questions over the records of all forms, as the asker sees them now."""

    def by_key(self, form: str, key: str) -> Found | None:
        """The current record of *form* whose key field has the value *key*."""

    def count(self, form: str, where: Mapping[str, Any], *, without: str) -> int:
        """How many current records of *form* have these values in indexed fields.

        The record with the id *without* is not counted.
        """

    def find(
        self, form: str, where: Mapping[str, Any], *, without: str, limit: int
    ) -> Sequence[Found]:
        """Up to *limit* of those records."""

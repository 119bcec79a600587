"""Reads a TOML table strictly: each key once, of the right type, and none left over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.forms.errors import FormError
from core.forms.expressions import Expression, ExpressionError, compile_expression
from core.forms.functions import NAMES


class TableReader:
    """Takes the keys of one table; `finish` refuses what nobody took."""

    def __init__(self, file: str, section: str, table: Mapping[str, Any]) -> None:
        """Read *table*, which stands in *section* of *file*."""
        self.file, self.section = file, section
        self._rest = dict(table)

    def fail(self, key: str, message: str) -> FormError:
        """An error about *key* of this table, to be raised by the caller."""
        return FormError(self.file, self.section, key, message)

    def text(self, key: str, default: str | None = None) -> str:
        """A text; required where there is no *default*."""
        return str(self._take(key, str, default))

    def optional_text(self, key: str) -> str | None:
        """A text or None."""
        value = self._rest.pop(key, None)
        if value is not None and not isinstance(value, str):
            raise self.fail(key, "must be a text")
        return value

    def integer(self, key: str) -> int | None:
        """A whole number or None."""
        value = self._rest.pop(key, None)
        if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
            raise self.fail(key, "must be a whole number")
        return value

    def number(self, key: str) -> int:
        """A whole number that must be there."""
        value = self.integer(key)
        if value is None:
            raise self.fail(key, "is missing")
        return value

    def flag(self, key: str) -> bool:
        """True or false; false where missing."""
        return bool(self._take(key, bool, default=False))

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; empty where missing."""
        value = self._take(key, list, [])
        if not all(isinstance(each, str) for each in value):
            raise self.fail(key, "must be a list of texts")
        return tuple(value)

    def bound(self, key: str) -> int | str | None:
        """A lower or upper bound: a whole number, or a date as text."""
        value = self._rest.pop(key, None)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | str)):
            raise self.fail(key, "must be a whole number or a date")
        return value

    def expression(self, key: str) -> Expression | None:
        """A compiled expression or None."""
        text = self.optional_text(key)
        return None if text is None else self.compile(key, text)

    def compile(self, key: str, text: str) -> Expression:
        """Compile *text*, found under *key*."""
        try:
            return compile_expression(text, NAMES)
        except ExpressionError as error:
            raise self.fail(key, str(error)) from error

    def table(self, key: str) -> Mapping[str, Any]:
        """A table; empty where missing."""
        value: Mapping[str, Any] = self._take(key, dict, {})
        return value

    def tables(self, key: str) -> list[Mapping[str, Any]]:
        """An array of tables; empty where missing."""
        value = self._take(key, list, [])
        if not all(isinstance(each, dict) for each in value):
            raise self.fail(key, "must be an array of tables")
        return list(value)

    def finish(self) -> None:
        """Raise `FormError` for a key that the vocabulary does not have."""
        for key in self._rest:
            raise self.fail(key, "unknown key")

    def _take(self, key: str, kind: type, default: object) -> Any:
        value = self._rest.pop(key, default)
        if value is None:
            raise self.fail(key, "is missing")
        if not isinstance(value, kind):
            raise self.fail(key, f"must be {kind.__name__}")
        return value

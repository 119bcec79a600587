"""Checks of one value against its field: type, limits, code list, check digits."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from core.checks.issues import Issue
from core.codelists import CodeList
from core.forms.model import Field, FieldType, Severity
from core.numbers import CHECKS

_JSON_TYPES: dict[FieldType, type] = {
    FieldType.TEXT: str,
    FieldType.CODE: str,
    FieldType.DATE: str,
    FieldType.REFERENCE: str,
    FieldType.INTEGER: int,
    FieldType.MONEY: int,
    FieldType.BOOLEAN: bool,
    FieldType.ATTACHMENT: dict,
}
_LARGEST = 2**53 - 1  # RFC 8785 keeps integers exact up to here


def check_field(
    field: Field,
    pointer: str,
    value: Any,
    codelists: Mapping[str, CodeList],
    today: str,
    *,
    special: bool = True,
) -> Iterator[Issue]:
    """Everything wrong with *value* alone, which is not empty.

    *special* says whether the field's `check` (check digits) applies to this record.
    """
    problem = type_problem(field, value)
    if problem is not None:
        yield Issue(problem, Severity.ERROR, pointer)
        return
    if isinstance(value, str):
        yield from _check_text(field, pointer, value, codelists, today)
    if field.minimum is not None and value < field.minimum:
        yield Issue("too_small", Severity.ERROR, pointer, {"minimum": field.minimum})
    if field.maximum is not None and value > field.maximum:
        yield Issue("too_large", Severity.ERROR, pointer, {"maximum": field.maximum})
    if field.check is not None and special:
        for finding in CHECKS[field.check](value):
            severity = field.check_severity or Severity(finding.severity)
            yield Issue(finding.code, severity, pointer, finding.params)


def type_problem(field: Field, value: object) -> str | None:
    """The code of what is wrong with the JSON shape of *value*, or None."""
    expected = _JSON_TYPES[field.type]
    if not isinstance(value, expected) or (expected is int and isinstance(value, bool)):
        return "wrong_type"
    if isinstance(value, int) and abs(value) > _LARGEST:
        return "wrong_type"
    if isinstance(value, dict) and set(value) != {"digest", "name", "size", "media_type"}:
        return "wrong_type"
    if field.type is FieldType.DATE:
        try:
            if date.fromisoformat(str(value)).isoformat() != value:
                return "not_a_date"
        except ValueError:
            return "not_a_date"
    return None


def _check_text(
    field: Field, pointer: str, value: str, codelists: Mapping[str, CodeList], today: str
) -> Iterator[Issue]:
    if field.type is FieldType.CODE and field.codelist is not None:
        codes = codelists[field.codelist]
        if not codes.has(value):
            yield Issue("unknown_code", Severity.ERROR, pointer, {"value": value})
        elif not codes.valid(value, today):
            yield Issue("expired_code", Severity.WARNING, pointer, {"value": codes.title(value)})
        return
    if field.type is not FieldType.TEXT:
        return
    if _odd_characters(value, multiline=field.multiline) or value != value.strip():
        yield Issue("odd_characters", Severity.ERROR, pointer)
    if field.no_spaces and any(each.isspace() for each in value):
        yield Issue("inner_space", Severity.ERROR, pointer)
    if field.min_length is not None and len(value) < field.min_length:
        yield Issue("too_short", Severity.ERROR, pointer, {"minimum": field.min_length})
    if field.max_length is not None and len(value) > field.max_length:
        params = {"maximum": field.max_length, "length": len(value)}
        yield Issue("too_long", Severity.ERROR, pointer, params)
    if field.pattern is not None and re.fullmatch(field.pattern, value) is None:
        yield Issue("wrong_pattern", Severity.ERROR, pointer, {"help": field.pattern_help})


def _odd_characters(value: str, *, multiline: bool) -> bool:
    allowed = "\n" if multiline else ""
    return any(is_odd(each) and each not in allowed for each in value)


def is_odd(character: str) -> bool:
    """Whether *character* is invisible or unassigned.

    Planes 2 and 3 hold rare characters of names, some younger than Python's table of characters.
    """
    category = unicodedata.category(character)
    return category in ("Cc", "Cf", "Cs") or (
        category == "Cn" and not "\U00020000" <= character <= "\U0003fffd"
    )

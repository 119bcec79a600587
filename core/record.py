"""Record values and pointers into them.

Values are JSON-native: text, code, date and reference are `str`, integer and money (fen) are
`int`, yes/no is `bool`, an attachment is an object, a child table a list of objects. An empty
value is simply not there. Pointers follow RFC 6901.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Values = Mapping[str, Any]


def value_at(values: Values, pointer: str) -> Any:
    """The value that *pointer* points to, or None where there is none."""
    current: Any = values
    for part in pointer.strip("/").split("/"):
        if isinstance(current, Mapping):
            current = current.get(part)
        elif isinstance(current, list | tuple) and part.isdigit() and int(part) < len(current):
            current = current[int(part)]
        else:
            return None
    return current


def with_value(values: Values, pointer: str, value: object) -> dict[str, Any]:
    """A copy of *values* in which *pointer* has *value*; None removes it.

    A child row is appended where the pointer names the row after the last one.
    """
    head, *rest = pointer.strip("/").split("/")
    copy = dict(values)
    if not rest:
        _put(copy, head, value)
        return copy
    rows = [dict(each) for each in copy.get(head, ())]
    index = int(rest[0])
    if len(rest) == 1:
        if value is None:
            del rows[index]
        elif index == len(rows):
            rows.append(dict(value))  # type: ignore[call-overload]
        else:
            rows[index] = dict(value)  # type: ignore[call-overload]
    else:
        if index == len(rows):
            rows.append({})
        _put(rows[index], rest[1], value)
    _put(copy, head, rows)
    return copy


def _put(target: dict[str, Any], name: str, value: object) -> None:
    if value is None or value in ("", []):
        target.pop(name, None)
    else:
        target[name] = value


def differences(before: Values, after: Values) -> Iterator[str]:
    """Pointers of the top-level fields and child tables that differ, in name order."""
    for name in sorted({*before, *after}):
        if before.get(name) != after.get(name):
            yield f"/{name}"

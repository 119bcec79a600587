"""JSON objects to frozen dataclasses and back, strictly: nothing unknown, nothing missing.

Understands `str int bool`, `dict[str, …]`, `tuple[…, ...]`, `StrEnum`, other such dataclasses,
`Any`, and `… | None`, which stands for "may be missing" and is written by leaving it out.
"""

from __future__ import annotations

import types
from dataclasses import MISSING, fields, is_dataclass
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from core.wire.errors import WireError

T = TypeVar("T")


def encode(value: Any) -> Any:
    """The JSON value of a dataclass (or of what stands in one)."""
    if is_dataclass(value) and not isinstance(value, type):
        pairs = ((each.name, getattr(value, each.name)) for each in fields(value))
        return {name: encode(each) for name, each in pairs if each is not None}
    if isinstance(value, StrEnum):
        return str(value)
    if isinstance(value, dict):
        return {key: encode(each) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return [encode(each) for each in value]
    return value


def decode(kind: type[T], value: Any, where: str = "") -> T:
    """The *kind* (a dataclass) in a parsed JSON *value*.

    Raises:
        WireError: a key is missing or unknown, or a value has the wrong type; names the place.

    """
    return cast("T", _dataclass(kind, value, where))


def _dataclass(kind: type, value: Any, where: str) -> Any:
    if not isinstance(value, dict):
        raise WireError(f"{where or '/'}: an object was expected")
    hints = _hints(kind)
    unknown = sorted(set(value) - set(hints))
    if unknown:
        raise WireError(f"{where}/{unknown[0][:40]}: unknown")
    missing = sorted(_required(kind) - set(value))
    if missing:
        raise WireError(f"{where}/{missing[0]}: missing")
    read = {name: _value(hints[name], each, f"{where}/{name}") for name, each in value.items()}
    try:
        return kind(**read)
    except WireError:
        raise
    except ValueError as error:
        raise WireError(f"{where or '/'}: {error}") from error


def _value(kind: Any, value: Any, where: str) -> Any:
    origin = get_origin(kind)
    if kind is Any:
        return value
    if origin in (Union, types.UnionType):
        return _value(next(each for each in get_args(kind) if each is not type(None)), value, where)
    if origin is tuple:
        return _items(get_args(kind)[0], value, where)
    if origin is dict:
        if not isinstance(value, dict):
            raise WireError(f"{where}: an object was expected")
        of = get_args(kind)[1]
        return {key: _value(of, each, f"{where}/{key[:40]}") for key, each in value.items()}
    if is_dataclass(kind):
        return _dataclass(cast("type", kind), value, where)
    return _plain(kind, value, where)


def _plain(kind: type, value: Any, where: str) -> Any:
    if issubclass(kind, StrEnum):
        if not isinstance(value, str) or value not in set(kind):
            raise WireError(f"{where}: not one of the known words")
        return kind(value)
    if type(value) is not kind:
        raise WireError(f"{where}: {kind.__name__} was expected")
    return value


def _items(kind: Any, value: Any, where: str) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise WireError(f"{where}: a list was expected")
    return tuple(_value(kind, each, f"{where}/{at}") for at, each in enumerate(value))


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


@cache
def _required(kind: type) -> frozenset[str]:
    return frozenset(
        each.name
        for each in fields(kind)
        if each.default is MISSING and each.default_factory is MISSING
    )

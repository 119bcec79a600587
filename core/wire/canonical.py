"""Canonical JSON (RFC 8785) and digests of it."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any, NoReturn

import rfc8785

from core.wire.errors import WireError

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def canonical_bytes(value: Any) -> bytes:
    """The one way to write *value* as JSON (RFC 8785).

    Raises:
        WireError: the value is not JSON, nested too deep, or has an integer past 2**53 - 1.

    """
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, RecursionError) as error:
        raise WireError(f"not JSON: {type(error).__name__}") from error


def digest(content: bytes) -> str:
    """`sha256:` and the hexadecimal SHA-256 of *content*."""
    return "sha256:" + hashlib.sha256(content).hexdigest()


def is_digest(text: str) -> bool:
    """Whether *text* has the form that `digest` makes."""
    return _DIGEST.fullmatch(text) is not None


def read_json(content: bytes) -> Any:
    """The JSON value in *content*, without what JSON parsers usually let pass.

    Raises:
        WireError: not UTF-8, not JSON, a key twice, NaN or Infinity, nested too deep.

    """
    try:
        value = json.loads(
            content.decode("utf-8"), object_pairs_hook=_object, parse_constant=_constant
        )
        if b"\\u" in content:  # Only an escape can write half a surrogate pair.
            json.dumps(value, ensure_ascii=False).encode()
    except (UnicodeError, json.JSONDecodeError, RecursionError) as error:
        raise WireError(f"not JSON: {type(error).__name__}") from error
    except WireError:
        raise
    except ValueError as error:  # An integer of more digits than Python converts.
        raise WireError("a number is too long") from error
    return value


def read_canonical(content: bytes) -> Any:
    """The JSON value in *content*, which must be its canonical form.

    Raises:
        WireError: as `read_json`, or the same value would be written otherwise.

    """
    value = read_json(content)
    if canonical_bytes(value) != content:
        raise WireError("JSON is not canonical")
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise WireError("a key occurs twice")
    return found


def _constant(name: str) -> NoReturn:
    raise WireError(f"{name} is not JSON")

"""The digest of a set of records, kept step by step on both sides (design.md §6).

The sum modulo 2**256 of one hash per record: adding and removing cost the same wherever the
record stands, so that neither side ever needs to read its whole register to compare.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from core.wire.canonical import canonical_bytes, digest

EMPTY = "0" * 64
_MODULUS = 1 << 256


def record_digest(values: Mapping[str, Any]) -> str:
    """The digest of a record's values: SHA-256 of their canonical JSON."""
    return digest(canonical_bytes(dict(values)))


def with_record(total: str, form: str, record_id: str, version: int, record: str) -> str:
    """*total* (64 hexadecimal digits) after a record, known by its digest, has come in."""
    return _hex(int(total, 16) + _element(form, record_id, version, record))


def without_record(total: str, form: str, record_id: str, version: int, record: str) -> str:
    """*total* after that version of the record has gone."""
    return _hex(int(total, 16) - _element(form, record_id, version, record))


def _element(form: str, record_id: str, version: int, record: str) -> int:
    text = f"{form}|{record_id}|{version}|{record}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")


def _hex(number: int) -> str:
    return f"{number % _MODULUS:064x}"

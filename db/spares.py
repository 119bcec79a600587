"""Copies of unsent work beside the store, for the day the store's first page is damaged.

One encrypted file per draft, per submission without a receipt, and per attached document, in
`unsent/`. They are read only by `db.salvage`. The store itself is the truth and is synced; these
are not, because they guard against damage, not against a cut.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from db.keys import seal, unseal

log = logging.getLogger("zhibao.store")

DRAFT = "draft"
SUBMISSION = "submission"
DOCUMENT = "document"


def folder_of(store_path: Path) -> Path:
    """Where the copies of a store's unsent work stand."""
    return store_path.parent / "unsent"


def keep(store_path: Path, key: bytes, kind: str, name: str, content: bytes) -> None:
    """Keeps a copy. Trouble is logged, never raised: the store has the work already."""
    path = _path(store_path, kind, name)
    temporary = path.with_suffix(".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(seal(key, content, path.name))
        temporary.replace(path)
    except OSError as error:
        log.warning("no copy of unsent work could be kept: %s", type(error).__name__)


def drop(store_path: Path, kind: str, name: str) -> None:
    """Removes a copy that is not needed any more."""
    try:
        _path(store_path, kind, name).unlink(missing_ok=True)
    except OSError as error:
        log.warning("a copy of sent work could not be removed: %s", type(error).__name__)


def kept(store_path: Path, key: bytes, kind: str) -> Iterator[bytes]:
    """The copies of one kind that are whole."""
    folder = folder_of(store_path)
    for path in sorted(folder.glob(f"{kind}-*.copy")) if folder.is_dir() else ():
        content = unseal(key, path.read_bytes(), path.name)
        if content is None:
            log.warning("a copy of unsent work is damaged")
        else:
            yield content


def to_bytes(row: dict[str, Any]) -> bytes:
    """A row of the store as bytes; binary columns as hexadecimal text."""
    plain = {
        name: {"hex": each.hex()} if isinstance(each, bytes) else each for name, each in row.items()
    }
    return json.dumps(plain, ensure_ascii=False).encode()


def from_bytes(content: bytes) -> dict[str, Any]:
    """The row that `to_bytes` wrote."""
    row: dict[str, Any] = json.loads(content)
    return {
        name: bytes.fromhex(each["hex"]) if isinstance(each, dict) else each
        for name, each in row.items()
    }


def _path(store_path: Path, kind: str, name: str) -> Path:
    safe = "".join(each for each in name if each.isalnum() or each == "-")
    return folder_of(store_path) / f"{kind}-{safe}.copy"

"""Stores of any size for measuring: the sample county with so many people, nobody real."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from client.paths import Paths
from core.checks.derive import derived
from core.record import Values
from core.resources import codelists, forms
from core.wire.notes import Signer
from core.wire.protocol import ChangesPage, RecordChange, RecordState
from core.wire.scope import record_digest
from db import keyfile, mirror
from db.keys import Cost
from db.store import Store
from office.sample.generate import generate

PASSWORD = "benchmark-1"  # noqa: S105 - of made-up data
QUICK = Cost(memory=8, passes=1, lanes=1)
_PAGE = 2000


def people_store(people: int | None, folder: Path | None = None) -> Paths:
    """A folder with a key file and a store of *people* people (None: the sample county).

    Made once and kept in the system's temporary folder, from where every run copies it.
    """
    root = folder or Path(tempfile.gettempdir()) / "zhibao-benchmarks"
    made = Paths(root / str(people or "county"))
    if not (made.base / "complete").exists():
        shutil.rmtree(made.base, ignore_errors=True)
        made.base.mkdir(parents=True)
        _build(made, people)
        (made.base / "complete").touch()
    return made


def copy_of(made: Paths, target: Path) -> Paths:
    """A copy of a folder that `people_store` made, to be written to."""
    shutil.copytree(made.base, target)
    return Paths(target)


def _build(paths: Paths, people: int | None) -> None:
    signer = Signer.generate("zhibao.office/benchmark")
    key = keyfile.create(paths.key, PASSWORD, QUICK)
    store = Store.create(paths.store, key, forms())
    records = generate(people=people)
    number = 0
    while page := list(islice(_changes(records), _PAGE)):
        number += 1
        mirror.apply(store, ChangesPage("e", f"e.{number}", True, tuple(page)), signer.verifier)
    store.close()


def _changes(records: Iterator[tuple[str, str, dict[str, Any]]]) -> Iterator[RecordChange]:
    for form_id, record_id, values in records:
        form = forms()[form_id]
        full: Values = derived(form, values, codelists(), "2026-11-22")
        unit = str(full.get(form.unit_field, ""))
        yield RecordChange(
            form_id,
            form.version,
            record_id,
            1,
            RecordState.CURRENT,
            unit,
            dict(full),
            record_digest(full),
        )


if __name__ == "__main__":
    for size in sys.argv[1:] or ["county"]:
        people_store(None if size == "county" else int(size))

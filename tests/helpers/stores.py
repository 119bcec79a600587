"""Stores for tests: migrated once, copied per test; made-up records, office answers."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from core.changes.draft import Draft, Head
from core.changes.submission import Sealed, uuid7
from core.forms.model import Form
from core.resources import forms
from core.wire.notes import Signer
from core.wire.protocol import ChangesPage, DecisionChange, RecordChange, RecordState, Scope
from core.wire.receipts import (
    GENESIS,
    Decision,
    Outcome,
    Receipt,
    Remark,
    Result,
    chain_hash,
    sign_decision,
    sign_receipt,
)
from core.wire.scope import record_digest
from db import mirror
from db.keys import Cost
from db.store import Store

KEY = bytes(range(32))
CHEAP = Cost(memory=8, passes=1, lanes=1)
OFFICE = Signer("zhibao.office/test", b"o" * 32)
SURNAMES = ("欧阳", "王", "李")
AT = "2026-11-22T02:00:00.000Z"


@pytest.fixture(scope="session")
def store_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty migrated store, made once and closed."""
    path = tmp_path_factory.mktemp("template") / "zhibao.db"
    Store.create(path, KEY).close()
    return path


@pytest.fixture
def store_path(store_template: Path, base_dir: Path) -> Path:
    """A copy of the empty store, closed."""
    path = base_dir / "zhibao.db"
    shutil.copyfile(store_template, path)
    return path


@pytest.fixture
def store(store_path: Path) -> Iterator[Store]:
    """An open empty store."""
    opened = Store.open(store_path, KEY)
    yield opened
    opened.close()


def person_form() -> Form:
    """The form of persons."""
    return forms()["person"]


def unit_form() -> Form:
    """The form of units."""
    return forms()["institution"]


def person(number: int, **values: Any) -> dict[str, Any]:
    """Values of a made-up person; every third is named 欧阳."""
    made = {
        "card_no": f"P{number:06d}",
        "name": SURNAMES[number % 3] + chr(0x4E00 + number),
        "sex": "1",
        "id_number": f"42058319700101{number:04d}",
        "birth_date": "1970-01-01",
        "unit": f"U{number % 5:03d}",
        "post_kind": "1" if number % 2 else "2",
        "occupies_post": True,
        "entry_date": "1990-07-01",
    }
    return {name: each for name, each in {**made, **values}.items() if each is not None}


def unit(number: int, **values: Any) -> dict[str, Any]:
    """Values of a made-up unit with 5 + 3 authorised posts."""
    made = {
        "register_no": f"U{number:03d}",
        "full_name": f"枝江市第{number}测试局",
        "classified": False,
        "sort_no": number,
        "posts_total": 8,
        "posts": [
            {"post_kind": "1", "funding": "1", "authorised": 5},
            {"post_kind": "2", "funding": "1", "authorised": 3},
        ],
    }
    return {name: each for name, each in {**made, **values}.items() if each is not None}


def change(form: str, record_id: str, values: dict[str, Any], version: int = 1) -> RecordChange:
    """A current record as the office sends it."""
    unit_of = values.get("unit") or values.get("register_no") or ""
    return RecordChange(
        form, 1, record_id, version, RecordState.CURRENT, unit_of, values, record_digest(values)
    )


def closed(one: RecordChange) -> RecordChange:
    """The same record, closed."""
    return replace(one, state=RecordState.CLOSED, version=one.version + 1)


def page(*changes: RecordChange | DecisionChange, cursor: str = "e.1") -> ChangesPage:
    """A page with more to come."""
    return ChangesPage("e", cursor, True, changes)


def last_page(*changes: RecordChange, scope: Scope, cursor: str = "e.9") -> ChangesPage:
    """The last page."""
    return ChangesPage("e", cursor, False, changes, scope)


def fill(store: Store, people: int = 20, units: int = 5) -> None:
    """Puts units and people into the mirror; their record ids are u0, u1 … and p0, p1 …"""
    records = [change("institution", f"u{each}", unit(each)) for each in range(units)]
    records += [change("person", f"p{each}", person(each)) for each in range(people)]
    mirror.apply(store, page(*records), OFFICE.verifier)


def draft(record_id: str = "new-1", flow: str = "join", **fields: Any) -> Draft:
    """A draft of a person who joins, or of another flow with *fields* as given."""
    made = Draft(
        draft_id=uuid7(),
        form="person",
        form_version=person_form().version,
        flow=flow,
        record_id=record_id,
        unit="U001",
        values=person(900, card_no=None, unit="U001"),
        head=Head(reason="工作需要", event_date="2026-11-20"),
    )
    return replace(made, **fields)


def draft_on(store: Store, record_id: str, flow: str = "amend", **values: Any) -> Draft:
    """A draft that changes a person of the register."""
    from db import registers

    seen = registers.get(store, person_form(), record_id)
    assert seen is not None
    return draft(
        record_id,
        flow,
        base_version=seen.version,
        base_digest=seen.digest,
        base=seen.base,
        values={**seen.base, **values},
        unit=seen.unit,
    )


def receipt(
    sealed: Sealed, result: Result = Result.RECEIVED, **fields: Any
) -> tuple[Receipt, bytes]:
    """The office's receipt for *sealed*, opened, and its note."""
    made = Receipt(
        receipt_id="r-1",
        submission_id=sealed.submission_id,
        digest=sealed.digest,
        device="d-1",
        result=result,
        received_at=AT,
        epoch="e",
        log_index=0,
        previous_hash=GENESIS,
        log_hash="",
    )
    made = replace(made, **fields)
    made = replace(made, log_hash=chain_hash(GENESIS, made.entry()))
    return made, sign_receipt(made, OFFICE)


@dataclass(frozen=True)
class Answer:
    """A decision, its note, and the change that carries it."""

    decision: Decision
    note: bytes

    @property
    def change(self) -> DecisionChange:
        """As it comes in a page."""
        return DecisionChange(self.note.decode())


def decision(sealed: Sealed, outcome: Outcome, *texts: tuple[str, str], version: int = 0) -> Answer:
    """The office's decision on *sealed*; *texts* are comments (pointer, text)."""
    made = Decision(
        decision_id=uuid7(),
        submission_id=sealed.submission_id,
        submission_digest=sealed.digest,
        outcome=outcome,
        reviewer="审核员",
        decided_at="2026-11-22T03:00:00.000Z",
        form_version=1,
        comments=tuple(Remark(pointer, "comment", "error", text) for pointer, text in texts),
        record_version=version,
    )
    return Answer(made, sign_decision(made, OFFICE))

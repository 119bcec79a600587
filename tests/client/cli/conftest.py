"""What the tests of the command line share."""

import json
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from client.cli.main import main
from core.changes.draft import Draft, Head
from core.changes.submission import uuid7
from core.wire.protocol import RecordChange
from db import drafts, keyfile, mirror, registers
from db.keys import wrap
from db.store import Store
from tests.helpers.people import institution, person
from tests.helpers.stores import (
    CHEAP,
    KEY,
    OFFICE,
    change,
    page,
    person_form,
    store_path,
    store_template,
)

__all__ = ["store_path", "store_template"]
PASSWORD = "枝江2007"


@dataclass
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def zhibao(
    base_dir: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Said]:
    """Runs `zhibao --base-dir … ARGUMENTS` in this process."""
    monkeypatch.setenv("ZHIBAO_PASSWORD", PASSWORD)

    def run(*arguments: str) -> Said:
        capsys.readouterr()
        code = main(["--base-dir", str(base_dir), *arguments])
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    return run


def records() -> list[RecordChange]:
    """One unit and two people; p1 satisfies every rule."""
    young = {
        "id_number": "420583198506150026",
        "birth_date": "1985-06-15",
        **dict.fromkeys(("work_start", "entry_date", "posted_on"), "2008-07-01"),
    }
    return [
        change("institution", "u1", institution()),
        change("person", "p1", person(**young)),
        change("person", "p2", person(card_no="K0002", name="李样例", id_number="x")),
    ]


@pytest.fixture
def county(base_dir: Path, store_template: Path) -> Path:
    """A store with a key file, one unit and two people; gives its path."""
    path = base_dir / "zhibao.db"
    shutil.copyfile(store_template, path)
    body = {"format": keyfile.FORMAT, "password": wrap(KEY, PASSWORD, CHEAP)}
    keyfile.beside(path).write_text(json.dumps(body), encoding="utf-8")
    store = Store.open(path, KEY)
    mirror.apply(store, page(*records()), OFFICE.verifier)
    store.close()
    return path


def save(path: Path, **values: Any) -> Draft:
    """Saves a draft that amends p1; without *values* it can be sent."""
    store = Store.open(path, keyfile.unlock(keyfile.beside(path), PASSWORD, time.time()))
    seen = registers.get(store, person_form(), "p1")
    assert seen is not None
    today = datetime.now().astimezone().date().isoformat()
    made = Draft(
        draft_id=uuid7(),
        form="person",
        form_version=person_form().version,
        flow="amend",
        record_id="p1",
        unit=seen.unit,
        base_version=seen.version,
        base_digest=seen.digest,
        base=seen.base,
        values={**seen.base, "position": "股长", **values},
        head=Head(reason="任职", event_date=today, filled_by="某信息员"),
    )
    drafts.save(store, made)
    store.close()
    return made

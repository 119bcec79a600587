"""Whether the program is whole: everything that could be missing from a built folder, used once.

Works in a temporary folder and touches nothing else.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from core.changes.draft import Draft, Head
from core.changes.submission import uuid7


@dataclass(frozen=True, slots=True)
class TestResult:
    """One part of the program. `detail` is technical."""

    title: str
    ok: bool
    detail: str


def run() -> list[TestResult]:
    """Tests each part, the later ones also where an earlier one fails."""
    results = []
    with tempfile.TemporaryDirectory(prefix="zhibao-self-test-") as folder:
        for title, part in PARTS.items():
            try:
                results.append(TestResult(title, ok=True, detail=part(Path(folder))))
            except Exception as error:  # noqa: BLE001 - whatever is wrong is the answer
                detail = f"{type(error).__name__}: {error}"
                results.append(TestResult(title, ok=False, detail=detail))
    return results


def _resources(_: Path) -> str:
    from core.resources import calendar, codelists, forms, messages

    calendar()
    names = ("checks", "line", "numbers", "values")
    count = sum(len(messages(each)) for each in names)
    return f"{len(forms())} forms, {len(codelists())} code lists, {count} sentences"


def _store(folder: Path) -> str:
    from core.resources import forms
    from db import audit, backup, damage, drafts, keyfile, outbox, registers
    from db.keys import Cost
    from db.store import Store

    key = keyfile.create(folder / "zhibao.key", "self-test", Cost(memory=1024, passes=1, lanes=1))
    store = Store.create(folder / "zhibao.db", key)
    try:
        form = next(iter(forms().values()))
        flow = form.flows[0]
        draft = Draft(
            draft_id=uuid7(),
            form=form.id,
            form_version=form.version,
            flow=flow.id,
            record_id=uuid7(),
            unit="",
            values={form.label: "自检"},
            head=Head(reason="自检"),
        )
        drafts.save(store, draft)
        outbox.enqueue(store, draft, form)
        found = len(registers.ids(store, form, text="zj"))
        if found != 1:
            raise AssertionError(f"search found {found}")
        damage.verify(store)
        backup.take(store)
        rows = audit.verify(store)
    finally:
        store.close()
    return f"{rows} audit rows"


def _envelope(_: Path) -> str:
    from core.changes.submission import seal, submission_of
    from core.resources import forms
    from core.wire.envelope import (
        Item,
        device_key_name,
        open_envelope,
        read_manifest,
        seal_envelope,
    )
    from core.wire.notes import Signer
    from core.wire.payload import new_identity, recipient_of

    form = next(iter(forms().values()))
    draft = Draft(uuid7(), form.id, form.version, form.flows[0].id, uuid7(), "")
    sealed = seal(submission_of(draft, form, device_seq=1, submitted_at=""))
    signer, office = Signer.generate(device_key_name("d")), new_identity()
    content = seal_envelope(
        [Item(sealed.submission_id, sealed.body)],
        [],
        envelope_id=uuid7(),
        device_id="d",
        county="000000",
        epoch="",
        signer=signer,
        recipients=[recipient_of(office)],
    )
    manifest = read_manifest(content, lambda _: signer.verifier)
    opened = open_envelope(content, manifest, office)
    if opened.items[0].body != sealed.body:
        raise AssertionError("not the same bytes")
    return f"{len(content)} bytes"


def _network(_: Path) -> str:
    import client.sync.api
    import client.sync.engine
    import client.sync.enrolment

    return f"{client.sync.api.__name__}, {client.sync.engine.__name__}"


def _window(folder: Path) -> str:
    from client import app
    from client.paths import paths

    app.use_offscreen()
    running = app.start(paths(folder / "window"))
    try:
        picture = running.window.grab()
        size = (picture.width(), picture.height())
    finally:
        running.stop()
    if min(size) < 100:
        raise AssertionError(f"window of {size}")
    return f"{size[0]} × {size[1]}"


PARTS: dict[str, Callable[[Path], str]] = {
    "资源": _resources,
    "本机数据": _store,
    "密封": _envelope,
    "联网": _network,
    "窗口": _window,
}

"""An officer's day in a process of its own, with the real store, sealing and synchronising.

`python -m tests.e2e.officer ORDERS` (JSON) walks from an empty folder to decided submissions:
create the store, enrol, fetch the registers, save drafts, queue them, visit the office, mend what
was returned. It looks into the store to see where it was, so it may be killed anywhere and started
again. One line of JSON is printed, and flushed, only after something was confirmed.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from client.paths import Paths
from client.sync import engine
from client.sync.api import OfficeApi
from client.sync.enrolment import enrol
from client.sync.events import ClockDiffers, Decided, Finished, Problem, Pulled, Settled
from client.sync.line import Timeouts
from client.sync.troubles import SyncTrouble
from core.changes.draft import Draft, Head
from core.changes.states import ANSWERED, WAITING, State
from core.changes.submission import uuid7
from core.resources import forms
from db import drafts, identity, keyfile, outbox, registers
from db.errors import StoreError
from db.files import is_founded
from db.founding import found
from db.keys import Cost
from db.outbox import OutboxItem
from db.store import Store
from tests.e2e import knife, sabotage

PASSWORD = "correct horse"
CHEAP = Cost(memory=8, passes=1, lanes=1)
FORM = "person"
PAGE = 150  # records in a page, so that the sample comes in several
REASON = "工作需要"
OVERRIDES = {"attachment_missing@/head/attachments": "原件随后送达"}


@dataclass(frozen=True)
class Orders:
    """What the officer is to do.

    Change number k is to the person *first* + k in the order of card numbers; it is saved *edits*
    times before it is queued. *visits* is `each` (after each change), `last` or `none`. *years*
    puts the clock off. *pages* limits the store's file to so many pages, as a full disk does.
    Without *submits* drafts stay drafts; with *funding* they ask for that code, whether there is
    such a one or not.
    """

    base: str
    office: str = ""
    code: str = ""
    marker: str = "甲"
    event_date: str = ""
    first: int = 0
    changes: int = 1
    edits: int = 1
    visits: str = "last"
    read: float = 30.0  # seconds to wait for an answer
    years: int = 0
    pages: int = 0
    submits: bool = True
    funding: str = ""


class Officer:
    """Carries out orders; goes on where an earlier one was cut."""

    def __init__(self, orders: Orders, store: Store) -> None:
        self._orders = orders
        self._store = store
        self._form = forms()[FORM]
        self._timeouts = Timeouts(connect=5, read=orders.read, whole=60)

    def work(self) -> None:
        """Everything that can be done without a new decision of the office."""
        orders = self._orders
        self._enrol()
        if not engine.retry_state(self._store).done_at and orders.visits != "none":
            self._visit()
        for number in range(orders.changes):
            self._change(number)
            if orders.visits == "each":
                self._visit()
        if orders.visits == "last":
            self._visit()
        if self._mend() and orders.visits != "none":
            self._visit()

    def _enrol(self) -> None:
        orders = self._orders
        if identity.get(self._store) is not None or not orders.code:
            return
        who = enrol(orders.office, orders.code, device_name="PC", timeouts=self._timeouts)
        identity.save(self._store, who)
        tell("enrolled", device=who.device)

    def _change(self, number: int) -> None:
        """Brings one change into the outbox, unless it is there."""
        marker = f"{self._orders.marker}-{number}"
        record_id = self._person(self._orders.first + number)
        if self._sent(record_id, marker) is not None:
            return
        begun = drafts.of_record(self._store, FORM, record_id)
        draft = drafts.get(self._store, begun[0].draft_id) if begun else None
        self._queue(draft or self._begin(record_id, marker), marker, self._orders.edits)

    def _queue(self, draft: Draft, marker: str, edits: int) -> None:
        """Saves *draft* until it has so many edits, and submits it."""
        if sabotage.confirms_early():
            for edit in range(edit_of(draft.values) + 1, edits + 1):
                tell("saved", marker=marker, edit=edit)
        while edit_of(draft.values) < edits:
            edit = edit_of(draft.values) + 1
            draft = replace(draft, values={**draft.values, "remark": f"{marker} 第{edit}稿"})
            drafts.save(self._store, draft, marker)
            tell("saved", marker=marker, edit=edit)
        if not self._orders.submits:
            return
        sealed = outbox.enqueue(self._store, draft, self._form)
        tell("queued", marker=marker, submission=sealed.submission_id, digest=sealed.digest)

    def _begin(self, record_id: str, marker: str) -> Draft:
        seen = registers.get(self._store, self._form, record_id)
        assert seen is not None
        other = "2" if seen.base["funding"] == "1" else "1"
        funding = self._orders.funding or other
        return Draft(
            draft_id=uuid7(),
            form=FORM,
            form_version=self._form.version,
            flow="transfer",
            record_id=record_id,
            unit=seen.unit,
            base_version=seen.version,
            base_digest=seen.digest,
            base=seen.base,
            values={**seen.base, "funding": funding},
            head=Head(f"{REASON} {marker}", self._orders.event_date, "", "经办人", ""),
            overrides=OVERRIDES,
        )

    def _mend(self) -> bool:
        """Opens what was returned, changes it once more and submits it."""
        mended = False
        for item in outbox.items(self._store, [State.RETURNED]):
            if not item.superseded_by:
                draft = outbox.reopen(self._store, item.submission_id)
                tell("reopened", submission=item.submission_id, comments=len(draft.comments))
                before = outbox.submission(self._store, item.submission_id)
                assert before is not None
                self._queue(draft, marker_of(before.head.reason), edit_of(before.values) + 1)
                mended = True
        return mended

    def _person(self, number: int) -> str:
        handles = registers.ids(
            self._store,
            self._form,
            filters={"occupies_post": True},
            sort=["card_no"],
            limit=1,
            offset=number,
        )
        return registers.rows(self._store, self._form, handles)[0].record_id

    def _sent(self, record_id: str, marker: str) -> OutboxItem | None:
        for item in outbox.items(self._store, form=FORM, record_id=record_id):
            sent = outbox.submission(self._store, item.submission_id)
            if sent is not None and marker_of(sent.head.reason) == marker:
                return item
        return None

    def _visit(self) -> None:
        who = identity.get(self._store)
        if who is None:
            return
        api = OfficeApi(
            self._orders.office or who.office_url,
            device=who.device,
            signer=who.signer,
            office=who.office,
            timeouts=self._timeouts,
        )
        with closing(api):
            for event in engine.run(self._store, api):
                _tell_event(event)


def _tell_event(event: object) -> None:
    if isinstance(event, Settled):
        tell("received", submission=event.submission_id, state=event.state)
    elif isinstance(event, Decided):
        tell("decided", submission=event.submission_id, state=event.state)
    elif isinstance(event, Pulled):
        tell("pulled", records=event.records, last=event.last)
    elif isinstance(event, ClockDiffers):
        tell("clock", seconds=event.seconds)
    elif isinstance(event, Problem):
        tell("problem", code=event.code, detail=event.detail)
    elif isinstance(event, Finished):
        tell("visited", **asdict(event.summary))


def edit_of(values: Any) -> int:
    """How often a change was edited, as its remark says; 0 before the first time."""
    _, found, rest = str(values.get("remark", "")).partition(" 第")
    return int(rest.removesuffix("稿")) if found else 0


def marker_of(reason: str) -> str:
    """The marker in the reason of a change."""
    return reason.removeprefix(f"{REASON} ")


def tell(what: str, **facts: Any) -> None:
    """Says that something is confirmed."""
    sys.stdout.write(json.dumps({"did": what, **facts}, ensure_ascii=False) + "\n")
    sys.stdout.flush()


@contextmanager
def opened(base: Path) -> Iterator[Store]:
    """The store below *base*, made if there is none."""
    paths = Paths(base)
    if is_founded(paths.key, paths.store):
        store = Store.open(paths.store, keyfile.unlock(paths.key, PASSWORD, time.time()))
    else:
        store = found(paths.key, paths.store, PASSWORD, cost=CHEAP)
        tell("created")
    try:
        yield store
    finally:
        store.close()


def main(text: str) -> int:
    """Carry out the orders; 0 nothing waits, 3 work is left, 2 the store has trouble."""
    orders = Orders(**json.loads(text))
    base = Path(orders.base)
    base.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(filename=base / "log.txt", level=logging.INFO, encoding="utf-8")
    knife.sharpen(os.environ.get(knife.VARIABLE, ""))
    sabotage.install(os.environ.get(sabotage.VARIABLE, ""))
    OfficeApi.changes.__defaults__ = (PAGE,)
    with _clock(orders.years), _disk(orders.pages):
        try:
            with opened(base) as store:
                Officer(orders, store).work()
                counts = outbox.counts(store)
                states = {str(state): count for state, count in counts.items() if count}
        except StoreError as error:
            tell("trouble", code=error.key, sentence=error.sentence)
            return 2
        except SyncTrouble as error:
            tell("problem", code=error.code, detail=error.detail)
            return 3
    tell("end", states=states, answered=sum(counts[each] for each in ANSWERED))
    return 3 if any(counts[each] for each in WAITING) else 0


@contextmanager
def _clock(years: int) -> Iterator[None]:
    if not years:
        yield
        return
    import time_machine

    with time_machine.travel(datetime.now(UTC) + timedelta(days=365 * years)):
        yield


@contextmanager
def _disk(pages: int) -> Iterator[None]:
    """A store file of at most so many pages: SQLite then answers as it does on a full disk."""
    if pages:
        from db import connect

        pragmas: Any = connect
        pragmas._PRAGMAS = (*connect._PRAGMAS, f"max_page_count = {pages}")
    yield


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

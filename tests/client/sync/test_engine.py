import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from client.sync import engine, retry
from client.sync.api import OfficeApi
from client.sync.events import ClockDiffers, Finished, Pulled, Settled
from client.sync.retry import LOOK, RetryState
from client.sync.troubles import NotEnrolled
from core.changes.states import State
from core.wire.protocol import DecisionChange, ProblemType
from core.wire.receipts import Outcome
from db import identity as identities
from db import outbox
from db.identity import Identity
from db.store import Store
from tests.client.sync.conftest import PATIENT, waiting_for
from tests.client.sync.test_api import FAULTS
from tests.client.sync.visits import (
    NOW,
    assert_arrived_once,
    problems,
    state,
    submit,
    summary,
    visit,
)
from tests.helpers.fake_line import (
    Fault,
    OnlineOffice,
    lost_answer,
    lost_question,
    office_says,
    serve,
)
from tests.helpers.stores import KEY, change, person


def test_a_store_without_an_office_goes_nowhere(store: Store, api: OfficeApi) -> None:
    with pytest.raises(NotEnrolled):
        next(engine.run(store, api))


def test_a_visit_with_nothing_to_do_is_short(
    enrolled: Store, office: OnlineOffice, api: OfficeApi
) -> None:
    visit(enrolled, api)
    office.seen.clear()
    events = visit(enrolled, api)
    assert [type(each) for each in events] == [Pulled, Finished]
    assert len(office.seen) == 1


def test_the_summary_has_the_keys_of_the_command(enrolled: Store, api: OfficeApi) -> None:
    found = summary(visit(enrolled, api)).as_json()
    assert list(found) == [
        "sent",
        "received",
        "approved",
        "returned",
        "conflicts",
        "waiting",
        "bytes_out",
        "bytes_in",
        "seconds",
        "problem",
    ]


def test_a_clock_that_is_years_off_is_told_and_stops_nothing(
    enrolled: Store, office: OnlineOffice, api: OfficeApi
) -> None:
    office.now = "2036-01-01T00:00:00Z"
    sealed = submit(enrolled)
    events = visit(enrolled, api)
    assert [each.seconds > 9e7 for each in events if isinstance(each, ClockDiffers)] == [True]
    assert_arrived_once(enrolled, office, sealed)


@pytest.mark.parametrize("step", range(4), ids=["challenge", "session", "push", "pull"])
@pytest.mark.parametrize(
    ("fault", "code"),
    [(each[1], each[3]) for each in FAULTS if each[3] != "too_large"],
    ids=[each[0] for each in FAULTS if each[3] != "too_large"],
)
def test_after_any_trouble_at_any_step_everything_arrives_once(
    enrolled: Store,
    office: OnlineOffice,
    api: OfficeApi,
    fault: Fault,
    code: str,
    step: int,
    request: pytest.FixtureRequest,
) -> None:
    if code == "refused" and step == 2:
        request.getfixturevalue("expect_log")("zhibao.sync", "was refused")
    sealed = submit(enrolled)
    office.faults.extend([serve] * step + [fault])
    with waiting_for(fault, api):
        events = visit(enrolled, api)
    if not (code == "refused" and step == 2):  # There it is sent once more, alone.
        assert problems(events) == [code]
        assert summary(events).problem == code
        expected = State.RECEIVED if step == 3 else State.QUEUED
        assert state(enrolled, sealed) is expected
        assert engine.retry_state(enrolled).failures == 1
    visit(enrolled, api)
    assert_arrived_once(enrolled, office, sealed)
    assert engine.retry_state(enrolled) == RetryState(next_at=NOW + LOOK, done_at=NOW)


def test_trouble_is_remembered_over_restarts(
    enrolled: Store, office: OnlineOffice, api: OfficeApi, store_path: Path
) -> None:
    office.faults.append(office_says(503, ProblemType.BUSY, Retry_After="600"))
    visit(enrolled, api)
    enrolled.close()
    again = Store.open(store_path, KEY)
    kept = engine.retry_state(again)
    again.close()
    assert kept.code == "office_busy"
    assert kept.failures == 1
    assert 600 <= retry.seconds_left(kept, NOW) <= 660


def test_the_retry_state_can_be_hurried(enrolled: Store) -> None:
    late = RetryState(3, "no_line", NOW + 900)
    engine.save_retry_state(enrolled, retry.soon(late, NOW))
    assert retry.seconds_left(engine.retry_state(enrolled), NOW) == 0


def test_the_queue_empties_by_itself_when_the_trouble_ends(
    enrolled: Store, office: OnlineOffice, api: OfficeApi
) -> None:
    sealed = submit(enrolled)
    clock = [NOW]
    office.faults.extend([lost_answer] * 6)
    while waiting(enrolled):
        clock[0] += retry.seconds_left(engine.retry_state(enrolled), clock[0])
        list(engine.run(enrolled, api, now=lambda: clock[0]))
    assert clock[0] - NOW <= 2 + 4 + 8 + 16 + 32 + 64
    assert_arrived_once(enrolled, office, sealed)


def test_stopping_early_loses_nothing(
    enrolled: Store, office: OnlineOffice, api: OfficeApi
) -> None:
    sealed = submit(enrolled)
    events = list(engine.run(enrolled, api, now=lambda: NOW, should_stop=lambda: True))
    assert len(events) == 2
    assert retry.seconds_left(engine.retry_state(enrolled), NOW) == 0
    visit(enrolled, api)
    assert_arrived_once(enrolled, office, sealed)


def test_a_visit_cut_between_any_two_events_is_made_good_by_the_next(
    enrolled: Store, office: OnlineOffice, api: OfficeApi
) -> None:
    sealed = []
    for cut_after in range(6):
        sealed.append(submit(enrolled, f"new-{cut_after}"))
        running = engine.run(enrolled, api, now=lambda: NOW)
        for _ in range(cut_after):
            if next(running, None) is None:
                break
        running.close()
    visit(enrolled, api)
    assert_arrived_once(enrolled, office, *sealed)


class PowerCut(BaseException):
    """The program ends here."""


@contextmanager
def power_cut(monkeypatch: pytest.MonkeyPatch, at: int, *, before: bool) -> Iterator[list[int]]:
    """The program ends at the n-th transaction: just before or just after it is committed."""
    writes = [0]
    real = Store.write

    @contextmanager
    def write(self: Store) -> Iterator[Any]:
        writes[0] += 1
        last = writes[0] == at
        with real(self) as connection:
            yield connection
            if last and before:
                raise PowerCut
        if last:
            raise PowerCut

    with monkeypatch.context() as patch:
        patch.setattr(Store, "write", write)
        yield writes


def a_whole_road(store: Store, api: OfficeApi, office: OnlineOffice) -> None:
    """Two visits: submissions go up, a decision and records come down."""
    visit(store, api)
    first = min(office.submissions)
    if not any(isinstance(each, DecisionChange) for each in office.feed):
        office.decide(first, Outcome.APPROVED)
    visit(store, api)


def roads(
    store_template: Path,
    folder: Path,
    identity: Identity,
    office: OnlineOffice,
    monkeypatch: pytest.MonkeyPatch,
    at: int,
    *,
    before: bool,
) -> tuple[int, bool]:
    """Transactions begun before the cut, and whether all is well after a new start."""
    path = folder / f"{at}-{before}" / "zhibao.db"
    path.parent.mkdir()
    shutil.copyfile(store_template, path)
    store = Store.open(path, KEY)
    identities.save(store, identity)
    sealed = [submit(store, f"new-{at}-{before}-{number}") for number in range(2)]
    api = api_of(identity)
    with power_cut(monkeypatch, at, before=before) as writes, suppress(PowerCut):
        a_whole_road(store, api, office)
    store.close()
    store = Store.open(path, KEY)
    a_whole_road(store, api, office)
    api.close()
    states = {state(store, each) for each in sealed}
    once = all(
        office.submissions[each.submission_id].digest == each.digest for each in sealed
    ) and office.log_length == len(office.submissions)
    good = once and states <= {State.RECEIVED, State.APPROVED} and not waiting(store)
    store.close()
    return writes[0], good


def api_of(identity: Identity) -> OfficeApi:
    return OfficeApi(
        identity.office_url,
        device=identity.device,
        signer=identity.signer,
        office=identity.office,
        timeouts=PATIENT,
    )


def waiting(store: Store) -> int:
    counts = outbox.counts(store)
    return counts[State.QUEUED] + counts[State.SENDING]


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
def test_the_program_may_end_at_any_transaction(
    store_template: Path,
    tmp_path: Path,
    identity: Identity,
    office: OnlineOffice,
    monkeypatch: pytest.MonkeyPatch,
    before: bool,
) -> None:
    for at in range(1, 100):
        begun, good = roads(
            store_template, tmp_path, identity, office, monkeypatch, at, before=before
        )
        assert good, f"cut at transaction {at}"
        if begun < at:
            break
    assert 10 < at < 99


def test_a_client_that_believes_before_the_receipt_would_lose(
    enrolled: Store, office: OnlineOffice, api: OfficeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin of the cuts: what leaves the queue without a receipt never arrives."""

    def hopeful(store: Store, envelope_id: str) -> None:
        with store.write() as connection:
            query = "UPDATE submissions SET state = 'received' WHERE envelope_id = ?"
            connection.exec_driver_sql(query, (envelope_id,))

    monkeypatch.setattr(outbox, "start", hopeful)
    submit(enrolled)
    office.faults.extend([serve, serve, lost_question])
    visit(enrolled, api)
    visit(enrolled, api)
    assert office.submissions == {}


def test_without_the_stored_envelope_a_cut_would_send_other_bytes(
    enrolled: Store, office: OnlineOffice, api: OfficeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin of the lost answers: what is sealed anew at every try is another envelope."""
    sealed = submit(enrolled)
    api.session()
    for _ in range(3):
        office.faults.append(lost_answer)
        visit(enrolled, api)
        item = outbox.next_envelope(enrolled)
        assert item is not None
        outbox.unbind(enrolled, item.envelope_id)
    visit(enrolled, api)
    assert len(set(office.envelopes)) == 4
    assert_arrived_once(enrolled, office, sealed)


def test_events_say_what_happened_to_whom(
    enrolled: Store, office: OnlineOffice, api: OfficeApi
) -> None:
    office.put(change("person", "p1", person(1)))
    sealed = submit(enrolled)
    events = visit(enrolled, api)
    kinds = [type(each).__name__ for each in events]
    assert kinds == ["Pushed", "Settled", "Pulled", "Finished"]
    settled = events[1]
    assert isinstance(settled, Settled)
    assert settled.submission_id == sealed.submission_id
    last = events[2]
    assert isinstance(last, Pulled)
    assert last.forms == {"person"}

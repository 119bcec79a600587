"""What the tests of a visit share."""

from collections.abc import Sequence

from client.sync import engine
from client.sync.api import OfficeApi
from client.sync.events import Event, Finished, Problem, Summary
from core.changes.states import State
from core.changes.submission import Sealed
from db import outbox
from db.store import Store
from tests.helpers.fake_line import OnlineOffice
from tests.helpers.stores import draft, person_form

NOW = 1_790_000_000.0


def submit(store: Store, name: str = "new-1") -> Sealed:
    """A person joins."""
    return outbox.enqueue(store, draft(name), person_form())


def visit(store: Store, api: OfficeApi) -> list[Event]:
    """One whole visit."""
    return list(engine.run(store, api, now=lambda: NOW))


def summary(events: Sequence[Event]) -> Summary:
    """What the last event says."""
    last = events[-1]
    assert isinstance(last, Finished)
    return last.summary


def problems(events: Sequence[Event]) -> list[str]:
    """The codes of all trouble."""
    return [each.code for each in events if isinstance(each, Problem)]


def state(store: Store, sealed: Sealed) -> State:
    """Where a submission is."""
    found = outbox.get(store, sealed.submission_id)
    assert found is not None
    return found.state


def assert_arrived_once(store: Store, office: OnlineOffice, *sealed: Sealed) -> None:
    """The office has each once, with our bytes, and we hold the receipt that it gave."""
    assert sorted(office.submissions) == sorted(each.submission_id for each in sealed)
    assert office.log_length == len(sealed)
    for each in sealed:
        found = outbox.get(store, each.submission_id)
        assert found is not None
        assert found.state is State.RECEIVED
        taken = office.submissions[each.submission_id]
        assert taken.digest == each.digest
        assert found.receipt == taken.receipt.encode()

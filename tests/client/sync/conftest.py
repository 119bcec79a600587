from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from client.sync.api import OfficeApi
from client.sync.enrolment import enrol
from client.sync.line import Timeouts
from db import identity as identities
from db.identity import Identity
from db.store import Store
from tests.helpers.fake_line import Fault, OnlineOffice, running, silent
from tests.helpers.stores import store, store_path, store_template

__all__ = ["store", "store_path", "store_template"]

PATIENT = Timeouts(connect=20, read=20, whole=60)
IMPATIENT = Timeouts(connect=20, read=1.5, whole=60)


@contextmanager
def waiting_for(fault: Fault, api: OfficeApi) -> Iterator[None]:
    """The line is given up soon where nothing will come; else a busy machine may take its time."""
    api._line._timeouts = IMPATIENT if fault is silent else PATIENT
    yield
    api._line._timeouts = PATIENT


@pytest.fixture
def office() -> Iterator[OnlineOffice]:
    with running(OnlineOffice()) as found:
        yield found


@pytest.fixture
def identity(office: OnlineOffice) -> Identity:
    found = enrol(office.url, office.give_code(), device_name="PC 1")
    office.seen.clear()
    return found


@pytest.fixture
def enrolled(store: Store, identity: Identity) -> Store:
    """A store that knows the office."""
    identities.save(store, identity)
    return store


@pytest.fixture
def api(identity: Identity) -> Iterator[OfficeApi]:
    found = OfficeApi(
        identity.office_url,
        device=identity.device,
        signer=identity.signer,
        office=identity.office,
        timeouts=PATIENT,
    )
    yield found
    found.close()

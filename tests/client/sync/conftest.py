from collections.abc import Iterator

import pytest

from client.sync.api import OfficeApi
from client.sync.enrolment import enrol
from client.sync.line import Timeouts
from db import identity as identities
from db.identity import Identity
from db.store import Store
from tests.helpers.fake_office import FakeOffice, running
from tests.helpers.stores import store, store_path, store_template

__all__ = ["store", "store_path", "store_template"]

QUICK = Timeouts(connect=5, read=0.3, whole=5)


@pytest.fixture
def office() -> Iterator[FakeOffice]:
    with running(FakeOffice()) as found:
        yield found


@pytest.fixture
def identity(office: FakeOffice) -> Identity:
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
        timeouts=QUICK,
    )
    yield found
    found.close()

"""One office founded per worker; copies of it are served by the real program."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from tests.e2e.county import County, copied, found_county, served
from tests.e2e.nursery import Nursery, nursery
from tests.e2e.officer import Orders
from tests.e2e.pair import Pair

PEOPLE = 200


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> County:
    """An office with the sample county and few people; copied, never served."""
    return found_county(tmp_path_factory.mktemp("county") / "office", PEOPLE)


@pytest.fixture(scope="session")
def office(template: County, tmp_path_factory: pytest.TempPathFactory) -> Iterator[County]:
    """A served office that the tests of a worker share, each with its own officers and people."""
    with served(template, tmp_path_factory.mktemp("shared") / "office") as county:
        yield county


@pytest.fixture(scope="session")
def officers() -> Iterator[Nursery]:
    """Starts officers."""
    with nursery() as found:
        yield found


@pytest.fixture(scope="session")
def next_person() -> Callable[[], int]:
    """The number of a person whom no other test of this worker changes at the shared office."""
    numbers = count()
    return lambda: next(numbers)


@pytest.fixture(scope="session")
def enrolled(template: County, officers: Nursery, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    """An officer who is enrolled and has the registers, and the office; nobody runs."""
    folder = tmp_path_factory.mktemp("pair")
    with served(template, folder / "office") as office:
        orders = Orders(
            base=str(folder / "officer"), code=office.code(), event_date=office.today(), changes=0
        )
        pair = Pair(office, orders, officers)
        assert pair.run().code == 0
    return Pair(office, replace(orders, code=""), officers)


@pytest.fixture
def pair(enrolled: Pair, tmp_path: Path) -> Iterator[Pair]:
    """A pair of the test's own; the test starts the office."""
    office = copied(enrolled.office, tmp_path / "office")
    base = shutil.copytree(enrolled.base, tmp_path / "officer")
    yield Pair(office, replace(enrolled.orders, base=str(base)), enrolled.officers)
    office.stop()

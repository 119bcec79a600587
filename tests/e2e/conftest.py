"""One office founded per worker; copies of it are served by the real program."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.e2e.county import County, found_county, served
from tests.e2e.nursery import Nursery, nursery

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


@pytest.fixture
def own_office(template: County, tmp_path: Path) -> Iterator[County]:
    """A served office of the test's own."""
    with served(template, tmp_path / "office") as county:
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

"""A small office: two townships, a unit below the first, a classified unit, and its people.

It is built once; every test gets a copy of the files.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher

from office import accounts, enrol, keys, settings
from office.accounts import Person
from office.app import make_app
from office.context import Office, open_office
from office.founding import Planted, found, plant
from office.models import Role
from office.sample.names import make_id_number
from tests.helpers import people
from tests.helpers.inprocess import client
from tests.office.pc import Pc

COUNTY = "420583"
A, B, A1, SECRET = (f"420583{number:06d}" for number in (1, 2, 3, 4))
PASSWORD = "correct horse"
ACCOUNTS = (
    Person("xinxi", "信息员甲", Role.OFFICER, COUNTY, "xinxi"),
    Person("officer_a", "信息员乙", Role.OFFICER, A, "officer_a"),
    Person("officer_b", "信息员丙", Role.OFFICER, B, "officer_b"),
    Person("shenhe", "审核员丁", Role.REVIEWER, COUNTY, "shenhe"),
    Person("shenhe_a", "审核员戊", Role.REVIEWER, A, "shenhe_a"),
    Person("both", "兼职己", Role.REVIEWER, COUNTY, "xinxi"),
    Person("guanli", "管理员庚", Role.ADMIN, COUNTY, "guanli"),
    Person("shenji", "审计员辛", Role.AUDITOR, COUNTY, "shenji"),
)


@dataclass
class Clock:
    """The office's clock, moved by hand."""

    now: datetime = datetime(2008, 12, 8, 2, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **delta: float) -> None:
        self.now += timedelta(**delta)


@dataclass
class House:
    """An office with its application, in this process."""

    office: Office
    clock: Clock
    http: httpx.Client
    _taken: set[str] = field(default_factory=set)
    _random: Random = field(default_factory=lambda: Random(7))

    def person(self, name: str) -> Person:
        with self.office.database.read() as session:
            return accounts.find(session, self.office, name) or pytest.fail(name)

    def code(self, account: str = "xinxi") -> str:
        with self.office.database.write() as session:
            return enrol.issue_code(session, self.office, account)

    def pc(self, account: str = "xinxi") -> Pc:
        """A newly enrolled PC of an officer."""
        verifier = self.office.keys.signer.verifier
        return Pc.enrolled(self.http, verifier, self.code(account))

    def newcomer(self, **changes: Any) -> dict[str, Any]:
        """A person who may join unit A; each has an ID number of their own."""
        born = date(1968, 3, 1) + timedelta(days=self._random.randrange(2500))
        number = make_id_number(self._random, "2", born, self._taken)
        values = {
            "name": "李新来",
            "id_number": number,
            "birth_date": born.isoformat(),
            "work_start": "1992-07-01",
            "entry_date": "2008-12-01",
            "posted_on": "2008-12-05",
            "card_no": None,
        }
        return people.person(**(values | changes))


def make_template(base: Path) -> None:
    settings.save(base, settings.Settings())
    keys.create(base, COUNTY)
    with closing(open_office(base, clock=Clock())) as office:
        with office.database.write() as session:
            found(session, office)
        plant(office, list(registers()))
        with office.database.write() as session:
            for each in ACCOUNTS:
                known = PASSWORD if each.name in ("shenhe", "shenji") else ""
                accounts.add(session, office, each, known)


def registers() -> Iterator[Planted]:
    """Four units and three people."""
    counted = {"post_kind": "11", "funding": "1", "authorised": 7, "in_post_counted": 3}
    yield _unit(1, full_name="枝江市甲镇")
    yield _unit(2, full_name="枝江市乙镇")
    yield _unit(3, full_name="枝江市甲镇财政所", superior=A)
    yield _unit(4, full_name="涉密机构1", classified=True, posts=[counted], posts_total=7)
    taken: set[str] = set()
    for number, unit in ((1, A), (2, B), (3, A1)):
        born = date(1975, 5, number)
        values = people.person(
            card_no=f"K{number:04d}",
            name=f"王在编{'甲乙丙'[number - 1]}",
            id_number=make_id_number(Random(number), "2", born, taken),
            birth_date=born.isoformat(),
            work_start="1995-07-01",
            entry_date="2000-05-01",
            posted_on="2000-05-01",
            unit=unit,
        )
        yield Planted("person", f"00000000-0000-7000-8000-00000000010{number}", values)


def _unit(number: int, **changes: Any) -> Planted:
    values = people.institution(register_no=f"420583{number:06d}", **changes)
    return Planted("institution", f"00000000-0000-7000-8000-00000000000{number}", values)


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> Iterator[None]:
    """Hashes of test passwords cost a millisecond; test_accounts looks at the real cost."""
    hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(accounts, "_hasher", lambda: hasher)
        yield


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory, cheap_passwords: None) -> Path:
    base = tmp_path_factory.mktemp("office")
    make_template(base)
    return base


@pytest.fixture
def office_dir(template: Path, base_dir: Path) -> Path:
    shutil.copytree(template, base_dir, dirs_exist_ok=True)
    return base_dir


@pytest.fixture
def house(office_dir: Path) -> Iterator[House]:
    with made_house(office_dir)() as made:
        yield made


def made_house(base: Path, **changed: Any) -> Callable[[], Any]:
    """A house over *base*, with settings changed."""
    from contextlib import contextmanager

    @contextmanager
    def make() -> Iterator[House]:
        clock = Clock()
        with closing(open_office(base, clock=clock)) as opened:
            office = replace(opened, settings=replace(opened.settings, **changed))
            with client(make_app(office)) as http:
                yield House(office, clock, http)

    return make

"""A small county with an office, and changes that come in through the real intake."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from core.changes.draft import AttachedFile, Draft, Head
from core.changes.submission import seal, submission_of
from core.wire.canonical import digest
from core.wire.envelope import Item
from core.wire.notes import Signer
from office import accounts, keys, settings
from office.accounts import Person
from office.context import Office, open_office
from office.founding import Planted, found, plant
from office.intake.item import Arrival, take_item
from office.models import Device, ReceiptRow, Record, Role
from office.sample.generate import generate
from office.sample.names import make_id_number
from office.sessions import Caller

PASSWORD = "Long-enough-2007"
COUNTY = "420583"
NOW = datetime(2026, 11, 22, 2, 30, tzinfo=UTC)
PEOPLE = (
    Person("wang", "王建国", Role.OFFICER, COUNTY, "wang"),
    Person("shen", "沈明华", Role.REVIEWER, COUNTY, "shen"),
    Person("wang2", "王建国", Role.REVIEWER, COUNTY, "wang"),
    Person("far", "远方", Role.REVIEWER, "420583000043", "far"),
    Person("guan", "管理员", Role.ADMIN, COUNTY, "guan"),
    Person("ji", "纪审计", Role.AUDITOR, COUNTY, "ji"),
)


@dataclass
class Clock:
    """A clock that stands until it is moved."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **delta: float) -> None:
        self.now += timedelta(**delta)


def make_office(base: Path, clock: Callable[[], datetime], people: int | None = 60) -> Office:
    """An office with the units of the sample county and a few people."""
    base.mkdir(parents=True, exist_ok=True)
    settings.save(base, settings.Settings())
    keys.create(base, COUNTY)
    office = open_office(base, clock=clock)
    with office.database.write() as session:
        found(session, office)
    plant(office, (Planted(*each) for each in generate(people=people)))
    with office.database.write() as session:
        for person in PEOPLE:
            accounts.add(session, office, person, PASSWORD)
        session.add(
            Device(
                county=COUNTY,
                device_id="device-1",
                account="wang",
                title="办公室电脑",
                public_key=bytes(Signer.generate("zhibao.device/1").verifier.public_key),
                enrolled_at=office.now(),
            )
        )
    return office


@dataclass
class Sender:
    """An officer's device: what it sends goes through the real intake."""

    office: Office
    person: Person = PEOPLE[0]
    device: str = "device-1"
    sequence: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def records(self, form: str, limit: int = 50) -> list[Record]:
        """Current records, in order of their ids."""
        query = select(Record).where(Record.form == form, Record.state == "current")
        with self.office.database.read() as session:
            found = list(session.scalars(query.order_by(Record.record_id).limit(limit)))
            session.expunge_all()
        return found

    def change(
        self,
        record: Record,
        flow: str = "amend",
        *,
        values: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> str:
        """Send a change of *record*; the id of the submission."""
        after = {**record.values, **(values or {})}
        draft = Draft(
            draft_id="draft",
            form=record.form,
            form_version=record.form_version,
            flow=flow,
            record_id=record.record_id,
            unit=record.unit,
            base_version=record.version,
            base_digest=record.digest,
            base=record.values,
            values={name: value for name, value in after.items() if value is not None},
            **{"head": self.head(), **more},
        )
        return self.send(draft)

    def create(self, form: str, flow: str, values: Mapping[str, Any], **more: Any) -> str:
        """Send a new record."""
        definition = self.office.forms[form]
        draft = Draft(
            draft_id="draft",
            form=form,
            form_version=definition.version,
            flow=flow,
            record_id=str(uuid4()),
            unit=str(values.get(definition.unit_field, COUNTY)),
            values=dict(values),
            **{"head": self.head(), **more},
        )
        return self.send(draft)

    def newcomer(self, **changes: Any) -> dict[str, Any]:
        """A person who may join a unit that has a free post."""
        people = self.records("person", 1000)
        taken = {(each.unit, each.values.get("post_kind")) for each in people}
        unit = next(
            each
            for each in self.records("institution", 1000)
            if not each.values.get("classified")
            and any(post["post_kind"] == "21" for post in each.values["posts"])
            and (each.key, "21") not in taken
        )
        born = date(1992, 3, 15)
        found = {
            "name": "周晓岚",
            "id_type": "111",
            "id_number": make_id_number(Random(7), "2", born, set()),
            "sex": "2",
            "birth_date": born.isoformat(),
            "nation": "01",
            "native_place": "420583",
            "work_start": "2016-07-01",
            "unit": unit.key,
            "status": "10",
            "post_kind": "21",
            "funding": "1",
            "department": "办公室",
            "person_class": "5",
            "position": "科员",
            "position_since": "2026-11-01",
            "entry_date": "2026-11-01",
            "entry_mode": "02",
            "entry_from": "公开招聘",
            "posted_on": "2026-11-01",
            "posted_by": "枝编发〔2026〕20号",
            "control_no": "HB2026001",
            "education": "21",
            "school": "三峡大学",
            "graduated_on": "2016-06-30",
            "politics": "13",
            "job_class": "2",
            "publish": True,
        }
        return found | changes

    def head(self, days_ago: int = 3, **more: str) -> Head:
        """The head of an update form about something that happened some days ago."""
        day = (self.office.clock() - timedelta(days=days_ago)).date().isoformat()
        given = {"reason": "岗位调整", "event_date": day, "filled_by": "王建国", **more}
        return Head(**given)

    def send(self, draft: Draft, **changed: Any) -> str:
        """Seal and send a draft; *changed* says what a broken client would send instead."""
        form = self.office.forms[draft.form]
        made = submission_of(
            draft, form, device_seq=next(self.sequence), submitted_at=self.office.now()
        )
        sealed = seal(replace(made, **changed))
        with self.office.database.write() as session:
            caller = Caller(self.device, self.person)
            item = Item(sealed.submission_id, sealed.body)
            take_item(Arrival(session, self.office, caller, item, BLOBS))
        return sealed.submission_id

    def answer(self, submission_id: str) -> str:
        """What intake answered."""
        query = select(ReceiptRow.result).where(ReceiptRow.submission_id == submission_id)
        with self.office.database.read() as session:
            return str(session.scalar(query))


def attached(name: str = "批准文件.pdf", content: bytes = b"%PDF-1.7 sample") -> AttachedFile:
    """An attached document whose bytes travel with everything that is sent."""
    known = digest(content)
    BLOBS[known] = content
    return AttachedFile(known, name, len(content), "application/pdf", "")


BLOBS: dict[str, bytes] = {}

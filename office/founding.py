"""Founding an office: county, tree root, first accounts, and registers planted in bulk."""

from __future__ import annotations

import secrets
from collections import Counter as Count
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from sqlalchemy import Connection, insert
from sqlalchemy.orm import Session

from core.forms.model import Form
from core.wire.protocol import RecordState
from core.wire.scope import EMPTY, record_digest, with_record
from office import audit, counters, issued, units
from office.checks import complete
from office.context import Office
from office.models import (
    Change,
    Counter,
    County,
    Record,
    RecordIndex,
    RecordVersion,
    Unit,
    UnitBelow,
    UnitDigest,
)
from office.records import RECORD, index_rows

_BATCH = 2_000


@dataclass(frozen=True, slots=True)
class Planted:
    """A record to begin with; computed fields need not be given."""

    form: str
    record_id: str
    values: Mapping[str, Any]
    closed: bool = False


def new_epoch() -> str:
    """A new epoch: it says that cursors of another time no longer serve."""
    return secrets.token_hex(8)


def found(session: Session, office: Office) -> None:
    """Begin a county in an empty database."""
    session.add(
        County(
            county=office.county,
            title=office.settings.title,
            epoch=new_epoch(),
            created_at=office.now(),
        )
    )
    units.plant_root(session, office)
    session.flush()
    audit.append(session, office, "office.init", office.county)


def plant(office: Office, records: Iterable[Planted]) -> dict[str, int]:
    """Put *records* into an office that has none yet, as version 1; counts by form.

    Nothing is checked here: what is planted is taken as true, like a register taken over.
    """
    garden = _Garden(office)
    with office.database.connection() as connection:
        lines = garden.lines(records)
        while batch := list(islice(lines, _BATCH)):
            _insert(connection, batch)
        garden.finish(connection)
    return dict(garden.counts)


@dataclass
class _Garden:
    office: Office
    counts: Count[str] = field(default_factory=Count)
    digests: dict[tuple[str, str], tuple[int, str]] = field(default_factory=dict)
    issued: dict[str, int] = field(default_factory=dict)
    nodes: list[dict[str, Any]] = field(default_factory=list)

    def lines(self, records: Iterable[Planted]) -> Iterator[dict[str, Any]]:
        """What is inserted for each record."""
        today, now = self.office.today(), self.office.now()
        for seq, each in enumerate(records, start=1):
            form = self.office.forms[each.form]
            values = complete(self.office, form, each.values, today)
            unit = units.unit_of(self.office, form.id, values, self.office.county)
            known = record_digest(values)
            self._count(form, unit, each.record_id, known, values)
            if form.id == self.office.units_form.id:
                self._node(form, each, values)
            yield {
                "record": {
                    "form": form.id,
                    "record_id": each.record_id,
                    "version": 1,
                    "state": RecordState.CLOSED if each.closed else RecordState.CURRENT,
                    "unit": unit,
                    "key": str(values.get(form.key, "")),
                    "label": str(values.get(form.label, ""))[:240],
                    "form_version": form.version,
                    "values": values,
                    "digest": known,
                    "changed_at": now,
                },
                "index": []
                if each.closed
                else index_rows(form, self.office.county, each.record_id, values),
                "seq": seq,
                "county": self.office.county,
            }

    def finish(self, connection: Connection) -> None:
        """The tree, the sums and the counters."""
        county = self.office.county
        if self.nodes:
            connection.execute(insert(Unit), self.nodes)
            parents = {each["code"]: each["parent"] for each in self.nodes}
            pairs = sorted(set(units.closure(parents, county)))
            connection.execute(
                insert(UnitBelow),
                [{"county": county, "ancestor": a, "code": c} for a, c in pairs],
            )
        if self.digests:
            connection.execute(
                insert(UnitDigest),
                [
                    {"county": county, "unit": unit, "form": form, "count": count, "total": total}
                    for (unit, form), (count, total) in self.digests.items()
                ],
            )
        last = {counters.CHANGES: self.counts.total(), **self.issued}
        connection.execute(
            insert(Counter),
            [{"county": county, "name": name, "value": value} for name, value in last.items()],
        )

    def _count(
        self, form: Form, unit: str, record_id: str, known: str, values: Mapping[str, Any]
    ) -> None:
        self.counts[form.id] += 1
        count, total = self.digests.get((unit, form.id), (0, EMPTY))
        self.digests[unit, form.id] = (
            count + 1,
            with_record(total, form.id, record_id, 1, known),
        )
        for each in form.fields:
            if not each.issued:
                continue
            style = issued.split(self.office.county, str(values.get(each.name, "")))
            if style is not None:
                name = issued.counter(form, each)
                self.issued[name] = max(self.issued.get(name, 0), int(style[1]))

    def _node(self, form: Form, each: Planted, values: Mapping[str, Any]) -> None:
        self.nodes.append(
            {
                "county": self.office.county,
                "code": str(values[form.key]),
                "parent": str(values.get(form.listing.parent or "", self.office.county)),
                "title": str(values.get(form.label, "")),
                "record_id": each.record_id,
                "classified": bool(values.get("classified", False)),
                "active": not each.closed,
            }
        )


def _insert(connection: Connection, batch: list[dict[str, Any]]) -> None:
    records = [{"county": each["county"], **each["record"]} for each in batch]
    connection.execute(insert(Record), records)
    version = ("county", "form", "record_id", "version", "values", "digest", "changed_at")
    connection.execute(
        insert(RecordVersion),
        [{**{name: row[name] for name in version}, "submission_id": ""} for row in records],
    )
    index = [row for each in batch for row in each["index"]]
    if index:
        connection.execute(insert(RecordIndex), index)
    connection.execute(
        insert(Change),
        [
            {
                "county": each["county"],
                "seq": each["seq"],
                "kind": RECORD,
                "unit": each["record"]["unit"],
                "form": each["record"]["form"],
                "record_id": each["record"]["record_id"],
                "submission_id": "",
                "account": "",
            }
            for each in batch
        ],
    )

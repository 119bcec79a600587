"""What rules may ask about other records, answered from the index of current records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session, aliased

from core.checks.lookup import Found
from core.forms.catalogue import Forms
from core.forms.model import Form
from office.models import Record, RecordIndex


def indexed_fields(form: Form) -> tuple[str, ...]:
    """The fields of *form* whose values are kept in the index."""
    names = {form.key, form.unit_field}
    names |= {each.name for each in form.fields if each.index or each.unique or each.refers_to}
    for tally in form.tallies:
        names |= {*tally.by, tally.where}
    return tuple(sorted(names))


def index_text(value: object) -> str:
    """A value as it stands in the index."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)[:240]


class OfficeLookup:
    """`core.checks.lookup.Lookup` over one session; good for one check."""

    def __init__(self, session: Session, county: str, forms: Forms) -> None:
        """Answers remembered during one check are those of the session's snapshot."""
        self._session, self._county, self._forms = session, county, forms
        self._by_key: dict[tuple[str, str], Found | None] = {}

    def by_key(self, form: str, key: str) -> Found | None:
        """The current record of *form* whose key field has the value *key*."""
        if (form, key) not in self._by_key:
            found = self.find(form, {self._forms[form].key: key}, without="", limit=1)
            self._by_key[form, key] = found[0] if found else None
        return self._by_key[form, key]

    def count(self, form: str, where: Mapping[str, Any], *, without: str) -> int:
        """How many current records of *form* have these values in indexed fields."""
        wanted = self._ids(form, where, without)
        return self._session.execute(
            select(func.count()).select_from(wanted.subquery())
        ).scalar_one()

    def find(
        self, form: str, where: Mapping[str, Any], *, without: str, limit: int
    ) -> Sequence[Found]:
        """Up to *limit* of those records."""
        wanted = self._ids(form, where, without).limit(limit).subquery()
        rows = self._session.execute(
            select(Record.record_id, Record.version, Record.values).join(
                wanted,
                and_(
                    Record.county == self._county,
                    Record.form == form,
                    Record.record_id == wanted.c.record_id,
                ),
            )
        )
        return [Found(*each) for each in rows]

    def _ids(self, form: str, where: Mapping[str, Any], without: str) -> Select[str]:
        """Ids of the records that match; the index is joined once for each field.

        Raises:
            KeyError: a field is not indexed.

        """
        missing = set(where) - set(indexed_fields(self._forms[form]))
        if missing or not where:
            raise KeyError(*missing)
        names = sorted(where)
        first = aliased(RecordIndex)
        query = select(first.record_id).where(self._matches(first, form, names[0], where))
        for name in names[1:]:
            other = aliased(RecordIndex)
            query = query.join(
                other,
                and_(other.record_id == first.record_id, self._matches(other, form, name, where)),
            )
        return query.where(first.record_id != without).order_by(first.record_id)

    def _matches(
        self, row: type[RecordIndex], form: str, name: str, where: Mapping[str, Any]
    ) -> Any:
        return and_(
            row.county == self._county,
            row.form == form,
            row.field == name,
            row.value == index_text(where[name]),
        )

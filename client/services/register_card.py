"""A record in words, by section; sensitive values also masked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.codelists import CodeList
from core.forms.model import ChildTable, Field, Form
from core.values import masked, show

if TYPE_CHECKING:
    from db.store import Store


@dataclass(frozen=True, slots=True)
class CardLine:
    """One field: `text` as it may always be seen, `full` the whole value."""

    title: str
    text: str
    full: str

    @property
    def is_masked(self) -> bool:
        """Whether there is more than what may always be seen."""
        return self.text != self.full


@dataclass(frozen=True, slots=True)
class CardSection:
    """The filled-in fields of a section, or the rows of a child table."""

    title: str
    lines: tuple[CardLine, ...]


@dataclass(frozen=True, slots=True)
class CardView:
    """A record. `pending` is the submission that is under way for it, if one is."""

    form: str
    record_id: str
    title: str
    badge: str
    pending: str
    sections: tuple[CardSection, ...]

    @property
    def has_masked(self) -> bool:
        """Whether some value is masked."""
        return any(each.is_masked for section in self.sections for each in section.lines)


def card_of(
    store: Store,
    form: Form,
    record_id: str,
    codelists: Mapping[str, CodeList],
    titles: Mapping[str, str],
) -> CardView | None:
    """The card of a record, or None if it is gone; in the database lane."""
    from db import registers

    seen = registers.get(store, form, record_id)
    if seen is None:
        return None
    words = _Words(codelists, titles)
    sections = []
    for section in form.sections:
        lines = [
            words.line(field, seen.values[field.name], field.title)
            for field in form.fields
            if field.section == section.name and field.name in seen.values
        ]
        for child in form.children:
            if child.section == section.name:
                rows = seen.values.get(child.name, [])
                lines.extend(words.row(child, row) for row in rows)
        if lines:
            sections.append(CardSection(section.title, tuple(lines)))
    state = "" if seen.pending_state is None else str(seen.pending_state)
    return CardView(
        form.id,
        record_id,
        str(seen.values.get(form.label, "")),
        state,
        seen.pending_submission or "",
        tuple(sections),
    )


class _Words:
    def __init__(self, codelists: Mapping[str, CodeList], titles: Mapping[str, str]) -> None:
        self._codelists, self._titles = codelists, titles

    def line(self, field: Field, value: Any, title: str) -> CardLine:
        """One field."""
        if field.refers_to is not None:
            name = self._titles.get(str(value), str(value))
            return CardLine(title, name, name)
        full = show(field, value, self._codelists)
        text = masked(field, value, self._codelists)
        unit = f" {field.unit}" if field.unit else ""
        return CardLine(title, text + unit, full + unit)

    def row(self, child: ChildTable, row: Mapping[str, Any]) -> CardLine:
        """One row of a child table: its first column as the title, the others beside it."""
        cells = [
            self.line(field, row[field.name], field.title)
            for field in child.fields
            if field.name in row
        ]
        if not cells:
            return CardLine(child.title, "", "")
        head, rest = cells[0], cells[1:]
        return CardLine(
            head.text,
            " · ".join(each.text for each in rest),
            " · ".join(each.full for each in rest),
        )

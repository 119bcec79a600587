"""A record before and after, field by field, in words: what a reviewer has to judge."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from core import values as value_words
from core.changes.merge import Conflict
from core.forms.catalogue import Forms
from core.forms.model import ChildTable, Field, FieldType, Form
from core.record import Values
from office.desk.pages import Cell, ChildRow, ChildView, FieldRow, Group, Note, Shown

Titles = Callable[[str, str], str]  # (form, key) → title of that record, or ""
_NUMERIC = (FieldType.INTEGER, FieldType.MONEY)
_SHAPES: Mapping[FieldType, type | tuple[type, ...]] = {
    FieldType.INTEGER: int,
    FieldType.MONEY: int,
    FieldType.BOOLEAN: bool,
    FieldType.ATTACHMENT: Mapping,
    FieldType.TEXT: str,
    FieldType.DATE: str,
    FieldType.CODE: str,
    FieldType.REFERENCE: str,
}
_GROUPED = re.compile(r"^(\d{6})(\*{8})(\w{4})$")  # a masked identity number, as 6-8-4
_LONGEST_ODD = 200
_CODED = (FieldType.CODE, FieldType.REFERENCE)


@dataclass(frozen=True, slots=True)
class Sides:
    """What is compared, and what is said about it.

    `earlier` are the values of the submission that this one supersedes. `revealed` are the
    pointers of sensitive fields that are shown in full.
    """

    before: Values
    after: Values
    earlier: Values | None = None
    notes: Mapping[str, Sequence[Note]] = field(default_factory=dict)
    merged: frozenset[str] = frozenset()
    revealed: frozenset[str] = frozenset()
    comments: Mapping[str, str] = field(default_factory=dict)


class Comparison:
    """Turns a record of one form into rows."""

    def __init__(self, forms: Forms, form: Form, titles: Titles, *, new: bool) -> None:
        """*new*: there is no record before, so all that is filled in counts as changed."""
        self._lists = forms.codelists
        self._form = form
        self._titles = titles
        self._new = new

    def rows(self, sides: Sides) -> list[FieldRow]:
        """One row for every field and child table that either side has, in order of the form."""
        found = [row for each in self._places() if (row := self._row(each, sides)) is not None]
        order = {each.name: place for place, each in enumerate(self._form.sections)}
        return sorted(found, key=lambda row: order.get(self._section(row.pointer), len(order)))

    def groups(self, rows: Sequence[FieldRow]) -> tuple[Group, ...]:
        """*rows* under the headings of the form, empty headings left out."""
        layout = "new" if self._new else "pair"
        found = []
        for section in self._form.sections:
            inside = tuple(row for row in rows if self._section(row.pointer) == section.name)
            if inside:
                found.append(Group(section.title, inside, layout=layout))
        return tuple(found)

    def conflicts(self, conflicts: Sequence[Conflict], sides: Sides) -> tuple[FieldRow, ...]:
        """Rows with base, mine (`after`) and theirs (`before`)."""
        found = []
        for each in conflicts:
            place = self._form.field_at(each.pointer)
            if place is None:
                continue
            masked = self._masked(place, each.pointer, sides)
            row = FieldRow(
                pointer=each.pointer,
                title=_title(place),
                base=self._any(place, each.base, masked=masked),
                after=self._any(place, each.mine, masked=masked),
                before=self._any(place, each.theirs, masked=masked),
                masked=masked,
                changed=True,
                comment=sides.comments.get(each.pointer, ""),
            )
            found.append(row)
        return tuple(found)

    def _places(self) -> Iterator[Field | ChildTable]:
        yield from self._form.fields
        yield from self._form.children

    def _section(self, pointer: str) -> str:
        place = self._form.field_at(pointer)
        return place.section if place is not None else ""

    def _masked(self, place: Field | ChildTable, pointer: str, sides: Sides) -> bool:
        return isinstance(place, Field) and place.sensitive and pointer not in sides.revealed

    def _row(self, place: Field | ChildTable, sides: Sides) -> FieldRow | None:
        pointer = f"/{place.name}"
        before, after = sides.before.get(place.name), sides.after.get(place.name)
        notes = [
            note
            for key, group in sides.notes.items()
            if key == pointer or key.startswith(f"{pointer}/")
            for note in group
        ]
        if before is None and after is None and not notes:
            return None
        common = FieldRow(
            pointer=pointer,
            title=_title(place),
            before=Shown(),
            after=Shown(),
            changed=before != after,
            locked=place.locked and not self._new,
            merged=pointer in sides.merged,
            notes=tuple(notes),
            comment=sides.comments.get(pointer, ""),
        )
        if isinstance(place, ChildTable):
            return replace(
                common,
                child=self._child(place, _table(before), _table(after)),
                earlier=self._earlier(place, sides, after, masked=False),
            )
        masked = self._masked(place, pointer, sides)
        return replace(
            common,
            before=self._shown(place, before, masked=masked),
            after=self._shown(place, after, masked=masked),
            masked=masked,
            earlier=self._earlier(place, sides, after, masked=masked),
        )

    def _earlier(
        self, place: Field | ChildTable, sides: Sides, after: object, *, masked: bool
    ) -> Shown | None:
        if sides.earlier is None or sides.earlier.get(place.name) == after:
            return None
        value = sides.earlier.get(place.name)
        if value is None:
            return Shown("（上次没有填）")
        return self._any(place, value, masked=masked)

    def _any(self, place: Field | ChildTable, value: object, *, masked: bool) -> Shown:
        if isinstance(place, ChildTable):
            return self._table_in_words(place, value, masked=masked)
        return self._shown(place, value, masked=masked)

    def _shown(self, place: Field, value: object, *, masked: bool = False) -> Shown:
        if value is None:
            return Shown()
        if not isinstance(value, _SHAPES[place.type]):
            # What intake refused may hold anything.
            return Shown("" if masked else repr(value)[:_LONGEST_ODD])
        if place.type is FieldType.ATTACHMENT and isinstance(value, Mapping):
            return Shown(str(value.get("name", "")), file=file_id(str(value.get("digest", ""))))
        write = value_words.masked if masked else value_words.show
        text = _GROUPED.sub(r"\1 \2 \3", write(place, value, self._lists))
        if place.type is FieldType.REFERENCE:
            text = self._titles(place.refers_to or "", str(value)) or text
        code = str(value) if place.type in _CODED and text != str(value) and not masked else ""
        return Shown(text, code)

    def _table_in_words(self, place: ChildTable, rows: object, *, masked: bool) -> Shown:
        lines = []
        for row in _table(rows):
            cells = [
                self._shown(each, row.get(each.name), masked=masked or each.sensitive).text
                for each in place.fields
            ]
            lines.append(" ".join(cell for cell in cells if cell))
        return Shown("\n".join(lines))

    def _child(
        self, place: ChildTable, before: Sequence[Values], after: Sequence[Values]
    ) -> ChildView:
        columns = [
            each for each in place.fields if any(each.name in row for row in (*before, *after))
        ]
        rows = []
        for old, new in _pairs(place, before, after):
            cells = tuple(self._cell(each, old, new) for each in columns)
            fate = "gone" if new is None else "fresh" if old is None else "same"
            if fate == "same" and any(cell.changed for cell in cells):
                fate = "changed"
            rows.append(ChildRow(cells, "same" if self._new else fate))
        return ChildView(
            tuple(map(_title, columns)),
            tuple(each.type in _NUMERIC for each in columns),
            tuple(rows),
        )

    def _cell(self, column: Field, old: Values | None, new: Values | None) -> Cell:
        masked = column.sensitive
        current = new if new is not None else old or {}
        shown = self._shown(column, current.get(column.name), masked=masked)
        if old is None or new is None or old.get(column.name) == new.get(column.name):
            return Cell(shown)
        return Cell(
            shown, self._shown(column, old.get(column.name), masked=masked).text, changed=True
        )


def _table(rows: object) -> list[Values]:
    """The rows of a child table; what is none is left out."""
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []


def file_id(digest: str) -> str:
    """A digest as it stands in an address."""
    return digest.removeprefix("sha256:")


def _title(place: Field | ChildTable) -> str:
    unit = place.unit if isinstance(place, Field) else ""
    return f"{place.title}（{unit}）" if unit else place.title


def _pairs(
    place: ChildTable, before: Sequence[Values], after: Sequence[Values]
) -> list[tuple[Values | None, Values | None]]:
    """Rows that belong together: by the columns that tell rows apart, else by position."""

    def key(position: int, row: Values) -> tuple[Any, ...]:
        if not place.unique_by:
            return (position,)
        return tuple(row.get(name) for name in place.unique_by)

    old = {key(position, row): row for position, row in enumerate(before)}
    new = {key(position, row): row for position, row in enumerate(after)}
    found = [(old.get(each), row) for each, row in new.items()]
    return [*found, *((row, None) for each, row in old.items() if each not in new)]

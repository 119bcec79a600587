"""What the registers service hands to the screen."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RegisterChoice:
    """A register that can be listed."""

    form: str
    title: str


@dataclass(frozen=True, slots=True)
class FlowChoice:
    """Something that may be done: a flow of the form."""

    flow: str
    title: str
    help: str


@dataclass(frozen=True, slots=True)
class UnitView:
    """A unit of the tree; `readings` are pinyin initials of its titles."""

    code: str
    title: str
    parent: str
    group: str
    is_classified: bool
    record_id: str
    readings: tuple[str, ...] = ()

    def is_found(self, text: str) -> bool:
        """Whether *text* finds it: part of the title, pinyin initials, the code's start."""
        query = text.strip().casefold()
        return (
            query in self.title.casefold()
            or self.code.casefold().startswith(query)
            or any(query in each for each in self.readings)
        )


@dataclass(frozen=True, slots=True)
class TreeView:
    """All units. `title` is what all of them together are called; groups are (code, title)."""

    title: str
    groups: tuple[tuple[str, str], ...]
    units: tuple[UnitView, ...]


@dataclass(frozen=True, slots=True)
class MeterView:
    """Posts of one kind."""

    title: str
    authorised: int
    in_post: int

    @property
    def vacant(self) -> int:
        """Authorised minus in post; negative where there are too many people."""
        return self.authorised - self.in_post


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stands: its unit, and its number in that unit's list (-1: not in it)."""

    unit: str
    row: int


@dataclass(frozen=True, slots=True)
class Query:
    """What a list shows. `units` None: all. `sort` names a field, `-name` for descending."""

    form: str
    units: tuple[str, ...] | None = None
    text: str = ""
    sort: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a list, ready to be painted; `badge` is empty or a state of pending work."""

    record_id: str
    badge: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Began:
    """A list has its number of rows and its first rows."""

    total: int


@dataclass(frozen=True, slots=True)
class Arrived:
    """The rows from `first` up to and including `last` can be painted now."""

    first: int
    last: int

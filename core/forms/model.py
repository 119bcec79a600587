"""What a form definition says (design.md §3), as frozen values.

The vocabulary follows Frictionless Table Schema where it has a word. A definition is read by
`core.forms.load`; nothing here reads files.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from core.forms.expressions import Expression


class FormKind(StrEnum):
    """How records of a form live: long-lived, sent whole as a batch, or one per unit and period."""

    REGISTER = "register"
    LIST = "list"
    SHEET = "sheet"


class FieldType(StrEnum):
    """The types of value (JSON shape in brackets)."""

    TEXT = "text"  # str
    INTEGER = "integer"  # int
    MONEY = "money"  # int, fen
    DATE = "date"  # str, YYYY-MM-DD
    CODE = "code"  # str, a code of `Field.codelist`
    BOOLEAN = "boolean"  # bool
    REFERENCE = "reference"  # str, the key of a record of `Field.refers_to`
    ATTACHMENT = "attachment"  # {"digest", "name", "size", "media_type"}


class Severity(StrEnum):
    """What an issue does to a submission: blocks it, needs a written reason, only informs."""

    ERROR = "error"
    WARNING = "warning"
    HINT = "hint"


class ChangeKind(StrEnum):
    """What a submission does to a record."""

    CREATE = "create"
    CHANGE = "change"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form or of a child table."""

    name: str
    title: str
    type: FieldType
    section: str = ""
    help: str = ""
    example: str = ""
    required: bool = False
    required_if: Expression | None = None
    visible_if: Expression | None = None
    computed: Expression | None = None
    filled: Expression | None = None  # offered when what it reads changes; may be overtyped
    unique: bool = False
    minimum: int | str | None = None
    maximum: int | str | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    pattern_help: str = ""
    codelist: str | None = None
    refers_to: str | None = None
    check: str | None = None
    check_if: Expression | None = None
    check_severity: Severity | None = None
    unit: str = ""
    no_spaces: bool = False
    multiline: bool = False
    sensitive: bool = False
    publish: bool = False
    locked: bool = False
    issued: bool = False  # assigned by the office on approval; never typed by an officer
    carry: bool = False
    index: bool = False
    more: bool = False  # shown under "更多"
    default: str | None = None
    flows: tuple[str, ...] = ()  # asked only in these flows; empty: in all


@dataclass(frozen=True, slots=True)
class ChildTable:
    """A table inside a record, e.g. the authorised posts by kind."""

    name: str
    title: str
    fields: tuple[Field, ...]
    section: str = ""
    help: str = ""
    append_only: bool = False
    unique_by: tuple[str, ...] = ()
    minimum: int = 0
    locked: bool = False
    visible_if: Expression | None = None

    @property
    def names(self) -> frozenset[str]:
        """Names of the columns."""
        return frozenset(each.name for each in self.fields)

    def field(self, name: str) -> Field:
        """The column called *name*; KeyError if there is none."""
        for each in self.fields:
            if each.name == name:
                return each
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class Section:
    """A titled group of fields on the screen and on paper."""

    name: str
    title: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A check over several fields or records; `legal` names its source."""

    id: str
    check: Expression
    fields: tuple[str, ...]
    severity: Severity
    message: str
    legal: str
    when: Expression | None = None
    params: Mapping[str, Expression] = field(default_factory=dict)
    even_if_empty: bool = False
    store: bool = False  # asks about other records: runs in the database lane
    flows: tuple[str, ...] = ()  # empty: in every flow
    child: str = ""  # checked for each row of this child table


@dataclass(frozen=True, slots=True)
class Flow:
    """A way to change a record, e.g. 人员增加. Locked fields open only where a flow names them."""

    id: str
    title: str
    kind: ChangeKind
    report_kind: str
    help: str = ""
    opens: tuple[str, ...] = ()  # locked fields and child tables that this flow may change
    shows: tuple[str, ...] = ()  # if given: only these fields are asked for in this flow
    requires: tuple[str, ...] = ()
    sets: Mapping[str, str] = field(default_factory=dict)  # field → value text set by the flow
    offers_codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    attachment_required: bool = False


@dataclass(frozen=True, slots=True)
class Tally:
    """Records counted by some fields, kept beside the register so that counting is O(1)."""

    name: str
    by: tuple[str, ...]
    where: str  # a boolean field


@dataclass(frozen=True, slots=True)
class ListView:
    """How a register is listed: columns, what a search looks in, the order."""

    columns: tuple[str, ...]
    search: tuple[str, ...] = ()
    names: tuple[str, ...] = ()  # searched also by pinyin initials
    tails: tuple[str, ...] = ()  # numbers, searched also by their last digits
    sort: tuple[str, ...] = ()
    parent: str | None = None  # field that makes a tree of the records
    group: str | None = None  # code field that groups the records without a parent


@dataclass(frozen=True)
class Form:
    """One form definition, immutable per version."""

    id: str
    kind: FormKind
    title: str
    version: int
    key: str
    label: str
    unit_field: str
    sections: tuple[Section, ...]
    fields: tuple[Field, ...]
    children: tuple[ChildTable, ...]
    rules: tuple[Rule, ...]
    flows: tuple[Flow, ...]
    listing: ListView
    tallies: tuple[Tally, ...] = ()
    digest: str = ""

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        """Top-level fields by name."""
        return {each.name: each for each in self.fields}

    @cached_property
    def children_by_name(self) -> Mapping[str, ChildTable]:
        """Child tables by name."""
        return {each.name: each for each in self.children}

    def flow(self, flow_id: str) -> Flow:
        """The flow called *flow_id*; KeyError if there is none."""
        for each in self.flows:
            if each.id == flow_id:
                return each
        raise KeyError(flow_id)

    def field_at(self, pointer: str) -> Field | ChildTable | None:
        """The field or child table that an RFC 6901 *pointer* points into, if the form has it."""
        parts = pointer.strip("/").split("/")
        if len(parts) == 1:
            return self.by_name.get(parts[0]) or self.children_by_name.get(parts[0])
        child = self.children_by_name.get(parts[0])
        if child is None or len(parts) == 2:
            return child
        return next((each for each in child.fields if each.name == parts[2]), None)

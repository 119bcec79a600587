"""What the pages show, as frozen values that are ready to be written out: no logic in templates.

Texts are plain; the templates escape every one of them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Badge:
    """A state: a word, the icon beside it, and the tone that colours both."""

    word: str
    icon: str
    tone: str  # error, warning, good, changed, plain


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a filter."""

    value: str
    title: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class QueueLine:
    """One submission in the queue, the done list or the list of late ones."""

    submission_id: str
    label: str
    form: str
    flow: str
    unit: str
    author: str
    event_date: str
    received: str
    waited: str
    due: Badge
    state: Badge
    warnings: int = 0
    merged: int = 0
    again: bool = False  # mends one that was returned
    own: bool = False  # the reader sent it and may not decide it
    decided: str = ""
    reviewer: str = ""
    receipt: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """Lines with the filters that led to them."""

    lines: tuple[QueueLine, ...]
    total: int
    overdue: int
    text: str = ""
    forms: tuple[Option, ...] = ()
    flows: tuple[Option, ...] = ()
    units: tuple[Option, ...] = ()
    states: tuple[Option, ...] = ()
    only_overdue: bool = False
    filtered: bool = False
    newer: str = ""  # query strings of the pages before and after, where there are any
    older: str = ""
    first: int = 0
    last: int = 0


@dataclass(frozen=True, slots=True)
class Shown:
    """A value in words; `code` follows it where it has one. An empty text means there is none."""

    text: str = ""
    code: str = ""
    file: str = ""  # digest of an attached document, to be downloaded


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a child table; `was` is what stood there before, if that differs."""

    shown: Shown
    was: str = ""
    changed: bool = False


@dataclass(frozen=True, slots=True)
class ChildRow:
    """A row of a child table; `fate` is same, changed, fresh or gone."""

    cells: tuple[Cell, ...]
    fate: str


@dataclass(frozen=True, slots=True)
class ChildView:
    """A child table before and after, in one table."""

    columns: tuple[str, ...]
    numeric: tuple[bool, ...]
    rows: tuple[ChildRow, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """A warning of the checks with the officer's reason, or a comment made earlier."""

    badge: Badge
    text: str
    reason: str = ""
    pointer: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One field: what was, what will be, and what is said about it."""

    pointer: str
    title: str
    before: Shown
    after: Shown
    changed: bool = False
    masked: bool = False
    locked: bool = False
    merged: bool = False
    earlier: Shown | None = None  # what the submission that this one supersedes had, if different
    child: ChildView | None = None
    notes: tuple[Note, ...] = ()
    base: Shown | None = None  # of a conflict
    comment: str = ""  # typed already, kept while the page is shown again

    @property
    def anchor(self) -> str:
        """An id for links to this row."""
        return "f" + self.pointer.replace("/", "-")


@dataclass(frozen=True, slots=True)
class Group:
    """Rows under one heading."""

    title: str
    rows: tuple[FieldRow, ...]
    remark: str = ""
    layout: str = "pair"  # pair: before and after; new: after; three: base, mine and theirs


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of the head."""

    title: str
    text: str
    badge: Badge | None = None
    pointer: str = ""  # where a comment about it goes, if one may be made
    comment: str = ""


@dataclass(frozen=True, slots=True)
class FileLine:
    """An attached document, offered under its digest."""

    digest: str
    name: str
    size: str
    kind: str = ""
    there: bool = True


@dataclass(frozen=True, slots=True)
class Step:
    """What happened to this submission or to the ones that it follows."""

    at: str
    badge: Badge
    by: str = ""
    submission_id: str = ""
    said: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class SubmissionPage:
    """Everything about one submission."""

    submission_id: str
    title: str
    form: str
    flow: str
    unit: str
    state: Badge
    can_decide: bool
    why_not: str
    facts: tuple[Fact, ...]
    first: tuple[Group, ...]  # changed fields, or a conflict
    rest: tuple[Group, ...]
    notes: tuple[Note, ...]
    files: tuple[FileLine, ...]
    files_fact: Fact  # the attachments as a place for a comment
    steps: tuple[Step, ...]
    again: str = ""  # id of the submission that this one mends
    problems: tuple[str, ...] = ()  # why the last attempt to decide failed
    general: str = ""
    receipt: str = ""
    digest: str = ""
    notices: tuple[Badge, ...] = ()  # what the reviewer should know before deciding


@dataclass(frozen=True, slots=True)
class SignedNote:
    """A signed note, in words and as it was given."""

    title: str
    facts: tuple[Fact, ...]
    valid: Badge
    text: str


@dataclass(frozen=True, slots=True)
class ReceiptPage:
    """The signed notes about one submission."""

    submission_id: str
    title: str
    notes: tuple[SignedNote, ...]


@dataclass(frozen=True, slots=True)
class RefusedPage:
    """What intake did not take, and why."""

    submission_id: str
    facts: tuple[Fact, ...]
    problems: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class LateUnit:
    """How one unit keeps the term for reporting."""

    unit: str
    reported: int
    late: int
    share: str
    worst: int
    waiting: int  # returned to the unit and not mended yet


@dataclass(frozen=True, slots=True)
class LatePage:
    """Who reports late."""

    units: tuple[LateUnit, ...]
    lines: tuple[QueueLine, ...]
    reported: int
    late: int
    duty: str

    @property
    def late_units(self) -> tuple[LateUnit, ...]:
        """Units with late reports, or with returned ones to mend."""
        return tuple(each for each in self.units if each.late or each.waiting)

    @property
    def timely_units(self) -> tuple[LateUnit, ...]:
        """The others."""
        return tuple(each for each in self.units if not (each.late or each.waiting))


@dataclass(frozen=True, slots=True)
class AuditLine:
    """A line of the audit log."""

    number: int
    at: str
    event: str
    account: str
    device: str
    object: str
    result: Badge


@dataclass(frozen=True, slots=True)
class AuditPage:
    """A page of the audit log, newest first."""

    lines: tuple[AuditLine, ...]
    total: int
    events: tuple[Option, ...] = ()
    account: str = ""
    older: str = ""
    newer: str = ""
    verified: Badge | None = None  # whether the chain holds, once that was asked


@dataclass(frozen=True, slots=True)
class AccountLine:
    """An account."""

    name: str
    title: str
    role: str
    scope: str
    created: str
    state: Badge


@dataclass(frozen=True, slots=True)
class DeviceLine:
    """A device that an officer enrolled."""

    device_id: str
    title: str
    account: str
    enrolled: str
    seen: str
    state: Badge


@dataclass(frozen=True, slots=True)
class AccountsPage:
    """Who may sign in or send."""

    accounts: tuple[AccountLine, ...]
    devices: tuple[DeviceLine, ...]
    alarms: tuple[AlarmLine, ...] = ()


@dataclass(frozen=True, slots=True)
class AlarmLine:
    """Something that does not fit, and what the administrator should do."""

    at: str
    badge: Badge
    device: str
    text: str

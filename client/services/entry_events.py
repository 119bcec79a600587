"""What an entry session announces; each signal carries one of these."""

from __future__ import annotations

from dataclasses import dataclass

from core.checks.issues import Issue
from core.forms.model import Severity


@dataclass(frozen=True, slots=True)
class FieldsChanged:
    """These fields and cells look different now: text, visibility, need, before/after."""

    pointers: frozenset[str]


@dataclass(frozen=True, slots=True)
class RowsChanged:
    """Rows of this child table came or went."""

    child: str


@dataclass(frozen=True, slots=True)
class HeadChanged:
    """The head or its documents changed, or the due date that follows from it."""


@dataclass(frozen=True, slots=True)
class ShownIssue:
    """An issue in words: where, what, and the reason written for it (warnings)."""

    issue: Issue
    title: str
    sentence: str
    reason: str = ""

    @property
    def is_answered(self) -> bool:
        """Whether this warning has its written reason."""
        return self.issue.severity is Severity.WARNING and bool(self.reason.strip())


@dataclass(frozen=True, slots=True)
class IssuesShown:
    """All issues now.

    `missing` points to required fields that nobody has come to yet. `settled` says whether the
    record rules and the rules over other records have answered for the present text.
    """

    issues: tuple[ShownIssue, ...]
    missing: tuple[str, ...]
    settled: bool

    def count(self, severity: Severity) -> int:
        """How many issues of this severity there are."""
        return sum(each.issue.severity is severity for each in self.issues)


@dataclass(frozen=True, slots=True)
class Saved:
    """The draft is safe since `at`; `clock` is the local time, HH:MM:SS."""

    clock: str
    at: str


@dataclass(frozen=True, slots=True)
class SaveFailed:
    """The draft could not be saved and will be tried again; `sentence` says why."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Submitted:
    """The change is sealed and queued."""

    submission_id: str
    title: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Submitting was refused; `pointer` is the first place to mend, `sentence` says what.

    `key` names the warning there that wants a written reason, if that is all.
    """

    sentence: str
    pointer: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Due:
    """Until when the change is to be reported. `days` are left, or negative if it is late."""

    day: str
    days: int

    @property
    def is_late(self) -> bool:
        """Whether the day has passed."""
        return self.days < 0


@dataclass(frozen=True, slots=True)
class AttachFailed:
    """A document was not attached; `sentence` says why."""

    pointer: str
    sentence: str

"""What entry asks of the store, as one port; all of it is called in the database lane."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from core.changes.draft import AttachedFile, Draft
from core.checks.head import Duty
from core.checks.lookup import Lookup
from core.forms.model import Form
from core.pinyin import initials
from core.record import Values


@dataclass(frozen=True, slots=True)
class Current:
    """A record as the office last said it is, and whether a change of it is on its way."""

    record_id: str
    version: int
    digest: str
    values: Values
    pending: str = ""  # submission id


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose: its value, its title, and what tells it from others."""

    key: str
    title: str
    hint: str = ""


def by_likelihood(text: str, choices: Sequence[Choice]) -> list[Choice]:
    """*choices* with those first whose likeliest pinyin initials begin with *text*.

    What the text finds by code or title keeps its place before them.
    """
    query = text.strip().casefold()

    def rank(choice: Choice) -> int:
        if not query or query in choice.title.casefold() or choice.key.casefold() == query:
            return 0
        readings = initials(choice.title)
        return 1 if readings and readings[0].startswith(query) else 2

    return sorted(choices, key=rank)


class EntryShelf(Protocol):
    """Drafts, records and submissions, as entry needs them."""

    def draft(self, draft_id: str) -> Draft | None:
        """The draft, or None if it is gone."""

    def draft_of(self, form: str, record_id: str, flow: str) -> Draft | None:
        """The draft that changes this record in this flow, if one was begun."""

    def current(self, form: str, record_id: str) -> Current | None:
        """The record, or None if it is not there."""

    def reopen(self, submission_id: str) -> Draft:
        """The draft that mends a returned submission; the same one when asked again."""

    def save(self, draft: Draft, title: str) -> str:
        """Keep the draft under *title*; when it returns, the time of saving, it is on disk."""

    def discard(self, draft_id: str) -> None:
        """Forget the draft."""

    def submit(self, draft: Draft, form: Form) -> str:
        """Seal and queue the draft in one transaction; gives the submission id."""

    def carried(self, form: Form) -> Mapping[str, Any]:
        """What the last new record of *form* had in the fields that carry over."""

    def attach(self, data: bytes, name: str, media_type: str) -> AttachedFile:
        """Keep the bytes of a document."""

    def lookup(self) -> Lookup:
        """Answers the questions of rules over other records."""

    def duty(self) -> Duty:
        """Within how many days a change is to be reported."""

    def officer(self) -> tuple[str, str]:
        """Name and telephone of the officer, as last filled in; empty where not known."""

    def titles(self, form: Form, keys: Sequence[str]) -> Mapping[str, str]:
        """Titles of records of *form* by their keys."""

    def find(self, form: Form, text: str, limit: int) -> list[Choice]:
        """Records of *form* that *text* finds (name, pinyin initials, code)."""

"""Where a screen may be asked to go: targets that pages hand to each other through `Go`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NewChange:
    """Page *entry*: begin the flow *flow* of *form*, or go on with the draft begun before.

    `record_id` names the record to change or close; it is empty where the flow creates one.
    `unit` is the unit that a new record is filled in for.
    """

    form: str
    flow: str
    record_id: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class OpenDraft:
    """Page *entry*: go on with a draft; the cursor stands at *pointer* where one is given."""

    draft_id: str
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class Reopen:
    """Page *entry*: mend a returned submission; its comments stand at their fields."""

    submission_id: str
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class ShowRecord:
    """Page *registers*: show the record *record_id* of *form*, with its unit chosen in the tree."""

    form: str
    record_id: str


@dataclass(frozen=True, slots=True)
class ShowUnit:
    """Page *registers*: choose the unit *unit* in the tree and list *form* (empty: as before)."""

    unit: str
    form: str = ""


@dataclass(frozen=True, slots=True)
class Find:
    """Page *registers*: find *text* in all units, as typed into the search everywhere (Ctrl+K)."""

    text: str

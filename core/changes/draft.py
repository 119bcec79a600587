"""A change that an officer is still working on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.record import Values


@dataclass(frozen=True, slots=True)
class Head:
    """The head of an update form (更新呈报表, domain.md §1.3)."""

    reason: str = ""
    event_date: str = ""  # date of the event, YYYY-MM-DD
    overdue_reason: str = ""
    filled_by: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Comment:
    """A reviewer's comment at one field."""

    pointer: str
    text: str
    code: str = "comment"
    severity: str = "error"


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """An attached document, known by its digest; the bytes are kept by the store."""

    digest: str
    name: str
    size: int
    media_type: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """What is autosaved. `texts` keeps what was typed and is not a value yet, by pointer.

    `base_version` 0 and empty `base` mean that the record does not exist yet. `overrides` holds
    the written reasons for warnings, by `Issue.key`.
    """

    draft_id: str
    form: str
    form_version: int
    flow: str
    record_id: str
    unit: str
    base_version: int = 0
    base_digest: str = ""
    base: Values = field(default_factory=dict)
    values: Values = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    head: Head = field(default_factory=Head)
    overrides: Mapping[str, str] = field(default_factory=dict)
    attachments: tuple[AttachedFile, ...] = ()
    supersedes: str = ""
    comments: tuple[Comment, ...] = ()
    created_at: str = ""
    saved_at: str = ""

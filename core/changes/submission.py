"""A change as it is sent: made once, canonical, known by its digest (design.md §5)."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from core.changes.draft import AttachedFile, Draft, Head
from core.forms.model import ChangeKind, Form
from core.record import Values, differences
from core.wire.canonical import canonical_bytes, digest

FORMAT = 1


class SubmissionError(ValueError):
    """The bytes are not a submission; the message names the key."""


@dataclass(frozen=True, slots=True)
class Submission:
    """One change to one record. `values` is the whole record as it should be afterwards."""

    submission_id: str
    device_seq: int
    form: str
    form_version: int
    form_digest: str
    flow: str
    kind: ChangeKind
    record_id: str
    unit: str
    base_version: int
    base_digest: str
    values: Values
    changed: tuple[str, ...]
    head: Head
    overrides: tuple[tuple[str, str], ...]
    attachments: tuple[AttachedFile, ...]
    supersedes: str
    submitted_at: str

    def body(self) -> dict[str, Any]:
        """The JSON object that is sent."""
        return {
            "format": FORMAT,
            "submission": self.submission_id,
            "device_seq": self.device_seq,
            "form": self.form,
            "form_version": self.form_version,
            "form_digest": self.form_digest,
            "flow": self.flow,
            "kind": str(self.kind),
            "record": self.record_id,
            "unit": self.unit,
            "base_version": self.base_version,
            "base_digest": self.base_digest,
            "values": dict(self.values),
            "changed": list(self.changed),
            "head": asdict(self.head),
            "overrides": [{"issue": key, "reason": reason} for key, reason in self.overrides],
            "attachments": [asdict(each) for each in self.attachments],
            "supersedes": self.supersedes,
            "submitted_at": self.submitted_at,
        }


@dataclass(frozen=True, slots=True)
class Sealed:
    """The bytes that every retry and every route sends."""

    submission_id: str
    digest: str
    body: bytes


def uuid7() -> str:
    """A time-ordered UUID (RFC 9562, version 7)."""
    milliseconds = time.time_ns() // 1_000_000
    number = (milliseconds & (1 << 48) - 1) << 80 | int.from_bytes(os.urandom(10), "big")
    number = number & ~(0xF << 76) | 0x7 << 76
    number = number & ~(0x3 << 62) | 0x2 << 62
    return str(uuid.UUID(int=number))


def submission_of(draft: Draft, form: Form, *, device_seq: int, submitted_at: str) -> Submission:
    """The submission that *draft* asks for, under a new id.

    *submitted_at* is RFC 3339 UTC: information, never order.
    """
    flow = form.flow(draft.flow)
    return Submission(
        submission_id=uuid7(),
        device_seq=device_seq,
        form=form.id,
        form_version=form.version,
        form_digest=form.digest,
        flow=flow.id,
        kind=flow.kind,
        record_id=draft.record_id,
        unit=draft.unit,
        base_version=draft.base_version,
        base_digest=draft.base_digest,
        values=dict(draft.values),
        changed=tuple(differences(draft.base, draft.values)),
        head=draft.head,
        overrides=tuple(sorted(draft.overrides.items())),
        attachments=draft.attachments,
        supersedes=draft.supersedes,
        submitted_at=submitted_at,
    )


def seal(submission: Submission) -> Sealed:
    """Canonical bytes (RFC 8785) and their SHA-256 digest."""
    body = canonical_bytes(submission.body())
    return Sealed(submission.submission_id, digest(body), body)


def read_submission(body: Mapping[str, Any]) -> Submission:
    """The submission in a parsed JSON object, read strictly.

    Raises:
        SubmissionError: a key is missing, unknown, or of the wrong type.

    """
    if set(body) != _KEYS:
        odd = sorted(set(body) ^ _KEYS)
        raise SubmissionError(f"keys missing or unknown: {', '.join(odd)}")
    for key, kind in _TYPES.items():
        if not isinstance(body[key], kind) or (kind is int and isinstance(body[key], bool)):
            raise SubmissionError(f"{key} has the wrong type")
    if body["format"] != FORMAT:
        raise SubmissionError(f"format {body['format']} is not known")
    try:
        return Submission(
            submission_id=str(uuid.UUID(body["submission"])),
            device_seq=body["device_seq"],
            form=body["form"],
            form_version=body["form_version"],
            form_digest=body["form_digest"],
            flow=body["flow"],
            kind=ChangeKind(body["kind"]),
            record_id=body["record"],
            unit=body["unit"],
            base_version=body["base_version"],
            base_digest=body["base_digest"],
            values=body["values"],
            changed=tuple(_strings(body["changed"])),
            head=Head(**dict(zip(body["head"], _strings(body["head"].values()), strict=True))),
            overrides=tuple(map(_override, body["overrides"])),
            attachments=tuple(map(_attached, body["attachments"])),
            supersedes=body["supersedes"],
            submitted_at=body["submitted_at"],
        )
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise SubmissionError(str(error)) from error


def _override(each: Any) -> tuple[str, str]:
    if set(each) != {"issue", "reason"}:
        raise ValueError("a reason names issue and reason")
    issue, reason = _strings([each["issue"], each["reason"]])
    return issue, reason


def _attached(each: Any) -> AttachedFile:
    found = AttachedFile(**each)
    _strings([found.digest, found.name, found.media_type, found.kind])
    if type(found.size) is not int:
        raise TypeError("a size is a whole number")
    return found


def _strings(values: Any) -> list[str]:
    found = list(values)
    if not all(isinstance(each, str) for each in found):
        raise TypeError("a text was expected")
    return found


_TYPES: dict[str, type] = {
    "format": int,
    "submission": str,
    "device_seq": int,
    "form": str,
    "form_version": int,
    "form_digest": str,
    "flow": str,
    "kind": str,
    "record": str,
    "unit": str,
    "base_version": int,
    "base_digest": str,
    "values": dict,
    "changed": list,
    "head": dict,
    "overrides": list,
    "attachments": list,
    "supersedes": str,
    "submitted_at": str,
}
_KEYS = set(_TYPES)

"""Attached documents: known by their digest alone, stored once, checked against what is said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy.orm import Session

from core.changes.submission import Submission
from core.forms.model import FieldType, Form
from core.wire.receipts import Remark
from office.context import Office
from office.intake.verdict import problem
from office.models import Blob


def missing(
    session: Session,
    office: Office,
    form: Form,
    submission: Submission,
    blobs: Mapping[str, bytes],
) -> tuple[Remark, ...]:
    """A problem for each document whose bytes are neither here nor in the envelope."""
    found = []
    for pointer, digest, size in _named(form, submission):
        content = blobs.get(digest)
        stored = session.get(Blob, (office.county, digest)) if content is None else None
        length = len(content) if content is not None else stored.size if stored else None
        if length is None or length != size:
            found.append(problem("attachment_bytes", pointer))
    return tuple(found)


def store(
    session: Session, office: Office, submission: Submission, blobs: Mapping[str, bytes]
) -> None:
    """Store what came with an accepted submission and is named by it; nothing else."""
    form = office.forms[submission.form]
    for digest in {each for _, each, _ in _named(form, submission)} & set(blobs):
        if session.get(Blob, (office.county, digest)) is None:
            session.add(
                Blob(
                    county=office.county,
                    digest=digest,
                    size=len(blobs[digest]),
                    content=blobs[digest],
                    received_at=office.now(),
                )
            )


def _named(form: Form, submission: Submission) -> Iterator[tuple[str, str, Any]]:
    """Pointer, digest and size of every document that the submission names."""
    for at, each in enumerate(submission.attachments):
        yield f"/head/attachments/{at}", str(each.digest), each.size
    for field in form.fields:
        value = submission.values.get(field.name)
        if field.type is FieldType.ATTACHMENT and isinstance(value, dict):
            yield f"/{field.name}", str(value.get("digest")), value.get("size")

"""How a draft begins: from a record, from nothing, or from what was returned."""

from __future__ import annotations

import mimetypes
import uuid
from dataclasses import replace
from pathlib import Path
from typing import Any

from client.services.entry_store import EntryShelf
from client.services.targets import NewChange, OpenDraft, Reopen
from core.changes.draft import AttachedFile, Draft, Head
from core.changes.submission import uuid7
from core.checks.derive import filled_in
from core.forms.catalogue import Forms
from core.forms.model import ChangeKind, Field, Flow, Form
from core.values import parse

LARGEST = 20 * 1024 * 1024
"""Bytes of the largest document that may be attached (domain.md §1.4)."""

SUFFIXES = (
    ".pdf",
    ".ofd",
    ".doc",
    ".docx",
    ".wps",
    ".xls",
    ".xlsx",
    ".et",
    ".png",
    ".jpg",
    ".jpeg",
)
"""Kinds of document that may be attached (domain.md §6)."""


class CannotOpen(Exception):  # noqa: N818 - an answer to the officer, not a fault
    """The draft cannot be opened; the message is a sentence for the officer.

    `submission_id` names the submission that is in the way, if one is.
    """

    def __init__(self, sentence: str, submission_id: str = "") -> None:
        """Say why."""
        super().__init__(sentence)
        self.submission_id = submission_id


class CannotAttach(Exception):  # noqa: N818 - an answer to the officer, not a fault
    """The document cannot be attached; the message is a sentence for the officer."""


def begin(target: object, shelf: EntryShelf, forms: Forms, today: str) -> Draft:
    """The draft that *target* asks for.

    Raises:
        CannotOpen: the draft is gone, the record is gone or has a change on its way.

    """
    match target:
        case OpenDraft(draft_id=draft_id):
            draft = shelf.draft(draft_id)
            if draft is None:
                raise CannotOpen("这份草稿已经上报或删除。请到「上报」页查看。")
            return draft
        case Reopen(submission_id=submission_id):
            return shelf.reopen(submission_id)
        case NewChange():
            return _new(target, shelf, forms, today)
        case _:
            raise TypeError(f"no target of the entry page: {type(target).__name__}")


def _new(target: NewChange, shelf: EntryShelf, forms: Forms, today: str) -> Draft:
    form = forms[target.form]
    flow = form.flow(target.flow)
    name, phone = shelf.officer()
    draft = Draft(
        draft_id=uuid7(),
        form=form.id,
        form_version=form.version,
        flow=flow.id,
        record_id=target.record_id or str(uuid.uuid4()),
        unit=target.unit,
        head=Head(filled_by=name, phone=phone),
    )
    if flow.kind is ChangeKind.CREATE:
        return replace(draft, values=_first_values(form, flow, target.unit, shelf, forms, today))
    begun = shelf.draft_of(form.id, target.record_id, flow.id)
    if begun is not None:
        return begun
    current = shelf.current(form.id, target.record_id)
    if current is None:
        raise CannotOpen("这条记录已不在台账中。请回到台账刷新后再试。")
    if current.pending:
        raise CannotOpen(
            "这条记录有一件变更正在办理，办结以后才能再改。可到「上报」页查看进度。",
            current.pending,
        )
    values = {**current.values, **_set_by(form, flow)}
    return replace(
        draft,
        unit=str(current.values.get(form.unit_field, target.unit)),
        base_version=current.version,
        base_digest=current.digest,
        base=current.values,
        values=filled_in(form, current.values, values, forms.codelists, today),
    )


def _first_values(
    form: Form, flow: Flow, unit: str, shelf: EntryShelf, forms: Forms, today: str
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for field in form.fields:
        if field.default is not None:
            values[field.name] = typed(field, field.default)
    values.update(shelf.carried(form))
    place = form.by_name[form.unit_field]
    if place.issued or place.name == form.key:
        parent = form.listing.parent
        if parent and unit and shelf.lookup().by_key(form.id, unit) is not None:
            values[parent] = unit
    elif unit:
        values[form.unit_field] = unit
    values.update(_set_by(form, flow))
    return filled_in(form, {}, values, forms.codelists, today)


def _set_by(form: Form, flow: Flow) -> dict[str, Any]:
    return {name: typed(form.by_name[name], text) for name, text in flow.sets.items()}


def typed(field: Field, text: str) -> Any:
    """The value that a definition writes as *text* for *field*."""
    return parse(field, text).value


def read_document(path: str, shelf: EntryShelf) -> AttachedFile:
    """Read the file at *path* and keep its bytes.

    Raises:
        CannotAttach: not a kind that may be attached, too large, empty or not readable.

    """
    file = Path(path)
    if file.suffix.lower() not in SUFFIXES:
        kinds = "、".join(each.removeprefix(".") for each in SUFFIXES)
        raise CannotAttach(f"「{file.name}」不是可上传的格式。请选 {kinds} 文件。")
    try:
        size = file.stat().st_size
        if size > LARGEST:
            raise CannotAttach(f"「{file.name}」超过 20 MB。请压缩或拆分后再选。")
        data = file.read_bytes()
    except OSError as error:
        raise CannotAttach(
            f"读不到「{file.name}」。请确认文件还在，且没有被别的程序占用。"
        ) from error
    if not data:
        raise CannotAttach(f"「{file.name}」是空文件。请换一个文件。")
    media_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return shelf.attach(data, file.name, media_type)

"""A shelf for entry sessions in memory, over real forms and sample records; nobody real."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

from client.background import Runner
from client.services.desk import Changes, Room
from client.services.entry_store import Choice, Current
from core import resources
from core.changes.draft import AttachedFile, Comment, Draft
from core.checks.head import Duty
from core.forms.model import Form
from core.pinyin import initials
from tests.helpers.immediate import ImmediateBackground
from tests.helpers.memory import MemoryLookup
from tests.helpers.people import UNIT, institution, person

NOW = datetime(2008, 12, 8, 2, 32, 7, tzinfo=UTC)  # 10:32:07 in China


class FakeTrouble(Exception):  # noqa: N818 - stands for trouble with a sentence of its own
    """The store cannot write."""

    sentence = "磁盘已满，草稿暂时没能存盘。请清理磁盘，内容仍在屏幕上。"


class FakeShelf:
    """Keeps drafts and submissions in dictionaries; `trouble` makes saving fail."""

    def __init__(self) -> None:
        self.forms = resources.forms()
        self.memory = MemoryLookup(self.forms)
        self.memory.add("institution", "u1", institution())
        other = institution(register_no="420583000002", full_name="枝江市示范中心", posts_total=0)
        self.memory.add("institution", "u2", {**other, "posts": []})
        self.memory.add("person", "p1", person())
        self.drafts: dict[str, Draft] = {}
        self.saves: list[Draft] = []
        self.submitted: list[Draft] = []
        self.returned: dict[str, Draft] = {}
        self.pending: dict[str, str] = {}
        self.bytes: dict[str, bytes] = {}
        self.trouble: Exception | None = None

    def draft(self, draft_id: str) -> Draft | None:
        return self.drafts.get(draft_id)

    def draft_of(self, form: str, record_id: str, flow: str) -> Draft | None:
        wanted = (form, record_id, flow)
        return next(
            (
                each
                for each in self.drafts.values()
                if (each.form, each.record_id, each.flow) == wanted
            ),
            None,
        )

    def current(self, form: str, record_id: str) -> Current | None:
        values = self.memory.records.get(form, {}).get(record_id)
        if values is None:
            return None
        return Current(record_id, 3, "sha256:00", values, self.pending.get(record_id, ""))

    def reopen(self, submission_id: str) -> Draft:
        return self.returned[submission_id]

    def save(self, draft: Draft, title: str) -> str:
        if self.trouble is not None:
            raise self.trouble
        saved = replace(draft, saved_at="2008-12-08T02:32:07Z")
        self.drafts[draft.draft_id] = saved
        self.saves.append(saved)
        return saved.saved_at

    def discard(self, draft_id: str) -> None:
        self.drafts.pop(draft_id, None)

    def submit(self, draft: Draft, form: Form) -> str:
        if self.trouble is not None:
            raise self.trouble
        self.drafts.pop(draft.draft_id, None)
        self.submitted.append(draft)
        return f"submission-{len(self.submitted)}"

    def carried(self, form: Form) -> Mapping[str, Any]:
        return {}

    def attach(self, data: bytes, name: str, media_type: str) -> AttachedFile:
        digest = "sha256:" + hashlib.sha256(data).hexdigest()
        self.bytes[digest] = data
        return AttachedFile(digest, name, len(data), media_type)

    def lookup(self) -> MemoryLookup:
        return self.memory

    def duty(self) -> Duty:
        return Duty(resources.calendar())

    def officer(self) -> tuple[str, str]:
        return "李信息", "13800138000"

    def titles(self, form: Form, keys: Sequence[str]) -> Mapping[str, str]:
        found = {key: self.memory.by_key(form.id, key) for key in keys}
        return {key: str(each.values[form.label]) for key, each in found.items() if each}

    def find(self, form: Form, text: str, limit: int) -> list[Choice]:
        records = self.memory.records.get(form.id, {}).values()
        return [
            Choice(str(each[form.key]), str(each[form.label]), str(each[form.key]))
            for each in records
            if text in str(each[form.label])
            or text in str(each[form.key])
            or any(text.lower() in reading for reading in initials(str(each[form.label])))
        ][:limit]

    def return_with(self, submission_id: str, draft: Draft, *comments: Comment) -> None:
        """Let the office return what *draft* sent."""
        self.returned[submission_id] = replace(
            draft, draft_id=f"again-{submission_id}", comments=comments, supersedes=submission_id
        )


def make_room(background: Runner | None = None, store: Any = None) -> Room:
    """A room with the real forms, on 2008-12-08, whose work runs at once."""
    return Room(
        store=cast("Any", store),
        background=background or ImmediateBackground(),
        changes=Changes(),
        forms=resources.forms(),
        codelists=resources.codelists(),
        now=lambda: NOW,
    )


__all__ = ["NOW", "UNIT", "FakeShelf", "FakeTrouble", "make_room"]

"""The shelf of entry over the encrypted store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from client.services import preferences
from client.services.desk import Room
from client.services.entry_store import Choice, Current, by_likelihood
from core.changes.draft import AttachedFile, Draft
from core.checks.head import Duty
from core.checks.lookup import Lookup
from core.forms.model import ChangeKind, Form
from db import attachments, drafts, identity, outbox, registers, settings
from db.errors import NoDraft
from db.store import Store


class StoreShelf:
    """Implements `client.services.entry_store.EntryShelf`; every call in the database lane."""

    def __init__(self, room: Room) -> None:
        """Read and write the store of *room*."""
        self._store: Store = room.store

    def draft(self, draft_id: str) -> Draft | None:
        """The draft, or None if it is gone."""
        try:
            return drafts.get(self._store, draft_id)
        except NoDraft:
            return None

    def draft_of(self, form: str, record_id: str, flow: str) -> Draft | None:
        """The draft that changes this record in this flow, if one was begun."""
        for each in drafts.of_record(self._store, form, record_id):
            if each.flow == flow:
                return drafts.get(self._store, each.draft_id)
        return None

    def current(self, form: str, record_id: str) -> Current | None:
        """The record, or None if it is not there."""
        found = registers.get(self._store, self._store.forms[form], record_id)
        if found is None:
            return None
        pending = found.pending_submission or ""
        values = found.base or found.values
        return Current(record_id, found.version, found.digest, values, pending)

    def reopen(self, submission_id: str) -> Draft:
        """The draft that mends a returned submission; the same one when asked again."""
        return outbox.reopen(self._store, submission_id)

    def save(self, draft: Draft, title: str) -> str:
        """Keep the draft under *title*; when it returns, the time of saving, it is on disk."""
        return drafts.save(self._store, draft, title)

    def discard(self, draft_id: str) -> None:
        """Forget the draft."""
        drafts.discard(self._store, draft_id)

    def submit(self, draft: Draft, form: Form) -> str:
        """Seal and queue the draft in one transaction; gives the submission id."""
        sealed = outbox.enqueue(self._store, draft, form)
        if form.flow(draft.flow).kind is ChangeKind.CREATE:
            carried = {
                each.name: draft.values[each.name]
                for each in form.fields
                if each.carry and each.name in draft.values
            }
            settings.put(self._store, _carried(form), carried)
        return sealed.submission_id

    def carried(self, form: Form) -> Mapping[str, Any]:
        """What the last new record of *form* had in the fields that carry over."""
        found: Mapping[str, Any] = settings.get(self._store, _carried(form), {})
        return found

    def attach(self, data: bytes, name: str, media_type: str) -> AttachedFile:
        """Keep the bytes of a document."""
        return attachments.put(self._store, data, name, media_type)

    def lookup(self) -> Lookup:
        """Answers the questions of rules over other records."""
        return registers.StoreLookup(self._store)

    def duty(self) -> Duty:
        """Within how many days a change is to be reported."""
        return preferences.duty(preferences.read(self._store))

    def officer(self) -> tuple[str, str]:
        """Name and telephone of the officer; empty where not known."""
        own = preferences.read(self._store)
        who = identity.get(self._store)
        return own.officer_name or (who.officer if who is not None else ""), own.officer_phone

    def titles(self, form: Form, keys: Sequence[str]) -> Mapping[str, str]:
        """Titles of records of *form* by their keys."""
        lookup = self.lookup()
        found = {key: lookup.by_key(form.id, key) for key in keys}
        return {key: str(each.values.get(form.label, key)) for key, each in found.items() if each}

    def find(self, form: Form, text: str, limit: int) -> list[Choice]:
        """Records of *form* that *text* finds (name, pinyin initials, code)."""
        handles = registers.ids(self._store, form, text=text, limit=limit)
        rows = registers.rows(self._store, form, handles, (form.key, form.label))
        choices = [
            Choice(key, str(row.values.get(form.label, key)), key)
            for row in rows
            if (key := str(row.values.get(form.key, "")))
        ]
        return by_likelihood(text, choices)


def _carried(form: Form) -> str:
    return f"entry.carried.{form.id}"

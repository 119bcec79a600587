"""What the office says is true. The only writer of the register tables.

Changes come page by page; records, decisions, sums, search index, scope digest and cursor move in
one transaction, so that a cut leaves a page applied or not at all. A full snapshot (`resync`) is
read into a new generation beside what is there; only when its last page has come is what it did
not name removed. Drafts and unsent work are never touched.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, or_, select, update
from sqlalchemy.dialects import sqlite

from core.forms.model import Form
from core.wire import scope as scopes
from core.wire.errors import WireError
from core.wire.notes import Verifier
from core.wire.protocol import ChangesPage, RecordChange, Scope
from core.wire.receipts import open_decision
from db import audit, outbox, syncstate
from db.outbox import pending
from db.overlay import SeenChanges, seen
from db.register_tables import tables_of, to_columns
from db.store import Store

_ASK_SHARE = 0.05
_ASK_ROWS = 50


@dataclass(frozen=True, slots=True)
class Applied:
    """What a page changed. `fits` compares our records with the office's, on a last page.

    `to_remove` is how many records a full snapshot did not name, where that is too many to remove
    without asking; `confirm_removals` removes them.
    """

    forms: frozenset[str]
    decisions: int
    records: int
    fits: bool | None = None
    to_remove: int = 0


def apply(store: Store, page: ChangesPage, office: Verifier) -> Applied:
    """Takes one page in, with its cursor. The same page again changes nothing.

    Raises:
        WireError: a form is not known, a digest is wrong or a decision is not signed by *office*;
            nothing was written.

    """
    notes = [each.note.encode() for each in page.changes if not isinstance(each, RecordChange)]
    opened = [(open_decision(note, office), note) for note in notes]
    with store.write() as connection:
        records = _by_form(page.changes)
        unknown = set(records) - set(store.forms)
        if unknown:
            raise WireError(f"form {min(unknown)} is not known")
        total = _Scope.read(connection)
        changed = {
            form: _apply_records(connection, store.forms[form], latest, total)
            for form, latest in records.items()
        }
        decided = sum(outbox.decide(connection, one, note) for one, note in opened)
        for form in changed:
            pending.lift_arrived(connection, store.forms[form])
        syncstate.put(connection, syncstate.CURSOR, page.cursor)
        syncstate.put(connection, syncstate.EPOCH, page.epoch)
        left = _finish_snapshot(store, connection, total, ask=True) if page.scope else 0
        total.write(connection)
        fits = None if page.scope is None or left else total.fits(page.scope)
        forms = frozenset(form for form, count in changed.items() if count)
        return Applied(forms, decided, sum(changed.values()), fits, left)


def cursor(store: Store) -> str:
    """Where the next page begins; empty for the very first."""
    return str(syncstate.read(store, syncstate.CURSOR, ""))


def scope(store: Store) -> Scope:
    """Count and digest of what the mirror holds."""
    with store.read() as connection:
        total = _Scope.read(connection)
    return Scope(dict(total.counts), total.digest)


def reset_for_resync(store: Store) -> None:
    """The next pages are a full snapshot, from its beginning. What is there stays until its end."""
    with store.write() as connection:
        generation = syncstate.get(connection, syncstate.GENERATION, 0) + 1
        syncstate.put(connection, syncstate.GENERATION, generation)
        syncstate.put(connection, syncstate.RESYNC, generation)
        syncstate.put(connection, syncstate.CURSOR, None)
        audit.append(connection, "resync", str(generation), "begun")


def confirm_removals(store: Store) -> int:
    """Removes what the last full snapshot did not name, however much; gives how many records."""
    with store.write() as connection:
        total = _Scope.read(connection)
        before = sum(total.counts.values())
        _finish_snapshot(store, connection, total, ask=False)
        total.write(connection)
        return before - sum(total.counts.values())


def _by_form(changes: Iterable[object]) -> dict[str, dict[str, RecordChange]]:
    """The latest change of each record, by form."""
    found: dict[str, dict[str, RecordChange]] = {}
    for each in changes:
        if isinstance(each, RecordChange):
            if scopes.record_digest(each.values) != each.digest:
                raise WireError(f"the digest of record {each.record_id} is wrong")
            found.setdefault(each.form, {})[each.record_id] = each
    return found


class _Scope:
    """Counts and digest of the register rows, kept step by step."""

    def __init__(self, counts: dict[str, int], digest: str) -> None:
        self.counts, self.digest = counts, digest

    @classmethod
    def read(cls, connection: Connection) -> _Scope:
        kept = syncstate.get(connection, syncstate.SCOPE, {"counts": {}, "digest": scopes.EMPTY})
        return cls(dict(kept["counts"]), kept["digest"])

    def write(self, connection: Connection) -> None:
        kept = {"counts": self.counts, "digest": self.digest}
        syncstate.put(connection, syncstate.SCOPE, kept)

    def add(self, form: str, record_id: str, version: int, digest: str) -> None:
        self.counts[form] = self.counts.get(form, 0) + 1
        self.digest = scopes.with_record(self.digest, form, record_id, version, digest)

    def remove(self, form: str, record_id: str, version: int, digest: str) -> None:
        self.counts[form] -= 1
        self.digest = scopes.without_record(self.digest, form, record_id, version, digest)

    def fits(self, theirs: Scope) -> bool:
        mine = {form: count for form, count in self.counts.items() if count}
        wanted = {form: count for form, count in theirs.counts.items() if count}
        return mine == wanted and self.digest == theirs.digest


def _apply_records(
    connection: Connection, form: Form, latest: Mapping[str, RecordChange], total: _Scope
) -> int:
    table = tables_of(form).register
    generation = syncstate.get(connection, syncstate.GENERATION, 0)
    resync = syncstate.get(connection, syncstate.RESYNC)
    there = _versions(connection, form, latest)
    fresh: list[dict[str, Any]] = []
    same: list[str] = []
    for record_id, change in latest.items():
        version, digest, of = there.get(record_id, (0, "", -1))
        older = change.version < version and not (resync and of < resync)
        if older:
            continue
        if (version, digest) == (change.version, change.digest):
            same += [record_id] if of != generation else []
            continue
        if record_id in there:
            total.remove(form.id, record_id, version, digest)
        total.add(form.id, record_id, change.version, change.digest)
        fresh.append(
            {
                "record_id": record_id,
                "version": change.version,
                "state": str(change.state),
                "unit": change.unit,
                "digest": change.digest,
                "generation": generation,
                **to_columns(form, change.values),
            }
        )
    if same:
        named = update(table).where(table.c.record_id.in_(same)).values(generation=generation)
        connection.execute(named)
    if fresh:
        ids = [each["record_id"] for each in fresh]
        before = seen(connection, form, ids)
        insert = sqlite.insert(table)
        renewed = {name: insert.excluded[name] for name in fresh[0] if name != "record_id"}
        connection.execute(
            insert.on_conflict_do_update(index_elements=["record_id"], set_=renewed), fresh
        )
        _tell(connection, form, before, ids)
    return len(fresh)


def _versions(
    connection: Connection, form: Form, ids: Iterable[str]
) -> dict[str, tuple[int, str, int]]:
    table = tables_of(form).register
    query = select(table.c.record_id, table.c.version, table.c.digest, table.c.generation)
    rows = connection.execute(query.where(table.c.record_id.in_(list(ids))))
    return {row.record_id: (row.version, row.digest, row.generation or 0) for row in rows}


def _tell(connection: Connection, form: Form, before: Mapping[str, Any], ids: list[str]) -> None:
    after = seen(connection, form, ids)
    changes = SeenChanges(connection, form)
    for record_id in ids:
        changes.add(before.get(record_id), after.get(record_id))
    changes.flush()


def _finish_snapshot(store: Store, connection: Connection, total: _Scope, *, ask: bool) -> int:
    """Removes what a finished snapshot did not name; gives how many it would rather ask about."""
    generation = syncstate.get(connection, syncstate.RESYNC)
    if generation is None:
        return 0
    stale: dict[str, list[tuple[str, int, str]]] = {}
    for form in store.forms.values():
        table = tables_of(form).register
        old = or_(table.c.generation.is_(None), table.c.generation < generation)
        query = select(table.c.record_id, table.c.version, table.c.digest).where(old)
        rows = [(row.record_id, row.version, row.digest) for row in connection.execute(query)]
        if rows:
            stale[form.id] = rows
    count = sum(map(len, stale.values()))
    if ask and count > max(_ASK_ROWS, _ASK_SHARE * sum(total.counts.values())):
        return count
    for form_id, rows in stale.items():
        _remove(connection, store.forms[form_id], rows, total)
    syncstate.put(connection, syncstate.RESYNC, None)
    syncstate.put(connection, syncstate.RESTORED, None)
    audit.append(connection, "resync", str(generation), f"removed {count}")
    return 0


def _remove(
    connection: Connection, form: Form, rows: list[tuple[str, int, str]], total: _Scope
) -> None:
    table = tables_of(form).register
    ids = [record_id for record_id, _, _ in rows]
    before = seen(connection, form, ids)
    for record_id, version, digest in rows:
        total.remove(form.id, record_id, version, digest)
        connection.execute(delete(table).where(table.c.record_id == record_id))
    _tell(connection, form, before, ids)

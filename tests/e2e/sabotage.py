"""Guards taken away, so that tests can show that they would notice. In the test program only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core.changes.states import WAITING
from core.changes.submission import seal, uuid7

VARIABLE = "ZHIBAO_E2E_SABOTAGE"
_installed: set[str] = set()


def install(name: str) -> None:
    """Take the guard *name* away from this process; nothing where it is empty."""
    if not name:
        return
    _installed.add(name)
    _GUARDS[name]()


def confirms_early() -> bool:
    """Whether it is confirmed before it is done."""
    return "early" in _installed


def _nothing() -> None:
    """`early` is asked for where it is told."""


def _new_ids() -> None:
    """Whatever has no receipt when the program starts is sealed anew, under another id."""
    from dataclasses import replace

    from sqlalchemy import select, update

    from core.changes.submission import read_submission
    from core.wire.canonical import read_json
    from db import outbox
    from db.register_tables import tables_of
    from db.tables import submissions

    real = outbox.recover

    def recover(store: Any) -> int:
        count = real(store)
        waiting = submissions.c.state.in_([str(each) for each in WAITING])
        with store.write() as connection:
            connection.exec_driver_sql("DROP TRIGGER IF EXISTS submissions_sealed")
            query = select(submissions.c.submission_id, submissions.c.body).where(waiting)
            for row in connection.execute(query).all():
                old = read_submission(read_json(bytes(row.body)))
                new = seal(replace(old, submission_id=uuid7()))
                connection.execute(
                    update(submissions)
                    .where(submissions.c.submission_id == row.submission_id)
                    .values(
                        submission_id=new.submission_id,
                        digest=new.digest,
                        body=new.body,
                        envelope_id=None,
                    )
                )
                laid = tables_of(store.forms[old.form]).pending
                connection.execute(
                    update(laid)
                    .where(laid.c.submission_id == old.submission_id)
                    .values(submission_id=new.submission_id)
                )
        return count

    outbox.recover = recover


def _two_transactions() -> None:
    """Queuing commits half-way: the submission first, the rest later."""
    import db.outbox.pending

    pending: Any = db.outbox.pending
    real = pending.lay

    def lay(connection: Any, *args: Any) -> None:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        real(connection, *args)

    pending.lay = lay


def _believe() -> None:
    """A reply of anybody is believed."""
    import client.sync.api

    api: Any = client.sync.api
    api.verify_reply = lambda *_args, **_kwargs: None


def _forget() -> None:
    """Trouble on the line throws away what was being sent."""
    from sqlalchemy import delete

    from db import outbox
    from db.tables import submissions

    def back_to_queue(store: Any, envelope_id: str, error: str) -> None:
        del error
        with store.write() as connection:
            connection.exec_driver_sql("DROP TRIGGER IF EXISTS submissions_no_delete")
            mine = submissions.c.envelope_id == envelope_id
            connection.execute(delete(submissions).where(mine))

    outbox.back_to_queue = back_to_queue


def _swallow() -> None:
    """Trouble at queuing is taken for success."""
    from core.changes.submission import submission_of
    from db import outbox
    from db.clock import now
    from db.errors import StoreError

    real = outbox.enqueue

    def enqueue(store: Any, draft: Any, form: Any) -> Any:
        try:
            return real(store, draft, form)
        except StoreError:
            return seal(submission_of(draft, form, device_seq=1, submitted_at=now()))

    outbox.enqueue = enqueue


_GUARDS: dict[str, Callable[[], None]] = {
    "early": _nothing,
    "new_ids": _new_ids,
    "two_transactions": _two_transactions,
    "believe": _believe,
    "forget": _forget,
    "swallow": _swallow,
}

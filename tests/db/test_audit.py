"""The audit chain: nothing changed, nothing removed, nothing cut off unnoticed."""

import pytest
from sqlalchemy.exc import IntegrityError

from db import audit, outbox
from db.errors import StoreDamaged
from db.store import Store
from tests.helpers.stores import draft, person_form


def write(store: Store, count: int = 4) -> None:
    for each in range(count):
        with store.write() as connection:
            audit.append(connection, "event", f"object-{each}", "done")


def around(store: Store, *statements: str) -> None:
    """Changes rows as somebody would who has the key and takes the triggers away."""
    with store.write() as connection:
        connection.exec_driver_sql("DROP TRIGGER audit_no_update")
        connection.exec_driver_sql("DROP TRIGGER audit_no_delete")
        for each in statements:
            connection.exec_driver_sql(each)


def test_each_row_says_who_did_what(store: Store) -> None:
    store.user = "officer-1"
    write(store, 2)
    newest, first = audit.entries(store)
    assert (newest.seq, newest.user, newest.event, newest.object) == (
        2, "officer-1", "event", "object-1",
    )  # fmt: skip
    assert newest.previous == first.hash
    assert first.previous == audit.GENESIS
    assert newest.at.endswith("Z")
    assert audit.verify(store) == 2


def test_an_empty_chain_is_whole(store: Store) -> None:
    assert audit.verify(store) == 0


@pytest.mark.parametrize("statement", ["UPDATE audit SET result = 'x'", "DELETE FROM audit"])
def test_rows_cannot_be_changed_or_removed(store: Store, statement: str) -> None:
    write(store)
    with pytest.raises(IntegrityError, match="audit rows are never"), store.write() as connection:
        connection.exec_driver_sql(statement)
    assert audit.verify(store) == 4


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET result = 'x' WHERE seq = 2",
        "UPDATE audit SET at = '2020' WHERE seq = 4",
        "UPDATE audit SET user = 'x' WHERE seq = 1",
        "DELETE FROM audit WHERE seq = 2",
        "DELETE FROM audit WHERE seq = 4",
        "DELETE FROM audit",
        "UPDATE audit SET seq = 9 WHERE seq = 4",
        "UPDATE audit SET hash = previous WHERE seq = 3",
        "INSERT INTO audit SELECT 5, at, user, event, at, at, hash, hash FROM audit LIMIT 1",
    ],
)
def test_whoever_goes_around_the_triggers_is_noticed(store: Store, statement: str) -> None:
    write(store)
    around(store, statement)
    with pytest.raises(StoreDamaged):
        audit.verify(store)


def test_without_the_chain_a_change_would_not_be_noticed(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "_hash", lambda *_: audit.GENESIS)
    write(store)
    around(store, "UPDATE audit SET result = 'x' WHERE seq = 2")
    assert audit.verify(store) == 4


def test_no_row_without_its_deed_and_no_deed_without_its_row(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("db.outbox.submit._insert", cut)
    with pytest.raises(KeyboardInterrupt):
        outbox.enqueue(store, draft(), person_form())
    assert audit.entries(store) == []

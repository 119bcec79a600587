"""The store itself: nothing readable in its bytes, snapshots, turns, full and read-only disks."""

import os
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from db import drafts, settings
from db.connect import connect
from db.errors import StoreDamaged, StoreUnavailable
from db.store import Store
from tests.helpers.stores import KEY, draft, fill, person, unit

PAGE = 4096


def parts(path: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in path.parent.rglob("*") if each.is_file()}


def test_nothing_readable_is_in_the_bytes(store: Store) -> None:
    fill(store)
    drafts.save(store, draft(values=person(7)), "欧阳草稿")
    words = [b"SQLite format 3", person(3)["name"].encode(), person(3)["id_number"].encode()]
    words += [unit(1)["full_name"].encode(), "欧阳草稿".encode(), person(7)["name"].encode()]
    found = parts(store.path)
    assert len(found["zhibao.db-wal"]) > 0
    for name, content in found.items():
        for word in words:
            assert word not in content, name
    store.close()
    for name, content in parts(store.path).items():
        assert all(word not in content for word in words), name


def test_a_store_without_encryption_would_be_noticed(tmp_path: Path) -> None:
    import sqlite3

    plain = sqlite3.connect(tmp_path / "plain.db")
    plain.execute("CREATE TABLE people (name TEXT)")
    plain.execute("INSERT INTO people VALUES (?)", (person(3)["name"],))
    plain.commit()
    plain.close()
    content = (tmp_path / "plain.db").read_bytes()
    assert b"SQLite format 3" in content
    assert person(3)["name"].encode() in content


def test_every_connection_is_set_up_for_safety(store: Store) -> None:
    wanted = {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 5000,
        "mmap_size": 0,
        "trusted_schema": 0,
        "temp_store": 2,
    }
    with store.read() as connection:
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted}
    assert found == wanted


def test_another_key_opens_nothing(store_path: Path) -> None:
    with pytest.raises(StoreDamaged):
        Store.open(store_path, b"x" * 32)


def test_a_missing_store_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable) as caught:
        Store.open(tmp_path / "none.db", KEY)
    assert caught.value.kind == "gone"


def test_an_existing_store_is_never_made_anew(store_path: Path) -> None:
    before = store_path.read_bytes()
    with pytest.raises(StoreUnavailable) as caught:
        Store.create(store_path, KEY)
    assert caught.value.kind == "exists"
    assert store_path.read_bytes() == before


def test_a_folder_in_place_of_the_store_is_told(tmp_path: Path) -> None:
    (tmp_path / "zhibao.db").mkdir()
    with pytest.raises((StoreUnavailable, StoreDamaged)):
        Store.open(tmp_path / "zhibao.db", KEY)


def test_a_closed_store_leaves_one_file(store: Store) -> None:
    settings.put(store, "a", 1)
    store.close()
    assert [each.name for each in store.path.parent.iterdir()] == ["zhibao.db"]


def test_a_reader_sees_one_moment(store: Store) -> None:
    settings.put(store, "a", 1)
    with store.read() as connection:
        first = connection.exec_driver_sql("SELECT value FROM settings WHERE name='a'").scalar()
        settings.put(store, "a", 2)
        again = connection.exec_driver_sql("SELECT value FROM settings WHERE name='a'").scalar()
    assert (first, again) == ("1", "1")
    assert settings.get(store, "a") == 2


def test_a_failed_transaction_leaves_nothing(store: Store) -> None:
    def insert_twice() -> None:
        with store.write() as connection:
            connection.exec_driver_sql("INSERT INTO settings VALUES ('a', '1')")
            connection.exec_driver_sql("INSERT INTO settings VALUES ('a', '2')")

    with pytest.raises(IntegrityError):
        insert_twice()
    assert settings.get(store, "a", "none") == "none"


def test_many_threads_lose_no_write(store: Store) -> None:
    settings.put(store, "n", 0)
    errors: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(10):
                with store.write() as connection:
                    n = connection.exec_driver_sql(
                        "SELECT value FROM settings WHERE name = 'n'"
                    ).scalar_one()
                    connection.exec_driver_sql(
                        "UPDATE settings SET value = ? WHERE name = 'n'", (str(int(n) + 1),)
                    )
                settings.get(store, "n")
        except BaseException as error:
            errors.append(error)
            raise

    threads = [threading.Thread(target=work) for _ in range(6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert errors == []
    assert settings.get(store, "n") == 60


def test_another_program_that_holds_the_store_is_told(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("db.connect._PRAGMAS", ("busy_timeout = 10",))
    other = connect(store.path, KEY)
    impatient = Store(store.path, KEY)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable) as caught:
        settings.put(impatient, "a", 1)
    assert caught.value.kind == "busy"
    other.execute("ROLLBACK")
    other.close()
    settings.put(impatient, "a", 1)
    impatient.close()


def test_a_full_disk_is_told_and_nothing_is_lost(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = draft("r1")
    drafts.save(store, first)
    with store.read() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    monkeypatch.setattr("db.connect._PRAGMAS", (f"max_page_count = {pages}",))
    full = Store(store.path, KEY)
    big = draft("r2", values=person(1, remark="长" * 200_000))
    with pytest.raises(StoreUnavailable) as caught:
        drafts.save(full, big)
    assert caught.value.kind == "full"
    assert [each.draft_id for each in drafts.all(full)] == [first.draft_id]
    full.close()
    drafts.save(store, big)
    assert len(drafts.all(store)) == 2


def test_a_read_only_store_is_told(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "db.connect._PRAGMAS", ("query_only = ON", "foreign_keys = ON", "busy_timeout = 10")
    )
    closed_for_writing = Store(store.path, KEY)
    with pytest.raises(StoreUnavailable) as caught:
        settings.put(closed_for_writing, "a", 1)
    assert caught.value.kind == "readonly"
    assert settings.get(closed_for_writing, "a", "none") == "none"
    closed_for_writing.close()


def test_the_unlock_page_imports_no_sqlalchemy() -> None:
    import subprocess

    code = "import sys, db.keyfile, db.errors; sys.exit('sqlalchemy' in sys.modules)"
    root = Path(__file__).resolve().parents[2]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, check=False)
    assert done.returncode == 0


def test_opening_imports_alembic_only_for_a_step(store_path: Path) -> None:
    import subprocess

    code = (
        "import sys, pathlib; from db.store import Store; "
        f"Store.open(pathlib.Path({str(store_path)!r}), bytes(range(32))).close(); "
        "sys.exit('alembic' in sys.modules)"
    )
    root = Path(__file__).resolve().parents[2]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    assert (
        subprocess.run([sys.executable, "-c", code], env=environment, check=False).returncode == 0
    )

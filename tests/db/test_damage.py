"""Damaged stores: every flipped byte is found, and no damaged byte is ever used."""

import random
import shutil
import sqlite3
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from db import backup, damage, drafts, outbox, registers
from db.connect import PAGE_SIZE, connect
from db.errors import StoreDamaged, StoreError
from db.store import Store
from tests.helpers.stores import KEY, draft, draft_on, fill, person_form

FORM = person_form()
FLIPS = 160


@pytest.fixture(scope="module")
def filled(store_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed store with records, drafts and submissions."""
    path = tmp_path_factory.mktemp("filled") / "zhibao.db"
    shutil.copyfile(store_template, path)
    store = Store.open(path, KEY)
    fill(store, 60)
    for number in range(6):
        drafts.save(store, draft(f"d{number}"))
        outbox.enqueue(store, draft_on(store, f"p{number}", name=f"改{number}"), FORM)
    store.close()
    return path


@pytest.fixture
def copy(filled: Path, base_dir: Path) -> Path:
    path = base_dir / "zhibao.db"
    shutil.copyfile(filled, path)
    return path


def everything(store: Store) -> list[Any]:
    """All that the officer could see."""
    form = person_form()
    handles = registers.ids(store, form)
    return [
        [
            registers.get(store, form, each.record_id)
            for each in registers.rows(store, form, handles)
        ],
        [drafts.get(store, each.draft_id) for each in drafts.all(store)],
        [outbox.submission(store, each.submission_id) for each in outbox.items(store)],
        registers.tree(store),
        registers.meters(store),
        list(registers.ids(store, form, text="王")),
    ]


@pytest.fixture(scope="module")
def intact(filled: Path) -> list[Any]:
    store = Store.open(filled, KEY)
    try:
        damage.verify(store)
        return everything(store)
    finally:
        store.close()


def is_found(path: Path, intact: list[Any]) -> bool:
    """Opens, uses and verifies; whatever was read must be what was written."""
    try:
        store = Store.open(path, KEY)
    except StoreDamaged:
        return True
    try:
        assert everything(store) == intact
        damage.verify(store)
    except StoreDamaged:
        return True
    finally:
        store.close()
    return False


def flip(content: bytearray, chance: random.Random) -> None:
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)


def zero_page(content: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(content) // PAGE_SIZE) * PAGE_SIZE
    content[at : at + PAGE_SIZE] = bytes(PAGE_SIZE)


def swap_pages(content: bytearray, chance: random.Random) -> None:
    one, two = (each * PAGE_SIZE for each in chance.sample(range(len(content) // PAGE_SIZE), 2))
    page = content[one : one + PAGE_SIZE]
    content[one : one + PAGE_SIZE] = content[two : two + PAGE_SIZE]
    content[two : two + PAGE_SIZE] = page


def cut(content: bytearray, chance: random.Random) -> None:
    del content[chance.randrange(len(content)) :]


def cut_pages(content: bytearray, chance: random.Random) -> None:
    del content[chance.randrange(1, len(content) // PAGE_SIZE) * PAGE_SIZE :]


def append(content: bytearray, chance: random.Random) -> None:
    content += chance.randbytes(PAGE_SIZE)


@pytest.mark.parametrize(
    ("spoil", "times"),
    [(flip, FLIPS), (zero_page, 25), (swap_pages, 25), (cut, 20), (cut_pages, 20), (append, 3)],
)
def test_all_damage_is_found_before_use(
    copy: Path, intact: list[Any], spoil: Callable[[bytearray, random.Random], None], times: int
) -> None:
    chance = random.Random(2007)
    original = copy.read_bytes()
    missed = []
    for number in range(times):
        content = bytearray(original)
        spoil(content, chance)
        for each in copy.parent.glob("zhibao.db-*"):
            each.unlink()
        copy.write_bytes(content)
        if not is_found(copy, intact):
            missed.append(number)
    assert missed == []


def test_plain_sqlite_would_miss_most_of_it(tmp_path: Path) -> None:
    path = tmp_path / "plain.db"
    plain = sqlite3.connect(path)
    plain.execute("CREATE TABLE people (name TEXT, number TEXT)")
    rows = [(f"某人{each}", f"4205831970{each:08d}") for each in range(4_000)]
    plain.executemany("INSERT INTO people VALUES (?, ?)", rows)
    plain.commit()
    plain.close()
    original, chance, found = path.read_bytes(), random.Random(2007), 0
    for _ in range(FLIPS):
        content = bytearray(original)
        flip(content, chance)
        path.write_bytes(content)
        opened = sqlite3.connect(path)
        try:
            found += opened.execute("PRAGMA integrity_check").fetchall() != [("ok",)]
        except sqlite3.DatabaseError:
            found += 1
        finally:
            opened.close()
    assert found < FLIPS / 2


def test_without_asking_again_a_damaged_search_index_would_answer_wrongly(
    copy: Path, intact: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """FTS5 answers with fewer rows where it meets a bad page; `check_read` asks SQLCipher."""
    monkeypatch.setattr(damage, "check_read", lambda _: None)
    original, wrong = copy.read_bytes(), 0
    for page in range(1, len(original) // PAGE_SIZE):
        content = bytearray(original)
        content[page * PAGE_SIZE + 77] ^= 1
        copy.write_bytes(content)
        try:
            store = Store.open(copy, KEY)
        except StoreDamaged:
            continue
        try:
            wrong += list(registers.ids(store, FORM, text="王")) != intact[-1]
        except StoreDamaged:
            continue
        finally:
            store.close()
    assert wrong > 0


def test_a_backup_of_damaged_bytes_is_not_made(copy: Path) -> None:
    content = bytearray(copy.read_bytes())
    content[-100] ^= 1
    copy.write_bytes(content)
    store = Store.open(copy, KEY)
    with pytest.raises(StoreDamaged):
        backup.take(store)
    assert list(backup.folder_of(copy).iterdir()) == []
    store.close()


def test_after_a_cut_session_the_whole_store_is_read_at_opening(
    copy: Path, expect_log: Callable[..., object]
) -> None:
    store = Store.open(copy, KEY)
    assert not store.unclean
    drafts.save(store, draft("later"))
    keep_journal(store)
    journaled = copy.with_name(copy.name + "-wal").read_bytes()
    in_journal = {struct.unpack(">I", journaled[at : at + 4])[0] for at, _ in frames(journaled)}
    content = bytearray(copy.read_bytes())
    last = max(set(range(1, len(content) // PAGE_SIZE + 1)) - in_journal)
    content[last * PAGE_SIZE - 100] ^= 1  # A page that opening alone would not touch.
    copy.write_bytes(content)
    expect_log("zhibao.store", "did not end in order")
    with pytest.raises(StoreDamaged):
        Store.open(copy, KEY)


def keep_journal(store: Store) -> None:
    """Ends the session as a power cut does: the journal stays."""
    wal = store.path.with_name(store.path.name + "-wal")
    content = wal.read_bytes()
    main = store.path.read_bytes()
    store.close()
    wal.write_bytes(content)
    store.path.write_bytes(main)


# --- The journal ------------------------------------------------------------------------------


@pytest.fixture
def journal(copy: Path) -> Path:
    """A cut session that saved eight drafts; the store file does not have them yet."""
    store = Store.open(copy, KEY)
    for number in range(8):
        drafts.save(store, draft(f"j{number}"))
    keep_journal(store)
    return copy.with_name(copy.name + "-wal")


def frames(content: bytes) -> Iterator[tuple[int, bool]]:
    """Start of each frame and whether it commits."""
    for at in range(32, len(content), 24 + PAGE_SIZE):
        yield at, struct.unpack(">I", content[at + 4 : at + 8])[0] != 0


def test_an_intact_journal_gives_everything_back(
    copy: Path, journal: Path, expect_log: Callable[..., object]
) -> None:
    expect_log("zhibao.store", "did not end in order")
    store = Store.open(copy, KEY)
    assert store.unclean
    assert len(drafts.all(store)) == 14
    store.close()


def test_a_torn_end_of_the_journal_is_no_damage(
    copy: Path, journal: Path, expect_log: Callable[..., object]
) -> None:
    content = journal.read_bytes()
    journal.write_bytes(content[: len(content) - 1000])
    expect_log("zhibao.store", "did not end in order")
    store = Store.open(copy, KEY)
    assert len(drafts.all(store)) == 13
    store.close()


def test_every_flip_before_the_last_commit_of_the_journal_is_found(
    copy: Path, journal: Path
) -> None:
    original = journal.read_bytes()
    commits = [at for at, is_commit in frames(original) if is_commit]
    assert len(commits) >= 8
    safe = commits[-2] + 24 + PAGE_SIZE  # From here on it could be a torn end.
    chance = random.Random(7)
    for at in [*range(32), *(chance.randrange(32, safe) for _ in range(60))]:
        content = bytearray(original)
        content[at] ^= 1 << chance.randrange(8)
        journal.write_bytes(content)
        with pytest.raises(StoreDamaged):
            damage.check_journal(copy)


def test_sqlite_alone_would_drop_confirmed_work_in_silence(
    copy: Path, journal: Path, monkeypatch: pytest.MonkeyPatch, expect_log: Callable[..., object]
) -> None:
    content = bytearray(journal.read_bytes())
    content[32 + 24 + 5] ^= 1
    journal.write_bytes(content)
    monkeypatch.setattr(damage, "check_journal", lambda _: None)
    expect_log("zhibao.store", "did not end in order")
    store = Store.open(copy, KEY)
    assert len(drafts.all(store)) == 6
    store.close()


def test_an_empty_or_fresh_journal_is_fine(copy: Path) -> None:
    wal = copy.with_name(copy.name + "-wal")
    for content in (b"", bytes(10), bytes(32), bytes(5000)):
        wal.write_bytes(content)
        damage.check_journal(copy)


def test_the_check_of_a_store_at_rest_reads_all_of_it(copy: Path) -> None:
    damage.verify_file(copy, KEY)
    content = bytearray(copy.read_bytes())
    content[-5] ^= 1
    copy.write_bytes(content)
    with pytest.raises(StoreDamaged):
        damage.verify_file(copy, KEY)
    with pytest.raises(StoreDamaged):
        damage.verify_file(copy, b"x" * 32)
    with pytest.raises(StoreError):
        damage.verify_file(copy.with_name("none.db"), KEY)


def test_orphaned_rows_are_damage(copy: Path) -> None:
    connection = connect(copy, KEY)
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("UPDATE submissions SET envelope_id = 'nowhere' WHERE device_seq = 1")
    with pytest.raises(StoreDamaged):
        damage.verify_connection(connection)
    connection.close()


def test_a_journal_that_another_program_writes_is_no_damage(
    copy: Path, journal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read half old, half new, it looks damaged; it is looked at again."""
    torn = bytearray(journal.read_bytes())
    torn[32 + 24 + 5] ^= 1
    looks = [bytes(torn), journal.read_bytes(), journal.read_bytes()]
    monkeypatch.setattr(damage, "_content", lambda _: looks.pop(0))
    damage.check_journal(copy)


def test_frames_of_an_earlier_round_are_no_damage(copy: Path, journal: Path) -> None:
    content = bytearray(journal.read_bytes())
    last = [at for at, _ in frames(bytes(content))][-1]
    content[last + 8 : last + 16] = b"earlier."
    journal.write_bytes(content)
    damage.check_journal(copy)


def test_a_length_that_another_program_changes_is_looked_at_again(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = connect(copy, KEY)
    looks = [(10, 11), (11, 11)]
    monkeypatch.setattr(damage, "_pages", lambda *_: looks.pop(0))
    damage.settle_journal(connection, copy)
    looks += [(10, 11)] * 3
    with pytest.raises(StoreDamaged):
        damage.settle_journal(connection, copy)
    connection.close()

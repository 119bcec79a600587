"""Backups under load, thinning, restoring, and what salvaging brings over."""

import shutil
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.changes.states import State
from core.wire.receipts import Result
from db import (
    attachments,
    audit,
    backup,
    damage,
    drafts,
    keyfile,
    outbox,
    registers,
    settings,
    spares,
    syncstate,
)
from db.connect import connect
from db.errors import StoreDamaged, StoreUnavailable
from db.salvage import salvage
from db.store import Store
from tests.helpers.stores import CHEAP, KEY, draft, draft_on, fill, person, person_form, receipt

FORM = person_form()
NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)


def spoil(path: Path, *places: int) -> None:
    content = bytearray(path.read_bytes())
    for each in places:
        content[each] ^= 1
    path.write_bytes(content)


def test_a_backup_has_everything_and_stands_alone(store: Store) -> None:
    fill(store)
    drafts.save(store, draft())
    made = backup.take(store)
    assert [each.name for each in made.path.parent.iterdir()] == [made.name]
    assert (made.kind, made.size) == ("auto", made.path.stat().st_size)
    assert made.taken_at.startswith(f"{made.made_at:%Y-%m-%dT%H:%M}")
    assert person(3)["name"].encode() not in made.path.read_bytes()
    copy = Store.open(made.path, KEY)
    assert registers.count(copy, FORM) == 20
    assert len(drafts.all(copy)) == 1
    damage.verify(copy)
    copy.close()


def test_a_backup_brings_the_key_file_along(store: Store) -> None:
    keyfile.create(keyfile.beside(store.path), "p", CHEAP)
    made = backup.take(store)
    assert keyfile.unlock(made.path.parent / "zhibao.key", "p", 0.0)
    assert [each.path for each in backup.listed(made.path.parent)] == [made.path]


def test_backups_under_load_are_each_whole(store: Store) -> None:
    stop = threading.Event()
    saved: list[int] = []

    def work() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            settings.put(store, "number", number)
            settings.put(store, "again", number)
            saved.append(number)

    writer = threading.Thread(target=work)
    writer.start()
    try:
        made = [backup.take(store, kind=f"n{each}") for each in range(12)]
    finally:
        stop.set()
        writer.join()
    assert saved
    for each in made:
        copy = Store.open(each.path, KEY)
        number, again = settings.get(copy, "number", 0), settings.get(copy, "again", 0)
        assert number - again in {0, 1}
        copy.close()


def test_a_backup_that_fails_leaves_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(StoreUnavailable) as caught:
        backup.take(store)
    assert caught.value.kind == "full"
    assert list(backup.folder_of(store.path).iterdir()) == []


def made_at(moment: datetime) -> backup.Backup:
    return backup.Backup(Path(f"{moment:%Y%m%dT%H%M%S}"), moment, "auto", 1)


def test_thinning_keeps_today_seven_days_four_weeks_twelve_months() -> None:
    every_six_hours = [made_at(NOW - timedelta(hours=6 * each)) for each in range(4 * 800)]
    kept = backup.to_keep(every_six_hours, NOW)
    today = [each for each in kept if each.made_at.astimezone().date() == NOW.astimezone().date()]
    assert len(today) == 3
    days = {each.made_at.astimezone().date() for each in kept}
    assert {NOW.astimezone().date() - timedelta(days=each) for each in range(7)} <= days
    months = {(each.made_at.astimezone().year, each.made_at.astimezone().month) for each in kept}
    assert len(months) == 12
    assert len(kept) <= 3 + 6 + 4 + 12


def test_thinning_never_removes_the_only_backup() -> None:
    old = [made_at(NOW - timedelta(days=4000))]
    assert backup.to_keep(old, NOW) == old


def test_thinning_removes_files(store: Store) -> None:
    folder = backup.folder_of(store.path)
    for hours in (1, 30, 31, 32):
        backup.take(store, moment=NOW - timedelta(hours=hours))
    (folder / "notes.txt").write_text("not a backup", encoding="utf-8")
    assert len(backup.thin(folder, NOW)) == 2
    assert len(backup.listed(folder)) == 2
    assert (folder / "notes.txt").exists()


def test_a_backup_is_due_once_a_day(store: Store) -> None:
    folder = backup.folder_of(store.path)
    assert backup.due(folder, NOW)
    backup.take(store, moment=NOW)
    assert not backup.due(folder, NOW + timedelta(hours=2))
    assert backup.due(folder, NOW + timedelta(days=1))


def test_a_damaged_backup_is_not_put_in_place(store: Store) -> None:
    drafts.save(store, draft())
    made = backup.take(store)
    store.close()
    spoil(made.path, 5000)
    before = store.path.read_bytes()
    with pytest.raises(StoreDamaged):
        backup.restore(made.path, store.path, KEY)
    with pytest.raises(StoreUnavailable):
        backup.restore(made.path.with_name("none"), store.path, KEY)
    assert store.path.read_bytes() == before


# --- Restoring and salvaging --------------------------------------------------------------------


def test_restoring_brings_unsent_work_over(store: Store) -> None:
    """Work done after the backup survives, whatever its state; nothing is doubled."""
    fill(store)
    kept = draft("kept")
    drafts.save(store, kept, "甲")
    early = outbox.enqueue(store, draft_on(store, "p1"), FORM)
    made = backup.take(store)

    drafts.save(store, draft("later"), "乙")
    paper = attachments.put(store, b"paper", "a.pdf", "application/pdf")
    late = outbox.enqueue(store, draft_on(store, "p2", name="晚"), FORM)
    with_paper = outbox.enqueue(store, draft("n1", attachments=(paper,)), FORM)
    outbox.bind(store, "env", b"bytes", [late.submission_id])
    outbox.start(store, "env")
    opened, note = receipt(with_paper)
    outbox.settle(store, opened, note)
    store.close()

    assert backup.restore(made.path, store.path, KEY) == 3
    again = Store.open(store.path, KEY)
    assert [each.title for each in reversed(drafts.all(again))] == ["甲", "乙"]
    states = {each.submission_id: each.state for each in outbox.items(again)}
    assert states == {
        early.submission_id: State.QUEUED,
        late.submission_id: State.QUEUED,
        with_paper.submission_id: State.RECEIVED,
    }
    waiting = {each.submission_id: each.body for each in outbox.unsent(again)}
    assert waiting == {early.submission_id: early.body, late.submission_id: late.body}
    assert attachments.read(again, paper.digest) == b"paper"
    seen = registers.get(again, FORM, "p2")
    assert seen is not None
    assert seen.values["name"] == "晚"
    assert syncstate.read(again, syncstate.RESTORED) == made.name
    damage.verify(again)
    assert audit.verify(again) > 0
    again.close()


def test_unsent_work_survives_any_single_damaged_page(
    store: Store, tmp_path: Path, expect_log: object
) -> None:
    """The first pages and every fifth: rows from the store, the rest from the copies."""
    fill(store, 10)
    base = backup.take(store)
    wanted = set()
    for number in range(4):
        made = draft(f"d{number}")
        drafts.save(store, made)
        wanted.add(made.draft_id)
    paper = attachments.put(store, b"paper" * 3000, "a.pdf", "application/pdf")
    sealed = outbox.enqueue(store, draft("n", attachments=(paper,)), FORM)
    store.close()
    original = store.path.read_bytes()
    pages = len(original) // 4096
    for page in [*range(6), *range(6, pages, 5)]:
        folder = tmp_path / f"page{page}"
        folder.mkdir()
        shutil.copytree(spares.folder_of(store.path), folder / "unsent")
        path = folder / "zhibao.db"
        path.write_bytes(original)
        spoil(path, page * 4096 + 99)
        backup.restore(base.path, path, KEY)
        again = Store.open(path, KEY)
        assert {each.draft_id for each in drafts.all(again)} == wanted
        assert [each.body for each in outbox.unsent(again)] == [sealed.body]
        assert attachments.read(again, paper.digest) == b"paper" * 3000
        again.close()
        shutil.rmtree(folder)


def test_without_the_copies_a_damaged_first_page_would_lose_work(store: Store) -> None:
    made = backup.take(store)
    drafts.save(store, draft())
    store.close()
    shutil.rmtree(spares.folder_of(store.path))
    spoil(store.path, 99)
    assert backup.restore(made.path, store.path, KEY) == 0


def test_salvaging_twice_brings_nothing_over_twice(store: Store) -> None:
    made = backup.take(store)
    drafts.save(store, draft())
    outbox.enqueue(store, draft("n"), FORM)
    store.close()
    assert backup.restore(made.path, store.path, KEY) == 2
    again = Store.open(store.path, KEY)
    aside = next(each for each in store.path.parent.glob("zhibao-aside-*.db"))
    assert salvage(aside, again).count == 0
    assert len(outbox.items(again)) == 1
    again.close()


def test_salvaging_never_puts_older_over_newer(store: Store, tmp_path: Path) -> None:
    made = draft(values=person(1, name="旧"))
    drafts.save(store, made)
    aside = tmp_path / "aside.db"
    copy = backup.take(store)
    shutil.copyfile(copy.path, aside)
    drafts.save(store, draft(draft_id=made.draft_id, values=person(1, name="新")))
    assert salvage(aside, store).count == 0
    assert drafts.get(store, made.draft_id).values["name"] == "新"


def test_a_draft_that_was_sent_does_not_come_back(store: Store, tmp_path: Path) -> None:
    made = draft()
    drafts.save(store, made)
    copy = backup.take(store)
    outbox.enqueue(store, made, FORM)
    assert salvage(copy.path, store).count == 0
    assert drafts.all(store) == []


def test_a_missing_store_is_restored_from_backup_and_copies(store: Store) -> None:
    made = backup.take(store)
    drafts.save(store, draft())
    store.close()
    store.path.unlink()
    assert backup.restore(made.path, store.path, KEY) == 1


def test_copies_are_encrypted_and_removed_when_not_needed(store: Store) -> None:
    folder = spares.folder_of(store.path)
    made = draft()
    drafts.save(store, made)
    assert len(list(folder.iterdir())) == 1
    name = str(made.values["name"]).encode()
    assert all(name not in each.read_bytes() for each in folder.iterdir())
    sealed = outbox.enqueue(store, made, FORM)
    assert [each.name.split("-")[0] for each in folder.iterdir()] == ["submission"]
    outbox.settle(store, *receipt(sealed))
    assert list(folder.iterdir()) == []
    drafts.save(store, draft("other", draft_id="d-9"))
    drafts.discard(store, "d-9")
    assert list(folder.iterdir()) == []


def test_damaged_copies_are_passed_over(store: Store, expect_log: object) -> None:
    drafts.save(store, draft())
    (copy,) = spares.folder_of(store.path).iterdir()
    spoil(copy, 40)
    assert callable(expect_log)
    expect_log("zhibao.store", "copy of unsent work is damaged")
    assert list(spares.kept(store.path, KEY, spares.DRAFT)) == []


def test_trouble_with_copies_never_stops_the_work(
    store: Store, monkeypatch: pytest.MonkeyPatch, expect_log: object
) -> None:
    (store.path.parent / "unsent").write_text("in the way", encoding="utf-8")
    assert callable(expect_log)
    expect_log("zhibao.store", "no copy of unsent work")
    made = draft()
    drafts.save(store, made)
    assert len(drafts.all(store)) == 1
    expect_log("zhibao.store", "could not be removed")
    drafts.discard(store, made.draft_id)
    assert drafts.all(store) == []


def test_salvage_checks_every_digest(store: Store, tmp_path: Path) -> None:
    attachments.put(store, b"paper", "a.pdf", "application/pdf")
    outbox.enqueue(store, draft("n"), FORM)
    copy = backup.take(store)
    other = Store.open(copy.path, KEY)
    with other.write() as connection:
        connection.exec_driver_sql("DROP TRIGGER submissions_sealed")
        connection.exec_driver_sql("UPDATE submissions SET body = x'7b7d'")
        connection.exec_driver_sql("UPDATE attachments SET content = x'00'")
    other.close()
    shutil.rmtree(spares.folder_of(store.path))
    fresh = Store.create(tmp_path / "fresh" / "zhibao.db", KEY)
    found = salvage(copy.path, fresh)
    assert (found.count, found.documents) == (0, 0)
    fresh.close()


def test_restoring_sets_the_journal_aside_with_its_store(store: Store, expect_log: object) -> None:
    made = backup.take(store)
    drafts.save(store, draft())
    wal = store.path.with_name("zhibao.db-wal")
    journal, main = wal.read_bytes(), store.path.read_bytes()
    store.close()
    wal.write_bytes(journal)
    store.path.write_bytes(main)
    shutil.rmtree(spares.folder_of(store.path))
    assert backup.restore(made.path, store.path, KEY) == 1
    assert not wal.exists()
    assert list(store.path.parent.glob("zhibao-aside-*.db"))


def test_salvaging_passes_bugs_on(store: Store, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    connection = connect(other, KEY, "rwc", wal=False)
    connection.execute("CREATE TABLE other (a)")
    connection.close()
    with pytest.raises(Exception, match="no such table"):
        salvage(other, store)


def test_answered_work_is_salvaged_without_being_laid_over(store: Store) -> None:
    made = backup.take(store)
    sealed = outbox.enqueue(store, draft("n"), FORM)
    outbox.settle(store, *receipt(sealed, Result.INVALID))
    store.close()
    assert backup.restore(made.path, store.path, KEY) == 1
    again = Store.open(store.path, KEY)
    assert outbox.items(again)[0].state is State.REJECTED
    assert registers.count(again, FORM) == 0
    again.close()

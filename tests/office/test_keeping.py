"""Backup and restore: whole, checked before use, with a new epoch."""

from __future__ import annotations

import shutil
import stat
from pathlib import Path

import pytest

from core.wire import protocol
from core.wire.protocol import ProblemType
from core.wire.receipts import Result
from office import keeping
from office.context import open_office
from office.database import Database
from office.keeping import BackupError
from tests.office.conftest import House, made_house
from tests.office.pc import Pc


def test_a_backup_taken_at_work_restores_to_the_same_registers(
    house: House, tmp_path: Path
) -> None:
    pc = house.pc()
    item = pc.sealed(pc.draft("join", house.newcomer()))
    receipt = pc.send(item)[0]
    target = keeping.backup(house.office, tmp_path / "backup")
    assert stat.S_IMODE(target.stat().st_mode) & 0o077 == 0
    later = pc.sealed(pc.draft("join", house.newcomer()))
    assert pc.send(later)[0].result is Result.RECEIVED
    before = pc.pull()

    restored = keeping.restore(target, tmp_path / "other")
    assert restored.receipts == 1
    assert restored.replaced == ""
    with made_house(tmp_path / "other")() as again:
        _after_a_restore(again, pc, before.cursor)
        assert pc.send(item)[0] == receipt
        assert pc.send(later)[0].result is Result.RECEIVED
        assert keeping.verify(again.office) == []


def _after_a_restore(again: House, pc: Pc, cursor: str) -> None:
    """The same device goes on: a new session, a new epoch, everything fetched anew."""
    pc.http, pc.token = again.http, ""
    answer = pc.call("GET", f"{protocol.CHANGES_PATH}?cursor={cursor}")
    assert answer.problem.type == ProblemType.RESYNC
    assert pc.pull().agrees()


def test_what_stood_there_is_kept_beside(office_dir: Path, tmp_path: Path) -> None:
    office = open_office(office_dir)
    target = keeping.backup(office, tmp_path / "backup")
    office.close()
    old = (office_dir / "office.db").read_bytes()
    for number in (1, 2):
        restored = keeping.restore(target, office_dir)
        assert restored.replaced == str(office_dir / f"replaced-{number}")
    assert (office_dir / "replaced-1" / "office.db").read_bytes() == old


def test_the_database_is_not_taken_from_under_a_serving_office(
    house: House, tmp_path: Path
) -> None:
    target = keeping.backup(house.office, tmp_path / "backup")
    with pytest.raises(BackupError, match="正在运行"):
        keeping.restore(target, house.office.base_dir)
    house.office.close()
    assert keeping.restore(target, house.office.base_dir).replaced


def test_a_damaged_database_may_be_replaced(house: House, tmp_path: Path) -> None:
    target = keeping.backup(house.office, tmp_path / "backup")
    house.office.close()
    (house.office.base_dir / "office.db").write_bytes(b"no database" * 100)
    assert keeping.restore(target, house.office.base_dir).replaced


def test_a_backup_never_overwrites(house: House, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="已经存在"):
        keeping.backup(house.office, tmp_path)


def test_a_damaged_or_partial_backup_is_refused_and_changes_nothing(
    house: House, tmp_path: Path
) -> None:
    whole = keeping.backup(house.office, tmp_path / "whole")
    for name in ("office.db", "signing.key", "office.toml"):
        partial = tmp_path / f"without-{name}"
        shutil.copytree(whole, partial)
        (partial / name).unlink()
        with pytest.raises(BackupError, match="缺少"):
            keeping.restore(partial, tmp_path / "other")
    damaged = tmp_path / "damaged"
    shutil.copytree(whole, damaged)
    content = bytearray((damaged / "office.db").read_bytes())
    content[4096 * 3 : 4096 * 5] = b"\xff" * 8192
    (damaged / "office.db").write_bytes(content)
    with pytest.raises(BackupError, match="已损坏"):
        keeping.restore(damaged, tmp_path / "other")
    (damaged / "office.db").write_bytes(b"no database")
    with pytest.raises(BackupError, match="已损坏"):
        keeping.restore(damaged, tmp_path / "other")
    assert not (tmp_path / "other").exists()


def test_another_database_is_backed_up_by_its_own_tools(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = Database("sqlite://")
    monkeypatch.setattr(house.office.database, "path", elsewhere.path)
    with pytest.raises(BackupError, match="pg_dump"):
        keeping.backup(house.office, tmp_path / "backup")
    elsewhere.close()

"""Every known trouble has one error, a code and a sentence; everything else stays loud."""

import errno
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2

from db import errors
from db.errors import StoreDamaged, StoreError, StoreUnavailable, guarded, translated
from db.files import refuse_network, write_whole

MOUNTS = """/dev/sda1 / ext4 rw 0 0
server:/home /home/share nfs4 rw 0 0
//pc/d$ /mnt/my\\040drive cifs rw 0 0
tmpfs /home/share/local tmpfs rw 0 0
odd line
"""


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("database disk image is malformed", "damaged"),
        ("file is not a database", "damaged"),
        ("hmac check failed for pgno=2", "damaged"),
        ("database or disk is full", "unavailable.full"),
        ("attempt to write a readonly database", "unavailable.readonly"),
        ("database is locked", "unavailable.busy"),
        ("unable to open database file", "unavailable.gone"),
        ("access permission denied", "unavailable.denied"),
        ("disk I/O error", "unavailable.io"),
    ],
)
def test_trouble_of_sqlite_is_mapped(text: str, key: str) -> None:
    found = translated(dbapi2.OperationalError(text))
    assert found is not None
    assert found.key == key
    assert found.sentence


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENOENT, "gone"),
        (errno.EEXIST, "exists"),
        (errno.EACCES, "denied"),
        (errno.ENOSPC, "full"),
        (errno.EROFS, "readonly"),
        (errno.EIO, "io"),
    ],
)
def test_trouble_of_the_system_is_mapped(number: int, kind: str) -> None:
    with pytest.raises(StoreUnavailable) as caught, guarded():
        raise OSError(number, "trouble")
    assert caught.value.kind == kind


def test_a_bug_stays_a_bug() -> None:
    assert translated(dbapi2.OperationalError("no such table: x")) is None
    with pytest.raises(KeyError), guarded():
        raise KeyError("bug")


def test_store_errors_pass_unchanged() -> None:
    with pytest.raises(StoreDamaged), guarded():
        raise StoreDamaged("page 3")
    assert isinstance(translated(StoreDamaged("x")), StoreDamaged)


def test_every_sentence_can_be_filled_in() -> None:
    made: list[StoreError] = [
        errors.WrongPassword(3),
        errors.StoreLocked(61),
        errors.StoreTooNew(found="0002", known="0001"),
        errors.StoreDamaged("x"),
        errors.RecordPending(submission="s"),
        errors.NotReopenable(submission="s"),
        errors.NoDraft(draft="d"),
        *(StoreUnavailable(key.split(".")[1]) for key in errors.SENTENCES if "." in key),
    ]
    assert {each.key for each in made} == set(errors.SENTENCES)
    assert all(each.sentence and "{" not in each.sentence for each in made)
    assert "2" in made[1].sentence  # minutes, rounded up
    assert "detail=x" in str(made[3])


@pytest.mark.parametrize(
    "path", ["/home/share/zhibao/zhibao.db", "/mnt/my drive/zhibao.db", "//server/share/z.db"]
)
def test_network_drives_are_refused(path: str) -> None:
    with pytest.raises(StoreUnavailable) as caught:
        refuse_network(Path(path), MOUNTS)
    assert caught.value.kind == "network_drive"


@pytest.mark.parametrize("path", ["/home/me/zhibao.db", "/home/share/local/zhibao.db"])
def test_local_drives_are_taken(path: str) -> None:
    refuse_network(Path(path), MOUNTS)


def test_unc_paths_are_refused() -> None:
    with pytest.raises(StoreUnavailable):
        refuse_network(Path("\\\\server\\share\\zhibao.db"), "")


def test_a_cut_while_writing_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    write_whole(path, b"old")

    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("os.fsync", cut)
    with pytest.raises(KeyboardInterrupt):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"


def test_remote_drives_of_windows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    import ctypes

    class Kernel:
        kind = 4

        def GetDriveTypeW(self, _: str) -> int:
            return self.kind

    class Windows:
        kernel32 = Kernel()

    monkeypatch.setattr("db.files.sys.platform", "win32")
    monkeypatch.setattr(ctypes, "windll", Windows, raising=False)
    with pytest.raises(StoreUnavailable) as caught:
        refuse_network(Path("Z:/zhibao.db"), "")
    assert caught.value.kind == "network_drive"
    Kernel.kind = 3
    refuse_network(Path("C:/zhibao.db"), "")

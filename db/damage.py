"""Finding damage: before anything is used, and all of it in the background.

Three nets, each catching what the one before cannot:

* SQLCipher checks the HMAC of every page whenever it is read, so that damaged bytes are never
  used: whoever reads or writes gets `StoreDamaged` instead. Backups and uploads read likewise.
* At opening, without reading the store: whole pages only, no page missing at the end, no gap in
  the journal (`-wal`), the first page and the schema. This costs the same for any size.
* `verify` reads every page. The opener runs it at once where the last session did not end in
  order, the client's background lane runs it after each opening.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from db.connect import PAGE_SIZE, connect
from db.errors import StoreDamaged, guarded

if TYPE_CHECKING:
    from db.store import Store

_LOOKS = 3  # at a file that another program may be writing
_WAL_HEADER = 32
_FRAME_HEADER = 24
_MAGIC = (0x377F0682, 0x377F0683)  # the last bit says big-endian checksums


def check_size(path: Path) -> None:
    """Raise `StoreDamaged` where the file does not consist of whole pages."""
    with guarded():
        size = path.stat().st_size
    if size == 0 or size % PAGE_SIZE:
        raise StoreDamaged(f"{size} bytes are no whole number of pages")


def check_pages(connection: Any, path: Path) -> None:
    """Raise `StoreDamaged` where the file at rest has not the pages that its header says."""
    found, pages = _pages(connection, path)
    if found != pages:
        raise StoreDamaged(f"{found} pages instead of {pages}")


def settle_journal(connection: Any, path: Path) -> None:
    """Moves the journal into the file, then checks the file's length.

    Another program may be writing at this moment; then the length is for its opener to check.

    Raises:
        StoreDamaged: pages are missing at the end.

    """
    for look in range(1, _LOOKS + 1):
        with guarded():
            busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        found, pages = _pages(connection, path)
        if busy or found == pages:
            return
        if look == _LOOKS:
            raise StoreDamaged(f"{found} pages instead of {pages}")


def _pages(connection: Any, path: Path) -> tuple[int, int]:
    with guarded():
        pages: int = connection.execute("PRAGMA page_count").fetchone()[0]
        return path.stat().st_size // PAGE_SIZE, pages


def check_journal(path: Path) -> None:
    """Raise `StoreDamaged` where the journal has a hole before its end.

    A cut leaves at most one unfinished transaction at the end, which was never confirmed. Two
    commits behind a frame whose checksum is wrong mean that confirmed work has been damaged; SQLite
    itself would drop it in silence.
    """
    wal = path.with_name(path.name + "-wal")
    content = _content(wal)
    for _ in range(_LOOKS):
        problem = _journal_problem(content)
        again = _content(wal) if problem else b""
        if problem and again == content:
            raise StoreDamaged(problem)
        content = again  # Another program writes it at this moment.


def _content(path: Path) -> bytes:
    with guarded():
        return path.read_bytes() if path.exists() else b""


def _journal_problem(content: bytes) -> str:
    if len(content) < _WAL_HEADER:
        return ""
    magic, _, size = struct.unpack(">III", content[:12])
    if magic not in _MAGIC or size != PAGE_SIZE:
        return "journal header" if any(content[:12]) else ""
    lost = sum(commits for valid, commits in _frames(content, magic) if not valid)
    return f"journal: {lost} commits behind a damaged frame" if lost > 1 else ""


def _frames(content: bytes, magic: int) -> Iterator[tuple[bool, int]]:
    """For each frame of the journal's present round: whether it is intact, and 1 if it commits."""
    order = ">" if magic & 1 else "<"
    sums = _checksum(content[:24], (0, 0), order)
    intact = sums == struct.unpack(">II", content[24:32])
    first = _WAL_HEADER + 8
    salts = content[16:24] if intact else content[first : first + 8]
    for at in range(
        _WAL_HEADER, len(content) - _FRAME_HEADER - PAGE_SIZE + 1, _FRAME_HEADER + PAGE_SIZE
    ):
        head = content[at : at + _FRAME_HEADER]
        if head[8:16] != salts:
            continue
        if intact:
            page = content[at + _FRAME_HEADER : at + _FRAME_HEADER + PAGE_SIZE]
            sums = _checksum(page, _checksum(head[:8], sums, order), order)
            intact = sums == struct.unpack(">II", head[16:24])
        yield intact, int(head[4:8] != b"\0\0\0\0")


def _checksum(content: bytes, sums: tuple[int, int], order: str) -> tuple[int, int]:
    """SQLite's running checksum of the journal (https://sqlite.org/fileformat2.html §4.2)."""
    first, second = sums
    words = struct.unpack(f"{order}{len(content) // 4}I", content)
    for one, two in zip(words[::2], words[1::2], strict=True):
        first = (first + one + second) & 0xFFFFFFFF
        second = (second + two + first) & 0xFFFFFFFF
    return first, second


def check_read(connection: Connection) -> None:
    """Raise `StoreDamaged` where this connection has met a page that is not what was written.

    Reading a table says so itself. FTS5 does not: it answers with fewer rows. SQLCipher remembers.
    """
    if str(connection.exec_driver_sql("PRAGMA cipher_status").scalar()) != "1":
        raise StoreDamaged("a page was refused")


def verify_file(path: Path, key: bytes) -> None:
    """Reads every page of a store that nobody has open.

    Raises:
        StoreDamaged: names what is wrong.

    """
    check_size(path)
    connection = connect(path, key, "ro", wal=False)
    try:
        with guarded():
            check_pages(connection, path)
            verify_connection(connection)
    finally:
        connection.close()


def verify_connection(connection: Any) -> None:
    """Every page's HMAC, then the structure of tables and indexes, then foreign keys.

    Raises:
        StoreDamaged: names what is wrong.

    """
    with guarded():
        wrong = connection.execute("PRAGMA cipher_integrity_check").fetchall()
        if not wrong:
            rows = connection.execute("PRAGMA integrity_check(5)").fetchall()
            wrong = [each for each in rows if each[0] != "ok"]
        wrong = wrong or connection.execute("PRAGMA foreign_key_check").fetchall()
    if wrong:
        raise StoreDamaged(f"{len(wrong)} findings, the first: {wrong[0][0]}")


def verify(store: Store) -> None:
    """The full check of an open store, its audit chain too. Costs time in proportion to its size.

    Raises:
        StoreDamaged: names what is wrong.

    """
    from db import audit

    connection = connect(store.path, store.key)
    try:
        with guarded():
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            verify_connection(connection)
    finally:
        connection.close()
    audit.verify(store)

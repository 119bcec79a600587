"""The key file beside the store: the store's key, wrapped by the officer's password.

Wrong passwords are counted on disk, before each try, in a file of their own, so that the key file
is never rewritten by a guess and a kill does not save one. Free of SQLAlchemy: the unlock page
imports it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from db.errors import StoreDamaged, StoreLocked, StoreUnavailable, WrongPassword, guarded
from db.files import refuse_network, write_whole
from db.keys import COST, Cost, new_key, unwrap, wrap

FORMAT = 1
TRIES = 5
LOCK_SECONDS = 600


def beside(store_path: Path) -> Path:
    """The key file of a store: of the same name, beside it."""
    return store_path.with_suffix(".key")


def create(path: Path, password: str, cost: Cost = COST) -> bytes:
    """Makes the key file with a new random key, and gives the key.

    Raises:
        StoreUnavailable: a key file is there already, or it cannot be written.

    """
    refuse_network(path)
    with guarded():
        if path.exists():
            raise StoreUnavailable("exists")
        path.parent.mkdir(parents=True, exist_ok=True)
        key = new_key()
        _write(path, {"format": FORMAT, "password": wrap(key, password, cost)})
    return key


def unlock(path: Path, password: str, now: float) -> bytes:
    """The store's key. *now* is the wall clock in seconds.

    Raises:
        StoreLocked: five wrong passwords came less than ten minutes ago.
        WrongPassword: this is not the password.
        StoreDamaged: the key file is not one.
        StoreUnavailable: it cannot be read, or the try cannot be counted.

    """
    with guarded():
        body = _read(path)
        tries = _read_tries(path)
        waited = tries.at(now)
        if waited.left > 0:
            _write_tries(path, waited)
            raise StoreLocked(_whole(waited.left))
        counted = waited.wrong_again(now)
        _write_tries(path, counted)
        key = unwrap(body["password"], password)
        if key is None and counted.left > 0:
            raise StoreLocked(_whole(counted.left))
        if key is None:
            raise WrongPassword(TRIES - counted.wrong)
        _tries_path(path).unlink(missing_ok=True)
    return key


def change_password(path: Path, old: str, new: str, now: float, cost: Cost = COST) -> None:
    """Wraps the same key by *new* instead of *old*.

    Raises:
        StoreError: as `unlock`; the old password stays.

    """
    key = unlock(path, old, now)
    with guarded():
        _write(path, {**_read(path), "password": wrap(key, new, cost)})


def keep_recovery(path: Path, sealed: str) -> None:
    """Keeps the key as the office's recovery key sealed it (base64 of an age file)."""
    with guarded():
        _write(path, {**_read(path), "recovery": sealed})


def recovery(path: Path) -> str:
    """What `keep_recovery` kept, or nothing."""
    with guarded():
        return str(_read(path).get("recovery", ""))


@dataclass(frozen=True, slots=True)
class _Tries:
    """Wrong passwords in a row, and the seconds of lock left when last looked, at `seen`."""

    wrong: int = 0
    left: float = 0
    seen: float = 0

    def at(self, now: float) -> _Tries:
        """As it stands now. A clock set back counts as standing still, so it never lengthens."""
        if self.left <= 0:
            return self
        left = self.left - max(0.0, now - self.seen)
        return _Tries(self.wrong, left, now) if left > 0 else _Tries()

    def wrong_again(self, now: float) -> _Tries:
        wrong = self.wrong + 1
        return _Tries(wrong, LOCK_SECONDS if wrong >= TRIES else 0, now)


def _whole(seconds: float) -> int:
    return max(1, round(seconds))


def _read(path: Path) -> dict[str, Any]:
    try:
        body = json.loads(path.read_bytes())
    except ValueError as error:
        raise StoreDamaged("key file") from error
    if not isinstance(body, dict) or body.get("format") != FORMAT or "password" not in body:
        raise StoreDamaged("key file")
    return body


def _write(path: Path, body: dict[str, Any]) -> None:
    write_whole(path, json.dumps(body, indent=1).encode())


def _tries_path(path: Path) -> Path:
    return path.with_name(path.name + ".tries")


def _read_tries(path: Path) -> _Tries:
    """The count; a file that cannot be read as one counts as a lock that has just begun."""
    try:
        body = json.loads(_tries_path(path).read_bytes())
        return _Tries(int(body["wrong"]), min(float(body["left"]), LOCK_SECONDS), body["seen"])
    except FileNotFoundError:
        return _Tries()
    except (ValueError, KeyError, TypeError):
        return _Tries(TRIES, LOCK_SECONDS, float("inf"))


def _write_tries(path: Path, tries: _Tries) -> None:
    body = {"wrong": tries.wrong, "left": tries.left, "seen": tries.seen}
    write_whole(_tries_path(path), json.dumps(body).encode())

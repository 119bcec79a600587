"""The key file: right password, wrong passwords, the lock, a damaged file."""

import json
from pathlib import Path

import pytest

from db import keyfile
from db.errors import StoreDamaged, StoreLocked, StoreUnavailable, WrongPassword
from db.keys import COST, Cost, seal, unseal, unwrap, wrap
from tests.helpers.stores import CHEAP

NOW = 1_800_000_000.0


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "zhibao.key"


@pytest.fixture
def key(path: Path) -> bytes:
    return keyfile.create(path, "枝江2007", CHEAP)


def fail(path: Path, times: int, now: float = NOW) -> None:
    for _ in range(times):
        with pytest.raises((WrongPassword, StoreLocked)):
            keyfile.unlock(path, "wrong", now)


def test_right_password_gives_the_key(path: Path, key: bytes) -> None:
    assert len(key) == 32
    assert keyfile.unlock(path, "枝江2007", NOW) == key


def test_default_cost_is_at_least_64_mib_and_3_passes() -> None:
    assert COST.memory >= 64 * 1024
    assert COST.passes >= 3


def test_neither_key_nor_password_is_in_the_file(path: Path, key: bytes) -> None:
    content = path.read_bytes()
    assert key not in content
    assert key.hex().encode() not in content
    assert "枝江".encode() not in content


def test_each_wrong_password_says_how_many_tries_are_left(path: Path, key: bytes) -> None:
    left = []
    for _ in range(4):
        with pytest.raises(WrongPassword) as caught:
            keyfile.unlock(path, "wrong", NOW)
        left.append(caught.value.params["left"])
    assert left == [4, 3, 2, 1]


def test_fifth_wrong_password_locks_for_ten_minutes(path: Path, key: bytes) -> None:
    fail(path, 4)
    with pytest.raises(StoreLocked) as caught:
        keyfile.unlock(path, "wrong", NOW)
    assert caught.value.params["seconds"] == 600
    assert caught.value.params["minutes"] == 10


def test_right_password_is_refused_while_locked_and_taken_afterwards(
    path: Path, key: bytes
) -> None:
    fail(path, 5)
    with pytest.raises(StoreLocked):
        keyfile.unlock(path, "枝江2007", NOW + 599)
    assert keyfile.unlock(path, "枝江2007", NOW + 601) == key


def test_after_the_lock_there_are_five_tries_again(path: Path, key: bytes) -> None:
    fail(path, 5)
    with pytest.raises(WrongPassword) as caught:
        keyfile.unlock(path, "wrong", NOW + 601)
    assert caught.value.params["left"] == 4


def test_right_password_clears_the_count(path: Path, key: bytes) -> None:
    fail(path, 4)
    keyfile.unlock(path, "枝江2007", NOW)
    with pytest.raises(WrongPassword) as caught:
        keyfile.unlock(path, "wrong", NOW)
    assert caught.value.params["left"] == 4


def test_clock_set_back_years_does_not_lengthen_the_lock(path: Path, key: bytes) -> None:
    fail(path, 5)
    back = NOW - 10 * 365 * 86_400
    with pytest.raises(StoreLocked) as caught:
        keyfile.unlock(path, "枝江2007", back)
    assert caught.value.params["seconds"] <= 600
    assert keyfile.unlock(path, "枝江2007", back + 601) == key


def test_time_already_waited_counts_after_the_clock_is_set_back(path: Path, key: bytes) -> None:
    fail(path, 5)
    with pytest.raises(StoreLocked):
        keyfile.unlock(path, "枝江2007", NOW + 500)
    with pytest.raises(StoreLocked) as caught:
        keyfile.unlock(path, "枝江2007", NOW - 86_400)
    assert caught.value.params["seconds"] == 100


def test_count_is_on_disk_before_the_try(
    path: Path, key: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> bytes:
        raise KeyboardInterrupt

    monkeypatch.setattr(keyfile, "unwrap", killed)
    for _ in range(3):
        with pytest.raises(KeyboardInterrupt):
            keyfile.unlock(path, "wrong", NOW)
    monkeypatch.undo()
    with pytest.raises(WrongPassword) as caught:
        keyfile.unlock(path, "wrong", NOW)
    assert caught.value.params["left"] == 1


def test_count_that_was_tampered_with_counts_as_locked(path: Path, key: bytes) -> None:
    fail(path, 1)
    path.with_name(path.name + ".tries").write_text("{", encoding="utf-8")
    with pytest.raises(StoreLocked):
        keyfile.unlock(path, "枝江2007", NOW)
    assert keyfile.unlock(path, "枝江2007", NOW + 601) == key


def test_changing_the_password_keeps_the_key(path: Path, key: bytes) -> None:
    keyfile.change_password(path, "枝江2007", "新口令", NOW, CHEAP)
    assert keyfile.unlock(path, "新口令", NOW) == key
    with pytest.raises(WrongPassword):
        keyfile.unlock(path, "枝江2007", NOW)


def test_changing_with_a_wrong_password_changes_nothing(path: Path, key: bytes) -> None:
    with pytest.raises(WrongPassword):
        keyfile.change_password(path, "wrong", "新口令", NOW, CHEAP)
    assert keyfile.unlock(path, "枝江2007", NOW) == key


def test_recovery_copy_survives_a_change_of_password(path: Path, key: bytes) -> None:
    assert keyfile.recovery(path) == ""
    keyfile.keep_recovery(path, "YWdl")
    keyfile.change_password(path, "枝江2007", "新口令", NOW, CHEAP)
    assert keyfile.recovery(path) == "YWdl"


def test_a_key_file_is_never_overwritten(path: Path, key: bytes) -> None:
    with pytest.raises(StoreUnavailable) as caught:
        keyfile.create(path, "other", CHEAP)
    assert caught.value.kind == "exists"
    assert keyfile.unlock(path, "枝江2007", NOW) == key


def test_missing_key_file_is_told(path: Path) -> None:
    with pytest.raises(StoreUnavailable) as caught:
        keyfile.unlock(path, "x", NOW)
    assert caught.value.kind == "gone"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[1]",
        b'{"format": 9, "password": {}}',
        b'{"format": 1, "password": {}}',
        b'{"format": 1, "password": {"wrapped": "!"}}',
    ],
)
def test_damaged_key_file_is_told(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(StoreDamaged):
        keyfile.unlock(path, "x", NOW)


@pytest.mark.parametrize(("name", "value"), [("memory", 1), ("salt", "AA=="), ("passes", 0)])
def test_impossible_parameters_are_damage(path: Path, key: bytes, name: str, value: object) -> None:
    body = json.loads(path.read_bytes())
    body["password"][name] = value
    path.write_text(json.dumps(body), encoding="utf-8")
    with pytest.raises(StoreDamaged):
        keyfile.unlock(path, "枝江2007", NOW)


def test_parameters_are_bound_to_the_wrapped_key() -> None:
    wrapped = wrap(b"k" * 32, "p", CHEAP)
    assert unwrap(wrapped, "p") == b"k" * 32
    assert unwrap({**wrapped, "note": "x"}, "p") is None


def test_wrapped_key_that_is_too_short_is_damage() -> None:
    with pytest.raises(StoreDamaged):
        unwrap({**wrap(b"k" * 32, "p", Cost(8, 1, 1)), "wrapped": ""}, "p")


def test_what_is_sealed_beside_the_store_opens_only_unchanged() -> None:
    sealed = seal(b"k" * 32, b"content", "name")
    assert unseal(b"k" * 32, sealed, "name") == b"content"
    assert unseal(b"k" * 32, sealed, "other") is None
    assert unseal(b"j" * 32, sealed, "name") is None
    assert unseal(b"k" * 32, sealed[:-1], "name") is None
    assert unseal(b"k" * 32, b"", "name") is None

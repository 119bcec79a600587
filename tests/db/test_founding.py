"""Making the first store: whole, or as if nothing had happened."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from db import files, founding, keyfile, settings, store
from db.errors import StoreUnavailable
from db.files import is_founded
from db.founding import found
from db.store import Store
from tests.helpers.stores import CHEAP


class CutError(BaseException):
    """The power is gone."""


def _cut(*_: Any, **__: Any) -> None:
    raise CutError


def _after(real: Callable[..., Any]) -> Callable[..., None]:
    def cut(*args: Any, **kwargs: Any) -> None:
        real(*args, **kwargs)
        raise CutError

    return cut


CUTS: dict[str, tuple[Any, str, Callable[..., Any]]] = {
    "before the key": (keyfile, "create", _cut),
    "after the key": (keyfile, "create", _after(keyfile.create)),
    "before the tables": (Store, "_migrate", _cut),
    "after the tables": (Store, "_migrate", _after(Store._migrate)),
    "before the registers": (Store, "use_forms", _cut),
    "before it is in place": (store, "put_in_place", _cut),
}


@pytest.fixture
def place(tmp_path: Path) -> tuple[Path, Path]:
    return tmp_path / "zhibao.key", tmp_path / "zhibao.db"


def test_a_founded_store_opens_to_its_password(place: tuple[Path, Path]) -> None:
    assert not is_founded(*place)
    made = found(*place, "枝江2007", cost=CHEAP)
    settings.put(made, "a", 1)
    made.close()
    assert is_founded(*place)
    opened = Store.open(place[1], keyfile.unlock(place[0], "枝江2007", 0))
    assert settings.get(opened, "a") == 1
    opened.close()
    assert sorted(each.name for each in place[1].parent.iterdir()) == ["zhibao.db", "zhibao.key"]


@pytest.mark.parametrize("cut", CUTS)
def test_a_cut_making_leaves_nothing_in_the_way(
    place: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, cut: str
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(*CUTS[cut])
        with pytest.raises(CutError):
            found(*place, "first password", cost=CHEAP)
    assert not is_founded(*place)
    found(*place, "second password", cost=CHEAP).close()
    Store.open(place[1], keyfile.unlock(place[0], "second password", 0)).close()


def test_without_the_file_of_the_making_the_next_try_would_be_stuck(
    place: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(*CUTS["before the tables"])
        with pytest.raises(CutError):
            found(*place, "first password", cost=CHEAP)
    files.making(place[1]).unlink()
    assert is_founded(*place)
    with pytest.raises(StoreUnavailable):
        founding.found(*place, "second password", cost=CHEAP)


def test_a_lone_key_is_not_thrown_away(place: tuple[Path, Path]) -> None:
    found(*place, "枝江2007", cost=CHEAP).close()
    place[1].unlink()
    before = place[0].read_bytes()
    assert is_founded(*place)
    with pytest.raises(StoreUnavailable) as caught:
        found(*place, "枝江2007", cost=CHEAP)
    assert caught.value.kind == "exists"
    assert place[0].read_bytes() == before

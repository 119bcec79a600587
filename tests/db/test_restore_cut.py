"""A restore may be cut anywhere; what was not sent is there once it has been ended."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from db import backup, damage, drafts, files, outbox, salvage
from db.store import Store
from tests.helpers.stores import KEY, draft, draft_on, fill, person_form


class CutError(BaseException):
    """The power is gone."""


def _before(real: Callable[..., Any]) -> Callable[..., Any]:
    del real

    def cut(*_: Any, **__: Any) -> None:
        raise CutError

    return cut


def _after(real: Callable[..., Any]) -> Callable[..., Any]:
    def cut(*args: Any, **kwargs: Any) -> None:
        real(*args, **kwargs)
        raise CutError

    return cut


def _third(real: Callable[..., Any]) -> Callable[..., Any]:
    """Cuts before the third call: the plan and the journal have been moved."""
    calls: list[Any] = []

    def cut(*args: Any, **kwargs: Any) -> Any:
        calls.append(args)
        if len(calls) == 3:
            raise CutError
        return real(*args, **kwargs)

    return cut


# Where, and whether the restore had begun by then.
CUTS: dict[str, tuple[Any, str, Callable[..., Any], bool]] = {
    "before the plan": (backup, "write_whole", _before, False),
    "after the plan": (backup, "write_whole", _after, True),
    "between journal and store": (Path, "replace", _third, True),
    "before it is in place": (backup, "put_in_place", _before, True),
    "after it is in place": (backup, "put_in_place", _after, True),
    "before the salvage": (salvage, "salvage", _before, True),
    "after the salvage": (salvage, "salvage", _after, True),
}


@pytest.fixture
def made(store: Store) -> tuple[Path, Path]:
    """A backup, and the store with work done since: a draft and a queued change."""
    fill(store)
    taken = backup.take(store)
    drafts.save(store, draft("later"), "乙")
    outbox.enqueue(store, draft_on(store, "p2", name="晚"), person_form())
    store.close()
    store.path.with_name("zhibao.db-wal").write_bytes(b"")
    return taken.path, store.path


def _cut(made: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    module, name, how, _ = CUTS[place]
    with monkeypatch.context() as patched:
        patched.setattr(module, name, how(getattr(module, name)))
        with pytest.raises(CutError):
            backup.restore(made[0], made[1], KEY)


@pytest.mark.parametrize("place", CUTS)
def test_a_cut_restore_is_ended_and_brings_everything_over(
    made: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    _cut(made, monkeypatch, place)
    assert files.restoring(made[1]).exists() is CUTS[place][3]
    backup.finish(made[1], KEY)
    assert backup.finish(made[1], KEY) == 0
    store = Store.open(made[1], KEY)
    assert [each.title for each in drafts.all(store)] == ["乙"]
    assert len(outbox.items(store)) == 1
    damage.verify(store)
    store.close()


@pytest.mark.parametrize("place", ["after it is in place", "before the salvage"])
def test_without_the_plan_a_cut_would_leave_the_old_backup_without_the_work(
    made: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    _cut(made, monkeypatch, place)
    files.restoring(made[1]).unlink()
    backup.finish(made[1], KEY)
    store = Store.open(made[1], KEY)
    assert drafts.all(store) == []
    store.close()

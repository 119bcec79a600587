from __future__ import annotations

from pathlib import Path

import pytest

from client.paths import default_base, paths


def test_everything_lies_below_the_base_folder(tmp_path: Path) -> None:
    found = paths(tmp_path / "new" / "base")
    assert found.base.is_dir()
    for each in (found.store, found.key, found.settings, found.logs, found.backups, found.lock):
        assert each.parent == found.base


def test_the_default_folder_is_in_the_home_of_the_user() -> None:
    assert default_base().is_relative_to(Path.home())


def test_a_relative_folder_is_made_absolute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert paths("here").base == tmp_path / "here"

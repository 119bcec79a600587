from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from client import settings
from client.settings import Look


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    settings.save(path, Look("dark", 1.5, "00ff"))
    assert settings.load(path) == Look("dark", 1.5, "00ff")


def test_without_a_file_the_defaults_count(tmp_path: Path) -> None:
    assert settings.load(tmp_path / "settings.json") == Look()


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"scheme": "pink"}',
        '{"scale": 9}',
        '{"colour": "red"}',
        '{"geometry": 1}',
        "\udcff",
    ],
)
def test_a_broken_file_is_set_aside_and_never_lost(
    tmp_path: Path, text: str, expect_log: Callable[..., object]
) -> None:
    expect_log("zhibao.settings", "set aside")
    path = tmp_path / "settings.json"
    content = text.encode("utf-8", "surrogateescape")
    path.write_bytes(content)
    assert settings.load(path) == Look()
    assert (tmp_path / "settings.json.broken").read_bytes() == content
    assert not path.exists()


def test_a_cut_while_saving_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "settings.json"
    settings.save(path, Look("dark"))

    def cut(*_: object, **__: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(json, "dump", cut)
    with pytest.raises(OSError, match="no space"):
        settings.save(path, Look("light"))
    assert settings.load(path) == Look("dark")

"""`zhibao demo --headless --json`: the officer's round in the real window, as a process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QImage

from client.demo.hands import NotSeenError
from client.demo.round import Step, Story

ROOT = Path(__file__).resolve().parents[2]


def play(folder: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run the demo in *folder*, where it leaves its pictures."""
    return subprocess.run(
        [sys.executable, "-m", "client", "demo", "--headless", "--json"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=600,
        check=False,
    )


def test_the_round_ends_with_a_verified_receipt_and_pictures(tmp_path: Path) -> None:
    done = play(tmp_path, {})
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    assert set(told) == {"steps", "submission", "receipt_verified", "final_state", "screenshots"}
    assert [each["step"] for each in told["steps"] if not each["ok"]] == []
    assert all(set(each) == {"step", "ok", "detail", "seconds"} for each in told["steps"])
    assert told["receipt_verified"] is True
    assert told["final_state"] == "approved"
    pictures = [Path(each) for each in told["screenshots"]]
    assert len(pictures) >= 10
    for each in pictures:
        assert each.parent == tmp_path / "out"
        image = QImage(str(each))
        assert (image.width(), image.height()) == (1366, 768)
        colours = {image.pixel(x, y) for x in range(0, 1366, 7) for y in range(0, 768, 7)}
        assert len(colours) > 5, f"{each.name} shows nothing"


def test_a_step_that_fails_is_told_and_ends_the_story() -> None:
    story, told = Story(), list[Step]()

    def fails() -> str:
        raise NotSeenError("没有看到")

    story.tell("一", lambda: "好", told.append)
    with pytest.raises(NotSeenError):
        story.tell("二", fails, told.append)
    assert [(each.step, each.ok, each.detail) for each in told] == [
        ("一", True, "好"),
        ("二", False, "没有看到"),
    ]
    assert not story.is_whole

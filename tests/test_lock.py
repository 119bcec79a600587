"""The lock names everything that the project asks for, by hash, and no place to fetch it from."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK = (ROOT / "requirements.lock").read_text("utf-8")
PINNED = re.compile(r"^([a-z0-9.-]+)==([^ ;\\]+)", re.MULTILINE)


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def asked_for() -> set[str]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    return {normal(re.split(r"[^A-Za-z0-9._-]", one)[0]) for one in asked}


def test_everything_asked_for_is_pinned() -> None:
    pinned = {normal(match[1]) for match in PINNED.finditer(LOCK)}
    assert asked_for() - pinned == set()


def test_every_pin_has_a_hash() -> None:
    blocks = re.split(r"^(?=\S)", LOCK, flags=re.MULTILINE)
    pins = [block for block in blocks if block.strip()]
    assert pins
    assert [block for block in pins if not PINNED.match(block)] == []
    assert [block for block in pins if "--hash=sha256:" not in block] == []


def test_no_place_is_named() -> None:
    assert not re.search(r"https?:|file:|index-url|find-links|/", LOCK)

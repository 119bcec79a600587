from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import pytest

from core.wire.codec import decode, encode
from core.wire.errors import WireError


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True)
class Inner:
    number: int

    def __post_init__(self) -> None:
        if self.number == 13:
            raise ValueError("an unlucky number")
        if self.number == 14:
            raise WireError("another unlucky number")


@dataclass(frozen=True)
class Outer:
    text: str
    yes: bool
    colour: Colour
    inner: Inner
    many: tuple[Inner, ...]
    counts: dict[str, int]
    anything: Any
    maybe: str | None = None
    table: dict[str, Inner] = field(default_factory=dict)


OUTER = Outer("a", True, Colour.RED, Inner(1), (Inner(2),), {"x": 3}, [None, {}])
JSON: dict[str, Any] = {
    "text": "a",
    "yes": True,
    "colour": "red",
    "inner": {"number": 1},
    "many": [{"number": 2}],
    "counts": {"x": 3},
    "anything": [None, {}],
    "table": {},
}


def test_a_dataclass_is_written_and_read_back() -> None:
    assert encode(OUTER) == JSON
    assert decode(Outer, JSON) == OUTER


def test_what_may_be_missing_is_left_out() -> None:
    assert "maybe" not in encode(OUTER)
    assert decode(Outer, {**JSON, "maybe": "b"}).maybe == "b"


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("text", 1, "/text: str was expected"),
        ("text", None, "/text: str was expected"),
        ("yes", 1, "/yes: bool was expected"),
        ("colour", "blue", "/colour: not one of the known words"),
        ("colour", 1, "/colour: not one of the known words"),
        ("inner", [], "/inner: an object was expected"),
        ("inner", {"number": True}, "/inner/number: int was expected"),
        ("inner", {"number": 13}, "/inner: an unlucky number"),
        ("inner", {"number": 14}, "another unlucky number"),
        ("inner", {}, "/inner/number: missing"),
        ("many", {}, "/many: a list was expected"),
        ("many", [{"number": 1}, {"number": "2"}], "/many/1/number: int was expected"),
        ("counts", [], "/counts: an object was expected"),
        ("counts", {"x": 1.5}, "/counts/x: int was expected"),
        ("maybe", None, "/maybe: str was expected"),
        ("table", {"y": 1}, "/table/y: an object was expected"),
        ("more", 1, "/more: unknown"),
    ],
)
def test_a_wrong_value_is_refused_with_its_place(key: str, value: object, message: str) -> None:
    with pytest.raises(WireError, match=message):
        decode(Outer, {**JSON, key: value})


def test_a_wrong_whole_is_refused() -> None:
    with pytest.raises(WireError, match="/: an object was expected"):
        decode(Outer, [])
    with pytest.raises(WireError, match="/: an unlucky number"):
        decode(Inner, {"number": 13})


def test_a_missing_key_is_named() -> None:
    with pytest.raises(WireError, match="/colour: missing"):
        decode(Outer, {key: value for key, value in JSON.items() if key != "colour"})

"""Pointers into record values."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.record import differences, value_at, with_value

VALUES: dict[str, Any] = {"a": "x", "rows": [{"n": 1}, {"n": 2, "m": "y"}]}


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/a", "x"),
        ("/rows/1/m", "y"),
        ("/rows/0", {"n": 1}),
        ("/b", None),
        ("/rows/2/n", None),
        ("/rows/x", None),
        ("/a/0", None),
    ],
)
def test_a_pointer_leads_to_its_value(pointer: str, value: object) -> None:
    assert value_at(VALUES, pointer) == value


def test_an_empty_value_is_not_there() -> None:
    empties: list[object] = [None, "", []]
    for empty in empties:
        assert "a" not in with_value(VALUES, "/a", empty)
    assert with_value(VALUES, "/rows/1/m", None)["rows"][1] == {"n": 2}


def test_rows_are_appended_replaced_and_removed() -> None:
    assert with_value(VALUES, "/rows/2/n", 3)["rows"][2] == {"n": 3}
    assert with_value(VALUES, "/rows/2", {"n": 3})["rows"][2] == {"n": 3}
    assert with_value(VALUES, "/rows/0", {"n": 9})["rows"][0] == {"n": 9}
    assert with_value(VALUES, "/rows/0", None)["rows"] == [{"n": 2, "m": "y"}]
    assert "only" not in with_value({"only": [{"n": 1}]}, "/only/0", None)


@given(
    st.dictionaries(st.sampled_from("abc"), st.integers(), max_size=3),
    st.sampled_from("abc"),
    st.integers(),
)
def test_what_is_put_is_found_and_the_original_stays(
    values: dict[str, int], name: str, value: int
) -> None:
    before = dict(values)
    after = with_value(values, f"/{name}", value)
    assert value_at(after, f"/{name}") == value
    assert values == before
    assert set(differences(values, after)) <= {f"/{name}"}


def test_differences_are_named_in_order() -> None:
    assert list(differences({"a": 1, "b": 2}, {"b": 3, "c": 4})) == ["/a", "/b", "/c"]

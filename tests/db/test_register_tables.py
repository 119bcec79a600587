"""Tables made from forms: every value comes back as it went in, and newer forms widen them."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.forms.model import Field, FieldType, Form
from db import mirror, register_tables, registers
from db.store import Store
from tests.helpers.stores import OFFICE, change, fill, page, person, person_form

ATTACHMENT = {"digest": "sha256:00", "name": "照片.jpg", "size": 5, "media_type": "image/jpeg"}


def stored(form: Form, values: dict[str, Any]) -> dict[str, Any]:
    columns = register_tables.to_columns(form, values)
    return register_tables.to_values(form, columns)  # type: ignore[arg-type]


def test_values_of_every_type_come_back() -> None:
    values = person(1, photo=ATTACHMENT, occupies_post=False, movements=[{"kind": "1"}])
    assert stored(person_form(), values) == values


@pytest.mark.parametrize(
    "odd",
    [
        {"not_in_the_form": [1, {"a": None}]},
        {"name": 5},
        {"occupies_post": "yes"},
        {"occupies_post": 1},
        {"movements": "none"},
        {"photo": "text"},
        {"name": ""},
    ],
)
def test_values_that_fit_no_column_come_back_too(odd: dict[str, Any]) -> None:
    values = {**person(1), **odd}
    back = stored(person_form(), values)
    assert back == values
    assert {name: type(each) for name, each in back.items()} == {
        name: type(each) for name, each in values.items()
    }


json_values = st.recursive(
    st.booleans() | st.integers(-(2**70), 2**70) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)
names = st.sampled_from([each.name for each in person_form().fields] + ["movements", "other"])


@given(st.dictionaries(names, json_values, max_size=12))
def test_any_json_value_comes_back(values: dict[str, Any]) -> None:
    assert stored(person_form(), values) == values


def test_a_newer_form_adds_columns_and_keeps_the_rows(store: Store) -> None:
    fill(store)
    extra = change("person", "p99", person(99, shoe_size=43))
    mirror.apply(store, page(extra), OFFICE.verifier)
    form = person_form()
    field = Field(name="shoe_size", title="鞋号", type=FieldType.INTEGER, index=True)
    newer = replace(form, version=2, digest="newer", fields=(*form.fields, field))
    store.use_forms({"person": newer})
    assert registers.count(store, newer) == 21
    before, after = registers.get(store, newer, "p3"), registers.get(store, newer, "p99")
    assert before is not None
    assert after is not None
    assert before.values == person(3)
    assert after.values["shoe_size"] == 43
    mirror.apply(store, page(change("person", "p3", person(3, shoe_size=41), 2)), OFFICE.verifier)
    assert len(registers.ids(store, newer, filters={"shoe_size": 41})) == 1


def test_tables_are_made_once_per_shape(store: Store) -> None:
    with store.read() as connection:
        assert register_tables.missing(connection, store.forms.values()) == []
        newer = replace(person_form(), digest="x", listing=replace(person_form().listing, sort=()))
        assert register_tables.missing(connection, [newer]) == [newer]


def test_going_back_to_an_older_form_needs_no_step(store: Store) -> None:
    form = person_form()
    field = Field(name="shoe_size", title="鞋号", type=FieldType.INTEGER)
    store.use_forms({"person": replace(form, digest="newer", fields=(*form.fields, field))})
    with store.read() as connection:
        assert register_tables.missing(connection, [form]) == []


def test_a_form_that_searches_and_sums_otherwise_is_derived_anew(store: Store) -> None:
    """Rows that are there already are found and counted by the new definition."""
    fill(store)
    form = person_form()
    listing = replace(form.listing, search=("department",), names=("department",), tails=())
    tally = replace(form.tallies[0], name="by_sex", by=("unit", "sex"))
    newer = replace(form, version=2, digest="newer", listing=listing, tallies=(tally,))
    mirror.apply(
        store, page(change("person", "p1", person(1, department="档案室"), 2)), OFFICE.verifier
    )
    assert registers.ids(store, newer, text="王").tolist() != []
    store.use_forms({"person": newer})
    assert registers.ids(store, newer, text="王").tolist() == []
    assert len(registers.ids(store, newer, text="das")) == 1
    where = {"unit": "U001", "sex": "1", "occupies_post": True}
    assert registers.StoreLookup(store).count("person", where, without="") == 4
    assert registers.count(store, newer) == 20
    store.use_forms({"person": form})
    assert len(registers.ids(store, form, text=person(1)["name"])) == 1
    assert {each.kind for each in registers.meters(store)} == {"1", "2"}


def test_nothing_is_derived_anew_without_need(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("db.derived.renew", lambda *_: pytest.fail("not needed"))
    store.use_forms({"person": person_form()})

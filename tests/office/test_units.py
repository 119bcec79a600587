"""The tree of units, scopes, and the lookup over the index."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.orm import Session

from core.resources import forms
from office import units
from office.founding import Planted, plant
from office.issued import split
from office.lookup import OfficeLookup, index_text, indexed_fields
from office.models import Unit
from tests.helpers.people import institution
from tests.office.conftest import A1, COUNTY, SECRET, A, B, House
from tests.office.test_merge import approve


def below(house: House, scope: str) -> set[str]:
    with house.office.database.read() as session:
        return set(session.scalars(units.below(COUNTY, scope)))


def follow(house: House, number: str, superior: str | None, **changes: Any) -> None:
    values = institution(register_no=number, superior=superior, **changes)
    with house.office.database.write() as session:
        units.follow(session, house.office, "record", values, active=True)


def test_a_scope_is_a_unit_and_everything_below_it(house: House) -> None:
    assert below(house, COUNTY) == {COUNTY, A, B, A1, SECRET}
    assert below(house, A) == {A, A1}
    assert below(house, A1) == {A1}
    assert below(house, "unknown") == set()


def test_a_branch_that_is_hung_elsewhere_takes_everything_along(house: House) -> None:
    follow(house, "420583000010", A1)
    assert below(house, A) == {A, A1, "420583000010"}
    follow(house, A1, B)
    assert below(house, A) == {A}
    assert below(house, B) == {B, A1, "420583000010"}
    assert below(house, COUNTY) == {COUNTY, A, B, A1, SECRET, "420583000010"}
    follow(house, A1, None)
    assert below(house, B) == {B}
    assert below(house, A1) == {A1, "420583000010"}


def test_a_new_name_leaves_the_tree_as_it_is(house: House) -> None:
    follow(house, A, None, full_name="枝江市新甲镇")
    assert below(house, A) == {A, A1}
    with house.office.database.read() as session:
        assert session.get_one(Unit, (COUNTY, A)).title == "枝江市新甲镇"


def test_units_in_a_ring_do_not_lead_round_for_ever(house: House) -> None:
    follow(house, A, A1)
    assert {A, A1} <= below(house, A)
    pairs = set(units.closure({"a": "b", "b": "a"}, COUNTY))
    assert {("a", "b"), ("b", "a")} <= pairs


def test_a_planted_tree_is_the_tree_that_follows(house: House) -> None:
    parents = {A: COUNTY, B: COUNTY, A1: A, SECRET: COUNTY}
    with house.office.database.read() as session:
        for code in parents:
            chain = {above for above, each in units.closure(parents, COUNTY) if each == code}
            assert chain == set(units.ancestors(session, COUNTY, code))


def test_an_abolished_unit_is_no_longer_active(house: House) -> None:
    pc = house.pc()
    person = pc.pull().by_key("person", "K0003")
    leave = pc.change_of(person, "leave", leave_mode="21", leave_date="2008-12-05")
    approve(house, pc.submit(leave))
    unit = pc.pull().by_key("institution", A1)
    abolish = pc.change_of(
        unit, "abolish", change_kind="4", change_date="2008-12-05", change_reason="撤销"
    )
    approve(house, pc.submit(abolish))
    with house.office.database.read() as session:
        assert not session.get_one(Unit, (COUNTY, A1)).active
        lookup = OfficeLookup(session, COUNTY, forms())
        assert lookup.by_key("institution", A1) is None


def test_the_lookup_counts_and_finds_by_several_fields(house: House) -> None:
    with house.office.database.read() as session:
        lookup = OfficeLookup(session, COUNTY, forms())
        where = {"unit": A, "post_kind": "11", "occupies_post": True}
        assert lookup.count("person", where, without="") == 1
        (found,) = lookup.find("person", where, without="", limit=5)
        assert lookup.count("person", where, without=found.record_id) == 0
        assert lookup.count("person", {**where, "occupies_post": False}, without="") == 0
        assert len(lookup.find("person", {"status": "10", "unit": A}, without="", limit=1)) == 1
        assert lookup.by_key("person", "K0001") == lookup.by_key("person", "K0001") == found


@pytest.mark.parametrize("where", [{}, {"remark": "x"}])
def test_the_lookup_refuses_fields_that_are_not_indexed(
    house: House, where: dict[str, Any]
) -> None:
    with house.office.database.read() as session, pytest.raises(KeyError):
        OfficeLookup(session, COUNTY, forms()).count("person", where, without="")


def test_everything_that_rules_ask_by_is_indexed() -> None:
    assert {"unit", "post_kind", "occupies_post", "id_number", "card_no"} <= set(
        indexed_fields(forms()["person"])
    )
    assert [index_text(each) for each in (True, False, 7, "x")] == ["true", "false", "7", "x"]


@pytest.mark.parametrize(
    ("number", "parts"),
    [
        ("ZJ000017", ("ZJ", "000017")),
        ("420583000005", ("420583", "000005")),
        ("7", ("", "7")),
        ("A1-B", None),
        ("", None),
    ],
)
def test_issued_numbers_go_on_in_the_style_of_the_last(
    number: str, parts: tuple[str, str] | None
) -> None:
    assert split(COUNTY, number) == parts


def test_closed_records_can_be_planted(house: House) -> None:
    from contextlib import closing

    from office.context import open_office
    from office.founding import found
    from office.settings import Settings, save

    base = house.office.base_dir / "second"
    base.mkdir()
    save(base, Settings())
    for name in ("signing.key", "intake.key", "recovery.key"):
        (base / name).write_bytes((house.office.base_dir / name).read_bytes())
    with closing(open_office(base)) as office:
        with office.database.write() as session:
            found(session, office)
        values = institution(register_no="420583000009")
        assert plant(office, [Planted("institution", "r", values, closed=True)]) == {
            "institution": 1
        }
        with office.database.read() as session:
            assert _closed(session)


def _closed(session: Session) -> bool:
    unit = session.get_one(Unit, (COUNTY, "420583000009"))
    lookup = OfficeLookup(session, COUNTY, forms())
    return not unit.active and lookup.by_key("institution", "420583000009") is None

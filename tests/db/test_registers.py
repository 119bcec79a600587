"""Reading registers: the mirror with pending work laid over it, in order, by page, by search."""

import random
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import select

from core.changes.states import State
from core.wire.receipts import Outcome
from db import figures, mirror, outbox, registers, search
from db.overlay import LISTED, SeenChanges, seen
from db.registers import StoreLookup
from db.store import Store
from db.tables import tallies
from tests.helpers.stores import (
    OFFICE,
    change,
    closed,
    decision,
    draft,
    draft_on,
    fill,
    page,
    person,
    person_form,
    receipt,
    unit,
)

FORM = person_form()


def names(store: Store, **asked: Any) -> list[str]:
    handles = registers.ids(store, FORM, **asked)
    return [each.values["name"] for each in registers.rows(store, FORM, handles)]


def test_usual_order_is_the_forms(store: Store) -> None:
    fill(store)
    rows = registers.rows(store, FORM, registers.ids(store, FORM))
    order = [(each.values["unit"], each.values["name"]) for each in rows]
    assert len(order) == 20
    assert order == sorted(order)


@pytest.mark.parametrize("units", [None, ["U001"], ["U001", "U003"]])
def test_order_merges_register_and_pending(store: Store, units: list[str] | None) -> None:
    fill(store, 40)
    for number in (3, 11, 26):
        outbox.enqueue(store, draft_on(store, f"p{number}", name=f"改{number}"), FORM)
    outbox.enqueue(store, draft(), FORM)
    rows = registers.rows(store, FORM, registers.ids(store, FORM, units=units))
    order = [(each.values["unit"], each.values["name"]) for each in rows]
    assert order == sorted(order)
    if units is None:
        assert len(order) == 41
        assert sum(each.handle < 0 for each in rows) == 4
    assert len(order) == registers.count(store, FORM, units=units)


@pytest.mark.parametrize("sort", [["-name"], ["birth_date", "-card_no"], ["-unit", "name"]])
def test_other_orders(store: Store, sort: list[str]) -> None:
    fill(store, 30)
    outbox.enqueue(store, draft_on(store, "p3", name="甲"), FORM)
    handles = registers.ids(store, FORM, sort=sort)
    rows = registers.rows(store, FORM, handles, ["name", "birth_date", "card_no", "unit"])
    wanted = list(rows)
    for each in reversed(sort):
        wanted.sort(key=lambda row: row.values[each.lstrip("-")], reverse=each.startswith("-"))
    assert [row.record_id for row in rows] == [row.record_id for row in wanted]


def test_pages_put_together_are_the_whole(store: Store) -> None:
    fill(store, 50)
    whole = registers.ids(store, FORM)
    parts = [registers.ids(store, FORM, limit=7, offset=at) for at in range(0, 50, 7)]
    assert [each for part in parts for each in part] == list(whole)


def test_first_page_does_not_read_the_register(store: Store) -> None:
    """Both halves come out of an index in order; nothing is sorted, nothing read in full."""
    with store.read() as connection:
        plans: list[str] = []
        connection.connection.dbapi_connection.set_trace_callback(plans.append)  # type: ignore[union-attr]
        dbapi = connection.connection.dbapi_connection
    registers.ids(store, FORM, limit=50)
    dbapi.set_trace_callback(None)  # type: ignore[union-attr]
    query = next(each for each in plans if "UNION ALL" in each)
    with store.read() as connection:
        rows = connection.exec_driver_sql("EXPLAIN QUERY PLAN " + query.replace("%", "%%"))
        plan = "\n".join(row[3] for row in rows)
    assert "MERGE (UNION ALL)" in plan
    assert "ix_register_person_sort" in plan
    register_half = plan.split("RIGHT")[0]
    assert "TEMP B-TREE" not in register_half


def test_statistics_are_over_what_the_office_has_approved(store: Store) -> None:
    fill(store)
    outbox.enqueue(store, draft_on(store, "p3", unit="U009", occupies_post=False), FORM)
    mirror.apply(store, page(closed(change("person", "p8", person(8)))), OFFICE.verifier)
    found = dict(figures.group_counts(store, FORM, ["unit", "occupies_post", "degree"]))
    assert found == {(f"U00{n}", True, None): 3 if n == 3 else 4 for n in range(5)}
    people = list(figures.values_of(store, FORM))
    assert people == [person(number) for number in range(20) if number != 8]


def test_filters_take_one_value_or_several(store: Store) -> None:
    fill(store)
    assert registers.count(store, FORM, filters={"post_kind": "1"}) == 10
    assert registers.count(store, FORM, filters={"post_kind": ["1", "2"]}) == 20
    assert len(registers.ids(store, FORM, filters={"post_kind": "1", "unit": "U001"})) == 2


def test_rows_of_handles_that_are_gone_are_left_out(store: Store) -> None:
    fill(store)
    handles = registers.ids(store, FORM, limit=2)
    assert len(registers.rows(store, FORM, [*handles, 999_999, -999_999])) == 2


def test_a_row_has_the_asked_columns(store: Store) -> None:
    fill(store)
    photo = {"digest": "sha256:00", "name": "a", "size": 1, "media_type": "b"}
    mirror.apply(store, page(change("person", "p1", person(1, photo=photo), 2)), OFFICE.verifier)
    handles = registers.ids(store, FORM, filters={"card_no": "P000001"})
    row = registers.rows(store, FORM, handles, ["photo", "occupies_post"])[0]
    assert row.values == {"photo": photo, "occupies_post": True}
    assert (row.record_id, row.version, row.state_badge) == ("p1", 2, "")


def test_pending_work_is_seen_with_its_state(store: Store) -> None:
    fill(store)
    sealed = outbox.enqueue(store, draft_on(store, "p3", name="新名"), FORM)
    seen_now = registers.get(store, FORM, "p3")
    assert seen_now is not None
    assert seen_now.values["name"] == "新名"
    assert seen_now.base == person(3)
    assert (seen_now.version, seen_now.pending_submission) == (1, sealed.submission_id)
    assert seen_now.pending_state is State.QUEUED
    handles = registers.ids(store, FORM, text="新名")
    assert [each.state_badge for each in registers.rows(store, FORM, handles)] == ["queued"]


def test_a_closing_under_way_stays_in_the_list_but_frees_the_post(store: Store) -> None:
    fill(store)
    lookup = StoreLookup(store)
    where = {"unit": "U003", "post_kind": "1", "occupies_post": True}
    before = lookup.count("person", where, without="")
    outbox.enqueue(store, draft_on(store, "p3", "leave", leave_mode="1"), FORM)
    assert registers.count(store, FORM) == 20
    assert lookup.count("person", where, without="") == before - 1


def test_closed_records_leave_the_list_and_can_be_listed(store: Store) -> None:
    fill(store)
    mirror.apply(store, page(closed(change("person", "p3", person(3)))), OFFICE.verifier)
    assert registers.count(store, FORM) == 19
    assert len(registers.ids(store, FORM)) == 19
    handles = registers.ids(store, FORM, closed=True)
    assert [each.state_badge for each in registers.rows(store, FORM, handles)] == ["closed"]
    assert registers.count(store, FORM, closed=True) == 1
    assert names(store, text=person(3)["name"], closed=True) == [person(3)["name"]]
    assert registers.by_key(store, FORM, "P000003") is None


def test_a_record_that_is_nowhere_is_none(store: Store) -> None:
    assert registers.get(store, FORM, "none") is None
    assert registers.by_key(store, FORM, "none") is None


# --- Search ---------------------------------------------------------------------------------


PEOPLE = {
    "a": person(1, name="欧阳春晓", id_number="420583197001011234", former_name="欧阳小小"),
    "b": person(2, name="单雄信", id_number="42058319700101567X"),
    "c": person(3, name="王伟", id_number="420583197001017890"),
    "d": person(4, name="王小伟", id_number="420583197001011111", position="副局长"),
    "e": person(5, name="\U0002cf41\U00030001", id_number="420583197001012222"),
    "f": person(6, name="阿卜杜拉·买买提", id_number="420583197001013333"),
}


@pytest.fixture
def searched(store: Store) -> Store:
    records = [change("person", key, values) for key, values in PEOPLE.items()]
    mirror.apply(store, page(*records), OFFICE.verifier)
    return store


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("王 欧阳春晓", ""),
        ("欧阳春 春晓", "a"),
        ("欧阳春晓", "a"),
        ("阳春", "a"),
        ("晓", "a"),
        ("欧阳小", "a"),
        ("王伟", "c"),
        ("王", "cd"),
        ("王 伟", "cd"),
        ("小伟", "d"),
        ("局长", "d"),
        ("oycx", "a"),
        ("OYCX", "a"),
        ("ycx", "a"),
        ("sxx", "b"),
        ("dxx", "b"),
        ("ww", "c"),
        ("w", "cd"),
        ("1234", "a"),
        ("567X", "b"),
        ("567x", "b"),
        ("420583197001017890", "c"),
        ("P000003", "c"),
        ("234", ""),
        ("\U0002cf41", "e"),
        ("\U0002cf41\U00030001", "e"),
        ("\U00030001\U0002cf41", ""),
        ("买买", "f"),
        ("拉·买", "f"),
        ("春阳", ""),
        ("王伟王", ""),
        ("', OR *", ""),
        ('"', ""),
        ("NOT", ""),
        ("王 OR 单", ""),
        ("   ", "abcdef"),
    ],
)
def test_search_finds_exactly(searched: Store, text: str, found: str) -> None:
    handles = registers.ids(searched, FORM, text=text)
    rows = registers.rows(searched, FORM, handles)
    assert sorted(each.record_id for each in rows) == sorted(found)
    assert registers.count(searched, FORM, text=text) == len(found)


def test_three_characters_must_stand_in_line(store: Store) -> None:
    mirror.apply(
        store,
        page(
            change("person", "x", person(1, name="买提买买")),
            change("person", "y", person(2, name="提买买")),
        ),
        OFFICE.verifier,
    )
    rows = registers.rows(store, FORM, registers.ids(store, FORM, text="买买提"))
    assert rows == []


def test_search_works_in_units_and_filters(searched: Store) -> None:
    assert names(searched, text="王", units=["U003"]) == ["王伟"]
    assert names(searched, text="王", filters={"unit": "U004"}) == ["王小伟"]
    assert names(searched, text="王", units=["U003", "U004"], limit=1) == ["王伟"]


def test_many_hits_come_in_order_too(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(store, 40)
    few = names(store, text="王")
    monkeypatch.setattr(registers, "_FEW", 2)
    assert names(store, text="王") == few
    assert names(store, text="王", limit=3) == few[:3]


def test_changed_names_are_found_by_the_new_and_not_by_the_old(searched: Store) -> None:
    outbox.enqueue(searched, draft_on(searched, "c", "identity", name="赵强"), FORM)
    assert names(searched, text="王伟") == []
    assert names(searched, text="zq") == ["赵强"]


def test_characters_that_are_numbers_or_wide_are_read_alike() -> None:
    assert search.normal(" ＡＢ Ｃ１ ") == "abc1"
    assert search.match("") == ""


# --- What follows from what is seen -----------------------------------------------------------


def recounted(store: Store) -> tuple[dict[tuple[str, str, str, str], int], Counter[str]]:
    """Tallies and search tokens computed anew from all rows."""
    sums: dict[tuple[str, str, str, str], int] = {}
    tokens: Counter[str] = Counter()
    with store.read() as connection:
        for form in store.forms.values():
            record_ids = [
                row[0]
                for half in ("register", "pending")
                for row in connection.exec_driver_sql(f"SELECT record_id FROM {half}_{form.id}")
            ]
            changes = SeenChanges(connection, form)
            for record in seen(connection, form, record_ids).values():
                changes.add(None, record)
            sums |= {(form.id, *place): n for place, n in changes._sums.items() if n}
            tokens.update(f"{form.id} {search.rowid(handle)}" for handle, _ in changes._come)
    return sums, tokens


def kept(store: Store) -> tuple[dict[tuple[str, str, str, str], int], Counter[str]]:
    tokens: Counter[str] = Counter()
    with store.read() as connection:
        rows = connection.execute(select(tallies).where(tallies.c.n != 0))
        sums = {(row.form, row.name, row.unit, row.key): row.n for row in rows}
        for form in store.forms.values():
            found = connection.exec_driver_sql(f"SELECT rowid FROM search_{form.id}")
            tokens.update(f"{form.id} {row[0]}" for row in found)
    return sums, tokens


@pytest.mark.parametrize("seed", range(6))
def test_tallies_and_index_follow_any_course_of_work(store: Store, seed: int) -> None:
    chance = random.Random(seed)
    fill(store, 12)
    versions = {f"p{number}": 1 for number in range(12)}
    sent: list[Any] = []
    for step in range(40):
        record_id = chance.choice(list(versions))
        seen_now = registers.get(store, FORM, record_id)
        action = chance.choice(["send", "send", "mirror", "close", "answer", "answer", "new"])
        if action == "new":
            values = person(100 + step, card_no=None)
            sent.append(outbox.enqueue(store, draft(f"n{step}", values=values), FORM))
        elif action == "send" and seen_now and seen_now.pending_submission is None:
            flow = chance.choice(["amend", "transfer", "leave"])
            changed = draft_on(store, record_id, flow, unit=f"U{step % 5:03d}", post_kind="3")
            sent.append(outbox.enqueue(store, changed, FORM))
        elif action in {"mirror", "close"}:
            versions[record_id] += 1
            record = change(
                "person", record_id, person(step, name=f"名{step}"), versions[record_id]
            )
            mirror.apply(
                store, page(closed(record) if action == "close" else record), OFFICE.verifier
            )
            versions[record_id] += action == "close"
        elif action == "answer" and sent:
            sealed = sent.pop(chance.randrange(len(sent)))
            outbox.settle(store, *receipt(sealed))
            outcome = chance.choice([Outcome.APPROVED, Outcome.RETURNED, Outcome.REJECTED])
            answer = decision(sealed, outcome, version=3 if outcome is Outcome.APPROVED else 0)
            mirror.apply(store, page(answer.change), OFFICE.verifier)
    assert kept(store) == recounted(store)
    assert len(registers.ids(store, FORM)) == registers.count(store, FORM)


def test_a_forgotten_sum_would_be_noticed(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(store)
    monkeypatch.setattr(SeenChanges, "add", lambda *_: None)
    outbox.enqueue(store, draft(), FORM)
    monkeypatch.undo()
    assert kept(store) != recounted(store)


# --- Lookup and units -------------------------------------------------------------------------


def test_lookup_counts_what_is_seen_without_the_record_itself(store: Store) -> None:
    fill(store)
    lookup = StoreLookup(store)
    where = {"unit": "U003", "post_kind": "1", "occupies_post": True}
    assert lookup.count("person", where, without="") == 2
    assert lookup.count("person", where, without="p3") == 1
    assert lookup.count("person", where, without="p4") == 2
    assert lookup.count("person", {"id_number": person(3)["id_number"]}, without="") == 1
    assert lookup.count("person", {"id_number": person(3)["id_number"]}, without="p3") == 0
    sealed = outbox.enqueue(store, draft(values=person(903, unit="U003", card_no=None)), FORM)
    assert lookup.count("person", where, without="") == 3
    assert lookup.count("person", where, without="new-1") == 2
    assert lookup.count("person", {"unit": "U003"}, without="new-1") == 4
    outbox.settle(store, *receipt(sealed))
    answer = decision(sealed, Outcome.RETURNED)
    mirror.apply(store, page(answer.change), OFFICE.verifier)
    assert lookup.count("person", where, without="") == 2


def test_tally_and_counting_agree(store: Store) -> None:
    fill(store, 60)
    lookup = StoreLookup(store)
    for number in range(5):
        for kind in ("1", "2", "3"):
            where = {"unit": f"U{number:03d}", "post_kind": kind, "occupies_post": True}
            handles = registers.ids(store, FORM, filters=where)
            assert lookup.count("person", where, without="") == len(handles)


def test_lookup_finds_by_key_and_by_values(store: Store) -> None:
    fill(store)
    lookup = StoreLookup(store)
    found = lookup.by_key("institution", "U002")
    assert found is not None
    assert found.values["full_name"] == unit(2)["full_name"]
    assert lookup.by_key("institution", "U999") is None
    people = lookup.find("person", {"unit": "U002"}, without="p2", limit=2)
    assert len(people) == 2
    assert all(each.values["unit"] == "U002" and each.record_id != "p2" for each in people)
    assert lookup.find("person", {"unit": "U999"}, without="", limit=2) == []


def test_lookup_uses_the_index_that_finds_least(store: Store) -> None:
    from db.lookup import _halves

    where = {"post_kind": "1", "unit": "U001", "id_number": "4", "occupies_post": True}
    with store.read() as connection:
        for table, terms in _halves(FORM, where, ""):
            query = select(table.c.row_id).where(*terms)
            text = str(query.compile(connection.engine, compile_kwargs={"literal_binds": True}))
            rows = connection.exec_driver_sql("EXPLAIN QUERY PLAN " + text).all()
            assert f"ix_{table.name}_f_id_number" in rows[0][3]


def test_meters_compare_posts_with_people(store: Store) -> None:
    fill(store)
    meters = {each.kind: each for each in registers.meters(store, "U003", subtree=False)}
    assert (meters["1"].authorised, meters["1"].in_post, meters["1"].vacant) == (5, 2, 3)
    assert (meters["2"].authorised, meters["2"].in_post) == (3, 2)
    everybody = {each.kind: each for each in registers.meters(store)}
    assert (everybody["1"].authorised, everybody["1"].in_post) == (25, 10)
    assert registers.meters(store, "420583") == registers.meters(store)


def test_meters_of_a_classified_unit_come_from_its_totals(store: Store) -> None:
    fill(store)
    posts = [{"post_kind": "1", "funding": "1", "authorised": 7, "in_post_counted": 3}]
    values = unit(8, full_name="涉密机构1", classified=True, posts=posts)
    mirror.apply(store, page(change("institution", "u8", values)), OFFICE.verifier)
    (meter,) = registers.meters(store, "U008")
    assert (meter.authorised, meter.in_post, meter.vacant) == (7, 3, 4)


def test_meters_take_the_units_below_in(store: Store) -> None:
    fill(store)
    below = [change("institution", f"u{n}", unit(n, superior="U000"), 2) for n in (1, 2)]
    mirror.apply(store, page(*below), OFFICE.verifier)
    alone = registers.meters(store, "U000", subtree=False)
    together = registers.meters(store, "U000")
    assert [each.authorised for each in alone] == [5, 3]
    assert [each.authorised for each in together] == [15, 9]
    assert registers.subtree(registers.tree(store), "U000") == ["U000", "U001", "U002"]
    assert len(registers.subtree(registers.tree(store), "420583")) == 5


def test_tree_names_every_current_unit_once_in_order(store: Store) -> None:
    fill(store)
    mirror.apply(store, page(closed(change("institution", "u4", unit(4)))), OFFICE.verifier)
    child = unit(9, superior="U001", sort_no=None, short_name="九局", system="1", classified=True)
    mirror.apply(store, page(change("institution", "u9", child)), OFFICE.verifier)
    nodes = registers.tree(store)
    assert [each.code for each in nodes] == ["U009", "U000", "U001", "U002", "U003"]
    first = nodes[0]
    assert (first.parent, first.classified, first.record_id) == ("U001", True, "u9")
    assert (first.title, first.short_title, first.group) == ("枝江市第9测试局", "九局", "1")


def test_counts_by_unit_come_from_tallies(store: Store) -> None:
    fill(store)
    with store.read() as connection:
        query = select(tallies.c.n).where(
            tallies.c.form == "person", tallies.c.name == LISTED, tallies.c.unit == "U001"
        )
        assert connection.scalar(query) == 4
    assert registers.count(store, FORM, units=["U001", "U001", "U002"]) == 8
    assert registers.count(store, FORM, units=[]) == 0


def test_records_without_a_unit_count_once(store: Store) -> None:
    fill(store)
    new = draft("n1", "establish", form="institution", values=unit(9, register_no=None), unit="")
    outbox.enqueue(store, new, store.forms["institution"])
    form = store.forms["institution"]
    assert registers.count(store, form) == len(registers.ids(store, form)) == 6
    assert registers.meters(store)[0].authorised == 30
    assert [each.code for each in registers.tree(store)] == [f"U{n:03d}" for n in range(5)]


def test_a_store_without_units_has_no_tree(store: Store) -> None:
    del store.forms["institution"]
    assert registers.tree(store) == []
    assert registers.meters(store) == []

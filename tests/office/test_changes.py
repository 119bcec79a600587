"""The feed: commit order, pages, scopes, departures, the closing counts, epochs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, update

from core.wire import protocol
from core.wire.protocol import ProblemType, RecordState, Scope
from core.wire.receipts import Outcome, Remark
from office import decisions
from office.founding import new_epoch
from office.models import Change, County, UnitDigest
from tests.office.conftest import A1, SECRET, A, B, House
from tests.office.pc import Mirror, Pc
from tests.office.test_merge import approve


def units_of(mirror: Mirror) -> set[str]:
    return {each.unit for each in mirror.records.values()}


@pytest.mark.parametrize(
    ("account", "units"),
    [("xinxi", {A, A1, B, SECRET}), ("officer_a", {A, A1}), ("officer_b", {B})],
)
def test_everybody_gets_just_their_scope(house: House, account: str, units: set[str]) -> None:
    mirror = house.pc(account).pull()
    assert units_of(mirror) == units
    assert mirror.agrees()
    assert mirror.counts["institution"] == len(units)


def test_any_size_of_page_leads_to_the_same(house: House) -> None:
    pc = house.pc()
    whole = pc.pull()
    for limit in (1, 2, 3, 6, 7, 8):
        paged = pc.pull(limit=limit)
        assert paged.records == whole.records
        assert paged.agrees()
        assert paged.pages == -(-7 // limit)


def test_after_the_last_page_nothing_more_comes(house: House) -> None:
    pc = house.pc("officer_b")
    mirror = pc.pull()
    page = pc.page(mirror.cursor)
    assert (page.changes, page.has_more, page.cursor) == ((), False, mirror.cursor)
    assert page.scope == mirror.scope


def test_a_record_comes_once_at_its_newest(house: House) -> None:
    pc = house.pc()
    for position in ("科长", "主任", "局长"):
        record = pc.pull().by_key("person", "K0001")
        approve(house, pc.submit(pc.change_of(record, "amend", position=position)))
    fresh = pc.page()
    found = [e for e in fresh.changes if getattr(e, "record_id", "") == record.record_id]
    assert [getattr(each, "version", 0) for each in found] == [4]


def test_decisions_come_only_to_the_account_that_sent(house: House) -> None:
    pc, other, wide = house.pc("officer_a"), house.pc("officer_b"), house.pc()
    approve(house, pc.submit(pc.draft("join", house.newcomer())))
    assert len(pc.pull().notes) == 1
    assert other.pull().notes == []
    wide_mirror = wide.pull()
    assert wide_mirror.notes == []
    assert wide_mirror.counts["person"] == 4


def test_a_record_that_leaves_the_scope_is_closed_there(house: House) -> None:
    pc, from_a, to_b = house.pc(), house.pc("officer_a"), house.pc("officer_b")
    left, right = from_a.pull(), to_b.pull()
    record = pc.pull().by_key("person", "K0001")
    approve(house, pc.submit(pc.change_of(record, "transfer", unit=B, position="新职务")))
    left.follow(from_a)
    gone = left.by_key("person", "K0001")
    assert (gone.state, gone.unit, gone.version) == (RecordState.CLOSED, A, 2)
    assert gone.values == record.values
    assert left.agrees()
    assert from_a.pull().agrees()
    assert right.follow(to_b).by_key("person", "K0001").values["position"] == "新职务"
    assert right.agrees()
    wide = pc.pull()
    assert wide.by_key("person", "K0001").state is RecordState.CURRENT
    assert wide.agrees()


def test_a_record_that_comes_back_is_current_again(house: House) -> None:
    pc, mine = house.pc(), house.pc("officer_a")
    mirror = mine.pull()
    for unit in (B, A, A1, B):
        record = pc.pull().by_key("person", "K0001")
        approve(house, pc.submit(pc.change_of(record, "transfer", unit=unit)))
        mirror.follow(mine)
        assert mirror.agrees(), unit
        assert mine.pull().agrees(), unit
    assert mirror.by_key("person", "K0001").state is RecordState.CLOSED
    assert pc.pull().agrees()


def test_without_the_sums_of_the_units_the_end_of_a_pull_would_disagree(house: House) -> None:
    pc = house.pc()
    assert pc.pull().agrees()
    with house.office.database.write() as session:
        session.execute(update(UnitDigest).values(count=UnitDigest.count + 1))
    assert not pc.pull().agrees()


@pytest.mark.parametrize("cursor", ["x", "x.1", "1", ".", "{epoch}.", "{epoch}.-1", "{epoch}.999"])
def test_a_cursor_that_is_not_ours_asks_for_a_new_start(house: House, cursor: str) -> None:
    pc = house.pc()
    epoch = pc.page().epoch
    path = f"{protocol.CHANGES_PATH}?cursor={cursor.format(epoch=epoch)}"
    answer = pc.call("GET", path)
    assert (answer.status, answer.problem.type) == (410, ProblemType.RESYNC)


def test_a_new_epoch_asks_for_a_new_start(house: House) -> None:
    pc = house.pc()
    mirror = pc.pull()
    with house.office.database.write() as session:
        session.execute(update(County).values(epoch=new_epoch()))
    path = f"{protocol.CHANGES_PATH}?cursor={mirror.cursor}"
    assert pc.call("GET", path).problem.type == ProblemType.RESYNC
    assert pc.pull().records == mirror.records


@pytest.mark.parametrize("limit", ["0", "-1", "1001", "x"])
def test_a_page_has_one_to_a_thousand_changes(house: House, limit: str) -> None:
    answer = house.pc().call("GET", f"{protocol.CHANGES_PATH}?limit={limit}")
    assert answer.problem.type == ProblemType.BAD_REQUEST


def _work(house: House, pc: Pc, writer: int) -> None:
    """Two people join a unit, one person of it changes; the last is returned."""
    unit = (A, B, A1)[writer]
    known = pc.pull().by_key("person", f"K000{writer + 1}")
    drafts = [pc.draft("join", house.newcomer(unit=unit)) for _ in range(2)]
    drafts.append(pc.change_of(known, "amend", position="科长"))
    comment = [Remark("", "comment", "error", "请补充")]
    for draft, outcome in zip(
        drafts, (Outcome.APPROVED, Outcome.APPROVED, Outcome.RETURNED), strict=True
    ):
        submission = pc.submit(draft).submission_id
        decisions.decide(house.office, house.person("shenhe"), submission, outcome, comment)


def test_pulling_while_others_write_misses_nothing(house: House) -> None:
    reader, writers = house.pc(), [house.pc() for _ in range(3)]
    mirror = reader.pull()
    with ThreadPoolExecutor(3) as pool:
        jobs = [pool.submit(_work, house, writers[n], n) for n in range(3)]
        while not all(each.done() for each in jobs):
            mirror.follow(reader, limit=2)
        for each in jobs:
            each.result()
    mirror.follow(reader)
    assert mirror.agrees()
    assert mirror.counts["person"] == 9
    assert len(mirror.notes) == 9
    with house.office.database.read() as session:
        seqs = list(session.scalars(select(Change.seq).order_by(Change.seq)))
    assert len(seqs) == len(set(seqs)) == 7 + 6 + 9


def test_an_empty_scope_is_empty(house: House) -> None:
    from office.accounts import Person
    from office.changes import page
    from office.models import Role

    nobody = Person("nobody", "", Role.OFFICER, "nowhere", "nobody")
    assert page(house.office, nobody, "").scope == Scope({}, "0" * 64)

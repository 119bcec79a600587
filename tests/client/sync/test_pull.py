from collections.abc import Callable

import pytest

from client.sync.api import OfficeApi
from client.sync.events import Decided, Problem, Pulled
from core.changes.states import State
from core.wire import protocol
from core.wire.notes import Signer
from core.wire.protocol import DecisionChange, ProblemType
from core.wire.receipts import Outcome, Remark, sign_decision
from db import mirror, outbox, registers, syncstate
from db.store import Store
from tests.client.sync.visits import problems, state, submit, summary, visit
from tests.helpers.fake_line import OnlineOffice, altered, office_says, serve
from tests.helpers.fake_office import Answer
from tests.helpers.stores import change, closed, person, person_form, unit

Logs = Callable[..., object]


def fill(office: OnlineOffice, people: int = 7, units: int = 2) -> None:
    for number in range(units):
        office.put(change("institution", f"u{number}", unit(number)))
    for number in range(people):
        office.put(change("person", f"p{number}", person(number)))


def test_everything_comes_page_by_page(
    enrolled: Store, office: OnlineOffice, api: OfficeApi
) -> None:
    fill(office)
    office.page_size = 4
    events = visit(enrolled, api)
    pages = [each for each in events if isinstance(each, Pulled)]
    assert [each.records for each in pages] == [4, 4, 1]
    assert [each.last for each in pages] == [False, False, True]
    assert mirror.scope(enrolled) == office.scope()
    assert summary(events).problem == ""


def test_only_what_is_new_comes_the_next_time(
    enrolled: Store, office: OnlineOffice, api: OfficeApi
) -> None:
    fill(office)
    visit(enrolled, api)
    office.feed.append(closed(change("person", "p9", person(9))))
    events = visit(enrolled, api)
    assert [each.records for each in events if isinstance(each, Pulled)] == [1]
    assert mirror.scope(enrolled) == office.scope()


def test_an_approval_brings_the_record(
    enrolled: Store, office: OnlineOffice, api: OfficeApi
) -> None:
    sealed = submit(enrolled)
    visit(enrolled, api)
    office.decide(sealed.submission_id, Outcome.APPROVED)
    events = visit(enrolled, api)
    assert Decided(sealed.submission_id, State.APPROVED) in events
    assert summary(events).approved == 1
    seen = registers.get(enrolled, person_form(), "new-1")
    assert seen is not None
    assert seen.version == 1


def test_a_return_brings_its_comments(
    enrolled: Store, office: OnlineOffice, api: OfficeApi
) -> None:
    sealed, other = submit(enrolled, "new-1"), submit(enrolled, "new-2")
    visit(enrolled, api)
    remark = Remark("/posted_by", "comment", "error", "文号与附件不一致")
    office.decide(sealed.submission_id, Outcome.RETURNED, remark)
    events = visit(enrolled, api)
    assert [each for each in events if isinstance(each, Decided)] == [
        Decided(sealed.submission_id, State.RETURNED)
    ]
    assert summary(events).returned == 1
    item = outbox.get(enrolled, sealed.submission_id)
    assert item is not None
    assert item.comments[0].text == "文号与附件不一致"
    assert state(enrolled, other) is State.RECEIVED


def test_a_decision_is_told_once(
    enrolled: Store, office: OnlineOffice, api: OfficeApi, expect_log: Logs
) -> None:
    expect_log("zhibao.sync", "fetching everything anew")
    sealed = submit(enrolled)
    visit(enrolled, api)
    office.decide(sealed.submission_id, Outcome.RETURNED)
    visit(enrolled, api)
    office.restored()
    again = visit(enrolled, api)
    assert [each for each in again if isinstance(each, Decided)] == []
    assert state(enrolled, sealed) is State.RETURNED


@pytest.fixture
def anew(expect_log: Logs) -> None:
    expect_log("zhibao.sync", "fetching everything anew")


def test_a_restored_office_is_fetched_anew(
    enrolled: Store, office: OnlineOffice, api: OfficeApi, anew: None
) -> None:
    fill(office)
    visit(enrolled, api)
    office.feed = office.feed[:-1]
    office.restored()
    events = visit(enrolled, api)
    assert problems(events) == []
    assert mirror.scope(enrolled) == office.scope()
    assert registers.get(enrolled, person_form(), "p6") is None


def test_unsent_work_survives_fetching_anew(
    enrolled: Store, office: OnlineOffice, api: OfficeApi, anew: None
) -> None:
    fill(office)
    visit(enrolled, api)
    office.restored()
    sealed = submit(enrolled)
    office.refuses[sealed.submission_id] = ProblemType.FORBIDDEN
    visit(enrolled, api)
    assert state(enrolled, sealed) is State.QUEUED
    office.refuses.clear()
    visit(enrolled, api)
    assert state(enrolled, sealed) is State.RECEIVED


def test_a_register_that_differs_is_fetched_anew(
    enrolled: Store, office: OnlineOffice, api: OfficeApi, anew: None
) -> None:
    fill(office)
    visit(enrolled, api)
    office.feed.insert(0, change("person", "p8", person(8)))  # behind our cursor
    office.feed.pop()
    events = visit(enrolled, api)
    assert problems(events) == []
    assert mirror.scope(enrolled) == office.scope()


def test_without_the_comparison_the_difference_would_stay(
    enrolled: Store, office: OnlineOffice, api: OfficeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("db.mirror._Scope.fits", lambda *_: True)
    fill(office)
    visit(enrolled, api)
    office.feed.insert(0, change("person", "p8", person(8)))
    office.feed.pop()
    visit(enrolled, api)
    assert mirror.scope(enrolled) != office.scope()


def test_a_difference_that_stays_is_told(
    enrolled: Store, office: OnlineOffice, api: OfficeApi, anew: None
) -> None:
    fill(office)
    visit(enrolled, api)
    office.lies_about_scope = True
    for _ in range(2):
        office.seen.clear()
        assert problems(visit(enrolled, api)) == ["scope_differs"]
        assert sum("cursor=&" in path for _, path, _ in office.seen) == 1


def test_a_store_from_a_backup_is_fetched_anew(
    enrolled: Store, office: OnlineOffice, api: OfficeApi, anew: None
) -> None:
    fill(office)
    visit(enrolled, api)
    syncstate.write(enrolled, syncstate.RESTORED, True)
    office.seen.clear()
    visit(enrolled, api)
    assert syncstate.read(enrolled, syncstate.RESTORED) is None
    visit(enrolled, api)
    assert sum("cursor=&" in path for _, path, _ in office.seen) == 1


def test_fetching_anew_goes_on_where_it_was_cut(
    enrolled: Store, office: OnlineOffice, api: OfficeApi, anew: None
) -> None:
    fill(office)
    visit(enrolled, api)
    syncstate.write(enrolled, syncstate.RESTORED, True)
    office.page_size = 4
    office.faults.extend([serve, office_says(500, ProblemType.TROUBLE)])
    assert problems(visit(enrolled, api)) == ["office_trouble"]
    office.seen.clear()
    visit(enrolled, api)
    assert [path.partition("cursor=")[2] for _, path, _ in office.seen] == [
        "epoch-1.4&limit=1000",
        "epoch-1.8&limit=1000",
    ]
    assert mirror.scope(enrolled) == office.scope()


def test_many_removals_are_asked_about_first(
    enrolled: Store, office: OnlineOffice, api: OfficeApi, anew: None
) -> None:
    fill(office, people=80)
    visit(enrolled, api)
    office.feed = office.feed[:5]
    office.restored()
    for _ in range(2):
        events = visit(enrolled, api)
        assert [each for each in events if isinstance(each, Problem)] == [
            Problem("many_removals", count=77)
        ]
        assert registers.get(enrolled, person_form(), "p79") is not None
    mirror.confirm_removals(enrolled)
    assert problems(visit(enrolled, api)) == []
    assert mirror.scope(enrolled) == office.scope()


def test_an_office_that_never_knows_the_cursor_is_in_trouble(
    enrolled: Store, office: OnlineOffice, api: OfficeApi, anew: None
) -> None:
    no_cursor = office_says(410, ProblemType.RESYNC)
    office.faults.extend([serve, serve, no_cursor, no_cursor])
    assert problems(visit(enrolled, api)) == ["bad_reply"]


def test_a_page_that_leads_nowhere_is_not_followed(
    enrolled: Store, office: OnlineOffice, api: OfficeApi
) -> None:
    fill(office)
    office.page_size = 0
    assert problems(visit(enrolled, api)) == ["bad_reply"]


def bad_note(office: OnlineOffice, note: str) -> Callable[[Answer], None]:
    def put(answer: Answer) -> None:
        page = protocol.read_page(answer.body)
        changes = (*page.changes, DecisionChange(note))
        answer.body = protocol.write_page(
            protocol.ChangesPage(page.epoch, page.cursor, page.has_more, changes, page.scope)
        )

    return put


def test_a_forged_decision_changes_nothing(
    enrolled: Store, office: OnlineOffice, api: OfficeApi, expect_log: Logs
) -> None:
    expect_log("zhibao.sync", "a page of changes was refused")
    sealed = submit(enrolled)
    visit(enrolled, api)
    fill(office)
    decision = office.decide(sealed.submission_id, Outcome.APPROVED)
    office.feed.pop()
    forged = sign_decision(decision, Signer.generate(office.signer.name)).decode()
    office.faults.append(altered(bad_note(office, forged)))
    assert problems(visit(enrolled, api)) == ["bad_reply"]
    assert state(enrolled, sealed) is State.RECEIVED
    assert mirror.scope(enrolled).counts == {}

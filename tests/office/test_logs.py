"""Receipt log and audit log: chained, signed, and every tampering is found (S20)."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from core.wire.receipts import GENESIS, Result
from office import audit, keeping, receipts
from office.models import AuditRow, Counter, ReceiptRow
from tests.office.conftest import House


@pytest.fixture
def busy(house: House) -> House:
    pc = house.pc()
    for _ in range(3):
        pc.submit(pc.draft("join", house.newcomer()))
    pc.submit(pc.draft("join", house.newcomer(name=None)))
    return house


def test_receipts_are_numbered_chained_and_signed(house: House) -> None:
    pc = house.pc()
    given = [pc.submit(pc.draft("join", house.newcomer(unit="420583000002"))) for _ in range(3)]
    given.append(pc.submit(pc.draft("join", house.newcomer(name=None))))
    assert given[3].result is Result.INVALID
    assert [each.log_index for each in given] == [1, 2, 3, 4]
    assert given[0].previous_hash == GENESIS
    for before, after in pairwise(given):
        assert after.previous_hash == before.log_hash
    with house.office.database.read() as session:
        rows = session.scalars(select(ReceiptRow).order_by(ReceiptRow.log_index)).all()
        assert [receipts.read(house.office, each) for each in rows] == given


def test_untouched_logs_are_found_whole(busy: House) -> None:
    assert keeping.verify(busy.office) == []


def _tamper(session: Session, random: Random) -> int:
    """Change one thing in the audit log; the number of the line where it must show."""
    numbers = list(session.scalars(select(AuditRow.number).order_by(AuditRow.number)))
    at = random.choice(numbers)
    match random.randrange(5):
        case 0:
            session.execute(delete(AuditRow).where(AuditRow.number == at))
        case 1:
            column = random.choice(["at", "event", "account", "device_id", "object", "result"])
            session.execute(
                update(AuditRow).where(AuditRow.number == at).values(**{column: "tampered"})
            )
        case 2:
            session.execute(delete(AuditRow).where(AuditRow.number >= at))
        case 3:
            session.execute(
                update(AuditRow).where(AuditRow.number == at).values(hash="sha256:" + "0" * 64)
            )
        case _:
            at = numbers[-1]
            session.execute(update(AuditRow).where(AuditRow.number == at).values(number=10_000))
    return at


def test_every_tampering_with_the_audit_log_is_found(busy: House) -> None:
    random = Random(20)
    for _ in range(100):
        with busy.office.database.read() as session:
            at = _tamper(session, random)
            session.flush()
            session.expire_all()
            assert audit.verify(session, busy.office.county) == at
    assert keeping.verify(busy.office) == []


def test_a_chain_that_is_not_compared_would_hide_a_removed_end(
    busy: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    with busy.office.database.write() as session:
        last = session.scalars(select(AuditRow.number).order_by(AuditRow.number.desc())).first()
        session.execute(delete(AuditRow).where(AuditRow.number == last))
    assert len(keeping.verify(busy.office)) == 1
    monkeypatch.setattr("office.audit.counters.last", lambda *_: 0)
    assert keeping.verify(busy.office) == []


def test_every_tampering_with_the_receipt_log_is_found(busy: House) -> None:
    changes = [
        update(ReceiptRow).where(ReceiptRow.log_index == 2).values(note="tampered"),
        update(ReceiptRow).where(ReceiptRow.log_index == 2).values(submission_id="other"),
        update(ReceiptRow).where(ReceiptRow.log_index == 2).values(digest="other"),
        delete(ReceiptRow).where(ReceiptRow.log_index == 2),
        update(ReceiptRow).where(ReceiptRow.log_index == 2).values(log_index=9),
    ]
    for each in changes:
        with busy.office.database.read() as session:
            session.execute(each)
            session.expire_all()
            assert receipts.verify(session, busy.office) == 2
    with busy.office.database.read() as session:
        session.execute(delete(ReceiptRow).where(ReceiptRow.log_index == 4))
        assert receipts.verify(session, busy.office) == 4
    with busy.office.database.read() as session:
        session.execute(update(Counter).values(value=9))
        assert receipts.verify(session, busy.office) == 5


def test_the_audit_log_says_who_what_when_and_with_which_result(busy: House) -> None:
    with busy.office.database.read() as session:
        rows = session.scalars(select(AuditRow).order_by(AuditRow.number)).all()
        events = [each.event for each in rows]
        assert events[0] == "office.init"
        assert {"account.add", "enrol.code", "enrol.device", "session.open"} <= set(events)
        items = [each for each in rows if each.event == "intake.item"]
        assert [each.result for each in items] == ["received"] * 3 + ["invalid"]
        assert all(each.account == "xinxi" and each.device_id and each.at for each in items)


def test_no_name_and_no_number_of_a_person_stands_in_the_audit_log(busy: House) -> None:
    with busy.office.database.read() as session:
        for each in session.scalars(select(AuditRow)):
            text = f"{each.event} {each.object} {each.result} {each.account}"
            assert "李新来" not in text
            assert not any(part.isdigit() and len(part) == 18 for part in text.split())

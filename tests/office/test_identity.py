"""Enrolment codes and device sessions (reliability.md S05, S18, S19)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, update

from core.wire import protocol
from core.wire.enrolment import code_id, enrol_request, new_code, prove_session
from core.wire.notes import Signer
from core.wire.protocol import EnrolReply, ProblemType, SessionRequest, read, write
from office import accounts, enrol
from office.models import Device, EnrolCode
from tests.office.conftest import House
from tests.office.pc import Answer, Pc, call


def _enrol(house: House, code: str, **changes: Any) -> Answer:
    request = replace(enrol_request(code, Signer.generate("pc"), "PC"), **changes)
    office = house.office.keys.signer.verifier
    return call(house.http, office, "POST", protocol.ENROL_PATH, write(request), protocol.JSON)


def _devices(house: House) -> int:
    with house.office.database.read() as session:
        return len(session.scalars(select(Device)).all())


def test_a_code_makes_one_device_for_its_account(house: House) -> None:
    answer = _enrol(house, house.code("officer_a"))
    reply = read(EnrolReply, answer.body)
    assert (reply.account, reply.unit, reply.unit_title) == (
        "officer_a",
        "420583000001",
        "枝江市甲镇",
    )
    assert reply.office_key == house.office.keys.signer.verifier.vkey
    assert _devices(house) == 1


def test_a_used_a_stale_an_unknown_and_a_guessed_code_are_refused_alike(house: House) -> None:
    used, stale = house.code(), house.code()
    assert _enrol(house, used).status == 200
    house.clock.forward(hours=73)
    fresh = house.code()
    foreign = enrol_request(new_code(), Signer.generate("pc"), "PC")
    answers = [
        _enrol(house, used),
        _enrol(house, stale),
        _enrol(house, new_code()),
        _enrol(house, new_code(), code_id=code_id(fresh)),
        _enrol(house, fresh, public_key=foreign.public_key),
        _enrol(house, fresh, proof=foreign.proof),
        _enrol(house, fresh, mac="0" * 64),
    ]
    assert {(each.status, each.body) for each in answers} == {(403, answers[0].body)}
    assert answers[0].problem.type == ProblemType.ENROL_CODE
    assert _devices(house) == 1
    assert _enrol(house, fresh).status == 200


def test_a_code_is_good_until_its_last_minute(house: House) -> None:
    code = house.code()
    house.clock.forward(hours=71, minutes=59)
    assert _enrol(house, code).status == 200


def _race(house: House) -> int:
    code = house.code()
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: _enrol(house, code).status, range(4)))
    return answers.count(200)


def test_of_four_at_once_one_gets_the_code(house: House) -> None:
    assert [_race(house) for _ in range(5)] == [1] * 5
    assert _devices(house) == 5


def test_without_the_mark_of_use_the_race_has_four_winners(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(enrol, "_use", lambda *_: True)
    assert _race(house) == 4


def test_only_what_follows_from_a_code_is_kept(house: House) -> None:
    code = house.code()
    with house.office.database.read() as session:
        rows = session.scalars(select(EnrolCode)).all()
        plain = code.replace("-", "").encode()
        assert all(plain not in each.code_key + each.code_id.encode() for each in rows)


def test_codes_are_only_for_active_officers(house: House) -> None:
    with (
        house.office.database.write() as session,
        pytest.raises(accounts.AccountError, match="没有名为"),
    ):
        enrol.issue_code(session, house.office, "shenhe")


def _session(house: House, request: SessionRequest) -> Answer:
    office = house.office.keys.signer.verifier
    return call(house.http, office, "POST", protocol.SESSION_PATH, write(request), protocol.JSON)


def _proof(house: House, pc: Pc, signer: Signer | None = None) -> SessionRequest:
    nonce = _session(house, SessionRequest(pc.identity.device)).problem.nonce
    assert nonce is not None
    return prove_session(signer or pc.signer, pc.identity.device, pc.office.name, nonce)


def test_a_nonce_opens_one_session(house: House) -> None:
    proof = _proof(house, house.pc())
    assert _session(house, proof).status == 200
    again = _session(house, proof)
    assert again.problem.type == ProblemType.NONCE
    assert again.problem.nonce not in (None, proof.nonce)


def test_stale_foreign_and_wrongly_signed_nonces_open_none(house: House) -> None:
    mine, other = house.pc(), house.pc("officer_a")
    stale = _proof(house, mine)
    house.clock.forward(minutes=6)
    borrowed = _proof(house, other)
    proofs = [
        stale,
        prove_session(mine.signer, mine.identity.device, mine.office.name, borrowed.nonce),
        _proof(house, mine, other.signer),
        prove_session(mine.signer, "unknown", mine.office.name, borrowed.nonce),
        prove_session(mine.signer, mine.identity.device, mine.office.name, "made-up"),
        replace(_proof(house, mine), signature="AAAA"),
    ]
    for proof in proofs:
        assert _session(house, proof).problem.type == ProblemType.NONCE


def test_a_nonce_is_good_for_five_minutes(house: House) -> None:
    pc = house.pc()
    stale = _proof(house, pc)
    house.clock.forward(minutes=5)
    assert _session(house, stale).problem.type == ProblemType.NONCE
    good = _proof(house, pc)
    house.clock.forward(minutes=4, seconds=59)
    assert _session(house, good).status == 200


def test_an_unknown_device_is_asked_for_a_signature_like_a_known_one(house: House) -> None:
    known = _session(house, SessionRequest(house.pc().identity.device))
    unknown = _session(house, SessionRequest("nobody"))
    assert replace(known.problem, nonce="") == replace(unknown.problem, nonce="")


def test_a_session_ends_after_fifteen_minutes(house: House) -> None:
    pc = house.pc()
    pc.open_session()
    house.clock.forward(minutes=14, seconds=59)
    assert pc.call("GET", "/v1/forms").status == 200
    house.clock.forward(seconds=1)
    assert pc.call("GET", "/v1/forms").problem.type == ProblemType.SESSION


@pytest.mark.parametrize("token", ["", "Bearer", "Bearer ", "Bearer x", "Basic eDp5"])
def test_without_a_good_token_nothing_is_answered(house: House, token: str) -> None:
    headers: dict[str, Any] = {"Authorization": token}
    office = house.office.keys.signer.verifier
    answer = call(house.http, office, "GET", "/v1/forms", **headers)
    assert answer.problem.type == ProblemType.SESSION


def test_a_revoked_device_is_out_at_once_and_stays_out(house: House) -> None:
    pc = house.pc()
    pc.open_session()
    with house.office.database.write() as session:
        assert enrol.revoke(session, house.office, pc.identity.device)
        assert not enrol.revoke(session, house.office, "nobody")
    assert pc.call("GET", "/v1/forms").status == 401
    assert _session(house, _proof(house, pc)).problem.type == ProblemType.REVOKED


def test_a_session_row_of_a_revoked_device_does_not_serve(house: House) -> None:
    pc = house.pc()
    pc.open_session()
    with house.office.database.write() as session:
        session.execute(update(Device).values(revoked_at=house.office.now()))
    assert pc.call("GET", "/v1/forms").problem.type == ProblemType.REVOKED


def test_a_closed_account_is_out_at_once(house: House) -> None:
    pc = house.pc("officer_a")
    pc.open_session()
    with house.office.database.write() as session:
        accounts.deactivate(session, house.office, "officer_a")
    assert pc.call("GET", "/v1/forms").problem.type == ProblemType.FORBIDDEN

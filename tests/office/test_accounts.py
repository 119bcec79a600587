"""Accounts and signing in to the desk (S17)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from argon2 import Type
from sqlalchemy import select
from sqlalchemy.orm import Session

from office import accounts
from office.accounts import Person
from office.models import Account, DeskSession, Role
from tests.office.conftest import PASSWORD, A, House


def test_the_right_password_opens_the_desk(house: House) -> None:
    found = accounts.sign_in(house.office, "shenhe", PASSWORD)
    assert found.refusal == ""
    assert accounts.at_desk(house.office, found.token) == house.person("shenhe")
    accounts.sign_out(house.office, found.token)
    accounts.sign_out(house.office, found.token)
    assert accounts.at_desk(house.office, found.token) is None


def test_wrong_unknown_closed_and_passwordless_are_refused_alike(house: House) -> None:
    with house.office.database.write() as session:
        accounts.deactivate(session, house.office, "shenji")
    sentences = {
        accounts.sign_in(house.office, name, password).refusal
        for name, password in (
            ("shenhe", "wrong"),
            ("nobody", PASSWORD),
            ("shenji", PASSWORD),
            ("guanli", ""),
            ("", ""),
        )
    }
    assert len(sentences) == 1
    assert "账号或密码不对" in sentences.pop()


def test_five_wrong_passwords_lock_for_ten_minutes(house: House) -> None:
    for _ in range(5):
        assert not accounts.sign_in(house.office, "shenhe", "wrong").token
    locked = accounts.sign_in(house.office, "shenhe", PASSWORD)
    assert "已锁定" in locked.refusal
    assert not locked.token
    house.clock.forward(minutes=9, seconds=59)
    assert not accounts.sign_in(house.office, "shenhe", PASSWORD).token
    house.clock.forward(seconds=2)
    assert accounts.sign_in(house.office, "shenhe", PASSWORD).token


def test_a_right_password_forgets_the_wrong_ones(house: House) -> None:
    for _ in range(3):
        for _ in range(4):
            accounts.sign_in(house.office, "shenhe", "wrong")
        assert accounts.sign_in(house.office, "shenhe", PASSWORD).token


def test_an_idle_desk_closes_and_a_used_one_stays(house: House) -> None:
    token = accounts.sign_in(house.office, "shenhe", PASSWORD).token
    for _ in range(4):
        house.clock.forward(minutes=14)
        assert accounts.at_desk(house.office, token) is not None
    house.clock.forward(minutes=16)
    assert accounts.at_desk(house.office, token) is None
    accounts.sign_in(house.office, "shenhe", PASSWORD)
    with house.office.database.read() as session:
        assert len(session.scalars(select(DeskSession)).all()) == 1


def test_a_new_password_and_a_closed_account_end_open_desks(house: House) -> None:
    def renew(session: Session) -> None:
        accounts.set_password(session, house.office, "shenhe", "another one")

    def close(session: Session) -> None:
        accounts.deactivate(session, house.office, "shenhe")

    for change in (renew, close):
        with house.office.database.write() as session:
            accounts.set_password(session, house.office, "shenhe", PASSWORD)
        token = accounts.sign_in(house.office, "shenhe", PASSWORD).token
        with house.office.database.write() as session:
            change(session)
        assert accounts.at_desk(house.office, token) is None


def test_neither_passwords_nor_tokens_are_kept(house: House) -> None:
    token = accounts.sign_in(house.office, "shenhe", PASSWORD).token
    with house.office.database.read() as session:
        row = session.get_one(Account, (house.office.county, "shenhe"))
        assert row.password_hash.startswith("$argon2id$")
        opened = session.scalars(select(DeskSession)).one()
        assert token not in opened.token_hash


@pytest.mark.parametrize(
    ("changes", "password", "sentence"),
    [
        ({"name": "xinxi"}, "", "已经有了"),
        ({"scope": "999999"}, "", "没有编号"),
        ({}, "short", "密码至少 10 个字符"),
    ],
)
def test_bad_accounts_are_refused_in_words(
    house: House, changes: dict[str, Any], password: str, sentence: str
) -> None:
    person = Person("new", "新人", Role.OFFICER, A, "new")
    with (
        house.office.database.write() as session,
        pytest.raises(accounts.AccountError, match=sentence),
    ):
        accounts.add(session, house.office, replace(person, **changes), password)


def test_accounts_that_are_not_there_are_named(house: House) -> None:
    with house.office.database.write() as session:
        with pytest.raises(accounts.AccountError, match="没有账号"):
            accounts.set_password(session, house.office, "nobody", PASSWORD)
        with pytest.raises(accounts.AccountError, match="密码至少"):
            accounts.set_password(session, house.office, "shenhe", "short")
        with pytest.raises(accounts.AccountError, match="没有账号"):
            accounts.deactivate(session, house.office, "nobody")


REAL = accounts._hasher  # taken at import, before the tests' cheap one is put in its place


def test_a_guess_at_a_password_costs_64_mebibytes() -> None:
    hasher = REAL()
    assert hasher.memory_cost >= 64 * 1024
    assert hasher.time_cost >= 3
    assert hasher.type is Type.ID


def test_generated_passwords_are_long_and_different() -> None:
    made = {accounts.new_password() for _ in range(50)}
    assert len(made) == 50
    assert all(len(each) == 19 for each in made)

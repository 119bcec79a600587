"""Accounts: adding them, signing in to the review desk, and who is the same person as whom."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from office import audit, units
from office.context import Office
from office.models import Account, DeskSession, Role, Unit

_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


class AccountError(Exception):
    """The account cannot be made; the message is a sentence for the administrator."""


@dataclass(frozen=True, slots=True)
class Person:
    """An account as others see it."""

    name: str
    title: str
    role: Role
    scope: str
    holder: str

    @classmethod
    def of(cls, row: Account) -> Person:
        """The person behind a row."""
        return cls(row.name, row.title, Role(row.role), row.scope, row.holder)


def new_password() -> str:
    """A password that can be read out and typed: 80 bits in four groups."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))
    return "-".join(groups)


def add(
    session: Session,
    office: Office,
    person: Person,
    password: str = "",
) -> None:
    """Add an account; without a password it cannot sign in to the desk.

    Raises:
        AccountError: the name is taken, the unit is not known, or the password is too short.

    """
    if session.get(Account, (office.county, person.name)) is not None:
        raise AccountError(f"账号 {person.name} 已经有了，请换一个名字。")
    if session.get(Unit, (office.county, person.scope)) is None:
        raise AccountError(f"没有编号为 {person.scope} 的单位，请核对账号的管辖单位。")
    if password and len(password) < office.settings.password_length:
        raise AccountError(f"密码至少 {office.settings.password_length} 个字符。")
    session.add(
        Account(
            county=office.county,
            name=person.name,
            title=person.title,
            role=person.role,
            scope=person.scope,
            holder=person.holder or person.name,
            password_hash=_hasher().hash(password) if password else "",
            created_at=office.now(),
        )
    )
    audit.append(session, office, "account.add", person.name, person.role)


def find(session: Session, office: Office, name: str) -> Person | None:
    """The active account called *name*."""
    row = session.get(Account, (office.county, name))
    return Person.of(row) if row is not None and row.active else None


def sees(session: Session, office: Office, person: Person, unit: str) -> bool:
    """Whether *unit* lies in the person's scope."""
    return units.covers(session, office.county, person.scope, unit)


@dataclass(frozen=True, slots=True)
class SignIn:
    """What became of a sign-in: a token, or a sentence why not."""

    token: str = ""
    person: Person | None = None
    refusal: str = ""


def sign_in(office: Office, name: str, password: str) -> SignIn:
    """Open a desk session. Too many wrong passwords lock the account for some minutes.

    An unknown name takes as long, and is refused in the same words, as a wrong password.
    """
    with office.database.read() as session:
        row = session.get(Account, (office.county, name))
        known = row is not None and row.active and bool(row.password_hash)
        stored = row.password_hash if row is not None and known else _decoy()
    right = _verifies(stored, password) and known
    with office.database.write() as session:
        row = session.get(Account, (office.county, name))
        if row is None or not known:
            audit.append(session, office, "desk.sign_in", result="refused")
            return SignIn(refusal=_REFUSED)
        if row.locked_until > office.now():
            audit.append(session, office, "desk.sign_in", result="locked", account=name)
            return SignIn(refusal=_LOCKED.format(minutes=office.settings.sign_in_lock_minutes))
        if not right:
            _count_failure(office, row)
            audit.append(session, office, "desk.sign_in", result="refused", account=name)
            return SignIn(refusal=_REFUSED)
        row.failures, row.locked_until = 0, ""
        audit.append(session, office, "desk.sign_in", account=name)
        return SignIn(_open_desk(session, office, name), Person.of(row))


def at_desk(office: Office, token: str) -> Person | None:
    """Who sits behind a desk token; None once it was idle too long, or the account is closed."""
    key = (office.county, hash_token(token))
    with office.database.read() as session:
        opened = session.get(DeskSession, key)
        if opened is None or opened.expires_at <= office.now():
            return None
        person = find(session, office, opened.account)
        fresh = opened.seen_at > office.later(minutes=-1)
    if person is not None and not fresh:
        with office.database.write() as session:
            opened = session.get(DeskSession, key)
            if opened is not None:
                opened.seen_at = office.now()
                opened.expires_at = office.later(minutes=office.settings.desk_idle_minutes)
    return person


def sign_out(office: Office, token: str) -> None:
    """End a desk session."""
    with office.database.write() as session:
        opened = session.get(DeskSession, (office.county, hash_token(token)))
        if opened is not None:
            audit.append(session, office, "desk.sign_out", account=opened.account)
            session.delete(opened)


def set_password(session: Session, office: Office, name: str, password: str) -> None:
    """Give an account a new password; its open desk sessions end.

    Raises:
        AccountError: no such account, or the password is too short.

    """
    row = session.get(Account, (office.county, name))
    if row is None:
        raise AccountError(f"没有账号 {name}。")
    if len(password) < office.settings.password_length:
        raise AccountError(f"密码至少 {office.settings.password_length} 个字符。")
    row.password_hash, row.failures, row.locked_until = _hasher().hash(password), 0, ""
    _end_desk_sessions(session, office, name)
    audit.append(session, office, "account.password", name)


def deactivate(session: Session, office: Office, name: str) -> None:
    """Close an account: it can neither sign in nor send.

    Raises:
        AccountError: no such account.

    """
    row = session.get(Account, (office.county, name))
    if row is None:
        raise AccountError(f"没有账号 {name}。")
    row.active = False
    _end_desk_sessions(session, office, name)
    audit.append(session, office, "account.close", name)


def everyone(session: Session, office: Office) -> list[Person]:
    """All active accounts by name."""
    rows = session.scalars(
        select(Account)
        .where(Account.county == office.county, Account.active)
        .order_by(Account.name)
    )
    return [Person.of(each) for each in rows]


def hash_token(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def _open_desk(session: Session, office: Office, name: str) -> str:
    token = secrets.token_urlsafe(32)
    expired = delete(DeskSession).where(
        DeskSession.county == office.county, DeskSession.expires_at <= office.now()
    )
    session.execute(expired)
    session.add(
        DeskSession(
            county=office.county,
            token_hash=hash_token(token),
            account=name,
            opened_at=office.now(),
            seen_at=office.now(),
            expires_at=office.later(minutes=office.settings.desk_idle_minutes),
        )
    )
    return token


def _end_desk_sessions(session: Session, office: Office, name: str) -> None:
    session.execute(
        delete(DeskSession).where(DeskSession.county == office.county, DeskSession.account == name)
    )


def _count_failure(office: Office, row: Account) -> None:
    row.failures += 1
    if row.failures >= office.settings.sign_in_tries:
        row.failures = 0
        row.locked_until = office.later(minutes=office.settings.sign_in_lock_minutes)


def _verifies(stored: str, password: str) -> bool:
    try:
        return _hasher().verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _decoy() -> str:
    return _hasher().hash(secrets.token_hex(16))


_REFUSED = "账号或密码不对，请重新输入。连续输错会暂时锁定。"
_LOCKED = "输错次数太多，账号已锁定，请 {minutes} 分钟后再试。"

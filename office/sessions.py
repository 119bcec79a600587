"""Sessions of devices: a nonce, signed by the device's key, opens one for 15 minutes."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from sqlalchemy import delete
from sqlalchemy.orm import Session

from core.wire.enrolment import ProofError, check_session
from core.wire.envelope import device_key_name
from core.wire.notes import Verifier
from core.wire.protocol import ProblemType, SessionReply, SessionRequest
from core.wire.replies import new_nonce
from office import accounts, audit
from office.accounts import Person, hash_token
from office.context import Office
from office.models import Challenge, County, Device, DeviceSession, Role
from office.problems import Refusal

_NONCE_MINUTES = 5


@dataclass(frozen=True, slots=True)
class Caller:
    """A device with an open session, and the officer who enrolled it."""

    device: str
    person: Person


def challenge(office: Office, device_id: str) -> Refusal:
    """The answer to a device that wants a session: sign this. Also given to unknown devices."""
    nonce = new_nonce()
    with office.database.write() as session:
        session.execute(
            delete(Challenge).where(
                Challenge.county == office.county, Challenge.expires_at <= office.now()
            )
        )
        if session.get(Device, (office.county, device_id)) is not None:
            expires = office.later(minutes=_NONCE_MINUTES)
            row = Challenge(
                county=office.county, nonce=nonce, device_id=device_id, expires_at=expires
            )
            session.add(row)
    return Refusal(ProblemType.NONCE, "请用设备密钥签名后再来。", nonce=nonce)


def open_session(office: Office, request: SessionRequest) -> SessionReply:
    """A session for a device that signed a fresh nonce. Every nonce serves once.

    Raises:
        Refusal: the proof is wrong or stale (NONCE, with a new one), or the device was revoked.

    """
    refusal, reply = None, None
    with office.database.write() as session:
        device = _proved(session, office, request)
        if device is not None and device.revoked_at:
            refusal = Refusal(ProblemType.REVOKED, "这台设备已被编办停用，请与编办联系。")
            audit.append(session, office, "session.open", result="revoked", device=device.device_id)
        elif device is not None:
            reply = _open(session, office, device)
    if refusal is not None:
        raise refusal
    if reply is None:
        raise challenge(office, request.device)
    return reply


def caller(office: Office, session: Session, token: str) -> Caller:
    """Whose token it is.

    Raises:
        Refusal: no such session, or it has ended; the device was revoked; the account closed.

    """
    opened = session.get(DeviceSession, (office.county, hash_token(token)))
    if opened is None or opened.expires_at <= office.now():
        raise Refusal(ProblemType.SESSION, "会话已结束，程序会自动重新登录。")
    device = session.get(Device, (office.county, opened.device_id))
    if device is None or device.revoked_at:
        raise Refusal(ProblemType.REVOKED, "这台设备已被编办停用，请与编办联系。")
    person = accounts.find(session, office, opened.account)
    if person is None or person.role is not Role.OFFICER:
        raise Refusal(ProblemType.FORBIDDEN, "这个账号不能上报，请与编办联系。")
    return Caller(device.device_id, person)


def verifier_of(session: Session, office: Office, device_id: str) -> Verifier | None:
    """The key of a device that is known and not revoked."""
    device = session.get(Device, (office.county, device_id))
    if device is None or device.revoked_at:
        return None
    return Verifier(device_key_name(device_id), device.public_key)


def _proved(session: Session, office: Office, request: SessionRequest) -> Device | None:
    asked = session.get(Challenge, (office.county, request.nonce))
    device = session.get(Device, (office.county, request.device))
    if asked is None or device is None or asked.device_id != request.device:
        return None
    session.delete(asked)
    if asked.expires_at <= office.now():
        return None
    key = Verifier(device_key_name(device.device_id), device.public_key)
    try:
        check_session(request, key, office.keys.signer.name)
    except ProofError:
        return None
    return device


def _open(session: Session, office: Office, device: Device) -> SessionReply:
    token = secrets.token_urlsafe(32)
    minutes = office.settings.session_minutes
    session.execute(
        delete(DeviceSession).where(
            DeviceSession.county == office.county, DeviceSession.expires_at <= office.now()
        )
    )
    session.add(
        DeviceSession(
            county=office.county,
            token_hash=hash_token(token),
            device_id=device.device_id,
            account=device.account,
            expires_at=office.later(minutes=minutes),
        )
    )
    device.seen_at = office.now()
    audit.append(session, office, "session.open", account=device.account, device=device.device_id)
    epoch = session.get_one(County, office.county).epoch
    return SessionReply(token, minutes * 60, epoch, office.now())

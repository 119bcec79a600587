"""Enrolment: a one-time code, handed over by an administrator, turns a PC into a known device."""

from __future__ import annotations

import logging
import uuid

from sqlalchemy import update
from sqlalchemy.orm import Session

from core.wire.enrolment import (
    ProofError,
    check_enrol_request,
    code_id,
    code_key,
    new_code,
    seal_enrol_reply,
)
from core.wire.errors import WireError
from core.wire.protocol import EnrolReply, EnrolRequest, ProblemType
from office import accounts, audit
from office.context import Office
from office.models import County, Device, DeviceSession, EnrolCode, Role, Unit
from office.problems import Refusal

_log = logging.getLogger("zhibao.enrol")
_SENTENCE = "登记码不对、已用过或已过期。请向编办再要一个。"


def issue_code(session: Session, office: Office, account: str) -> str:
    """A new code for an officer's account, to be handed over; the office keeps only its hash.

    Raises:
        AccountError: no such active officer account.

    """
    person = accounts.find(session, office, account)
    if person is None or person.role is not Role.OFFICER:
        raise accounts.AccountError(f"没有名为 {account} 的信息员账号。")
    code = new_code()
    session.add(
        EnrolCode(
            county=office.county,
            code_id=code_id(code),
            code_key=code_key(code),
            account=account,
            created_at=office.now(),
            expires_at=office.later(hours=office.settings.enrol_code_hours),
        )
    )
    audit.append(session, office, "enrol.code", code_id(code), account=account)
    return code


def enrol(office: Office, request: EnrolRequest) -> EnrolReply:
    """Make a device of whoever proves to know a code. Of two at once, one succeeds.

    Raises:
        Refusal: the code is unknown, used, too old, or the proof is wrong: one answer for all.

    """
    with office.database.write() as session:
        reply = _enrol(session, office, request)
        if reply is None:
            audit.append(session, office, "enrol.device", result="refused")
    if reply is None:
        _log.info("an enrolment was refused")
        raise Refusal(ProblemType.ENROL_CODE, _SENTENCE)
    return reply


def revoke(session: Session, office: Office, device_id: str) -> bool:
    """Take a device's rights away, at once; False where there is no such device."""
    device = session.get(Device, (office.county, device_id))
    if device is None:
        return False
    device.revoked_at = device.revoked_at or office.now()
    for opened in session.query(DeviceSession).filter_by(county=office.county, device_id=device_id):
        session.delete(opened)
    audit.append(session, office, "device.revoke", device_id)
    return True


def _enrol(session: Session, office: Office, request: EnrolRequest) -> EnrolReply | None:
    code = session.get(EnrolCode, (office.county, request.code_id))
    if code is None:
        return None
    try:
        public_key = check_enrol_request(request, code.code_key)
    except (ProofError, WireError):
        return None
    person = accounts.find(session, office, code.account)
    device_id = str(uuid.uuid4())
    if person is None or not _use(session, office, code, device_id):
        return None
    session.add(
        Device(
            county=office.county,
            device_id=device_id,
            account=person.name,
            title=request.device_name[:120],
            public_key=public_key,
            enrolled_at=office.now(),
        )
    )
    audit.append(session, office, "enrol.device", device_id, account=person.name, device=device_id)
    unit = session.get_one(Unit, (office.county, person.scope))
    reply = EnrolReply(
        device=device_id,
        account=person.name,
        officer=person.title,
        unit=person.scope,
        unit_title=unit.title,
        county=office.county,
        office_key=office.keys.signer.verifier.vkey,
        intake_recipient=office.keys.intake_recipient,
        recovery_recipient=office.keys.recovery_recipient,
        ca_pem="",
        epoch=session.get_one(County, office.county).epoch,
    )
    return seal_enrol_reply(reply, code.code_key, request.nonce)


def _use(session: Session, office: Office, code: EnrolCode, device_id: str) -> bool:
    """Mark the code as used; False where somebody was quicker, or it is too old."""
    used = session.execute(
        update(EnrolCode)
        .where(
            EnrolCode.county == office.county,
            EnrolCode.code_id == code.code_id,
            EnrolCode.used_at == "",
            EnrolCode.expires_at > office.now(),
        )
        .values(used_at=office.now(), device_id=device_id)
        .returning(EnrolCode.code_id)
        .execution_options(synchronize_session=False)
    )
    return used.scalar_one_or_none() is not None

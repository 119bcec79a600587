"""Enrolling this device with an office, by a code that the office gave by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from client.sync.api import (
    MAX_ANSWER,
    judged,
    media_type,
    refusal,
    request_headers,
    stranger,
)
from client.sync.line import Answer, Line, Timeouts
from client.sync.troubles import NotOurOffice, Portal, Refused, SyncTrouble
from core.wire import protocol
from core.wire.enrolment import ProofError, check_enrol_reply, enrol_request, plain_code
from core.wire.envelope import device_key_name
from core.wire.errors import WireError
from core.wire.notes import Signer
from core.wire.protocol import EnrolReply, Problem, ProblemType
from core.wire.replies import new_nonce
from db.identity import Identity


def enrol(
    url: str,
    code: str,
    *,
    device_name: str,
    ca_pem: str = "",
    timeouts: Timeouts | None = None,
    proxies: Mapping[str, str] | None = None,
) -> Identity:
    """Who this device is from now on; the caller keeps it (`db.identity.save`).

    *ca_pem* is for an office with a private authority whose certificate was given by hand. The
    code itself never travels (core.wire.enrolment).

    Raises:
        SyncTrouble: one of its subclasses; `enrol_code` where the code is not right.

    """
    try:
        plain_code(code)
    except ProofError as error:
        raise Refused(Problem(ProblemType.ENROL_CODE, "", 0), "enrol_code") from error
    signer = Signer.generate("device")
    request = enrol_request(code, signer, device_name)
    nonce = new_nonce()
    headers = request_headers({"Content-Type": protocol.JSON}, nonce)
    line = Line(url, ca_pem=ca_pem, timeouts=timeouts, proxies=proxies)
    try:
        body = protocol.write(request)
        answer = line.exchange("POST", protocol.ENROL_PATH, headers, body, MAX_ANSWER)
    finally:
        line.close()
    reply = _believed(answer, code, request.nonce, nonce)
    return Identity(
        office_url=line.url,
        device=reply.device,
        device_key=replace(signer, name=device_key_name(reply.device)).skey,
        account=reply.account,
        officer=reply.officer,
        unit=reply.unit,
        unit_title=reply.unit_title,
        county=reply.county,
        office_key=reply.office_key,
        intake_recipient=reply.intake_recipient,
        recovery_recipient=reply.recovery_recipient,
        ca_pem=reply.ca_pem or ca_pem,
    )


def _believed(answer: Answer, code: str, proof_nonce: str, nonce: str) -> EnrolReply:
    """The reply, which has to be made with the code and signed by the key that it names."""
    if answer.status >= 300:
        raise _refusal(answer)
    try:
        reply = protocol.read(EnrolReply, answer.body)
        office = check_enrol_reply(reply, code, proof_nonce)
    except ProofError as error:
        raise NotOurOffice from error
    except WireError as error:
        raise Portal from error
    judged(answer, office, nonce)
    return reply


def _refusal(answer: Answer) -> SyncTrouble:
    """What a refusal says. Whose it is cannot be known: no key is pinned yet."""
    ours = protocol.H_PROTOCOL.lower() in answer.headers
    if not ours or media_type(answer) != protocol.PROBLEM_JSON or answer.status >= 500:
        return stranger(answer)
    try:
        return refusal(protocol.read_problem(answer.body))
    except WireError:
        return stranger(answer)

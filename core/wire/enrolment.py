"""Enrolment and sessions: who proves what to whom.

The enrolment code (128 bits, given by hand) never travels. Both sides prove with it that they
know it, so that a line on which somebody reads along, or plays the office, gives nothing away:
the office learns the device's key, the device learns the office's key, and nobody else could
have put another in its place.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from dataclasses import replace
from typing import Any

from core.wire.canonical import canonical_bytes
from core.wire.codec import encode
from core.wire.errors import WireError
from core.wire.notes import Signer, Verifier
from core.wire.protocol import EnrolReply, EnrolRequest, SessionRequest
from core.wire.replies import new_nonce

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
_LOOKALIKES = str.maketrans("ILO", "110", "- ")
_LENGTH = 26


class ProofError(WireError):
    """A proof does not prove it."""


def new_code() -> str:
    """A new enrolment code of 130 random bits, in groups that can be read out and typed."""
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
    return "-".join(letters[at : at + 5] for at in range(0, _LENGTH, 5))


def plain_code(typed: str) -> str:
    """The code as it was meant: upper case, without hyphens, I and L read as 1, O as 0.

    Raises:
        ProofError: that is no code.

    """
    code = typed.strip().upper().translate(_LOOKALIKES)
    if len(code) != _LENGTH or not set(code) <= set(_ALPHABET):
        raise ProofError("not an enrolment code")
    return code


def code_id(code: str) -> str:
    """What the device calls the code: it does not give the code away."""
    return hashlib.sha256(b"zhibao enrol id/1\n" + plain_code(code).encode()).hexdigest()[:32]


def code_key(code: str) -> bytes:
    """What both sides prove that they know. The office may keep this instead of the code."""
    return hashlib.sha256(b"zhibao enrol key/1\n" + plain_code(code).encode()).digest()


def enrol_request(code: str, signer: Signer, device_name: str) -> EnrolRequest:
    """The device's request; *signer*'s name does not matter yet."""
    nonce = new_nonce()
    request = EnrolRequest(
        code_id=code_id(code),
        device_name=device_name,
        public_key=_base64(signer.verifier.public_key),
        nonce=nonce,
        proof=_base64(signer.sign(_enrol_text(code_id(code), nonce))[4:]),
    )
    return replace(request, mac=_mac(code_key(code), "request", "", request))


def check_enrol_request(request: EnrolRequest, key: bytes) -> bytes:
    """The device's public key, once the request proves that its sender knows code and key.

    Raises:
        ProofError: it does not.

    """
    expected = _mac(key, "request", "", replace(request, mac=""))
    if not hmac.compare_digest(request.mac.encode(), expected.encode()):
        raise ProofError("the request was not made with this code")
    verifier = Verifier("device", _from_base64(request.public_key, 32))
    text = _enrol_text(request.code_id, request.nonce)
    if not verifier.verifies(_from_base64(request.proof, 64), text):
        raise ProofError("the device does not hold the key that it names")
    return verifier.public_key


def seal_enrol_reply(reply: EnrolReply, key: bytes, nonce: str) -> EnrolReply:
    """*reply* with the office's proof that it knows the code; *nonce* is the request's."""
    return replace(reply, mac=_mac(key, "reply", nonce, replace(reply, mac="")))


def check_enrol_reply(reply: EnrolReply, code: str, nonce: str) -> Verifier:
    """The office's key, once the reply proves that its sender knows the code.

    Raises:
        WireError: it does not (`ProofError`), or the key is malformed.

    """
    expected = _mac(code_key(code), "reply", nonce, replace(reply, mac=""))
    if not hmac.compare_digest(reply.mac.encode(), expected.encode()):
        raise ProofError("the reply was not made with this code")
    return Verifier.from_vkey(reply.office_key)


def prove_session(signer: Signer, device: str, office_name: str, nonce: str) -> SessionRequest:
    """The request that opens a session: the office's nonce, signed by the device."""
    signature = signer.sign(_session_text(device, office_name, nonce))[4:]
    return SessionRequest(device, nonce, _base64(signature))


def check_session(request: SessionRequest, verifier: Verifier, office_name: str) -> None:
    """Return only if the device signed that nonce for the office of that key name.

    Whether the nonce is fresh is for the office to know.

    Raises:
        ProofError: it did not.

    """
    text = _session_text(request.device, office_name, request.nonce)
    if not verifier.verifies(_from_base64(request.signature, 64), text):
        raise ProofError("the session proof is wrong")


def _enrol_text(identifier: str, nonce: str) -> bytes:
    return f"zhibao enrol/1\n{identifier}\n{nonce}\n".encode()


def _session_text(device: str, office_name: str, nonce: str) -> bytes:
    return f"zhibao session/1\n{office_name}\n{device}\n{nonce}\n".encode()


def _mac(key: bytes, kind: str, nonce: str, message: Any) -> str:
    text = f"{kind}\n{nonce}\n".encode() + canonical_bytes(encode(message))
    return hmac.new(key, text, hashlib.sha256).hexdigest()


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _from_base64(text: str, length: int) -> bytes:
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ProofError("not base64") from error
    if len(content) != length:
        raise ProofError("a key or signature has the wrong length")
    return content

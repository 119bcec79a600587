from dataclasses import replace

import pytest

from core.wire import enrolment
from core.wire.enrolment import (
    ProofError,
    check_enrol_reply,
    check_enrol_request,
    check_session,
    code_id,
    code_key,
    enrol_request,
    new_code,
    plain_code,
    prove_session,
    seal_enrol_reply,
)
from core.wire.errors import WireError
from core.wire.notes import Signer
from core.wire.protocol import EnrolReply, SessionRequest

CODE = new_code()
DEVICE = Signer.generate("device")
OFFICE = Signer.generate("office.example")
REPLY = EnrolReply(
    device="d1",
    account="a1",
    officer="信息员",
    unit="420583",
    unit_title="枝江市",
    county="420583",
    office_key=OFFICE.verifier.vkey,
    intake_recipient="age1x",
    recovery_recipient="",
    ca_pem="",
    epoch="e1",
)


def test_a_code_has_130_bits_and_no_ambiguous_letter() -> None:
    assert len(plain_code(CODE)) * 5 == 130
    assert not set(CODE) & set("ILOU")
    assert new_code() != CODE


def test_a_code_is_understood_however_it_is_typed() -> None:
    code = "01ABC-DEFGH-JKMNP-QRSTV-WXYZ2-3"
    typed = " oiabc defgh-jkmnp qrstv wxyz23 "
    assert plain_code(typed) == plain_code(code)
    assert (code_id(typed), code_key(typed)) == (code_id(code), code_key(code))


@pytest.mark.parametrize("typed", ["", "ABC", "U" * 26, "0" * 27, "密" * 26])
def test_what_is_no_code_is_refused(typed: str) -> None:
    with pytest.raises(ProofError):
        plain_code(typed)


def test_the_code_does_not_travel() -> None:
    request = enrol_request(CODE, DEVICE, "PC 1")
    written = repr(request)
    assert plain_code(CODE) not in written.upper().replace("-", "")
    assert code_key(CODE).hex() not in written


def test_a_request_proves_code_and_key() -> None:
    request = enrol_request(CODE, DEVICE, "PC 1")
    assert check_enrol_request(request, code_key(CODE)) == DEVICE.verifier.public_key


def test_a_request_with_another_code_is_refused() -> None:
    with pytest.raises(ProofError, match="this code"):
        check_enrol_request(enrol_request(new_code(), DEVICE, "PC 1"), code_key(CODE))


def test_an_altered_request_is_refused() -> None:
    request = enrol_request(CODE, DEVICE, "PC 1")
    for name in ("code_id", "device_name", "public_key", "nonce", "proof", "mac"):
        altered = replace(request, **{name: getattr(request, name) + "é"})
        with pytest.raises(ProofError):
            check_enrol_request(altered, code_key(CODE))


def signed_with_the_code(**changes: str) -> None:
    """Somebody who has the code asks for a key that he does not hold."""
    request = replace(enrol_request(CODE, DEVICE, "PC 1"), mac="", **changes)
    mac = enrolment._mac(code_key(CODE), "request", "", request)
    check_enrol_request(replace(request, mac=mac), code_key(CODE))


def test_a_key_that_the_device_does_not_hold_is_refused() -> None:
    signed_with_the_code()
    other = enrol_request(CODE, Signer.generate("other"), "PC 2")
    with pytest.raises(ProofError, match="does not hold"):
        signed_with_the_code(public_key=other.public_key)
    with pytest.raises(ProofError, match="base64"):
        signed_with_the_code(public_key="?")
    with pytest.raises(ProofError, match="wrong length"):
        signed_with_the_code(public_key="AAAA")


def test_a_reply_proves_that_the_office_knows_the_code() -> None:
    sealed = seal_enrol_reply(REPLY, code_key(CODE), "n")
    assert check_enrol_reply(sealed, CODE, "n") == OFFICE.verifier


def test_nobody_without_the_code_can_play_the_office() -> None:
    sealed = seal_enrol_reply(REPLY, code_key(CODE), "n")
    attempts = [
        (REPLY, "n"),
        (seal_enrol_reply(REPLY, code_key(new_code()), "n"), "n"),
        (sealed, "another request"),
        (replace(sealed, office_key=Signer.generate("office.example").verifier.vkey), "n"),
        (replace(sealed, ca_pem="another authority"), "n"),
        (replace(sealed, mac="é"), "n"),
    ]
    for reply, nonce in attempts:
        with pytest.raises(ProofError):
            check_enrol_reply(reply, CODE, nonce)


def test_a_malformed_office_key_is_refused() -> None:
    reply = seal_enrol_reply(replace(REPLY, office_key="x"), code_key(CODE), "n")
    with pytest.raises(WireError):
        check_enrol_reply(reply, CODE, "n")


def replayed() -> int:
    """Session proofs that were made for something else, and how many pass."""
    passed = 0
    good = prove_session(DEVICE, "d1", OFFICE.name, "n1")
    attempts = [replace(good, nonce=f"n{number}") for number in range(2, 1_000)]
    attempts += [replace(good, device="d2"), prove_session(DEVICE, "d1", "other", "n1")]
    attempts += [prove_session(Signer.generate("x"), "d1", OFFICE.name, "n1")]
    for attempt in attempts:
        try:
            check_session(attempt, DEVICE.verifier, OFFICE.name)
        except ProofError:
            continue
        passed += 1
    return passed


def test_a_session_proof_serves_one_nonce_one_device_one_office() -> None:
    proof = prove_session(DEVICE, "d1", OFFICE.name, "n1")
    check_session(proof, DEVICE.verifier, OFFICE.name)
    assert replayed() == 0


def test_a_proof_without_the_nonce_would_be_replayed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enrolment, "_session_text", lambda *_: b"always the same")
    assert replayed() > 900


def test_an_empty_session_proof_is_refused() -> None:
    with pytest.raises(ProofError):
        check_session(SessionRequest("d1"), DEVICE.verifier, OFFICE.name)

from collections.abc import Callable
from dataclasses import replace

import pytest

from client.sync.enrolment import enrol
from client.sync.troubles import NoLine, NotOurOffice, OfficeTrouble, Portal, Refused, SyncTrouble
from core.wire import protocol
from core.wire.canonical import read_json
from core.wire.enrolment import plain_code
from core.wire.notes import Signer
from core.wire.protocol import EnrolReply, ProblemType
from tests.helpers.fake_line import (
    Fault,
    OnlineOffice,
    altered,
    cut,
    lost_answer,
    office_says,
    stranger,
    wrong_signature,
)
from tests.helpers.fake_office import Answer


def test_a_code_makes_an_identity(office: OnlineOffice) -> None:
    identity = enrol(office.url + "/", office.give_code(), device_name="PC 1", ca_pem="given")
    assert identity.office == office.signer.verifier
    assert office.devices[identity.device] == identity.signer.verifier
    assert identity.office_url == office.url
    assert (identity.county, identity.unit) == ("420583", "420583")
    assert identity.ca_pem == "given"


def test_the_code_does_not_travel(office: OnlineOffice) -> None:
    sent: list[bytes] = []

    def listening(handler: object, answer: Callable[[], Answer]) -> None:
        sent.append(handler.content)  # type: ignore[attr-defined]
        handler.give(answer())  # type: ignore[attr-defined]

    office.faults.append(listening)
    code = office.give_code()
    enrol(office.url, code, device_name="PC 1")
    assert plain_code(code).encode() not in sent[0]
    assert set(read_json(sent[0])) == {
        "code_id",
        "device_name",
        "public_key",
        "nonce",
        "proof",
        "mac",
    }


@pytest.mark.parametrize("code", ["", "too short", "RG0S7-X6Q23-8M71N-JZ0P4-9YK81-A"])
def test_a_wrong_code_is_told(office: OnlineOffice, code: str) -> None:
    with pytest.raises(Refused) as caught:
        enrol(office.url, code, device_name="PC 1")
    assert caught.value.code == "enrol_code"
    assert office.devices == {}


def test_a_code_serves_once(office: OnlineOffice) -> None:
    code = office.give_code()
    enrol(office.url, code, device_name="PC 1")
    with pytest.raises(Refused):
        enrol(office.url, code, device_name="PC 2")


def another_key(answer: Answer) -> None:
    """Somebody in between puts his own key in place of the office's."""
    reply = protocol.read(EnrolReply, answer.body)
    stranger_key = Signer.generate("office.420583.example").verifier.vkey
    answer.body = protocol.write(replace(reply, office_key=stranger_key))


def unreadable(answer: Answer) -> None:
    answer.status, answer.media_type, answer.body = 403, protocol.PROBLEM_JSON, b"[]"


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (altered(another_key), NotOurOffice),
        (wrong_signature, NotOurOffice),
        (altered(unreadable), Portal),
        (stranger(200, b"<html>"), Portal),
        (stranger(200, b"{}", protocol.JSON), Portal),
        (stranger(403, b"<html>"), Portal),
        (stranger(403, b"{}", protocol.PROBLEM_JSON), Portal),
        (stranger(302, Location="https://portal.example/"), Portal),
        (stranger(502), OfficeTrouble),
        (office_says(503, ProblemType.BUSY), OfficeTrouble),
        (lost_answer, NoLine),
        (cut(10), NoLine),
    ],
)
def test_whoever_is_in_between_is_not_believed(
    office: OnlineOffice, fault: Fault, kind: type[SyncTrouble]
) -> None:
    office.faults.append(fault)
    with pytest.raises(kind):
        enrol(office.url, office.give_code(), device_name="PC 1")

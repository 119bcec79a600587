import gzip
import time
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from client.sync import api as module
from client.sync.api import OfficeApi, ResyncAsked
from client.sync.troubles import (
    CODES,
    NoLine,
    NotOurOffice,
    OfficeTrouble,
    Portal,
    Refused,
    SyncTrouble,
)
from core.changes.submission import uuid7
from core.wire import protocol
from core.wire.canonical import canonical_bytes
from core.wire.envelope import Item, seal_envelope
from core.wire.payload import recipient_of
from core.wire.protocol import ProblemType
from core.wire.receipts import Result, open_receipt
from core.wire.replies import content_digest
from core.wire.scope import EMPTY
from db.identity import Identity
from tests.client.sync.conftest import waiting_for
from tests.helpers.fake_line import (
    Fault,
    OnlineOffice,
    altered,
    cut,
    lost_answer,
    lost_question,
    office_says,
    raw,
    serve,
    silent,
    stranger,
    wrong_signature,
)
from tests.helpers.fake_office import Answer

HTML = "<html><body>请登录无线网络</body></html>".encode()


def envelope(office: OnlineOffice, identity: Identity, number: int = 1) -> tuple[str, bytes, Item]:
    submission = uuid7()
    item = Item(submission, canonical_bytes({"submission": submission, "device_seq": number}))
    envelope_id = uuid7()
    content = seal_envelope(
        [item],
        [],
        envelope_id=envelope_id,
        device_id=identity.device,
        county="420583",
        epoch="",
        signer=identity.signer,
        recipients=[recipient_of(office.intake)],
    )
    return envelope_id, content, item


def test_an_envelope_gets_receipts(
    office: OnlineOffice, identity: Identity, api: OfficeApi
) -> None:
    envelope_id, content, item = envelope(office, identity)
    reply = api.post_envelope(envelope_id, content)
    assert [each.result for each in reply.items] == [Result.RECEIVED]
    open_receipt(
        reply.items[0].receipt.encode(),
        identity.office,
        submission_id=item.submission_id,
        digest=item.digest,
    )
    assert api.traffic[0] > len(content)
    assert api.traffic[1] > len(reply.items[0].receipt)


def test_the_same_envelope_again_gets_the_same_receipt(
    office: OnlineOffice, identity: Identity, api: OfficeApi
) -> None:
    envelope_id, content, _ = envelope(office, identity)
    first = api.post_envelope(envelope_id, content).items[0]
    again = api.post_envelope(envelope_id, content).items[0]
    assert again.result is Result.DUPLICATE
    assert again.receipt == first.receipt


def test_changes_come_in_pages(office: OnlineOffice, api: OfficeApi) -> None:
    page = api.changes("")
    assert page.scope is not None
    assert page.scope.digest == EMPTY
    assert page.cursor == "epoch-1.0"


def test_a_packed_answer_is_unpacked(office: OnlineOffice, api: OfficeApi) -> None:
    office.packs = True
    assert api.changes("").epoch == "epoch-1"


def test_one_session_serves_many_requests(office: OnlineOffice, api: OfficeApi) -> None:
    api.changes("")
    api.changes("")
    paths = [path.partition("?")[0] for _, path, _ in office.seen]
    assert paths == [protocol.SESSION_PATH] * 2 + [protocol.CHANGES_PATH] * 2


def test_an_ended_session_is_opened_anew(office: OnlineOffice, api: OfficeApi) -> None:
    api.changes("")
    office.tokens.clear()
    assert api.changes("").epoch == "epoch-1"


def test_a_session_is_renewed_before_it_ends(
    office: OnlineOffice, api: OfficeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [1000.0]
    fake_time = SimpleNamespace(monotonic=lambda: clock[0], time=time.time)
    monkeypatch.setattr("client.sync.api.time", fake_time)
    api.session()
    clock[0] += 900 - 29
    api.session()
    assert len(office.seen) == 4


def test_a_session_that_never_holds_is_refused(office: OnlineOffice, api: OfficeApi) -> None:
    api.session()
    no_session = office_says(401, ProblemType.SESSION)
    office.faults.extend([no_session, serve, serve, no_session])
    with pytest.raises(Refused):
        api.changes("")


def test_each_request_has_its_own_nonce(office: OnlineOffice, api: OfficeApi) -> None:
    api.changes("")
    nonces = [headers[protocol.H_NONCE] for _, _, headers in office.seen]
    assert len(set(nonces)) == len(nonces) == 3


def test_the_offices_clock_is_compared(office: OnlineOffice, api: OfficeApi) -> None:
    assert api.clock_difference is None
    office.now = "2036-01-01T00:00:00Z"
    api.session()
    assert api.clock_difference is not None
    assert api.clock_difference > 9e7


def test_a_clock_that_says_nothing_is_no_trouble(office: OnlineOffice, api: OfficeApi) -> None:
    office.now = "around noon"
    api.session()
    assert api.clock_difference is None


def no_encoding(answer: Answer) -> None:
    answer.headers["Content-Encoding"] = "br"


def set_body(content: bytes) -> Callable[[Answer], None]:
    def change(answer: Answer) -> None:
        answer.body = content

    return change


def as_html(answer: Answer) -> None:
    answer.media_type = "text/html; charset=utf-8"


FAULTS: list[tuple[str, Fault, type[SyncTrouble], str]] = [
    ("question lost", lost_question, NoLine, "no_line"),
    ("answer lost", lost_answer, NoLine, "no_line"),
    ("nothing comes", silent, NoLine, "slow_line"),
    ("nonsense", raw(b"nonsense\r\n\r\n"), NoLine, "no_line"),
    ("header cut", raw(b"HTTP/1.1 200 OK\r\nContent-Le"), Portal, "portal"),
    ("answer cut", cut(10), NoLine, "cut_line"),
    ("close-delimited answer cut", cut(10, close_delimited=True), NoLine, "cut_line"),
    ("close-delimited answer empty", cut(0, close_delimited=True), NoLine, "cut_line"),
    ("interim 103", raw(b"HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n"), NoLine, "cut_line"),
    ("portal page", stranger(200, HTML), Portal, "portal"),
    ("portal speaks JSON", stranger(200, b"{}", "application/json"), Portal, "portal"),
    ("portal wants fees", stranger(402, HTML), Portal, "portal"),
    ("portal per RFC 6585", stranger(511, HTML), Portal, "portal"),
    ("redirect", stranger(302, Location="https://portal.example/"), Portal, "portal"),
    ("redirect 307", stranger(307, Location="/v1/changes"), Portal, "portal"),
    ("not found", stranger(404, HTML), Portal, "portal"),
    ("proxy log-in", stranger(407, HTML), Portal, "proxy_login"),
    ("proxy thinks it large", stranger(413, HTML), Refused, "too_large"),
    ("gateway 502", stranger(502, HTML), OfficeTrouble, "office_trouble"),
    ("gateway 504", stranger(504, HTML), OfficeTrouble, "office_trouble"),
    ("gateway busy", stranger(503, HTML), OfficeTrouble, "office_busy"),
    ("gateway limits", stranger(429, HTML), OfficeTrouble, "office_busy"),
    ("another office", wrong_signature, NotOurOffice, "wrong_signature"),
    ("media type", altered(as_html), Portal, "portal"),
    ("coding not asked for", altered(no_encoding), OfficeTrouble, "bad_reply"),
    ("not the message", altered(set_body(b"{}")), OfficeTrouble, "bad_reply"),
    ("office has trouble", office_says(500, ProblemType.TROUBLE), OfficeTrouble, "office_trouble"),
    ("office is full", office_says(507, ProblemType.STORAGE_FULL), OfficeTrouble, "office_trouble"),
    ("office is busy", office_says(429, ProblemType.BUSY), OfficeTrouble, "office_busy"),
    ("device revoked", office_says(403, ProblemType.REVOKED), Refused, "revoked"),
    ("old client", office_says(400, ProblemType.OLD_CLIENT), Refused, "old_client"),
    ("too large", office_says(413, ProblemType.TOO_LARGE), Refused, "too_large"),
    ("bad request", office_says(400, ProblemType.BAD_REQUEST), Refused, "refused"),
]


@pytest.mark.parametrize(
    ("fault", "kind", "code"), [each[1:] for each in FAULTS], ids=[each[0] for each in FAULTS]
)
def test_trouble_is_told_apart_and_passes(
    office: OnlineOffice, api: OfficeApi, fault: Fault, kind: type[SyncTrouble], code: str
) -> None:
    api.session()
    office.faults.append(fault)
    with waiting_for(fault, api), pytest.raises(kind) as caught:
        api.changes("")
    assert type(caught.value) is kind
    assert caught.value.code == code
    assert code in CODES
    assert api.changes("").epoch == "epoch-1"


@pytest.mark.parametrize(
    ("fault", "kind"), [each[1:3] for each in FAULTS], ids=[each[0] for each in FAULTS]
)
def test_trouble_while_opening_a_session_is_told_too(
    office: OnlineOffice, api: OfficeApi, fault: Fault, kind: type[SyncTrouble]
) -> None:
    office.faults.append(fault)
    with waiting_for(fault, api), pytest.raises(kind):
        api.session()
    api.session()


def test_the_offices_sentence_is_kept(office: OnlineOffice, api: OfficeApi) -> None:
    api.session()
    office.faults.append(office_says(503, ProblemType.BUSY, Retry_After="120"))
    with pytest.raises(OfficeTrouble) as caught:
        api.changes("")
    assert caught.value.detail == "办公室的说明"
    assert caught.value.retry_after == 120
    office.faults.append(office_says(403, ProblemType.FORBIDDEN))
    with pytest.raises(Refused) as refused:
        api.changes("")
    assert refused.value.detail == "办公室的说明"


def test_a_gateways_wish_is_kept(office: OnlineOffice, api: OfficeApi) -> None:
    office.faults.append(stranger(503, HTML, Retry_After="60"))
    with pytest.raises(OfficeTrouble) as caught:
        api.session()
    assert caught.value.retry_after == 60


def test_trouble_without_a_sentence_is_trouble_still(office: OnlineOffice, api: OfficeApi) -> None:
    def wordless(answer: Answer) -> None:
        answer.status, answer.body, answer.media_type = 500, b"[]", protocol.PROBLEM_JSON

    office.faults.append(altered(wordless))
    with pytest.raises(OfficeTrouble) as caught:
        api.session()
    assert caught.value.detail == ""


def test_a_lost_cursor_asks_for_everything(office: OnlineOffice, api: OfficeApi) -> None:
    with pytest.raises(ResyncAsked):
        api.changes("other-epoch.5")


def test_another_protocol_is_seen(office: OnlineOffice, api: OfficeApi) -> None:
    def newer(answer: Answer) -> None:
        answer.speaks = "2"

    office.faults.append(altered(newer))
    with pytest.raises(OfficeTrouble) as caught:
        api.session()
    assert caught.value.code == "old_client"


def test_an_answer_for_another_envelope_is_none(
    office: OnlineOffice, identity: Identity, api: OfficeApi
) -> None:
    envelope_id, content, _ = envelope(office, identity)
    api.session()

    def for_another(answer: Answer) -> None:
        answer.body = protocol.write(protocol.EnvelopeReply("another", "epoch-1", ()))

    office.faults.append(altered(for_another))
    with pytest.raises(OfficeTrouble) as caught:
        api.post_envelope(envelope_id, content)
    assert caught.value.code == "bad_reply"


def accepted_cuts(office: OnlineOffice, api: OfficeApi) -> int:
    api.session()
    whole = len(protocol.write_page(api.changes("")))
    accepted = 0
    for at in range(whole):
        office.faults.append(cut(at, close_delimited=True))
        try:
            api.changes("")
        except NoLine:
            continue
        accepted += 1
    return accepted


def test_no_cut_close_delimited_answer_is_accepted(office: OnlineOffice, api: OfficeApi) -> None:
    assert accepted_cuts(office, api) == 0


def test_without_the_verifier_half_an_answer_would_be_taken_for_a_whole(
    office: OnlineOffice, api: OfficeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.session()
    monkeypatch.setattr(module, "verify_reply", lambda *_, **__: None)
    monkeypatch.setattr(protocol, "read_page", lambda content: content)
    office.faults.append(cut(10, close_delimited=True))
    assert len(api.changes("")) == 10  # type: ignore[arg-type]


def test_a_bomb_of_an_answer_is_stopped(
    office: OnlineOffice, api: OfficeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.session()
    monkeypatch.setattr(module, "MAX_ANSWER", 100_000)

    def bomb(answer: Answer) -> None:
        answer.body = gzip.compress(bytes(10_000_000))
        answer.headers["Content-Encoding"] = "gzip"

    office.faults.append(altered(bomb))
    with pytest.raises(OfficeTrouble):
        api.changes("")
    office.faults.append(altered(set_body(bytes(200_000))))
    with pytest.raises(Portal):
        api.changes("")


def test_a_portal_gets_no_cookie_back(office: OnlineOffice, api: OfficeApi) -> None:
    office.faults.append(stranger(200, HTML, Set_Cookie="portal=1; Path=/"))
    with pytest.raises(Portal):
        api.session()
    api.session()
    assert all("Cookie" not in headers for _, _, headers in office.seen)


def test_a_refused_challenge_is_told(office: OnlineOffice, api: OfficeApi) -> None:
    office.devices.clear()
    with pytest.raises(Refused) as caught:
        api.session()
    assert caught.value.code == "revoked"


def test_the_envelopes_digest_travels(
    office: OnlineOffice, identity: Identity, api: OfficeApi
) -> None:
    envelope_id, content, _ = envelope(office, identity)
    api.post_envelope(envelope_id, content)
    headers = office.seen[-1][2]
    assert headers[protocol.H_DIGEST] == content_digest(content)
    assert headers[protocol.H_IDEMPOTENCY] == envelope_id

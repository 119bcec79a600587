import gzip
import zlib

import pytest

from core.wire import replies
from core.wire.errors import WireError
from core.wire.notes import Signer, Verifier
from core.wire.protocol import H_DIGEST, H_PROTOCOL, H_REPLY
from core.wire.replies import (
    DamagedReplyError,
    ForeignReplyError,
    OtherProtocolError,
    ReplyError,
    UnsignedReplyError,
    content_digest,
    new_nonce,
    pack_body,
    sign_reply,
    unpack_body,
    verify_reply,
)

OFFICE = Signer.generate("office.example")
BODY = '{"答":"是"}'.encode()
NONCE = "abc"
SIGNED = sign_reply(OFFICE, status=200, nonce=NONCE, body=BODY)


def verify(
    headers: dict[str, str] = SIGNED, *, status: int = 200, nonce: str = NONCE, body: bytes = BODY
) -> None:
    verify_reply(OFFICE.verifier, status=status, nonce=nonce, headers=headers, body=body)


def test_the_content_digest_is_that_of_rfc_9530() -> None:
    # RFC 9530 appendix B.1: the body is {"hello": "world"} and a newline.
    expected = "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:"
    assert content_digest(b'{"hello": "world"}\n') == expected


def test_a_signed_reply_counts() -> None:
    verify()
    verify({name.lower(): value for name, value in SIGNED.items()})


def test_headers_travel_as_latin_1() -> None:
    for value in SIGNED.values():
        assert value.isascii()


@pytest.mark.parametrize("name", [H_PROTOCOL, H_DIGEST, H_REPLY])
def test_a_reply_without_its_headers_is_unsigned(name: str) -> None:
    with pytest.raises(UnsignedReplyError):
        verify({key: value for key, value in SIGNED.items() if key != name})


def test_a_malformed_signature_is_none() -> None:
    with pytest.raises(UnsignedReplyError):
        verify({**SIGNED, H_REPLY: "office.example ?"})


def test_a_reply_for_another_request_or_status_is_foreign() -> None:
    with pytest.raises(ForeignReplyError):
        verify(nonce="other")
    with pytest.raises(ForeignReplyError):
        verify(status=201)
    with pytest.raises(ForeignReplyError):
        verify({**SIGNED, H_DIGEST: content_digest(b"x")}, body=b"x")


def test_a_reply_by_another_key_is_foreign() -> None:
    stranger = Signer.generate(OFFICE.name)
    with pytest.raises(ForeignReplyError):
        verify(sign_reply(stranger, status=200, nonce=NONCE, body=BODY))


def test_another_protocol_is_seen() -> None:
    with pytest.raises(OtherProtocolError):
        verify({**SIGNED, H_PROTOCOL: "2"})


def accepted_cuts() -> int:
    found = 0
    for at in range(len(BODY)):
        try:
            verify(body=BODY[:at])
        except DamagedReplyError:
            continue
        found += 1
    return found


def test_a_cut_body_is_damaged_wherever_it_is_cut() -> None:
    assert accepted_cuts() == 0


def test_without_the_digest_cut_bodies_would_count(monkeypatch: pytest.MonkeyPatch) -> None:
    declared = SIGNED[H_DIGEST]
    monkeypatch.setattr(replies, "content_digest", lambda _: declared)
    assert accepted_cuts() == len(BODY)


def accepted_forgeries() -> int:
    """Replies of a portal that copies what it saw of earlier replies."""
    found = 0
    for number in range(1_000):
        body = b"<html>%d" % number
        headers = {**SIGNED, H_DIGEST: content_digest(body)}
        try:
            verify(headers, nonce=new_nonce(), body=body)
        except ReplyError:
            continue
        found += 1
    return found


def test_no_forged_or_replayed_reply_counts() -> None:
    assert accepted_forgeries() == 0


def test_without_the_signature_forged_replies_would_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Verifier, "verifies", lambda *_: True)
    assert accepted_forgeries() == 1_000


def test_nonces_differ() -> None:
    assert len({new_nonce() for _ in range(100)}) == 100


def test_a_packed_body_is_unpacked() -> None:
    packed = pack_body(BODY)
    assert gzip.decompress(packed) == BODY
    assert unpack_body(packed, "gzip", len(BODY)) == BODY
    assert unpack_body(BODY, "", 1) == BODY
    assert unpack_body(BODY, "identity", 1) == BODY


@pytest.mark.parametrize(
    ("body", "coding"),
    [
        (pack_body(b"0" * 101), "gzip"),
        (pack_body(b"0" * 100)[:-1], "gzip"),
        (pack_body(b"0" * 100) + b"x", "gzip"),
        (zlib.compress(b"0"), "gzip"),
        (b"0", "br"),
    ],
)
def test_a_body_that_does_not_unpack_within_its_limit_is_refused(body: bytes, coding: str) -> None:
    with pytest.raises(WireError):
        unpack_body(body, coding, 100)

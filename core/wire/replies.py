r"""How the office signs every HTTP reply, and how the client believes it.

The signed text is "zhibao reply/1\n<status>\n<request nonce>\n<content-digest>\n". The nonce binds
the reply to one request, the key is the one pinned at enrolment: a portal, a proxy or a broken
TLS layer cannot answer for the office.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import zlib
from collections.abc import Mapping

from core.wire.errors import WireError
from core.wire.notes import Signer, Verifier, read_signature, signature_line
from core.wire.protocol import H_DIGEST, H_PROTOCOL, H_REPLY, PROTOCOL

GZIP = "gzip"
_GZIP_WINDOW = 16 + zlib.MAX_WBITS


class ReplyError(WireError):
    """The reply does not count."""


class UnsignedReplyError(ReplyError):
    """Nothing in the reply claims to come from an office: a portal or a proxy answered."""


class ForeignReplyError(ReplyError):
    """Signed, but not by the pinned key, or not for this request."""


class DamagedReplyError(ReplyError):
    """The office answered, but its body did not arrive whole."""


class OtherProtocolError(ReplyError):
    """The office speaks another version of the protocol."""


def new_nonce() -> str:
    """128 random bits for `Zhibao-Nonce`."""
    return secrets.token_urlsafe(16)


def content_digest(body: bytes) -> str:
    """The value of `Content-Digest` (RFC 9530)."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def sign_reply(signer: Signer, *, status: int, nonce: str, body: bytes) -> dict[str, str]:
    """The headers that make *body* (as it travels, after any content coding) count."""
    declared = content_digest(body)
    return {
        H_PROTOCOL: PROTOCOL,
        H_DIGEST: declared,
        H_REPLY: signature_line(signer, _text(status, nonce, declared)),
    }


def verify_reply(
    verifier: Verifier, *, status: int, nonce: str, headers: Mapping[str, str], body: bytes
) -> None:
    """Return only if the office that holds *verifier*'s key gave this very reply.

    Raises:
        UnsignedReplyError: the reply lacks the headers.
        ForeignReplyError: the signature is not the pinned key's for this nonce and status.
        DamagedReplyError: rightly signed, but the body is cut or altered.
        OtherProtocolError: rightly signed, but another protocol.

    """
    lower = {name.lower(): value for name, value in headers.items()}
    protocol, declared, line = (
        lower.get(each.lower(), "") for each in (H_PROTOCOL, H_DIGEST, H_REPLY)
    )
    if not (protocol and declared and line):
        raise UnsignedReplyError("the reply is not signed")
    try:
        name, signature = read_signature(line)
    except WireError as error:
        raise UnsignedReplyError("the reply's signature is malformed") from error
    known = name == verifier.name and signature[:4] == verifier.key_id
    if not known or not verifier.verifies(signature[4:], _text(status, nonce, declared)):
        raise ForeignReplyError("the reply is not by the pinned key for this request")
    if protocol != PROTOCOL:
        raise OtherProtocolError("the office speaks another protocol")
    if content_digest(body) != declared:
        raise DamagedReplyError("the body did not arrive whole")


def pack_body(body: bytes) -> bytes:
    """*body* in content coding gzip."""
    packer = zlib.compressobj(wbits=_GZIP_WINDOW)
    return packer.compress(body) + packer.flush()


def unpack_body(body: bytes, coding: str, limit: int) -> bytes:
    """The plain body, never more than *limit* bytes.

    Raises:
        WireError: not gzip, over the limit, or a coding that was not asked for.

    """
    if coding in {"", "identity"}:
        return body
    if coding != GZIP:
        raise WireError("a content coding that was not asked for")
    unpacker = zlib.decompressobj(wbits=_GZIP_WINDOW)
    try:
        plain = unpacker.decompress(body, limit + 1)
    except zlib.error as error:
        raise WireError("not gzip") from error
    if len(plain) > limit or not unpacker.eof or unpacker.unused_data:
        raise WireError("the body unpacks to more than the limit, or is cut")
    return plain


def _text(status: int, nonce: str, declared: str) -> bytes:
    return f"zhibao reply/1\n{status}\n{nonce}\n{declared}\n".encode()

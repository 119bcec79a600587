"""The inside of an envelope: zstd(item lines, then attachments), encrypted with age.

One item per line (canonical JSON has no line breaks), then each attachment as a line
`<digest> <length>` and its bytes. No names: those stand in the items.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

import pyrage
import zstandard

from core.wire.errors import WireError

_LEVEL = 9
_WINDOW = 1 << 23  # bytes of memory that a foreign frame may ask for
_BLOB = re.compile(rb"(sha256:[0-9a-f]{64}) (0|[1-9][0-9]{0,11})\n")
_LONGEST_BLOB_LINE = 96


def new_identity() -> str:
    """A new age identity as text (`AGE-SECRET-KEY-1…`): the intake's private key."""
    return str(pyrage.x25519.Identity.generate())


def recipient_of(identity: str) -> str:
    """The public half as text (`age1…`).

    Raises:
        WireError: not an age identity.

    """
    return str(_identity(identity).to_public())


def close_payload(
    bodies: Sequence[bytes], blobs: Mapping[str, bytes], recipients: Sequence[str]
) -> tuple[bytes, int]:
    """The encrypted payload, and its unpacked length in bytes.

    Raises:
        WireError: a recipient is not an age recipient, or there is none.

    """
    parts = [body + b"\n" for body in bodies]
    for name, content in sorted(blobs.items()):
        parts.append(b"%s %d\n%s" % (name.encode(), len(content), content))
    plain = b"".join(parts)
    packed = zstandard.ZstdCompressor(level=_LEVEL).compress(plain)
    try:
        keys = [pyrage.x25519.Recipient.from_str(each) for each in recipients]
        return pyrage.encrypt(packed, keys), len(plain)
    except (pyrage.RecipientError, pyrage.EncryptError) as error:
        raise WireError("an age recipient is malformed, or there is none") from error


def open_payload(
    payload: bytes, plain_length: int, count: int, identity: str
) -> tuple[list[bytes], dict[str, bytes]] | None:
    """Item bodies and attachments; None where the payload does not say exactly that.

    Never unpacks more than one byte over *plain_length*.
    """
    try:
        packed = pyrage.decrypt(payload, [_identity(identity)])
        plain = _unpack(packed, plain_length)
    except (pyrage.DecryptError, zstandard.ZstdError):
        return None
    if len(plain) != plain_length:
        return None
    lines = plain.split(b"\n", count)
    if len(lines) != count + 1:
        return None
    blobs = _blobs(lines.pop())
    return None if blobs is None else (lines, blobs)


def _identity(text: str) -> Any:
    try:
        return pyrage.x25519.Identity.from_str(text)
    except pyrage.IdentityError as error:
        raise WireError("not an age identity") from error


def _unpack(packed: bytes, length: int) -> bytes:
    unpacker = zstandard.ZstdDecompressor(max_window_size=_WINDOW)
    with unpacker.stream_reader(io.BytesIO(packed), read_across_frames=True) as stream:
        plain = bytearray()
        while len(plain) <= length:
            part = stream.read(length + 1 - len(plain))
            if not part:
                break
            plain += part
        return bytes(plain)


def _blobs(content: bytes) -> dict[str, bytes] | None:
    found: dict[str, bytes] = {}
    at = 0
    while at < len(content):
        line = _BLOB.match(content[at : at + _LONGEST_BLOB_LINE])
        if line is None:
            return None
        start = at + line.end()
        at = start + int(line[2])
        if at > len(content):
            return None
        found[line[1].decode()] = content[start:at]
    return found

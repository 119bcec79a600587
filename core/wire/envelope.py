r"""The sealed envelope: the same bytes over HTTP and on a stick (design.md §5).

    zhibao-envelope/1 <note length> <payload length>\n
    <note: signed-note manifest by the device>
    <payload: age(zstd(item lines, then attachments))>

Whoever opens one checks lengths, quota, signature and payload digest first; only then is
anything decrypted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.wire.canonical import digest, is_digest, read_canonical
from core.wire.codec import decode, encode
from core.wire.documents import open_document, sign_document, unverified
from core.wire.errors import WireError
from core.wire.notes import MAX_NOTE, Signer, Verifier
from core.wire.payload import close_payload, open_payload

ENVELOPE = "zhibao envelope/1"
SUITE = 1  # Ed25519, SHA-256, age X25519, zstd
_FRAME = re.compile(rb"zhibao-envelope/1 (0|[1-9][0-9]{0,9}) (0|[1-9][0-9]{0,11})\n")
_LONGEST_FRAME = 48


class EnvelopeError(WireError):
    """The envelope is refused; the message says why."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What an intake accepts: bytes as they travel, bytes unpacked, number of items."""

    envelope: int = 256 * 1024
    plain: int = 16 * 1024 * 1024
    items: int = 1_000


@dataclass(frozen=True, slots=True)
class Item:
    """One sealed submission."""

    submission_id: str
    body: bytes

    @property
    def digest(self) -> str:
        """SHA-256 of the body."""
        return digest(self.body)


@dataclass(frozen=True, slots=True)
class Claim:
    """An item as the manifest names it."""

    submission_id: str
    digest: str


@dataclass(frozen=True, slots=True)
class Payload:
    """The payload as the manifest names it; `plain` is its unpacked length in bytes."""

    digest: str
    length: int
    plain: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the device signed. `epoch` is the office's epoch as the device last saw it."""

    envelope_id: str
    suite: int
    device: str
    county: str
    epoch: str
    seq_first: int
    seq_last: int
    items: tuple[Claim, ...]
    payload: Payload


@dataclass(frozen=True, slots=True)
class Opened:
    """What was in the envelope; `blobs` are the attachments by digest."""

    items: tuple[Item, ...]
    blobs: Mapping[str, bytes]


def device_key_name(device_id: str) -> str:
    """The name under which a device signs."""
    return f"zhibao.device/{device_id}"


def seal_envelope(
    items: Sequence[Item],
    blobs: Iterable[bytes],
    *,
    envelope_id: str,
    device_id: str,
    county: str,
    epoch: str,
    signer: Signer,
    recipients: Sequence[str],
) -> bytes:
    """The envelope's bytes; made once, stored, and sent the same at every retry.

    *recipients* are age recipients (`age1…`): the intake key and, where there is one, the
    county's escrow key. The device_seq range is read from the items.

    Raises:
        EnvelopeError: there is no item, or an item is not a sealed submission.

    """
    if not items:
        raise EnvelopeError("an envelope carries at least one item")
    numbers = [_device_seq(each) for each in items]
    attachments = {digest(each): each for each in blobs}
    payload, plain = close_payload([each.body for each in items], attachments, recipients)
    manifest = Manifest(
        envelope_id=envelope_id,
        suite=SUITE,
        device=device_id,
        county=county,
        epoch=epoch,
        seq_first=min(numbers),
        seq_last=max(numbers),
        items=tuple(Claim(each.submission_id, each.digest) for each in items),
        payload=Payload(digest(payload), len(payload), plain),
    )
    note = sign_document(ENVELOPE, encode(manifest), signer)
    return b"zhibao-envelope/1 %d %d\n" % (len(note), len(payload)) + note + payload


def read_manifest(
    envelope: bytes,
    verifier_of: Callable[[str], Verifier | None],
    limits: Limits = Limits(),
) -> Manifest:
    """The manifest, after length, quota, signature and payload digest were found right.

    *verifier_of* gives the key of a device id, or None for a device that is not known or was
    revoked. Nothing is decrypted here.

    Raises:
        WireError: the envelope is refused (`EnvelopeError`, `NoteError`).

    """
    if len(envelope) > limits.envelope:
        raise EnvelopeError("the envelope is over the limit")
    note, payload = _split(envelope)
    claimed = decode(Manifest, unverified(ENVELOPE, note))
    verifier = verifier_of(claimed.device)
    if verifier is None or verifier.name != device_key_name(claimed.device):
        raise EnvelopeError("the device is not known")
    manifest = decode(Manifest, open_document(ENVELOPE, note, [verifier]))
    _check_manifest(manifest, payload, limits)
    return manifest


def open_envelope(
    envelope: bytes,
    manifest: Manifest,
    identity: str,
    limits: Limits = Limits(),
) -> Opened:
    """Items and attachments of an envelope whose manifest `read_manifest` has checked.

    Raises:
        EnvelopeError: these are not the manifest's bytes, the payload is for another key, is not
            what the manifest says, or unpacks to more than it says.

    """
    _, payload = _split(envelope)
    _check_manifest(manifest, payload, limits)
    opened = open_payload(payload, manifest.payload.plain, len(manifest.items), identity)
    if opened is None:
        raise EnvelopeError("the payload does not open")
    bodies, blobs = opened
    items = tuple(
        Item(claim.submission_id, body) for claim, body in zip(manifest.items, bodies, strict=True)
    )
    for claim, item in zip(manifest.items, items, strict=True):
        if item.digest != claim.digest:
            raise EnvelopeError("an item is not the one that the manifest names")
        if not manifest.seq_first <= _device_seq(item) <= manifest.seq_last:
            raise EnvelopeError("an item's device_seq is outside the manifest's range")
    if any(digest(content) != name for name, content in blobs.items()):
        raise EnvelopeError("an attachment is not what its digest says")
    return Opened(items, blobs)


def _split(envelope: bytes) -> tuple[bytes, bytes]:
    frame = _FRAME.match(envelope[:_LONGEST_FRAME])
    if frame is None:
        raise EnvelopeError("not an envelope")
    note_length, payload_length = int(frame[1]), int(frame[2])
    start = frame.end()
    if note_length > MAX_NOTE or len(envelope) != start + note_length + payload_length:
        raise EnvelopeError("the envelope's length is not what its frame says")
    return envelope[start : start + note_length], envelope[start + note_length :]


def _check_manifest(manifest: Manifest, payload: bytes, limits: Limits) -> None:
    if manifest.suite != SUITE:
        raise EnvelopeError("the algorithm suite is not known")
    if not 0 < len(manifest.items) <= limits.items:
        raise EnvelopeError("the number of items is over the limit")
    if not 0 < manifest.payload.plain <= limits.plain:
        raise EnvelopeError("the unpacked payload is over the limit")
    if len({each.submission_id for each in manifest.items}) != len(manifest.items):
        raise EnvelopeError("a submission occurs twice")
    if not all(is_digest(each.digest) for each in manifest.items):
        raise EnvelopeError("a digest is malformed")
    if not 0 < manifest.seq_first <= manifest.seq_last:
        raise EnvelopeError("the device_seq range is malformed")
    if len(payload) != manifest.payload.length or digest(payload) != manifest.payload.digest:
        raise EnvelopeError("the payload is not the one that was signed for")


def _device_seq(item: Item) -> int:
    """The device_seq in an item's body, which must be a canonical submission under its id."""
    body = read_canonical(item.body)
    if not isinstance(body, dict) or body.get("submission") != item.submission_id:
        raise EnvelopeError("an item is not the submission that it is named")
    number = body.get("device_seq")
    if type(number) is not int or number < 1:
        raise EnvelopeError("an item has no device_seq")
    return number

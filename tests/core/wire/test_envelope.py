from collections.abc import Callable, Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pyrage
import pytest
import zstandard

from core.wire import envelope as module
from core.wire import payload as payload_module
from core.wire.canonical import canonical_bytes, digest
from core.wire.codec import encode
from core.wire.documents import sign_document
from core.wire.envelope import (
    ENVELOPE,
    Claim,
    EnvelopeError,
    Item,
    Limits,
    Opened,
    Payload,
    device_key_name,
    open_envelope,
    read_manifest,
    seal_envelope,
)
from core.wire.errors import WireError
from core.wire.notes import Signer, Verifier
from core.wire.payload import new_identity, recipient_of

DEVICE = "0190c0de-0000-7000-8000-000000000001"
OTHER_DEVICE = "0190c0de-0000-7000-8000-000000000002"
KEYS = {each: Signer.generate(device_key_name(each)) for each in (DEVICE, OTHER_DEVICE)}
INTAKE, ESCROW, STRANGER = new_identity(), new_identity(), new_identity()

LIMITS = Limits()


def item(number: int, name: str = "张三") -> Item:
    identifier = f"0190c0de-0000-7000-9000-{number:012d}"
    body = {"submission": identifier, "device_seq": number, "values": {"name": name}}
    return Item(identifier, canonical_bytes(body))


ITEMS = (item(4), item(5, "李四"))
SCAN = b"%PDF a scanned approval\n" * 9


def sealed(*items: Item, device: str = DEVICE, recipients: tuple[str, ...] = ()) -> bytes:
    return seal_envelope(
        items or ITEMS,
        [SCAN, b""],
        envelope_id="0190c0de-0000-7000-a000-000000000001",
        device_id=device,
        county="420583",
        epoch="e1",
        signer=KEYS[device],
        recipients=recipients or (recipient_of(INTAKE), recipient_of(ESCROW)),
    )


SEALED = sealed()


def key_of(device: str) -> Verifier | None:
    return KEYS[device].verifier if device in KEYS else None


def take(content: bytes, limits: Limits = LIMITS) -> Opened:
    """What an intake does."""
    return open_envelope(content, read_manifest(content, key_of, limits), INTAKE, limits)


def framed(note: bytes, payload: bytes) -> bytes:
    return b"zhibao-envelope/1 %d %d\n" % (len(note), len(payload)) + note + payload


def split(content: bytes) -> tuple[bytes, bytes]:
    line, _, rest = content.partition(b"\n")
    length = int(line.split()[1])
    return rest[:length], rest[length:]


def resigned(content: bytes, signer: Signer | None = None, **changes: Any) -> bytes:
    """*content* with an altered manifest, signed again."""
    manifest = replace(read_manifest(content, key_of), **changes)
    note = sign_document(ENVELOPE, encode(manifest), signer or KEYS[manifest.device])
    return framed(note, split(content)[1])


def repacked(plain: bytes, *, says: int | None = None, items: tuple[Item, ...] = ITEMS) -> bytes:
    """An envelope by a rightful device around any unpacked payload."""
    packed = zstandard.ZstdCompressor().compress(plain)
    keys = [pyrage.x25519.Recipient.from_str(recipient_of(INTAKE))]
    return rewrapped(pyrage.encrypt(packed, keys), len(plain) if says is None else says, items)


def rewrapped(payload: bytes, plain: int, items: tuple[Item, ...] = ITEMS) -> bytes:
    manifest = replace(
        read_manifest(SEALED, key_of),
        items=tuple(Claim(each.submission_id, each.digest) for each in items),
        payload=Payload(digest(payload), len(payload), plain),
    )
    return framed(sign_document(ENVELOPE, encode(manifest), KEYS[DEVICE]), payload)


@pytest.fixture
def decryptions(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows with each decryption."""
    calls: list[int] = []
    real = pyrage.decrypt

    def counting(content: bytes, keys: list[Any]) -> bytes:
        calls.append(len(content))
        return bytes(real(content, keys))

    counted = SimpleNamespace(**{**vars(pyrage), "decrypt": counting})
    monkeypatch.setattr(payload_module, "pyrage", counted)
    return calls


def test_what_was_sealed_is_opened() -> None:
    opened = take(SEALED)
    assert opened.items == ITEMS
    assert opened.blobs == {digest(SCAN): SCAN, digest(b""): b""}


def test_the_manifest_says_what_is_inside() -> None:
    manifest = read_manifest(SEALED, key_of)
    assert manifest.device == DEVICE
    assert (manifest.county, manifest.epoch, manifest.suite) == ("420583", "e1", 1)
    assert (manifest.seq_first, manifest.seq_last) == (4, 5)
    assert [each.digest for each in manifest.items] == [each.digest for each in ITEMS]


def test_the_manifest_is_text_that_people_can_read() -> None:
    lines = split(SEALED)[0].decode().splitlines()
    assert lines[0] == "zhibao envelope/1"
    assert lines[1].startswith('{"county":"420583","device":"')
    assert lines[3].startswith(f"— zhibao.device/{DEVICE} ")


def test_no_name_can_be_read_from_outside() -> None:
    assert "张三".encode() not in SEALED
    assert b"scanned" not in SEALED


def test_each_recipient_can_open_and_nobody_else() -> None:
    manifest = read_manifest(SEALED, key_of)
    assert open_envelope(SEALED, manifest, ESCROW).items == ITEMS
    with pytest.raises(EnvelopeError, match="does not open"):
        open_envelope(SEALED, manifest, STRANGER)


def test_an_envelope_without_attachments_opens() -> None:
    content = seal_envelope(
        ITEMS[:1],
        [],
        envelope_id="x",
        device_id=DEVICE,
        county="420583",
        epoch="",
        signer=KEYS[DEVICE],
        recipients=[recipient_of(INTAKE)],
    )
    assert take(content) == Opened(ITEMS[:1], {})


def tampered() -> Iterator[tuple[str, bytes]]:
    for at in range(len(SEALED)):
        altered = bytearray(SEALED)
        altered[at] ^= 1 << at % 8
        yield f"flip {at}", bytes(altered)
        yield f"cut {at}", SEALED[:at]
        yield f"lose {at}", SEALED[:at] + SEALED[at + 1 :]
        yield f"double {at}", SEALED[:at] + SEALED[at : at + 1] + SEALED[at:]
    note, payload = split(SEALED)
    for at in range(0, len(payload) - 32, 16):
        swapped = payload[:at] + payload[at + 16 : at + 32] + payload[at : at + 16]
        yield f"swap block {at}", framed(note, swapped + payload[at + 32 :])
    other_note, other_payload = split(sealed(item(6)))
    yield "foreign payload", framed(note, other_payload)
    yield "foreign manifest", framed(other_note, payload)
    yield "more behind", SEALED + b"x"
    foreign = Signer.generate(device_key_name(DEVICE))
    yield "signed by a stranger under the device's name", resigned(SEALED, foreign)
    yield "signed by another device", resigned(SEALED, KEYS[OTHER_DEVICE])
    yield "claimed by another device", resigned(SEALED, KEYS[DEVICE], device=OTHER_DEVICE)
    yield "claimed by an unknown device", resigned(SEALED, KEYS[DEVICE], device="nobody")
    yield "another suite", resigned(SEALED, suite=2)
    yield "no items", resigned(SEALED, items=())
    yield "no payload", resigned(SEALED, payload=Payload(digest(b""), 0, 0))
    claim = read_manifest(SEALED, key_of).items[0]
    yield "an item twice", resigned(SEALED, items=(claim, claim))
    yield "an item without digest", resigned(SEALED, items=(replace(claim, digest="none"),))
    yield "range reversed", resigned(SEALED, seq_first=6, seq_last=5)
    yield "range below one", resigned(SEALED, seq_first=0)


def refused(calls: list[int]) -> tuple[int, list[str]]:
    """How many tampered envelopes were tried, and which passed or were decrypted."""
    passed, tried = [], 0
    for name, content in tampered():
        tried += 1
        before = len(calls)
        try:
            take(content)
        except WireError:
            if len(calls) == before:
                continue
        passed.append(name)
    return tried, passed


def test_no_tampered_envelope_is_accepted_or_decrypted(decryptions: list[int]) -> None:
    tried, passed = refused(decryptions)
    assert passed == []
    assert tried > 4_000
    take(SEALED)
    assert len(decryptions) == 1


def test_without_the_signature_check_tampered_envelopes_would_be_decrypted(
    decryptions: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Verifier, "verifies", lambda *_: True)
    assert refused(decryptions)[1] != []


def test_without_the_payload_digest_tampered_payloads_would_be_decrypted(
    decryptions: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_check_manifest", lambda *_: None)
    assert refused(decryptions)[1] != []


def test_a_manifest_opens_only_its_own_envelope(decryptions: list[int]) -> None:
    manifest = read_manifest(SEALED, key_of)
    with pytest.raises(EnvelopeError, match="not the one that was signed"):
        open_envelope(sealed(item(6)), manifest, INTAKE)
    assert decryptions == []


def test_quota_is_checked_before_anything_else(decryptions: list[int]) -> None:
    for limits in (
        Limits(envelope=len(SEALED) - 1),
        Limits(items=1),
        Limits(plain=read_manifest(SEALED, key_of).payload.plain - 1),
    ):
        with pytest.raises(EnvelopeError, match="over the limit"):
            take(SEALED, limits)
    assert decryptions == []


@pytest.mark.parametrize(
    "frame",
    [
        b"zhibao-envelope/2 1 1\n",
        b"zhibao-envelope/1 01 1\n",
        b"zhibao-envelope/1 1\n",
        b"zhibao-envelope/1 -1 1\n",
        b"zhibao-envelope/1 9999999999 1\n",
        b"zhibao-envelope/1 5 5\nno note or payload",
        b"zhibao-envelope/1 7 0\nno note",
        b"zhibao-envelope/1 4 0\n\xff\n\n\n",
        "zhibao-envelope/1 ١ 1\n".encode(),
    ],
)
def test_what_is_no_envelope_is_refused(frame: bytes) -> None:
    with pytest.raises(WireError):
        read_manifest(frame, key_of)


def test_a_note_of_another_kind_is_no_manifest() -> None:
    manifest = encode(read_manifest(SEALED, key_of))
    note = sign_document("zhibao receipt/1", manifest, KEYS[DEVICE])
    with pytest.raises(WireError, match="not a zhibao envelope/1"):
        read_manifest(framed(note, split(SEALED)[1]), key_of)


def test_a_key_under_another_name_is_not_the_devices() -> None:
    verifier = KEYS[DEVICE].verifier
    with pytest.raises(EnvelopeError, match="not known"):
        read_manifest(SEALED, lambda _: Verifier("someone", verifier.public_key))


PLAIN = b"".join(each.body + b"\n" for each in ITEMS)
BLOB = digest(b"abc").encode() + b" 3\nabc"


@pytest.mark.parametrize(
    ("plain", "message"),
    [
        (PLAIN[:-1], "does not open"),
        (ITEMS[0].body + b"\n", "does not open"),
        (PLAIN + b"junk", "does not open"),
        (PLAIN + BLOB[:-1], "does not open"),
        (PLAIN + BLOB[:-1] + b"d", "attachment"),
        (ITEMS[1].body + b"\n" + ITEMS[0].body + b"\n", "not the one that the manifest names"),
        (b"{}\n" + ITEMS[1].body + b"\n", "not the one that the manifest names"),
    ],
)
def test_a_payload_that_is_not_what_its_device_signed_is_refused(
    plain: bytes, message: str
) -> None:
    assert take(repacked(PLAIN + BLOB)).blobs == {digest(b"abc"): b"abc"}
    with pytest.raises(EnvelopeError, match=message):
        take(repacked(plain))


def test_an_item_outside_the_sequence_range_is_refused() -> None:
    with pytest.raises(EnvelopeError, match="device_seq"):
        take(resigned(SEALED, seq_last=4))


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b'{"device_seq":1,"submission":"another"}',
        b'{"submission":"a"}',
        b'{"device_seq":true,"submission":"a"}',
        b'{"device_seq":0,"submission":"a"}',
        b'{"submission":"a", "device_seq":1}',
    ],
)
def test_what_is_no_submission_is_neither_sealed_nor_opened(body: bytes) -> None:
    odd = Item("a", body)
    with pytest.raises(WireError):
        sealed(odd)
    with pytest.raises(WireError):
        take(repacked(body + b"\n", items=(odd,)))


def test_an_empty_envelope_is_not_sealed() -> None:
    with pytest.raises(EnvelopeError):
        seal_envelope(
            [],
            [],
            envelope_id="x",
            device_id=DEVICE,
            county="420583",
            epoch="",
            signer=KEYS[DEVICE],
            recipients=[recipient_of(INTAKE)],
        )


def test_malformed_age_keys_are_refused() -> None:
    with pytest.raises(WireError):
        sealed(recipients=("age1nothing",))
    with pytest.raises(WireError):
        recipient_of("AGE-SECRET-KEY-1NOTHING")


def unpacked_sizes(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    largest = [0]
    real = payload_module._unpack

    def spy(packed: bytes, length: int) -> bytes:
        plain = real(packed, length)
        largest[0] = max(largest[0], len(plain))
        return plain

    monkeypatch.setattr(payload_module, "_unpack", spy)
    return lambda: largest[0]


BOMB_SAYS = 1_000_000


def bomb() -> bytes:
    """64 MiB of zeros in a payload of some 2 kB that says it holds 1 MB."""
    content = repacked(bytes(64 << 20), says=BOMB_SAYS)
    assert len(content) < 16_000
    return content


def test_a_bomb_is_stopped_one_byte_past_what_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    largest = unpacked_sizes(monkeypatch)
    with pytest.raises(EnvelopeError, match="does not open"):
        take(bomb())
    assert largest() == BOMB_SAYS + 1


def test_an_unbounded_unpacker_would_let_the_bomb_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        payload_module,
        "_unpack",
        lambda packed, _: zstandard.ZstdDecompressor().decompress(packed),
    )
    largest = unpacked_sizes(monkeypatch)
    with pytest.raises(EnvelopeError):
        take(bomb())
    assert largest() == 64 << 20


def test_a_frame_that_asks_for_a_huge_window_is_refused() -> None:
    parameters = zstandard.ZstdCompressionParameters(window_log=27, write_content_size=False)
    packer = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    packed = packer.compress(PLAIN) + packer.flush()
    keys = [pyrage.x25519.Recipient.from_str(recipient_of(INTAKE))]
    with pytest.raises(EnvelopeError, match="does not open"):
        take(rewrapped(pyrage.encrypt(packed, keys), len(PLAIN)))


def test_frames_and_junk_behind_the_payload_are_refused() -> None:
    packed = zstandard.ZstdCompressor().compress(PLAIN)
    keys = [pyrage.x25519.Recipient.from_str(recipient_of(INTAKE))]
    for more in (packed, b"junk"):
        with pytest.raises(EnvelopeError, match="does not open"):
            take(rewrapped(pyrage.encrypt(packed + more, keys), len(PLAIN)))

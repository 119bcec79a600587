"""Signed notes: a text that people can read, with Ed25519 signatures below it.

Source: C2SP signed-note (https://c2sp.org/signed-note), the format of the Go checksum database.
Every signed thing that travels (manifests, receipts, decisions) is such a note.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from core.wire.errors import WireError

MAX_NOTE = 1_000_000  # bytes; the reference implementation's limit
MAX_SIGNATURES = 100  # as the reference implementation
_ED25519 = b"\x01"
_SKEY = "PRIVATE+KEY+"
_DASH = "— "


class NoteError(WireError):
    """The note is malformed, or no known key has signed it, or a known key's signature is wrong."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key and the name of who holds it."""

    name: str
    public_key: bytes

    def __post_init__(self) -> None:
        _check_name(self.name)
        if len(self.public_key) != 32:
            raise NoteError("an Ed25519 public key has 32 bytes")

    @property
    def key_id(self) -> bytes:
        """The first four bytes of SHA-256(name, newline, algorithm, key)."""
        return _key_id(self.name, self.public_key)

    @property
    def vkey(self) -> str:
        """The key as text: `<name>+<key id>+<base64>`."""
        return f"{self.name}+{self.key_id.hex()}+{_base64(_ED25519 + self.public_key)}"

    @classmethod
    def from_vkey(cls, vkey: str) -> Verifier:
        """The key that `vkey` wrote.

        Raises:
            NoteError: not such a text, or the key id does not fit.

        """
        name, key = _read_key(vkey)
        verifier = cls(name, key)
        if verifier.vkey != vkey:
            raise NoteError("the key id does not fit the key")
        return verifier

    def verifies(self, signature: bytes, text: bytes) -> bool:
        """Whether *signature* (64 bytes, without key id) is this key's over *text*."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public_key).verify(signature, text)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key (a seed of 32 bytes) and the name of who holds it."""

    name: str
    seed: bytes

    def __post_init__(self) -> None:
        _check_name(self.name)
        if len(self.seed) != 32:
            raise NoteError("an Ed25519 seed has 32 bytes")

    def __repr__(self) -> str:
        return f"Signer({self.name!r})"

    @classmethod
    def generate(cls, name: str) -> Signer:
        """A new key."""
        return cls(name, Ed25519PrivateKey.generate().private_bytes_raw())

    @property
    def verifier(self) -> Verifier:
        """The public half."""
        return Verifier(self.name, self._key().public_key().public_bytes_raw())

    @property
    def skey(self) -> str:
        """The key as text: `PRIVATE+KEY+<name>+<key id>+<base64>`."""
        return f"{_SKEY}{self.name}+{self.verifier.key_id.hex()}+{_base64(_ED25519 + self.seed)}"

    @classmethod
    def from_skey(cls, skey: str) -> Signer:
        """The key that `skey` wrote.

        Raises:
            NoteError: not such a text, or the key id does not fit.

        """
        if not skey.startswith(_SKEY):
            raise NoteError("not a private key")
        name, seed = _read_key(skey.removeprefix(_SKEY))
        signer = cls(name, seed)
        if signer.skey != skey:
            raise NoteError("the key id does not fit the key")
        return signer

    def sign(self, text: bytes) -> bytes:
        """Key id and Ed25519 signature over *text*: 68 bytes."""
        return self.verifier.key_id + self._key().sign(text)

    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


def sign_note(text: str, *signers: Signer) -> bytes:
    """The note: *text*, a blank line, one signature line per signer.

    Raises:
        NoteError: the text does not end in a newline or has control characters.

    """
    content = _check_text(text)
    lines = "".join(f"{_DASH}{each.name} {_base64(each.sign(content))}\n" for each in signers)
    return content + b"\n" + lines.encode()


def open_note(note: bytes, verifiers: Sequence[Verifier]) -> str:
    """The text of *note*, which at least one of *verifiers* has signed.

    Signatures by unknown keys are passed over, as the standard asks.

    Raises:
        NoteError: malformed; signed by none of them; or one of them signed something else.

    """
    text, lines = _split(note)
    content = text.encode()
    known = {(each.name, each.key_id): each for each in verifiers}
    signed: set[tuple[str, bytes]] = set()
    for line in lines:
        name, signature = read_signature(line.removeprefix(_DASH))
        key = (name, signature[:4])
        if key in signed or key not in known:
            continue
        if not known[key].verifies(signature[4:], content):
            raise NoteError("a known key's signature is wrong")
        signed.add(key)
    if not signed:
        raise NoteError("no known key has signed this")
    return text


def read_signature(line: str) -> tuple[str, bytes]:
    """Key name and 68 bytes of key id and signature, from `<name> <base64>`.

    Raises:
        NoteError: the line is malformed.

    """
    name, _, encoded = line.partition(" ")
    _check_name(name)
    signature = _from_base64(encoded)
    if len(signature) < 5:
        raise NoteError("a signature is too short")
    return name, signature


def signature_line(signer: Signer, text: bytes) -> str:
    """`<name> <base64>`: a signature without its note, for a header."""
    return f"{signer.name} {_base64(signer.sign(text))}"


def _split(note: bytes) -> tuple[str, list[str]]:
    if len(note) > MAX_NOTE:
        raise NoteError("the note is too long")
    try:
        content = note.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NoteError("the note is not UTF-8") from error
    at = content.rfind("\n\n")
    if at < 0:
        raise NoteError("the note has no signature block")
    text, block = content[: at + 1], content[at + 2 :]
    _check_text(text)
    if not block.endswith("\n"):
        raise NoteError("the last signature line does not end")
    lines = block.removesuffix("\n").split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise NoteError("too many signatures")
    if not all(each.startswith(_DASH) for each in lines):
        raise NoteError("a signature line is malformed")
    return text, lines


def _check_text(text: str) -> bytes:
    if not text.endswith("\n"):
        raise NoteError("the text does not end in a newline")
    if any(each < " " and each != "\n" for each in text):
        raise NoteError("the text has control characters")
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise NoteError("the text is not Unicode") from error


def _check_name(name: str) -> None:
    if not name or "+" in name or any(each.isspace() or not each.isprintable() for each in name):
        raise NoteError("a key name has no spaces, no plus, and is not empty")


def _read_key(text: str) -> tuple[str, bytes]:
    parts = text.split("+", 2)
    if len(parts) != 3:
        raise NoteError("not a key")
    key = _from_base64(parts[2])
    if key[:1] != _ED25519:
        raise NoteError("not an Ed25519 key")
    return parts[0], key[1:]


def _key_id(name: str, public_key: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + public_key).digest()[:4]


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _from_base64(text: str) -> bytes:
    """Strict: the only text that `_base64` writes for these bytes."""
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoteError("not base64") from error
    if _base64(content) != text:
        raise NoteError("not base64")
    return content

"""A signed note whose text is a kind on the first line and canonical JSON on the second."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.wire.canonical import canonical_bytes, read_canonical
from core.wire.errors import WireError
from core.wire.notes import NoteError, Signer, Verifier, open_note, sign_note


def sign_document(kind: str, body: Mapping[str, Any], signer: Signer) -> bytes:
    """The note that says *body*, as a *kind*."""
    return sign_note(f"{kind}\n{canonical_bytes(dict(body)).decode()}\n", signer)


def open_document(kind: str, note: bytes, verifiers: Sequence[Verifier]) -> dict[str, Any]:
    """What the note says, once its signature is right.

    Raises:
        NoteError: the signature is not right.
        WireError: it is signed, but is another kind of document, or not canonical.

    """
    return read_text(kind, open_note(note, verifiers))


def unverified(kind: str, note: bytes) -> dict[str, Any]:
    """What the note claims, before anything is checked: only good for finding whose key to try.

    Raises:
        WireError: the bytes do not even claim anything.

    """
    text, found, _ = note.partition(b"\n\n")
    if not found:
        raise NoteError("the note has no signature block")
    try:
        return read_text(kind, text.decode("utf-8") + "\n")
    except UnicodeDecodeError as error:
        raise NoteError("the note is not UTF-8") from error


def read_text(kind: str, text: str) -> dict[str, Any]:
    """The JSON object in a document's text.

    Raises:
        WireError: another kind of document, or not canonical JSON.

    """
    first, _, rest = text.partition("\n")
    if first != kind:
        raise WireError(f"not a {kind}")
    body = read_canonical(rest.removesuffix("\n").encode())
    if not isinstance(body, dict):
        raise WireError(f"{kind}: an object was expected")
    return body

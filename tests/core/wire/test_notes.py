import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.wire import notes
from core.wire.notes import NoteError, Signer, Verifier, open_note, read_signature, sign_note

# The public vector of golang.org/x/mod/sumdb/note, which the C2SP document took over.
VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SKEY = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
SIGNATURE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNX"
    "gKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
NOTE = (TEXT + "\n" + SIGNATURE).encode()
PETER = Verifier.from_vkey(VKEY)
ENOCH = Signer.generate("EnochRoot")


def test_the_public_vector_is_written_byte_for_byte() -> None:
    assert sign_note(TEXT, Signer.from_skey(SKEY)) == NOTE


def test_the_public_vector_opens() -> None:
    assert open_note(NOTE, [PETER]) == TEXT


def test_keys_are_written_as_they_were_read() -> None:
    assert PETER.vkey == VKEY
    assert Signer.from_skey(SKEY).skey == SKEY
    assert Signer.from_skey(SKEY).verifier == PETER


def test_no_piece_of_a_key_is_a_key() -> None:
    for start in range(len(VKEY)):
        for end in range(start + 1, len(VKEY) + 1):
            if (start, end) != (0, len(VKEY)):
                with pytest.raises(NoteError):
                    Verifier.from_vkey(VKEY[start:end])


def test_no_altered_key_is_a_key() -> None:
    for key, read in ((VKEY, Verifier.from_vkey), (SKEY, Signer.from_skey)):
        for at, letter in enumerate(key):
            with pytest.raises(NoteError):
                read(key[:at] + chr(ord(letter) + 1) + key[at + 1 :])


def test_a_key_of_another_algorithm_is_refused() -> None:
    content = b"\x02" + PETER.public_key
    identifier = hashlib.sha256(b"PeterNeumann\n" + content).hexdigest()[:8]
    with pytest.raises(NoteError, match="Ed25519"):
        Verifier.from_vkey(f"PeterNeumann+{identifier}+{base64.b64encode(content).decode()}")


def test_keys_have_32_bytes() -> None:
    with pytest.raises(NoteError):
        Verifier("a", b"short")
    with pytest.raises(NoteError):
        Signer("a", b"short")


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\tb", "a\u00a0b", "a\u202eb"])
def test_a_name_has_no_spaces_and_no_plus(name: str) -> None:
    with pytest.raises(NoteError):
        Signer.generate(name)


def test_a_signer_does_not_print_its_seed() -> None:
    signer = Signer.from_skey(SKEY)
    assert repr(signer) == "Signer('PeterNeumann')"


def test_one_known_key_among_several_is_enough() -> None:
    note = sign_note(TEXT, ENOCH, Signer.from_skey(SKEY))
    assert open_note(note, [PETER]) == TEXT
    assert open_note(note, [ENOCH.verifier]) == TEXT


def test_a_note_by_unknown_keys_only_is_refused() -> None:
    with pytest.raises(NoteError, match="no known key"):
        open_note(sign_note(TEXT, ENOCH), [PETER])


def test_a_known_name_with_another_key_is_an_unknown_key() -> None:
    with pytest.raises(NoteError, match="no known key"):
        open_note(sign_note(TEXT, Signer.generate("PeterNeumann")), [PETER])


def test_a_second_signature_by_the_same_key_is_passed_over() -> None:
    wrong = "— PeterNeumann " + base64.b64encode(PETER.key_id + bytes(64)).decode() + "\n"
    assert open_note(NOTE + wrong.encode(), [PETER]) == TEXT


def test_a_text_may_have_blank_lines() -> None:
    text = "a\n\nb\n"
    assert open_note(sign_note(text, ENOCH), [ENOCH.verifier]) == text


def test_a_signature_line_is_read_apart() -> None:
    line = notes.signature_line(ENOCH, b"text")
    name, signature = read_signature(line)
    assert name == "EnochRoot"
    assert ENOCH.verifier.verifies(signature[4:], b"text")
    with pytest.raises(NoteError, match="too short"):
        read_signature("EnochRoot AAAA")


@pytest.mark.parametrize(
    "note",
    [
        b"",
        TEXT.encode(),
        NOTE[:-1],
        TEXT.encode() + b"\n",
        b"\n" + SIGNATURE.encode(),
        b"\xff" + NOTE,
        b"\x01" + NOTE,
        NOTE.replace("—".encode(), b"-"),
        NOTE + "— PeterNeumann x08go\n".encode(),
        NOTE + "— PeterNeumann x08go/=\n".encode(),
        NOTE + SIGNATURE.encode() * notes.MAX_SIGNATURES,
        b"a" * notes.MAX_NOTE + NOTE,
    ],
)
def test_a_malformed_note_is_refused(note: bytes) -> None:
    with pytest.raises(NoteError):
        open_note(note, [PETER])


@pytest.mark.parametrize("text", ["no newline", "a\tb\n", "\ud800\n"])
def test_a_text_that_is_no_note_is_not_signed(text: str) -> None:
    with pytest.raises(NoteError):
        sign_note(text, ENOCH)


def accepted_flips() -> int:
    found = 0
    for at in range(len(NOTE)):
        for bit in range(8):
            altered = bytearray(NOTE)
            altered[at] ^= 1 << bit
            try:
                open_note(bytes(altered), [PETER])
            except NoteError:
                continue
            found += 1
    return found


def test_no_flipped_bit_passes() -> None:
    assert accepted_flips() == 0


def test_without_the_signature_check_flipped_bits_would_pass(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Verifier, "verifies", lambda *_: True)
    assert accepted_flips() > 0


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"])).map(lambda text: text + "\n"))
def test_what_is_signed_opens(text: str) -> None:
    assert open_note(sign_note(text, ENOCH), [ENOCH.verifier]) == text

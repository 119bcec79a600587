import pytest

from core.wire.canonical import canonical_bytes, digest, is_digest, read_canonical, read_json
from core.wire.errors import WireError


def test_keys_are_sorted_and_spaces_left_out() -> None:
    # RFC 8785 §3.2.3 sorts by UTF-16 units; numbers as ECMAScript writes them.
    value = {"\u20ac": "Euro Sign", "\r": "Carriage Return", "1": "One", "n": 1e21}
    expected = '{"\\r":"Carriage Return","1":"One","n":1e+21,"€":"Euro Sign"}'
    assert canonical_bytes(value) == expected.encode()


@pytest.mark.parametrize("value", [2**53, float("nan"), {1: 2}, object(), "\ud800"])
def test_what_is_not_json_is_refused(value: object) -> None:
    with pytest.raises(WireError):
        canonical_bytes(value)


def test_a_value_without_end_is_refused() -> None:
    loop: list[object] = []
    loop.append(loop)
    with pytest.raises(WireError):
        canonical_bytes(loop)


def test_the_digest_names_its_algorithm() -> None:
    # FIPS 180-2, example "abc".
    expected = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert digest(b"abc") == expected
    assert is_digest(expected)


@pytest.mark.parametrize("text", ["", "sha256:", "sha1:" + "0" * 64, "sha256:" + "A" * 64])
def test_what_is_no_digest_is_seen(text: str) -> None:
    assert not is_digest(text)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff",
        b'{"a":1,"a":2}',
        b"[NaN]",
        b"[-Infinity]",
        b"[" * 100_000,
        b"1" * 5_000,
        rb'"\ud800"',
    ],
)
def test_what_parsers_let_pass_is_refused(content: bytes) -> None:
    with pytest.raises(WireError):
        read_json(content)


def test_an_escaped_pair_is_one_character() -> None:
    assert read_json(rb'"\ud840\udc00"') == "\U00020000"


def test_canonical_bytes_are_read_back() -> None:
    value = {"a": [1, "二", True], "b": {}}
    assert read_canonical(canonical_bytes(value)) == value


@pytest.mark.parametrize("content", [b'{"b":1,"a":2}', b"[1, 2]", b"1.0", rb'"\u0041"'])
def test_the_same_value_written_otherwise_is_refused(content: bytes) -> None:
    read_json(content)
    with pytest.raises(WireError, match="canonical"):
        read_canonical(content)

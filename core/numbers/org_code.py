"""Organisation code 组织机构代码, GB 11714-1997: eight characters and a check digit."""

from __future__ import annotations

from core.numbers.finding import Finding, error, has_error, squeeze

WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_CHECK_ALPHABET = "0123456789X"


def compact(text: str) -> str:
    """*text* without blanks and hyphens, in plain upper-case characters."""
    return squeeze(text).replace("-", "")


def check_digit(first8: str) -> str:
    """The ninth character that belongs to *first8*."""
    total = sum(
        _ALPHABET.index(each) * weight for each, weight in zip(first8, WEIGHTS, strict=True)
    )
    return "0X987654321"[total % 11]


def check(text: str) -> tuple[Finding, ...]:
    """Everything wrong about the code *text*."""
    number = compact(text)
    if len(number) != 9:
        return (error("org_code_length", length=len(number)),)
    if not set(number[:8]) <= set(_ALPHABET) or number[8] not in _CHECK_ALPHABET:
        return (error("org_code_characters"),)
    expected = check_digit(number[:8])
    if number[8] != expected:
        return (error("org_code_check_digit", expected=expected),)
    return ()


def is_valid(text: str) -> bool:
    """Whether *text* has no error."""
    return not has_error(check(text))


def show(text: str) -> str:
    """The code as XXXXXXXX-X; unchanged if it is not nine long."""
    number = compact(text)
    return f"{number[:8]}-{number[8]}" if len(number) == 9 else number

"""Bank card numbers, ISO/IEC 7812-1 (Luhn). Never more than a warning.

Passbook and 一折通 accounts need not satisfy it (domain.md §3.4).
"""

from __future__ import annotations

from core.numbers.finding import Finding, all_digits, error, squeeze, warning

_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def compact(text: str) -> str:
    """*text* without blanks and hyphens."""
    return squeeze(text).replace("-", "")


def checksum(number: str) -> int:
    """The Luhn sum of *number* (digits) modulo 10; 0 for a good card number."""
    digits = [int(each) for each in reversed(number)]
    return (sum(digits[::2]) + sum(_DOUBLED[each] for each in digits[1::2])) % 10


def check(text: str) -> tuple[Finding, ...]:
    """An error if *text* is not digits, a warning if the check digit does not fit."""
    number = compact(text)
    if not all_digits(number):
        return (error("account_digits"),)
    if checksum(number):
        return (warning("account_luhn"),)
    return ()


def is_valid(text: str) -> bool:
    """Whether *text* is digits whose Luhn sum is right."""
    return not check(text)


def show(text: str) -> str:
    """The number in groups of four."""
    number = compact(text)
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))


def masked(text: str) -> str:
    """The number with all but its last four characters hidden."""
    number = compact(text)
    return "*" * max(len(number) - 4, 0) + number[-4:] if len(number) > 4 else "*" * len(number)

"""Unified social credit code 统一社会信用代码, GB 32100-2015 (check character MOD 31-3).

18 characters: registering authority 1, category 1, county 6, organisation code 9, check 1.
"""

from __future__ import annotations

from core.numbers import org_code
from core.numbers.finding import Finding, error, has_error, squeeze, warning
from core.numbers.resident_id import PROVINCES

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # no I O Z S V
WEIGHTS = tuple(3**place % 31 for place in range(17))

_CATEGORIES = {
    "1": "1239",
    "2": "19",
    "3": "123459",
    "4": "19",
    "5": "12349",
    "6": "129",
    "7": "129",
    "8": "19",
    "9": "123",
    "A": "19",
    "N": "1239",
    "Y": "1",
}
_WHOLE_COUNTRY = "10"


def compact(text: str) -> str:
    """*text* without blanks and hyphens, in plain upper-case characters."""
    return squeeze(text).replace("-", "")


def check_digit(first17: str) -> str:
    """The 18th character that belongs to *first17*."""
    total = sum(
        ALPHABET.index(each) * weight for each, weight in zip(first17, WEIGHTS, strict=True)
    )
    return ALPHABET[(31 - total % 31) % 31]


def organisation_part(text: str) -> str:
    """Characters 9 to 17: the organisation code that the number contains."""
    return compact(text)[8:17]


def check(text: str) -> tuple[Finding, ...]:
    """Everything wrong or odd about the code *text*.

    Only length, alphabet and check character are errors. Authority, county and the inner
    organisation code are warnings: lists of them go out of date.
    """
    number = compact(text)
    if len(number) != 18:
        return (error("uscc_length", length=len(number)),)
    strange = sorted(set(number) - set(ALPHABET))
    if strange:
        return (error("uscc_characters", characters="".join(strange)),)
    found: list[Finding] = []
    if number[1] not in _CATEGORIES.get(number[0], ""):
        found.append(warning("uscc_authority", start=number[:2]))
    if number[2:4] not in PROVINCES and number[2:4] != _WHOLE_COUNTRY:
        found.append(warning("uscc_province", province=number[2:4]))
    if not org_code.is_valid(organisation_part(number)):
        found.append(warning("uscc_org_code", organisation=organisation_part(number)))
    expected = check_digit(number[:17])
    if number[17] != expected:
        found.append(error("uscc_check_digit", expected=expected))
    return tuple(found)


def is_valid(text: str) -> bool:
    """Whether *text* has no error (warnings are allowed)."""
    return not has_error(check(text))


def show(text: str) -> str:
    """The code as it is printed on certificates: without groups."""
    return compact(text)

"""Telephone numbers and postcodes of mainland China (domain.md §3.5). Number blocks are open."""

from __future__ import annotations

import re

from core.numbers.finding import Finding, error, squeeze

_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"0[0-9]{2,3}-?[0-9]{7,8}(-[0-9]{1,6})?")
_POSTCODE = re.compile(r"[0-9]{6}")
_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"))
_AREA_IN_BRACKETS = re.compile(r"^\((0[0-9]{2,3})\)-?")
_COUNTRY = re.compile(r"^(\+|00)86-?")
_EXTENSION = re.compile(r"(转|EXT\.?)")


def compact(text: str) -> str:
    """*text* without blanks and country code, as 0717-1234567-123 or 13800138000."""
    plain = _COUNTRY.sub("", squeeze(text).translate(_DASHES))
    plain = _AREA_IN_BRACKETS.sub(r"\1-", plain)
    plain = _EXTENSION.sub("-", plain)
    return plain.replace("-", "") if _MOBILE.fullmatch(plain.replace("-", "")) else plain


def is_mobile(text: str) -> bool:
    """Whether *text* is a mobile number."""
    return bool(_MOBILE.fullmatch(compact(text)))


def is_landline(text: str) -> bool:
    """Whether *text* is a fixed-line number with its area code, perhaps with an extension."""
    return bool(_LANDLINE.fullmatch(compact(text)))


def check_mobile(text: str) -> tuple[Finding, ...]:
    """An error unless *text* is a mobile number."""
    return () if is_mobile(text) else (error("mobile_shape"),)


def check(text: str) -> tuple[Finding, ...]:
    """An error unless *text* is a mobile or a fixed-line number."""
    return () if is_mobile(text) or is_landline(text) else (error("phone_shape"),)


def check_postcode(text: str) -> tuple[Finding, ...]:
    """An error unless *text* is six digits."""
    return () if _POSTCODE.fullmatch(squeeze(text)) else (error("postcode_shape"),)


def show(text: str) -> str:
    """A mobile number in the groups 3-4-4; others as they are."""
    number = compact(text)
    return f"{number[:3]} {number[3:7]} {number[7:]}" if _MOBILE.fullmatch(number) else number


def masked(text: str) -> str:
    """The number with all but its first three and last four characters hidden."""
    number = compact(text)
    if len(number) <= 7:
        return "*" * len(number)
    return number[:3] + "*" * (len(number) - 7) + number[-4:]

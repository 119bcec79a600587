"""Dates as officers write them: 2008.12.8, 2008年12月8日, 二〇〇八年十二月八日, 20081208.

Nothing is guessed: a year of two digits or a day that does not exist is a problem, not a date.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

NOT_A_DATE = "not_a_date"
SHORT_YEAR = "two_digit_year"
NO_SUCH_DAY = "impossible_date"

_ZEROS = "〇零○◯OoО"  # the last is Cyrillic; 二OO八年 is often typed with the letter O
_DIGITS = {
    **dict.fromkeys(_ZEROS, "0"),
    **{each: str(n) for n, each in enumerate("一二三四五六七八九", 1)},
}
_CHINESE = "[" + "".join(_DIGITS) + "]"
_SMALL = r"(?:[一二三]?十[一二三四五六七八九]?|廿[一二三四五六七八九]?|卅一?|" + _CHINESE + "{1,2})"
_TIME = r"(?:[ T]0{1,2}:00(?::00(?:\.0+)?)?)?"
_PATTERNS = (
    re.compile(r"(\d{2}|\d{4})([-./])(\d{1,2})\2(\d{1,2})" + _TIME, re.ASCII),
    re.compile(r"(\d{2}|\d{4})()年(\d{1,2})月(\d{1,2})[日号]?", re.ASCII),
    re.compile(rf"((?:{_CHINESE}{{2}}){{1,2}})()年({_SMALL})月({_SMALL})[日号]?"),
    re.compile(r"(\d{4})()(\d{2})(\d{2})", re.ASCII),
    re.compile(r"(\d{4})( )(\d{1,2}) (\d{1,2})", re.ASCII),
)
_DOTS = str.maketrans({"。": ".", "、": ".", "·": ".", "—": "-", "–": "-", "−": "-", "‐": "-"})


@dataclass(frozen=True, slots=True)
class ReadDate:
    """The day that a text means, or the code of what keeps it from meaning one."""

    value: date | None
    problem: str | None = None


def read_date(text: str) -> ReadDate:
    """The day that *text* means; problems are NOT_A_DATE, SHORT_YEAR or NO_SUCH_DAY."""
    plain = _plain(text)
    for pattern in _PATTERNS:
        match = pattern.fullmatch(plain)
        if match is not None:
            return _day(match[1], match[3], match[4])
    return ReadDate(None, NOT_A_DATE)


def _plain(text: str) -> str:
    """*text* in NFKC with plain separators; blanks only where they separate the parts."""
    plain = unicodedata.normalize("NFKC", text).translate(_DOTS).strip()
    plain = "".join(each for each in plain if unicodedata.category(each) != "Cf")
    plain = re.sub(r"\s*([-./年月日号])\s*", r"\1", plain)
    return re.sub(r"\s+", " ", plain)


def _day(year: str, month: str, day: str) -> ReadDate:
    numbers = [_number(each) for each in (year, month, day)]
    if len(year) == 2:
        return ReadDate(None, SHORT_YEAR)
    try:
        return ReadDate(date(*numbers))
    except ValueError:
        return ReadDate(None, NO_SUCH_DAY)


def _number(text: str) -> int:
    """The number that *text* says: 12, 十二, 二十, 廿三, 一二 or 二〇〇八."""
    if text.isdigit() and text.isascii():
        return int(text)
    text = text.replace("廿", "二十").replace("卅", "三十")
    tens, ten, ones = text.partition("十")
    if not ten:
        return int("".join(_DIGITS[each] for each in text))
    return 10 * int(_DIGITS.get(tens, "1")) + int(_DIGITS.get(ones, "0"))

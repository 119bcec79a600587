"""Resident identity number 居民身份号码, GB 11643-1999 (check digit ISO 7064 MOD 11-2).

18 characters: county code 6, birth date 8, sequence 3 (odd male, even female), check digit 1.
The 15-digit numbers issued before 1999 are read as well and can be brought to 18.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

from core.numbers.counties import is_known_county
from core.numbers.finding import Finding, all_digits, error, has_error, hint, squeeze, warning

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_PROVINCE_RANGES = ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 83))
PROVINCES = frozenset(
    str(code) for first, last in _PROVINCE_RANGES for code in range(first, last + 1)
)
MALE, FEMALE = "1", "2"  # GB/T 2261.1

_CHECK_DIGITS = "10X98765432"
_OLDEST_YEAR = 1850
_OLDEST_AGE = 120
_CHINA = timezone(timedelta(hours=8))


def compact(text: str) -> str:
    """*text* without blanks, in plain upper-case characters."""
    return squeeze(text)


def check_digit(first17: str) -> str:
    """The 18th character that belongs to *first17*, 17 digits."""
    total = sum(int(digit) * weight for digit, weight in zip(first17, WEIGHTS, strict=True))
    return _CHECK_DIGITS[total % 11]


def to18(text: str) -> str:
    """The 18-character form of *text*: a 15-digit number gets its century and check digit.

    Anything else is only made compact.
    """
    number = compact(text)
    if len(number) == 15 and all_digits(number):
        first17 = f"{number[:6]}19{number[6:]}"
        return first17 + check_digit(first17)
    return number


def birth_date(text: str) -> date | None:
    """The date of birth that the number says, or None if it says none."""
    digits = to18(text)[6:14]
    if len(digits) != 8 or not all_digits(digits):
        return None
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def sex(text: str) -> str | None:
    """The GB/T 2261.1 code of the sex that the number says (1 male, 2 female), or None."""
    number = to18(text)
    if len(number) != 18 or not all_digits(number[16]):
        return None
    return MALE if int(number[16]) % 2 else FEMALE


def check(text: str, today: date | None = None) -> tuple[Finding, ...]:
    """Everything wrong or odd about the number *text*, in the order of its parts.

    County codes change over time, so an unknown one is a warning and never depends on the year of
    birth; only the province must exist. *today* defaults to today's date in China.
    """
    number = compact(text)
    shape = _check_shape(number)
    if shape:
        return (shape,)
    full = to18(number)
    found = [*_check_region(full[:6]), *_check_birth(full, today or datetime.now(_CHINA).date())]
    if full[14:17] == "000":
        found.append(warning("resident_id_sequence"))
    if full[17] != check_digit(full[:17]):
        found.append(error("resident_id_check_digit", expected=check_digit(full[:17])))
    if len(number) == 15 and not has_error(tuple(found)):
        found.append(hint("resident_id_legacy", upgraded=full))
    return tuple(found)


def _check_shape(number: str) -> Finding | None:
    if len(number) not in {15, 18}:
        return error("resident_id_length", length=len(number))
    if len(number) == 15 and not all_digits(number):
        return error("resident_id_characters")
    if not all_digits(number[:17]) or not (all_digits(number[-1]) or number[-1] == "X"):
        return error("resident_id_characters")
    return None


def _check_region(county: str) -> tuple[Finding, ...]:
    if county[:2] not in PROVINCES:
        return (error("resident_id_province", province=county[:2]),)
    if not is_known_county(county):
        return (warning("resident_id_county", county=county),)
    return ()


def _check_birth(number: str, today: date) -> tuple[Finding, ...]:
    born = birth_date(number)
    if born is None or born.year < _OLDEST_YEAR:
        return (error("resident_id_birth_date", digits=number[6:14]),)
    if born > today:
        return (error("resident_id_future", date=born.isoformat()),)
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    if age > _OLDEST_AGE:
        return (warning("resident_id_age", age=age),)
    return ()


def is_valid(text: str, today: date | None = None) -> bool:
    """Whether *text* has no error (warnings are allowed)."""
    return not has_error(check(text, today))


def show(text: str) -> str:
    """The number in the groups 6-8-4 that people read aloud; unchanged if it is not 18 long."""
    number = compact(text)
    return f"{number[:6]} {number[6:14]} {number[14:]}" if len(number) == 18 else number


def masked(text: str) -> str:
    """The number with all but its first six and last four characters hidden."""
    number = compact(text)
    if len(number) <= 10:
        return "*" * len(number)
    return number[:6] + "*" * (len(number) - 10) + number[-4:]

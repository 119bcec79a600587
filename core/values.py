"""A value has three forms: JSON in records, what an officer types, what a screen shows.

`parse` reads typed text, `edit_text` gives back text that parses to the same value, `show` and
`masked` are for reading only. JSON forms: see `core.forms.model.FieldType`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from core.codelists import CodeList
from core.dates import read_date
from core.forms.model import Field, FieldType
from core.numbers import COMPACT, MASKED, SHOW
from core.pinyin import initials
from core.texts import clean_line, clean_lines, clean_name

YES, NO = "是", "否"
TEN_THOUSAND = "万元"

_LARGEST = 2**53 - 1  # RFC 8785 keeps integers exact up to here
_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d*))?|[+-]?\.(\d+)", re.ASCII)
_LONGEST_NUMBER = 40
_FEN_PER_UNIT = {"元": Decimal(100), TEN_THOUSAND: Decimal(1_000_000)}
_WORDS = {
    **dict.fromkeys(("是", "y", "yes", "true", "1", "√"), True),
    **dict.fromkeys(("否", "n", "no", "false", "0", "×"), False),
}
_ATTACHMENT_KEYS = {"digest", "name", "size", "media_type"}


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a text means: a value (None for an empty text), or the code of a problem.

    The problem has a sentence in `messages/values.toml` or `messages/checks.toml`, which `params`
    fill.
    """

    value: Any = None
    problem: str | None = None
    params: Mapping[str, Any] = field(default_factory=dict)


def parse(field: Field, text: str, codelists: Mapping[str, CodeList] | None = None) -> Parsed:
    """What *text*, typed into *field*, means.

    Codes are also found by title and by pinyin initials if *codelists* are given; without them
    the text is taken as the code. Limits and check digits are not looked at (`core.checks`).
    """
    if not clean_line(text):
        return Parsed()
    return _PARSERS[field.type](field, text, codelists or {})


def edit_text(field: Field, value: object) -> str:
    """The text to edit for *value*; `parse` reads the same value from it.

    None and missing values are an empty text. Money in 万元 keeps as many decimals as it needs.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return YES if value else NO
    if field.type is FieldType.MONEY and isinstance(value, int):
        amount = f"{Decimal(value) / _FEN_PER_UNIT[_money_unit(field)]:f}"
        whole, _, decimals = amount.partition(".")
        return f"{whole}.{decimals.rstrip('0').ljust(2, '0')}"
    if field.type is FieldType.ATTACHMENT:
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return str(value)


def show(field: Field, value: object, codelists: Mapping[str, CodeList] | None = None) -> str:
    """*value* as people read it: titles for codes, separators, identity numbers as 6-8-4.

    References are shown as their key; the caller knows the titles of records.
    """
    if value is None:
        return ""
    match field.type:
        case FieldType.MONEY if isinstance(value, int):
            amount = Decimal(value) / _FEN_PER_UNIT[_money_unit(field)]
            return f"{amount.quantize(Decimal('0.01'), ROUND_HALF_UP):,}"
        case FieldType.INTEGER if field.unit not in ("", "年"):
            return f"{value:,}"
        case FieldType.CODE if codelists and (codes := codelists.get(field.codelist or "")):
            return codes.title(str(value))
        case FieldType.ATTACHMENT if isinstance(value, dict):
            return str(value.get("name", ""))
        case FieldType.TEXT if grouped := SHOW.get(field.check or ""):
            return grouped(str(value))
        case _:
            return edit_text(field, value)


def masked(field: Field, value: object, codelists: Mapping[str, CodeList] | None = None) -> str:
    """As `show`, but of a sensitive field only what tells people of one name apart.

    Identity numbers keep 6 + 4 characters, telephones 3 + 4, accounts the last 4, dates the year;
    anything else sensitive is hidden.
    """
    shown = show(field, value, codelists)
    if not field.sensitive or not shown:
        return shown
    if mask := MASKED.get(field.check or ""):
        return mask(str(value))
    if field.type is FieldType.DATE:
        return f"{shown[:4]}-**-**"
    return "*" * min(len(shown), 8)


def _money_unit(field: Field) -> str:
    return TEN_THOUSAND if field.unit == TEN_THOUSAND else "元"


_Lists = Mapping[str, CodeList]


def _text(field: Field, text: str, _: _Lists) -> Parsed:
    if compact := COMPACT.get(field.check or ""):
        value = compact(text)
    elif field.multiline:
        value = clean_lines(text)
    else:
        value = clean_name(text) if field.no_spaces else clean_line(text)
    return Parsed(value or None)


def _digits(text: str, units: tuple[str, ...]) -> tuple[str, str]:
    """The bare number of *text* and the unit written behind it, if it is one of *units*."""
    plain = clean_name(text).replace("−", "-").removeprefix("¥")
    for unit in sorted(units, key=len, reverse=True):
        if unit and plain.endswith(unit):
            return plain.removesuffix(unit), unit
    return plain, ""


def _decimal(text: str) -> Decimal | None:
    if len(text) > _LONGEST_NUMBER or _NUMBER.fullmatch(text) is None:
        return None
    return Decimal(text.replace(",", ""))


def _integer(field: Field, text: str, _: _Lists) -> Parsed:
    number = _decimal(_digits(text, (field.unit,))[0])
    if number is None:
        return Parsed(problem="not_a_number")
    if number != number.to_integral_value():
        return Parsed(problem="not_an_integer")
    return _within(int(number))


def _money(field: Field, text: str, _: _Lists) -> Parsed:
    digits, unit = _digits(text, tuple(_FEN_PER_UNIT))
    number = _decimal(digits)
    if number is None:
        return Parsed(problem="not_a_number")
    fen = number * _FEN_PER_UNIT[unit or _money_unit(field)]
    if fen != fen.to_integral_value():
        return Parsed(problem="too_precise")
    return _within(int(fen))


def _within(number: int) -> Parsed:
    return Parsed(problem="too_many_digits") if abs(number) > _LARGEST else Parsed(number)


def _date(_: Field, text: str, __: _Lists) -> Parsed:
    found = read_date(text)
    if found.value is None:
        return Parsed(problem=found.problem)
    return Parsed(found.value.isoformat())


def _code(field: Field, text: str, codelists: _Lists) -> Parsed:
    plain = clean_line(text)
    codes = codelists.get(field.codelist or "")
    if codes is None:
        return Parsed(plain)
    start = plain.split(" ", 1)[0]
    for code in (plain, plain.upper(), start):
        if codes.has(code):  # a template offers "11 行政编制"
            return Parsed(code)
    wanted = plain.casefold()
    by_title = [each for each in codes.entries if clean_line(each.title).casefold() == wanted]
    found = by_title or [each for each in codes.entries if wanted in initials(each.title)]
    if len(found) == 1:
        return Parsed(found[0].code)
    if found:
        titles = "、".join(each.title for each in found)
        return Parsed(problem="ambiguous_code", params={"value": plain, "titles": titles})
    return Parsed(problem="unknown_code", params={"value": plain})


def _boolean(_: Field, text: str, __: _Lists) -> Parsed:
    value = _WORDS.get(clean_line(text).casefold())
    return Parsed(problem="not_yes_or_no") if value is None else Parsed(value)


def _reference(_: Field, text: str, __: _Lists) -> Parsed:
    return Parsed(clean_line(text))


def _attachment(_: Field, text: str, __: _Lists) -> Parsed:
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, dict) or set(value) != _ATTACHMENT_KEYS:
        return Parsed(problem="not_an_attachment")
    return Parsed(value)


_PARSERS: Mapping[FieldType, Callable[[Field, str, _Lists], Parsed]] = {
    FieldType.TEXT: _text,
    FieldType.INTEGER: _integer,
    FieldType.MONEY: _money,
    FieldType.DATE: _date,
    FieldType.CODE: _code,
    FieldType.BOOLEAN: _boolean,
    FieldType.REFERENCE: _reference,
    FieldType.ATTACHMENT: _attachment,
}

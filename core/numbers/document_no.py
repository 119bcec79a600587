"""Number of an official document 文号, e.g. 鄂财编发〔2007〕1号 (GB/T 9704)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.numbers.finding import Finding, hint, squeeze, warning

_BRACKETS = str.maketrans(
    {**dict.fromkeys("[【(〔［（〈<《﹝「", "〔"), **dict.fromkeys("]】)〕］）〉>》﹞」", "〕")}
)
_NUMBER = re.compile(
    r"(?P<issuer>[\u3400-\u9fff\U00020000-\U0003ffff·]{2,14})"
    r"〔(?P<year>[0-9]{4})〕(?P<ordinal>第?)(?P<number>[0-9]{1,4})号"
)
_OLDEST_YEAR = 1949


@dataclass(frozen=True, slots=True)
class DocumentNumber:
    """The parts of a document number; `original` is what was typed, kept for the record."""

    issuer: str
    year: int
    number: int
    original: str

    def __str__(self) -> str:
        """The number as GB/T 9704 wants it: 〔〕, the whole year, no 第, no leading zeros."""
        return f"{self.issuer}〔{self.year}〕{self.number}号"


def compact(text: str) -> str:
    """*text* without blanks, with its brackets as 〔 and 〕."""
    return squeeze(text).translate(_BRACKETS)


def parse(text: str) -> DocumentNumber | None:
    """The parts of *text*, or None if it has another shape (such as an order, 令第711号)."""
    match = _NUMBER.fullmatch(compact(text))
    if match is None:
        return None
    return DocumentNumber(match["issuer"], int(match["year"]), int(match["number"]), text)


def check(text: str) -> tuple[Finding, ...]:
    """A warning if *text* is not shaped like a document number, hints for lesser departures.

    Never an error: orders and older papers are numbered in other ways.
    """
    match = _NUMBER.fullmatch(compact(text))
    if match is None:
        return (warning("document_no_shape"),)
    if int(match["year"]) < _OLDEST_YEAR:
        return (warning("document_no_year", year=match["year"]),)
    if match["ordinal"] or match["number"].startswith("0"):
        return (hint("document_no_style", proper=str(parse(text))),)
    return ()


def show(text: str) -> str:
    """The number as GB/T 9704 wants it, or as typed if it has another shape."""
    return str(parse(text) or text.strip())

"""Finding records by a piece of a name, by pinyin initials, by a number or its tail.

FTS5 indexes tokens that are made here, because its own tokenizers cannot serve Chinese queries of
one or two characters. Tokens are ASCII, so that rare characters that FTS5 does not know make no
difference: `u…` one character, `b…` two neighbouring ones, `p…` initials from any place on, `n…` a
number read backwards, `m…` a number from its start.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, TextClause, and_, or_, text
from sqlalchemy.sql import func

from core.forms.model import Form
from core.pinyin import initials
from core.record import Values
from db.register_tables import tables_of

MINIMUM_TAIL = 4
LAYOUT = 1  # raise it when tokens are made otherwise: the index is then made anew
_LONGEST_TEXT = 200  # characters of one field that are indexed
_LONGEST_INITIALS = 24
_INITIALS = re.compile(r"[a-z0-9]*[a-z][a-z0-9]*")
_NUMBER = re.compile(r"[0-9a-z]*[0-9][0-9a-z]*")
_BATCH = 500


def normal(typed: str) -> str:
    """Text as it is compared: NFKC, case folded, without white space."""
    folded = unicodedata.normalize("NFKC", typed).casefold()
    return "".join(folded.split())


def tokens(form: Form, values: Values) -> str:
    """The record's tokens, each once."""
    found: dict[str, None] = {}
    listing = form.listing
    for name in listing.search:
        if name not in listing.tails and isinstance(values.get(name), str):
            found.update(dict.fromkeys(_pieces(normal(values[name])[:_LONGEST_TEXT])))
    for name in listing.names:
        if isinstance(values.get(name), str):
            found.update(dict.fromkeys(_initials(values[name][:_LONGEST_TEXT])))
    for name in listing.tails:
        if isinstance(values.get(name), str):
            number = _hex_safe(normal(values[name]))
            found.update(dict.fromkeys(("n" + number[::-1], "m" + number)))
    return " ".join(found)


def _pieces(content: str) -> Iterator[str]:
    for each in content:
        yield f"u{ord(each):x}"
    for one, two in pairwise(content):
        yield f"b{ord(one):x}z{ord(two):x}"


def _initials(name: str) -> Iterator[str]:
    for reading in initials(name):
        short = reading[:_LONGEST_INITIALS]
        for start in range(len(short)):
            yield "p" + short[start:]


def _hex_safe(number: str) -> str:
    """Only what the index's tokenizer keeps together."""
    return "".join(each for each in number if each.isascii() and each.isalnum())


def match(typed: str) -> str:
    """The FTS5 query for what was typed; empty where nothing can be searched by it."""
    words = [normal(each) for each in typed.split()]
    parts = [part for word in words if word and (part := _word(word))]
    return " AND ".join(f"({each})" for each in parts)


def _word(word: str) -> str:
    word = word[:_LONGEST_TEXT]
    pieces = [each for each in _pieces(word) if each[0] == "b"] or list(_pieces(word))
    ways = [" AND ".join(dict.fromkeys(pieces))]
    if _INITIALS.fullmatch(word):
        ways.append(f"p{word[:_LONGEST_INITIALS]}*")
    if len(word) >= MINIMUM_TAIL and _NUMBER.fullmatch(word):
        ways += [f"n{word[::-1]}*", f"m{word}*"]
    return " OR ".join(f"({each})" for each in ways)


def condition(form: Form, table: Table, typed: str) -> TextClause:
    """Restricts *table* (register or pending) to the rows found by what was typed."""
    tables = tables_of(form)
    odd = 0 if table is tables.register else 1
    # Names come from the form, never from the officer; what was typed is a bound parameter.
    query = (
        f"{table.name}.row_id IN (SELECT rowid >> 1 FROM {tables.search} "  # noqa: S608
        f"WHERE {tables.search} MATCH :tokens AND (rowid & 1) = {odd})"
    )
    return text(query).bindparams(tokens=match(typed))


def hits(form: Form, typed: str, limit: int) -> TextClause:
    """Counts what is found, up to *limit*."""
    name = tables_of(form).search
    query = f"SELECT count(*) FROM (SELECT 1 FROM {name} WHERE {name} MATCH :tokens LIMIT :most)"  # noqa: S608
    return text(query).bindparams(tokens=match(typed), most=limit)


def exactly(form: Form, table: Table, typed: str) -> ColumnElement[bool] | None:
    """What the pieces of a word of three characters or more cannot tell: that they are in line."""
    words = [normal(each) for each in typed.split()]
    long = [each for each in words if len(each) > 2 and not each.isascii()]
    if not long:
        return None
    names = [each for each in form.listing.search if each not in form.listing.tails]
    parts = [
        or_(*(func.instr(_compared(table.c[f"f_{name}"]), word) > 0 for name in names))
        for word in long
    ]
    return and_(*parts)


def _compared(column: ColumnElement[Any]) -> ColumnElement[str]:
    return func.replace(func.lower(column), " ", "")


def rowid(handle: int) -> int:
    """The index's row number of a handle: even for the register, odd for pending work."""
    return handle << 1 if handle > 0 else (-handle << 1) | 1


def insert(connection: Connection, form: Form, rows: Sequence[tuple[int, str]]) -> None:
    """Puts rows (handle, tokens) into the index."""
    if rows:
        name = tables_of(form).search
        connection.exec_driver_sql(
            f"INSERT INTO {name} (rowid, tokens) VALUES (?, ?)",  # noqa: S608 - as above
            [(rowid(handle), each) for handle, each in rows],
        )


def clear(connection: Connection, form: Form) -> None:
    """Empties the index."""
    name = tables_of(form).search
    connection.exec_driver_sql(f"INSERT INTO {name} ({name}) VALUES ('delete-all')")  # noqa: S608


def remove(connection: Connection, form: Form, handles: Iterable[int]) -> None:
    """Takes rows out of the index."""
    gone = [(rowid(each),) for each in handles]
    if gone:
        name = tables_of(form).search
        connection.exec_driver_sql(f"DELETE FROM {name} WHERE rowid = ?", gone)  # noqa: S608

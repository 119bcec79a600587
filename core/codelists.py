"""Code lists: replaceable data files with a version, read strictly (design.md §3).

A folder holds `index.toml` – `[id]` tables with `title`, `version`, `source` – and one
`<id>.csv` per list with the header `code,title,valid_from,valid_to` and then the attributes that
the list gives to its codes, one column each.
"""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Any

from core.forms.errors import FormError
from core.pinyin import matches

COLUMNS = ("code", "title", "valid_from", "valid_to")
_INDEX_KEYS = {"title": str, "version": str, "source": str}
_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Entry:
    """One code; its days (YYYY-MM-DD) are inclusive, None where there is no limit."""

    code: str
    title: str
    valid_from: str | None = None
    valid_to: str | None = None
    attrs: Mapping[str, str] = field(default_factory=dict)

    def valid(self, on: str) -> bool:
        """Whether the code was in force on the day *on* (YYYY-MM-DD)."""
        begun = self.valid_from is None or self.valid_from <= on
        return begun and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True)
class CodeList:
    """A code list called `name`; its `entries` stand in the order that screens show."""

    id: str
    name: str
    version: str
    source: str
    attributes: tuple[str, ...]
    entries: tuple[Entry, ...]

    @cached_property
    def by_code(self) -> Mapping[str, Entry]:
        """The entries by code."""
        return MappingProxyType({each.code: each for each in self.entries})

    def has(self, code: str) -> bool:
        """Whether the list has, or had, that code."""
        return code in self.by_code

    def title(self, code: str) -> str:
        """The title of *code*, or the code itself where the list does not have it."""
        entry = self.by_code.get(code)
        return code if entry is None else entry.title

    def attr(self, code: str, name: str) -> str:
        """Attribute *name* of *code*; empty if the list does not have the code.

        Raises:
            KeyError: the list has no such attribute.

        """
        if name not in self.attributes:
            raise KeyError(name)
        entry = self.by_code.get(code)
        return "" if entry is None else entry.attrs.get(name, "")

    def valid(self, code: str, on: str) -> bool:
        """Whether the list has *code* and it was in force on the day *on* (YYYY-MM-DD)."""
        entry = self.by_code.get(code)
        return entry is not None and entry.valid(on)

    def search(self, text: str, on: str | None = None) -> list[Entry]:
        """Entries whose code starts with *text*, or whose title or pinyin initials contain it.

        Exact hits come first, then hits at the start; entries not in force *on* are left out.
        """
        query = text.strip().casefold()
        ranked = (
            (_rank(query, each), position, each)
            for position, each in enumerate(self.entries)
            if on is None or each.valid(on)
        )
        return [each for rank, _, each in sorted(ranked, key=lambda hit: hit[:2]) if rank < _MISS]


_MISS = 9


def _rank(query: str, entry: Entry) -> int:
    title, code = entry.title.casefold(), entry.code.casefold()
    if query in {code, title}:
        return 0
    if code.startswith(query) or title.startswith(query):
        return 1
    if query in title:
        return 2
    return 3 if matches(query, entry.title) else _MISS


def load_codelists(folder: Traversable) -> Mapping[str, CodeList]:
    """Every code list of *folder*, by id.

    Raises:
        FormError: an unknown key or column, a duplicate code, an impossible date, a list without
            a file or a file without an entry in the index; names file, line and column.

    """
    try:
        index = tomllib.loads((folder / "index.toml").read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise FormError("codelists/index.toml", "", "", str(error)) from error
    files = {each.name for each in folder.iterdir() if each.name.endswith(".csv")}
    for name in sorted(files ^ {f"{key}.csv" for key in index}):
        problem = "is not in index.toml" if name in files else "is missing"
        raise FormError(f"codelists/{name}", "", "", problem)
    return MappingProxyType(
        {key: _load(folder / f"{key}.csv", key, table) for key, table in index.items()}
    )


def _load(file: Traversable, key: str, table: Mapping[str, Any]) -> CodeList:
    for name in sorted(set(table) ^ set(_INDEX_KEYS)):
        problem = "unknown key" if name in table else "is missing"
        raise FormError("codelists/index.toml", key, name, problem)
    for name, kind in _INDEX_KEYS.items():
        if not isinstance(table[name], kind):
            raise FormError("codelists/index.toml", key, name, "must be a text")
    return read_codelist(f"codelists/{file.name}", file.read_text(encoding="utf-8"), key, table)


def read_codelist(file: str, text: str, key: str, facts: Mapping[str, str]) -> CodeList:
    """The code list *key* that *text* (CSV) holds; *file* is named in errors.

    *facts* are its title, version and source.

    Raises:
        FormError: see `load_codelists`.

    """
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = tuple(next(rows, ()))
        attributes = _attributes(file, header)
        entries = tuple(_entries(file, header, rows))
    except csv.Error as error:
        raise FormError(file, f"line {rows.line_num}", "", str(error)) from error
    return CodeList(key, facts["title"], facts["version"], facts["source"], attributes, entries)


def _attributes(file: str, header: tuple[str, ...]) -> tuple[str, ...]:
    if header[: len(COLUMNS)] != COLUMNS:
        raise FormError(file, "line 1", "", f"must begin with {','.join(COLUMNS)}")
    attributes = header[len(COLUMNS) :]
    for name in attributes:
        if not _NAME.fullmatch(name) or header.count(name) > 1:
            raise FormError(file, "line 1", name, "is no name for a column, or stands twice")
    return attributes


def _entries(file: str, header: tuple[str, ...], rows: Any) -> Iterator[Entry]:
    seen: set[str] = set()
    for cells in rows:
        place = f"line {rows.line_num}"
        if len(cells) != len(header):
            raise FormError(file, place, "", f"has {len(cells)} cells instead of {len(header)}")
        code, title, first, last = cells[: len(COLUMNS)]
        for column, cell in zip(header, cells, strict=True):
            if cell != cell.strip():
                raise FormError(file, place, column, "has blanks around it")
        if not code or not title:
            raise FormError(file, place, "title" if code else "code", "is empty")
        if code in seen:
            raise FormError(file, place, "code", f"{code} stands twice")
        seen.add(code)
        since, until = _day(file, place, "valid_from", first), _day(file, place, "valid_to", last)
        if since and until and until < since:
            raise FormError(file, place, "valid_to", "is before valid_from")
        attrs = zip(header[len(COLUMNS) :], cells[len(COLUMNS) :], strict=True)
        yield Entry(code, title, since, until, MappingProxyType(dict(attrs)))


def _day(file: str, place: str, column: str, text: str) -> str | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise FormError(file, place, column, f"{text} is no date (YYYY-MM-DD)") from error
    if day.isoformat() != text:
        raise FormError(file, place, column, f"{text} is not written YYYY-MM-DD")
    return text

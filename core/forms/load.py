"""Reads a form definition strictly (design.md §3): an error names file, section and key."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

from core.forms.errors import FormError
from core.forms.functions import STORE
from core.forms.model import (
    ChangeKind,
    ChildTable,
    Field,
    FieldType,
    Flow,
    Form,
    FormKind,
    ListView,
    Rule,
    Section,
    Severity,
    Tally,
)
from core.forms.reader import TableReader

E = TypeVar("E", bound=StrEnum)


def load_form(file: str, content: bytes) -> Form:
    """The form that *content* (TOML, UTF-8) defines; *file* is named in errors.

    References to code lists and other forms are checked by `core.forms.catalogue`.

    Raises:
        FormError: unknown key, wrong type, unknown field in a rule, and the like.

    """
    try:
        table = tomllib.loads(content.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise FormError(file, "", "", str(error)) from error
    reader = TableReader(file, "", table)
    form = Form(
        id=reader.text("id"),
        kind=_word(reader, "kind", FormKind),
        title=reader.text("title"),
        version=reader.number("version"),
        key=reader.text("key"),
        label=reader.text("label"),
        unit_field=reader.text("unit_field"),
        sections=tuple(
            _section(TableReader(file, f"sections[{index}]", each))
            for index, each in enumerate(reader.tables("sections"))
        ),
        fields=_fields(file, "fields", reader.tables("fields")),
        children=tuple(
            _child(file, f"children[{index}]", each)
            for index, each in enumerate(reader.tables("children"))
        ),
        rules=tuple(
            _rule(TableReader(file, f"rules[{index}] {each.get('id', '')}".strip(), each))
            for index, each in enumerate(reader.tables("rules"))
        ),
        flows=tuple(
            _flow(TableReader(file, f"flows[{index}] {each.get('id', '')}".strip(), each))
            for index, each in enumerate(reader.tables("flows"))
        ),
        listing=_listing(TableReader(file, "listing", reader.table("listing"))),
        tallies=tuple(
            _tally(TableReader(file, f"tallies[{index}]", each))
            for index, each in enumerate(reader.tables("tallies"))
        ),
        digest="sha256:" + hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest(),
    )
    reader.finish()
    return form


def _word(reader: TableReader, key: str, kind: type[E]) -> E:
    text = reader.text(key)
    try:
        return kind(text)
    except ValueError as error:
        raise reader.fail(key, f"must be one of {', '.join(kind)}") from error


def _section(reader: TableReader) -> Section:
    section = Section(reader.text("name"), reader.text("title"))
    reader.finish()
    return section


def _fields(file: str, place: str, tables: list[Mapping[str, Any]]) -> tuple[Field, ...]:
    found: dict[str, Field] = {}
    for index, each in enumerate(tables):
        reader = TableReader(file, f"{place}[{index}] {each.get('name', '')}".strip(), each)
        field = _field(reader)
        if field.name in found:
            raise reader.fail("name", f"{field.name} stands twice")
        found[field.name] = field
    return tuple(found.values())


def _field(reader: TableReader) -> Field:
    limits = TableReader(reader.file, f"{reader.section} constraints", reader.table("constraints"))
    pattern = limits.optional_text("pattern")
    if pattern is not None:
        try:
            re.compile(pattern)
        except re.error as error:
            raise limits.fail("pattern", str(error)) from error
    field = Field(
        name=reader.text("name"),
        title=reader.text("title"),
        type=_word(reader, "type", FieldType),
        section=reader.text("section", ""),
        help=reader.text("help", ""),
        example=reader.text("example", ""),
        required=limits.flag("required"),
        required_if=reader.expression("required_if"),
        visible_if=reader.expression("visible_if"),
        computed=reader.expression("computed"),
        filled=reader.expression("filled"),
        unique=limits.flag("unique"),
        minimum=limits.bound("minimum"),
        maximum=limits.bound("maximum"),
        min_length=limits.integer("minLength"),
        max_length=limits.integer("maxLength"),
        pattern=pattern,
        pattern_help=reader.text("pattern_help", ""),
        codelist=reader.optional_text("codelist"),
        refers_to=reader.optional_text("refers_to"),
        check=reader.optional_text("check"),
        check_if=reader.expression("check_if"),
        check_severity=_severity(reader, "check_severity"),
        unit=reader.text("unit", ""),
        no_spaces=reader.flag("no_spaces"),
        multiline=reader.flag("multiline"),
        sensitive=reader.flag("sensitive"),
        publish=reader.flag("publish"),
        locked=reader.flag("locked"),
        issued=reader.flag("issued"),
        carry=reader.flag("carry"),
        index=reader.flag("index"),
        more=reader.flag("more"),
        default=reader.optional_text("default"),
        flows=reader.texts("flows"),
    )
    limits.finish()
    reader.finish()
    if (field.type is FieldType.CODE) != (field.codelist is not None):
        raise reader.fail("codelist", "belongs to fields of type code, and only to them")
    if (field.type is FieldType.REFERENCE) != (field.refers_to is not None):
        raise reader.fail("refers_to", "belongs to fields of type reference, and only to them")
    return field


def _severity(reader: TableReader, key: str) -> Severity | None:
    text = reader.optional_text(key)
    if text is None:
        return None
    try:
        return Severity(text)
    except ValueError as error:
        raise reader.fail(key, f"must be one of {', '.join(Severity)}") from error


def _child(file: str, place: str, table: Mapping[str, Any]) -> ChildTable:
    reader = TableReader(file, f"{place} {table.get('name', '')}".strip(), table)
    child = ChildTable(
        name=reader.text("name"),
        title=reader.text("title"),
        fields=_fields(file, f"{reader.section} fields", reader.tables("fields")),
        section=reader.text("section", ""),
        help=reader.text("help", ""),
        append_only=reader.flag("append_only"),
        unique_by=reader.texts("unique_by"),
        minimum=reader.integer("minimum") or 0,
        locked=reader.flag("locked"),
        visible_if=reader.expression("visible_if"),
    )
    reader.finish()
    return child


def _rule(reader: TableReader) -> Rule:
    check = reader.compile("check", reader.text("check"))
    params = reader.table("params")
    when = reader.expression("when")
    expressions = {key: reader.compile(f"params.{key}", str(text)) for key, text in params.items()}
    calls = {
        call.function
        for each in (check, when, *expressions.values())
        if each is not None
        for call in each.calls
    }
    rule = Rule(
        id=reader.text("id"),
        check=check,
        fields=reader.texts("fields"),
        severity=_word(reader, "severity", Severity),
        message=reader.text("message"),
        legal=reader.text("legal"),
        when=when,
        params=expressions,
        even_if_empty=reader.flag("even_if_empty"),
        store=bool(calls & STORE),
        flows=reader.texts("flows"),
        child=reader.text("child", ""),
    )
    reader.finish()
    return rule


def _flow(reader: TableReader) -> Flow:
    flow = Flow(
        id=reader.text("id"),
        title=reader.text("title"),
        kind=_word(reader, "kind", ChangeKind),
        report_kind=reader.text("report_kind"),
        help=reader.text("help", ""),
        opens=reader.texts("opens"),
        shows=reader.texts("shows"),
        requires=reader.texts("requires"),
        sets={key: str(value) for key, value in reader.table("sets").items()},
        offers_codes={key: tuple(each) for key, each in reader.table("offers_codes").items()},
        attachment_required=reader.flag("attachment_required"),
    )
    reader.finish()
    return flow


def _listing(reader: TableReader) -> ListView:
    listing = ListView(
        columns=reader.texts("columns"),
        search=reader.texts("search"),
        names=reader.texts("names"),
        tails=reader.texts("tails"),
        sort=reader.texts("sort"),
        parent=reader.optional_text("parent"),
        group=reader.optional_text("group"),
    )
    reader.finish()
    return listing


def _tally(reader: TableReader) -> Tally:
    tally = Tally(reader.text("name"), reader.texts("by"), reader.text("where"))
    reader.finish()
    return tally

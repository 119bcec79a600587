"""Rows of child tables in a draft, and values put aside while their field is not asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from client.services.entry_begin import typed
from client.services.entry_state import Access, View
from core.changes.draft import Draft
from core.forms.model import Form
from core.record import with_value
from core.values import edit_text

_ROUNDS = 5


def with_row(form: Form, draft: Draft, child: str) -> tuple[Draft, str]:
    """*draft* with a new row at the end of *child*, and the pointer of that row."""
    columns = form.children_by_name[child].fields
    row = {each.name: typed(each, each.default) for each in columns if each.default is not None}
    pointer = f"/{child}/{len(draft.values.get(child, ()))}"
    return replace(draft, values=with_value(draft.values, pointer, row)), pointer


def without_row(draft: Draft, pointer: str) -> Draft:
    """*draft* without the row at *pointer*; what was typed in later rows moves up with them."""
    _, child, row = pointer.split("/")
    prefix, gone = f"/{child}/", int(row)
    texts: dict[str, str] = {}
    for key, text in draft.texts.items():
        if not key.startswith(prefix):
            texts[key] = text
            continue
        index, _, name = key.removeprefix(prefix).partition("/")
        if int(index) != gone:
            place = int(index) - (int(index) > gone)
            texts[f"{prefix}{place}/{name}"] = text
    return replace(draft, values=with_value(draft.values, pointer, None), texts=texts)


def without_trailing_rows(form: Form, draft: Draft) -> Mapping[str, Any]:
    """The values of *draft* without the rows at the end of child tables that nobody filled in."""
    values = dict(draft.values)
    for child in form.children:
        rows = list(values.get(child.name, ()))
        blank = {each.name: typed(each, each.default) for each in child.fields if each.default}
        while rows and rows[-1] in ({}, blank) and not _typed_in(draft, child.name, len(rows) - 1):
            rows.pop()
        if rows:
            values[child.name] = rows
        else:
            values.pop(child.name, None)
    return values


def _typed_in(draft: Draft, child: str, index: int) -> bool:
    return any(key.startswith(f"/{child}/{index}/") for key in draft.texts)


def with_hidden_put_aside(view: View, draft: Draft) -> Draft:
    """*draft* in which fields that are not asked for keep what was typed as text, not as value.

    Once they are asked for again, the text becomes their value again. Fields that the officer did
    not change stay as they are.
    """
    for _ in range(_ROUNDS):
        values, texts = dict(draft.values), dict(draft.texts)
        for pointer, state in view.states(draft).items():
            if pointer.count("/") == 1 and state.access is Access.OPEN:
                _move(view, pointer, values, texts, draft.base, visible=state.visible)
        if values == draft.values and texts == draft.texts:
            break
        draft = replace(draft, values=values, texts=texts)
    return draft


def _move(
    view: View,
    pointer: str,
    values: dict[str, Any],
    texts: dict[str, str],
    base: Mapping[str, Any],
    *,
    visible: bool,
) -> None:
    name = pointer[1:]
    field, before = view.form.by_name[name], base.get(name)
    value = values.get(name)
    if not visible and value is not None and value != before:
        texts[pointer] = edit_text(field, value)
        if before is None:
            del values[name]
        else:
            values[name] = before
    elif visible and pointer in texts and value == before:
        again = view.value_of(field, texts[pointer])
        if again is not None:
            values[name] = again
            del texts[pointer]

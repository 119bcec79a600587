"""Values that follow from others: computed fields, and those filled in for the officer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.checks.environment import RecordEnvironment
from core.codelists import CodeList
from core.forms.model import Form
from core.record import Values


def derived(
    form: Form, values: Values, codelists: Mapping[str, CodeList], today: str
) -> dict[str, Any]:
    """A copy of *values* in which every computed field has its value."""
    result = dict(values)
    environment = RecordEnvironment(result, codelists, today)
    for field in form.fields:
        if field.computed is None:
            continue
        value = field.computed.evaluate(environment)
        if value is None:
            result.pop(field.name, None)
        else:
            result[field.name] = value
    return result


def filled_in(
    form: Form, before: Values, after: Values, codelists: Mapping[str, CodeList], today: str
) -> dict[str, Any]:
    """*after* with the fields filled in that follow from what changed since *before*.

    A field that the officer typed something else into keeps what was typed.
    """
    result = dict(after)
    old = RecordEnvironment(before, codelists, today)
    new = RecordEnvironment(after, codelists, today)
    for field in form.fields:
        if field.filled is None:
            continue
        was, now = field.filled.evaluate(old), field.filled.evaluate(new)
        untouched = result.get(field.name) in (None, was)
        if was != now and untouched:
            if now is None:
                result.pop(field.name, None)
            else:
                result[field.name] = now
    return derived(form, result, codelists, today)

"""The only door to `resources/`: forms, code lists, messages and other data files.

Works from source, wheel and frozen program alike (`importlib.resources`).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources.abc import Traversable

from core.codelists import CodeList, load_codelists
from core.forms.catalogue import Forms
from core.forms.errors import FormError
from core.forms.load import load_form
from core.resource_files import resource
from core.workdays import Calendar, read_calendar

__all__ = ["calendar", "codelists", "forms", "load_forms", "messages", "resource"]


@cache
def codelists() -> Mapping[str, CodeList]:
    """Every code list by id.

    Raises:
        FormError: a code list is broken.

    """
    return load_codelists(resource("codelists"))


@cache
def forms() -> Forms:
    """Every form by id, checked.

    Raises:
        FormError: a definition is broken; names file, section and key.

    """
    return load_forms(resource("forms"), codelists())


def load_forms(folder: Traversable, lists: Mapping[str, CodeList]) -> Forms:
    """The forms in *folder* (`<id>.toml`), with *lists* as their code lists."""
    found = {}
    for file in sorted(folder.iterdir(), key=lambda each: each.name):
        if file.name.endswith(".toml"):
            found[file.name.removesuffix(".toml")] = (
                f"forms/{file.name}",
                load_form(f"forms/{file.name}", file.read_bytes()),
            )
    return Forms(found, lists)


@cache
def messages(name: str) -> Mapping[str, str]:
    """Sentences by code, from `messages/<name>.toml`."""
    file = f"messages/{name}.toml"
    try:
        table = tomllib.loads(resource("messages", f"{name}.toml").read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise FormError(file, "", "", str(error)) from error
    for key, text in table.items():
        if not isinstance(text, str):
            raise FormError(file, "", key, "must be a text")
    return table


@cache
def calendar() -> Calendar:
    """The holidays and the weekends that are worked, year by year.

    Raises:
        FormError: the file is broken.

    """
    return read_calendar(resource("calendars", "holidays.csv").read_text(encoding="utf-8"))

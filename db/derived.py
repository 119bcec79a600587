"""Tallies and search index are made anew where a form, or this program, derives them otherwise."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from sqlalchemy import Connection

from core.forms.model import Form
from db.overlay import derived_from, rebuild
from db.settings_table import read_value, write_value
from db.tables import settings

_NAME = "derived.{form}"


def stale(connection: Connection, forms: Iterable[Form]) -> list[Form]:
    """The registers whose tallies and index were derived otherwise than *forms* say."""
    return [each for each in forms if _kept(connection, each) != _wanted(each)]


def renew(connection: Connection, form: Form) -> None:
    """Derives them anew from all rows."""
    rebuild(connection, form)
    write_value(connection, settings, _NAME.format(form=form.id), _wanted(form))


def _kept(connection: Connection, form: Form) -> str:
    return str(read_value(connection, settings, _NAME.format(form=form.id), ""))


def _wanted(form: Form) -> str:
    return hashlib.sha256(derived_from(form).encode()).hexdigest()[:16]

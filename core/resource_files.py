"""Files below `resources/`, without what reads them: the unlock page needs icons and no forms."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable


def resource(*parts: str) -> Traversable:
    """A file or folder below `resources/`."""
    found = files("resources")
    for part in parts:
        found = found / part
    return found

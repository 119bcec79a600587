"""County codes of GB/T 2260 ever in force, the withdrawn ones included."""

from __future__ import annotations

from functools import cache


def is_known_county(code: str) -> bool:
    """Whether the six digits *code* are, or once were, a county's or prefecture's code."""
    return code in _counties()


@cache
def _counties() -> frozenset[str]:
    from core.resources import resource  # which itself needs the checks of this package

    text = resource("regions", "counties.txt").read_text(encoding="utf-8")
    found: set[str] = set()
    for line in text.splitlines():
        if not line.startswith("#"):
            start, _, ends = line.partition(":")
            found.update(start + end for end in ends.split())
    return frozenset(found)

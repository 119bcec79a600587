"""Contrast of every ink on every ground it stands on, in both schemes (WCAG 1.4.3: 4.5:1)."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

CSS = (files("office.desk") / "static" / "desk.css").read_text(encoding="utf-8")
LIGHT, DARK = re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)
GROUNDS = ("ground", "sheet", "raised", "accent-tint")
PAIRS = (
    *((ink, ground) for ink in ("ink", "soft") for ground in (*GROUNDS, "mark")),
    *(("accent", ground) for ground in GROUNDS),
    *(
        (ink, ground)
        for ink in ("error", "warning", "good", "changed")
        for ground in (*GROUNDS, f"{ink}-tint")
    ),
    *(("ink", f"{tone}-tint") for tone in ("error", "warning", "good", "changed")),
    *(("soft", f"{tone}-tint") for tone in ("error", "warning", "good", "changed")),
    ("on-accent", "accent"),
    ("on-good", "good"),
)


def colours(scheme: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", scheme))


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), PAIRS)
def test_every_ink_can_be_read(scheme: str, ink: str, ground: str) -> None:
    known = colours(scheme)
    assert contrast(known[ink], known[ground]) >= 4.5


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
def test_edges_of_fields_can_be_seen(scheme: str) -> None:
    known = colours(scheme)
    assert contrast(known["edge"], known["sheet"]) >= 3  # WCAG 1.4.11


def test_colours_stand_in_one_place() -> None:
    rules = CSS.replace(LIGHT, "").replace(DARK, "")
    assert not re.findall(
        r"#[0-9a-fA-F]{3,8}\b|rgba?\(", re.sub(r"/\*.*?\*/", "", rules, flags=re.DOTALL)
    )

"""Colours are readable by computation, icons follow the scheme, sizes follow the font."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon, QPalette
from PySide6.QtWidgets import QApplication

from client.ui import theme
from client.ui.theme import Tone

UI = Path(theme.__file__).parent
ICONS = Path(theme.__file__).parents[2] / "resources" / "icons"
_R = QPalette.ColorRole
TEXT_ON_GROUND = [
    (_R.WindowText, _R.Window),
    (_R.Text, _R.Base),
    (_R.Text, _R.AlternateBase),
    (_R.ButtonText, _R.Button),
    (_R.PlaceholderText, _R.Base),
    (_R.PlaceholderText, _R.Window),
    (_R.PlaceholderText, _R.AlternateBase),
    (_R.HighlightedText, _R.Highlight),
    (_R.ToolTipText, _R.ToolTipBase),
    (_R.Link, _R.Base),
    (_R.Accent, _R.Base),
    (_R.Accent, _R.Window),
]


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(("text", "ground"), TEXT_ON_GROUND)
def test_text_is_readable_on_its_ground(
    text: QPalette.ColorRole, ground: QPalette.ColorRole, dark: bool
) -> None:
    colors = theme.palette(dark=dark)
    assert theme.contrast(colors.color(text), colors.color(ground)) >= theme.CONTRAST


@pytest.mark.parametrize(("tone", "dark"), list(product(Tone, [False, True])))
def test_a_state_is_readable_on_every_ground(tone: Tone, dark: bool) -> None:
    colors = theme.palette(dark=dark)
    ink = theme.ink(tone, colors)
    grounds = (
        colors.base().color(),
        colors.window().color(),
        colors.alternateBase().color(),
        theme.tint(tone, colors),
        theme.sheet(colors),
        theme.chosen(colors),
    )
    assert min(theme.contrast(ink, each) for each in grounds) >= theme.CONTRAST


@pytest.mark.parametrize("dark", [False, True])
def test_plain_and_quiet_text_is_readable_on_cards_and_chosen_rows(dark: bool) -> None:
    colors = theme.palette(dark=dark)
    for ground in (theme.sheet(colors), theme.chosen(colors)):
        assert theme.contrast(colors.text().color(), ground) >= theme.CONTRAST
        assert theme.contrast(theme.muted(colors), ground) >= theme.CONTRAST


def test_contrast_is_computed_as_wcag_says() -> None:
    assert theme.contrast(QColor("white"), QColor("black")) == pytest.approx(21)
    assert theme.contrast(QColor("#767676"), QColor("white")) == pytest.approx(4.54, abs=0.01)


def test_states_differ_from_each_other() -> None:
    colors = theme.palette(dark=False)
    assert len({theme.ink(each, colors).rgb() for each in Tone}) == len(Tone)


def test_no_colour_value_stands_outside_the_theme() -> None:
    pattern = re.compile(r"#[0-9a-fA-F]{6}\b|setStyleSheet|Qt\.GlobalColor\.(?!transparent)")
    found = [
        f"{path.name}: {match.group()}"
        for path in UI.rglob("*.py")
        if path.name != "theme.py"
        for match in pattern.finditer(path.read_text("utf-8"))
    ]
    assert found == []


def test_a_scheme_is_applied_to_the_application(qapp: QApplication) -> None:
    theme.apply("dark")
    assert theme.is_dark(qapp.palette())
    theme.apply("light")
    assert not theme.is_dark(qapp.palette())


def middle(icon: QIcon, mode: QIcon.Mode = QIcon.Mode.Normal) -> set[str]:
    image = icon.pixmap(QSize(48, 48), mode).toImage()
    return {
        image.pixelColor(x, y).name()
        for x in range(48)
        for y in range(48)
        if image.pixelColor(x, y).alpha() == 255
    }


def test_an_icon_follows_the_scheme_by_itself(qapp: QApplication) -> None:
    icon = theme.icon("house")
    theme.apply("light")
    light = middle(icon)
    theme.apply("dark")
    assert middle(icon) == {qapp.palette().windowText().color().name()}
    assert light != middle(icon)


def test_an_icon_has_the_colour_of_its_tone(qapp: QApplication) -> None:
    wanted = theme.ink(Tone.ERROR, qapp.palette()).name()
    assert middle(theme.tone_icon(Tone.ERROR)) == {wanted}


def test_a_disabled_icon_is_faint(qapp: QApplication) -> None:
    assert middle(theme.icon("house"), QIcon.Mode.Disabled) == {theme.muted(qapp.palette()).name()}


@pytest.mark.parametrize("path", sorted(ICONS.glob("*.svg")), ids=lambda each: each.stem)
def test_every_icon_draws_something(path: Path, qapp: QApplication) -> None:
    assert middle(theme.icon(path.stem))


def test_an_unknown_icon_is_refused() -> None:
    with pytest.raises(FileNotFoundError):
        theme.icon("no-such-icon")


def test_sizes_grow_with_the_font(qapp: QApplication) -> None:
    before = (theme.line(), theme.space(4), theme.chars(10), theme.icon_size().width())
    font = qapp.font()
    larger = qapp.font()
    larger.setPointSizeF(font.pointSizeF() * 2)
    qapp.setFont(larger)
    after = (theme.line(), theme.space(4), theme.chars(10), theme.icon_size().width())
    qapp.setFont(font)
    assert all(new > old * 1.7 for old, new in zip(before, after, strict=True))

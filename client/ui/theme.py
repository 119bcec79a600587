"""The look: palettes of both schemes, state colours, icons tinted by the palette, spacing.

The only file with colour values. Everything else asks for palette roles or for a `Tone`; sizes
come from font metrics.
"""

from __future__ import annotations

import colorsys
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from PySide6.QtCore import QByteArray, QObject, QRect, QRectF, QSize, Qt, Slot
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QGuiApplication,
    QIcon,
    QIconEngine,
    QPainter,
    QPalette,
    QPixmap,
)
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication, QWidget

from core.resource_files import resource

CONTRAST = 4.5  # WCAG 2.2, 1.4.3: the least contrast of text against its ground
_AIM = 4.9  # what we compute, so that rounding never falls below
FAMILIES = ("Microsoft YaHei UI", "PingFang SC", "Noto Sans CJK SC", "Source Han Sans SC")


class Tone(StrEnum):
    """What a colour means; never shown without an icon and a word."""

    ERROR = "error"
    WARNING = "warning"
    HINT = "hint"
    CHANGED = "changed"
    LOCKED = "locked"
    RETURNED = "returned"
    DONE = "done"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class _Look:
    icon: str
    hue: float  # degrees
    saturation: float


_LOOKS = {
    Tone.ERROR: _Look("circle-x", 2, 0.72),
    Tone.WARNING: _Look("triangle-alert", 34, 0.95),
    Tone.HINT: _Look("info", 208, 0.65),
    Tone.CHANGED: _Look("pencil", 265, 0.45),
    Tone.LOCKED: _Look("lock", 215, 0.12),
    Tone.RETURNED: _Look("corner-up-left", 340, 0.65),
    Tone.DONE: _Look("circle-check", 145, 0.60),
    Tone.WAITING: _Look("clock", 215, 0.25),
}

_Role = QPalette.ColorRole
_LIGHT = {
    _Role.Window: "#f3f5f7",
    _Role.WindowText: "#1b222b",
    _Role.Base: "#ffffff",
    _Role.AlternateBase: "#f7f9fa",
    _Role.Text: "#1b222b",
    _Role.Button: "#fbfcfd",
    _Role.ButtonText: "#1b222b",
    _Role.BrightText: "#ffffff",
    _Role.PlaceholderText: "#5c6773",
    _Role.ToolTipBase: "#ffffff",
    _Role.ToolTipText: "#1b222b",
    _Role.Highlight: "#1c5d99",
    _Role.HighlightedText: "#ffffff",
    _Role.Accent: "#1c5d99",
    _Role.Link: "#1c5d99",
    _Role.LinkVisited: "#1c5d99",
    _Role.Light: "#ffffff",
    _Role.Midlight: "#e6eaee",
    _Role.Mid: "#cdd4db",
    _Role.Dark: "#97a2ae",
    _Role.Shadow: "#5b6672",
}
_DARK = {
    _Role.Window: "#20252c",
    _Role.WindowText: "#e4e8ec",
    _Role.Base: "#13171c",
    _Role.AlternateBase: "#1a1f25",
    _Role.Text: "#e4e8ec",
    _Role.Button: "#323a43",
    _Role.ButtonText: "#e4e8ec",
    _Role.BrightText: "#ffffff",
    _Role.PlaceholderText: "#9aa5b1",
    _Role.ToolTipBase: "#2b323a",
    _Role.ToolTipText: "#e4e8ec",
    _Role.Highlight: "#2d6aa6",
    _Role.HighlightedText: "#ffffff",
    _Role.Accent: "#6fb0ea",
    _Role.Link: "#7db8ee",
    _Role.LinkVisited: "#7db8ee",
    _Role.Light: "#3a434d",
    _Role.Midlight: "#2d353e",
    _Role.Mid: "#414b56",
    _Role.Dark: "#67727f",
    _Role.Shadow: "#0b0d10",
}
_FADED = (_Role.WindowText, _Role.Text, _Role.ButtonText)


def palette(*, dark: bool) -> QPalette:
    """The palette of one scheme."""
    colors = _DARK if dark else _LIGHT
    made = QPalette()
    for role, value in colors.items():
        made.setColor(role, QColor(value))
    faded = QColor(colors[_Role.PlaceholderText])
    for role in _FADED:
        made.setColor(QPalette.ColorGroup.Disabled, role, faded)
    made.setColor(QPalette.ColorGroup.Disabled, _Role.Base, QColor(colors[_Role.Window]))
    made.setColor(QPalette.ColorGroup.Disabled, _Role.Highlight, QColor(colors[_Role.Mid]))
    return made


def is_dark(colors: QPalette) -> bool:
    """Whether *colors* belong to the dark scheme."""
    return colors.base().color().lightness() < colors.text().color().lightness()


def apply(scheme: str) -> None:
    """Gives the application a scheme: "light", "dark", or "system" for the desktop's own."""
    wanted = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}.get(
        scheme, Qt.ColorScheme.Unknown
    )
    hints = QGuiApplication.styleHints()
    hints.setColorScheme(wanted)
    if wanted is Qt.ColorScheme.Unknown:
        wanted = hints.colorScheme()
    QApplication.setPalette(palette(dark=wanted is Qt.ColorScheme.Dark))


class SchemeFollower(QObject):
    """Follows the desktop from light to dark and back; where the officer chose, Qt says that."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._on_changed)

    @Slot()
    def _on_changed(self) -> None:
        dark = QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Dark
        if dark != is_dark(QGuiApplication.palette()):
            QApplication.setPalette(palette(dark=dark))


# --- colours --------------------------------------------------------------------------------


def luminance(color: QColor) -> float:
    """Relative luminance, 0 to 1 (WCAG 2.2)."""

    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(each) for each in _rgb(color))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _rgb(color: QColor) -> tuple[float, float, float]:
    return color.redF(), color.greenF(), color.blueF()


def contrast(one: QColor, other: QColor) -> float:
    """Contrast ratio, 1 to 21 (WCAG 2.2)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def mixed(one: QColor, other: QColor, share: float) -> QColor:
    """*one* with *share* (0 to 1) of *other*."""
    parts = zip(_rgb(one), _rgb(other), strict=True)
    return QColor.fromRgbF(*(mine * (1 - share) + yours * share for mine, yours in parts))


def tint(tone: Tone, colors: QPalette) -> QColor:
    """The ground of a badge or a marked cell."""
    base = colors.base().color()
    return _tint(tone, base.rgb(), is_dark(colors))


def sheet(colors: QPalette) -> QColor:
    """The ground of a card: in the dark lighter than the fields on it, which are sunk."""
    base = colors.base().color()
    return mixed(base, colors.text().color(), 0.12) if is_dark(colors) else base


def chosen(colors: QPalette) -> QColor:
    """The ground of the chosen row in a list; ordinary text and state colours stay readable."""
    return mixed(
        colors.base().color(), colors.highlight().color(), 0.16 if is_dark(colors) else 0.1
    )


def ink(tone: Tone, colors: QPalette) -> QColor:
    """The colour of a state's text and icon: readable on every ground."""
    grounds = (
        colors.base().color(),
        colors.window().color(),
        colors.alternateBase().color(),
        tint(tone, colors),
        sheet(colors),
        chosen(colors),
    )
    return _ink(tone, tuple(each.rgb() for each in grounds), is_dark(colors))


@cache
def _tint(tone: Tone, base: int, dark: bool) -> QColor:  # noqa: FBT001 - a cache key
    look = _LOOKS[tone]
    pure = _from_hls(look.hue, 0.5, look.saturation)
    return mixed(QColor(base), pure, 0.20 if dark else 0.11)


@cache
def _ink(tone: Tone, grounds: tuple[int, ...], dark: bool) -> QColor:  # noqa: FBT001 - a cache key
    look = _LOOKS[tone]
    steps = range(40, 100) if dark else range(60, 5, -1)
    for step in steps:
        color = _from_hls(look.hue, step / 100, look.saturation)
        if all(contrast(color, QColor(each)) >= _AIM for each in grounds):
            return color
    raise AssertionError("black and white always contrast")


def _from_hls(hue: float, lightness: float, saturation: float) -> QColor:
    return QColor.fromRgbF(*colorsys.hls_to_rgb(hue / 360, lightness, saturation))


def muted(colors: QPalette) -> QColor:
    """The colour of secondary text."""
    return colors.placeholderText().color()


def color_text(widget: QWidget, color: QColor) -> None:
    """Gives the text of *widget* a colour; to be repeated when the palette changes."""
    colors = QPalette()  # nothing else is set, so that the rest goes on being inherited
    colors.setColor(_Role.WindowText, color)
    widget.setPalette(colors)


# --- icons ----------------------------------------------------------------------------------


@cache
def _drawing(name: str) -> bytes:
    return resource("icons", f"{name}.svg").read_bytes()


@cache
def _pixmap(name: str, width: int, height: int, rgb: int) -> QPixmap:
    pixmap = QPixmap(width, height)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    colored = _drawing(name).replace(b"currentColor", QColor(rgb).name().encode())
    QSvgRenderer(QByteArray(colored)).render(painter, QRectF(0, 0, width, height))
    painter.end()
    return pixmap


class _Tinted(QIconEngine):
    """Draws a line icon in a colour of the palette of the moment, so that it follows the scheme."""

    def __init__(self, name: str, tone: Tone | None, role: QPalette.ColorRole) -> None:
        super().__init__()
        self._name = name
        self._tone = tone
        self._role = role

    def _color(self, mode: QIcon.Mode) -> QColor:
        colors = QGuiApplication.palette()
        if mode is QIcon.Mode.Disabled:
            return muted(colors)
        if mode is QIcon.Mode.Selected:
            return colors.highlightedText().color()
        if self._tone is not None:
            return ink(self._tone, colors)
        return colors.color(self._role)

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        ratio = painter.device().devicePixelRatio()
        painter.drawPixmap(rect, self.scaledPixmap(rect.size() * ratio, mode, state, ratio))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self.scaledPixmap(size, mode, state, 1.0)

    def scaledPixmap(
        self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float
    ) -> QPixmap:
        del state, scale
        side = max(1, min(size.width(), size.height()))
        return _pixmap(self._name, side, side, self._color(mode).rgb())

    def clone(self) -> QIconEngine:
        return _Tinted(self._name, self._tone, self._role)

    def key(self) -> str:
        return "zhibao"


@cache
def icon(
    name: str, tone: Tone | None = None, role: QPalette.ColorRole = QPalette.ColorRole.WindowText
) -> QIcon:
    """The line icon *name* of `resources/icons`, in the colour of *tone* or palette *role*.

    It follows the scheme by itself. FileNotFoundError if there is no such icon.
    """
    _drawing(name)
    return QIcon(_Tinted(name, tone, role))


def tone_icon(tone: Tone) -> QIcon:
    """The icon that always accompanies *tone*, in its colour."""
    return icon(_LOOKS[tone].icon, tone)


# --- sizes ----------------------------------------------------------------------------------


def line() -> int:
    """Height of a line of text in the application's font, in device-independent pixels."""
    return QFontMetrics(QApplication.font()).height()


def space(quarters: float = 2) -> int:
    """A distance in quarters of a line: 1 within a group, 2 between fields, 4 between groups."""
    return max(1, round(line() * quarters / 4))


def chars(count: float) -> int:
    """The width of *count* Chinese characters."""
    return round(QFontMetrics(QApplication.font()).horizontalAdvance("中") * count)


def icon_size() -> QSize:
    """The size of an icon beside text."""
    side = round(line() * 1.05)
    return QSize(side, side)


def font(scale: float = 1.0, *, bold: bool = False, tabular: bool = False) -> QFont:
    """The application's font, *scale* times as large."""
    made = QFont(QApplication.font())
    made.setPointSizeF(made.pointSizeF() * scale)
    if bold:
        made.setWeight(QFont.Weight.DemiBold)
    if tabular:
        made.setFeature(QFont.Tag("tnum"), 1)
    return made


def application_font() -> QFont:
    """The system's UI face, with Chinese faces to fall back on."""
    made = QFont(QApplication.font())
    made.setFamilies([*FAMILIES, made.family()])
    made.setPointSizeF(max(made.pointSizeF(), 9.0))
    return made

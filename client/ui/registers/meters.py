"""Posts as small meters, one per kind: 核定 12 · 在编 11 · 空编 1."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from client.services.register_values import MeterView
from client.ui import theme
from client.ui.theme import Tone

_CHARS = 14.5
TOTAL = "合计"


def meter_words(meter: MeterView) -> str:
    """A meter in words."""
    rest = f"空编 {meter.vacant:,}" if meter.vacant >= 0 else f"超编 {-meter.vacant:,}"
    return f"核定 {meter.authorised:,} · 在编 {meter.in_post:,} · {rest}"


class Meter(QWidget):
    """One kind of post: title, figures, and a bar of how many posts are filled."""

    def __init__(self, meter: MeterView, parent: QWidget, *, is_total: bool = False) -> None:
        super().__init__(parent)
        self.meter = meter
        self._is_total = is_total
        self.setAccessibleName(f"{meter.title}:{meter_words(meter)}")
        self.setToolTip(f"{meter.title}\n{meter_words(meter)}")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(theme.chars(_CHARS), theme.line() * 2 + theme.space(2.5))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colors = self.palette()
        meter = self.meter
        line, pad = theme.line(), theme.space(0.5)
        words = theme.font(0.92)
        painter.setFont(theme.font(0.92, bold=self._is_total))
        painter.setPen(colors.color(QPalette.ColorRole.WindowText))
        title = painter.fontMetrics().elidedText(
            meter.title, Qt.TextElideMode.ElideRight, self.width()
        )
        painter.drawText(QRectF(0, 0, self.width(), line), Qt.AlignmentFlag.AlignVCenter, title)
        over = meter.vacant < 0
        words.setFeature(words.Tag("tnum"), 1)
        painter.setFont(words)
        tone = theme.ink(Tone.ERROR, colors) if over else theme.muted(colors)
        painter.setPen(tone)
        figures = QRectF(0, line, self.width(), line)
        painter.drawText(figures, Qt.AlignmentFlag.AlignVCenter, meter_words(meter))
        top = line * 2 + pad
        height = max(3, theme.space(0.75))
        radius = height / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colors.color(QPalette.ColorRole.Mid))
        painter.drawRoundedRect(QRectF(0, top, self.width(), height), radius, radius)
        if meter.authorised or meter.in_post:
            share = min(1.0, meter.in_post / max(meter.authorised, 1))
            painter.setBrush(
                theme.ink(Tone.ERROR, colors) if over else colors.color(QPalette.ColorRole.Accent)
            )
            painter.drawRoundedRect(QRectF(0, top, self.width() * share, height), radius, radius)
        painter.end()


class MeterStrip(QWidget):
    """All kinds of the chosen unit, as many beside each other as fit."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._meters: list[Meter] = []
        self._columns = 0
        self._shown: tuple[MeterView, ...] | None = None
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.space(4))
        self._grid.setVerticalSpacing(theme.space(1))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def show_meters(self, meters: Sequence[MeterView]) -> None:
        """Show these kinds, and their total where there are several."""
        told = tuple(meters)
        if told == self._shown:
            return
        self._shown = told
        for old in self._meters:
            self._grid.removeWidget(old)
            old.hide()
            old.deleteLater()
        kinds = [Meter(each, self) for each in told]
        total = MeterView(
            TOTAL, sum(each.authorised for each in told), sum(each.in_post for each in told)
        )
        self._meters = [Meter(total, self, is_total=True), *kinds] if len(told) > 1 else kinds
        self._columns = 0
        self._arrange()
        for each in self._meters:
            each.show()

    def meters(self) -> tuple[MeterView, ...]:
        """What is shown."""
        return tuple(each.meter for each in self._meters)

    def _arrange(self) -> None:
        room = theme.chars(_CHARS) + self._grid.horizontalSpacing()
        columns = max(1, (self.width() + self._grid.horizontalSpacing()) // room)
        if columns == self._columns:
            return
        for column in range(self._columns):
            self._grid.setColumnStretch(column, 0)
        self._columns = columns
        for place, each in enumerate(self._meters):
            self._grid.removeWidget(each)
            self._grid.addWidget(each, place // columns, place % columns)
        for column in range(columns):
            self._grid.setColumnStretch(column, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

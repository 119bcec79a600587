"""A state as icon and word on its tint: a widget, and the same drawn by a delegate."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QIcon, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QWidget

from client.ui import theme
from client.ui.theme import Tone


@dataclass(frozen=True, slots=True)
class Badge:
    """What a badge says. `icon` empty: the icon of the tone."""

    text: str
    tone: Tone
    icon: str = ""

    def picture(self) -> QIcon:
        """Its icon, in the colour of its tone."""
        return theme.icon(self.icon, self.tone) if self.icon else theme.tone_icon(self.tone)


# The life of a submission (core/changes/states.py), and of a draft before it.
BADGES = {
    "draft": Badge("草稿", Tone.CHANGED),
    "queued": Badge("待报", Tone.WAITING),
    "sending": Badge("正在上报", Tone.WAITING, "send"),
    "received": Badge("已送达", Tone.HINT, "inbox"),
    "under_review": Badge("审核中", Tone.HINT, "eye"),
    "approved": Badge("已通过", Tone.DONE),
    "returned": Badge("退回", Tone.RETURNED),
    "rejected": Badge("不予受理", Tone.ERROR),
    "conflict": Badge("有冲突", Tone.WARNING, "git-compare"),
    "superseded": Badge("已改报", Tone.WAITING, "check-check"),
}


def badge_of(state: str) -> Badge:
    """The badge of a submission's state or of a draft; KeyError if there is no such state."""
    return BADGES[state]


def badge_size(badge: Badge, font: QFont) -> QSize:
    """How large `paint_badge` draws."""
    metrics = QFontMetrics(font)
    side = metrics.height()
    width = metrics.horizontalAdvance(badge.text) + side + theme.space(1) * 3
    return QSize(width, side + theme.space(0.5) * 2)


def paint_badge(
    painter: QPainter, rect: QRect, badge: Badge, colors: QPalette, font: QFont
) -> None:
    """Draws *badge* at the left of *rect*, centred in its height; long words are elided."""
    size = badge_size(badge, font)
    box = QRect(rect.left(), 0, min(size.width(), rect.width()), min(size.height(), rect.height()))
    box.moveCenter(rect.center())
    box.moveLeft(rect.left())
    pad, side = theme.space(1), QFontMetrics(font).ascent()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.tint(badge.tone, colors))
    radius = theme.space(1)
    painter.drawRoundedRect(box, radius, radius)
    picture = QRect(box.left() + pad, 0, side, side)
    picture.moveTop(box.center().y() - side // 2)
    badge.picture().paint(painter, picture)
    words = box.adjusted(pad + side + pad // 2 + 1, 0, -pad, 0)
    painter.setFont(font)
    painter.setPen(theme.ink(badge.tone, colors))
    text = QFontMetrics(font).elidedText(badge.text, Qt.TextElideMode.ElideRight, words.width())
    painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
    painter.restore()


class StateBadge(QWidget):
    """A badge as a widget; its word is also its accessible name."""

    def __init__(self, badge: Badge | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.badge = badge
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.show_badge(badge)

    def show_badge(self, badge: Badge | None) -> None:
        """Shows another badge, or nothing."""
        self.badge = badge
        self.setAccessibleName(badge.text if badge else "")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return badge_size(self.badge, self.font()) if self.badge else QSize(0, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        if self.badge is not None:
            painter = QPainter(self)
            paint_badge(painter, self.rect(), self.badge, self.palette(), self.font())
            painter.end()

"""The lines of the outbox: a model, and how a line is drawn with its five-step track."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QFontMetrics, QPainter, QPalette, QPen
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from client.services.outbox import Line, Step
from client.services.times import shown
from client.ui import theme
from client.ui.common.rows import draw, paint_ground
from client.ui.common.state_badge import BADGES, badge_of, badge_size, paint_badge
from client.ui.theme import Tone

Index = QModelIndex | QPersistentModelIndex


class LineModel(QAbstractListModel):
    """Submissions of one group, or all."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: tuple[Line, ...] = ()

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Shows other lines."""
        self.beginResetModel()
        self.lines = tuple(lines)
        self.endResetModel()

    def row_of(self, submission_id: str) -> int:
        """The row of a submission, -1 if it is not shown."""
        for row, each in enumerate(self.lines):
            if each.submission_id == submission_id:
                return row
        return -1

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self.lines)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self.lines):
            return None
        line = self.lines[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return line.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{line.title}，{line.flow_title}，{badge_of(line.shown_state).text}"
        if role == Qt.ItemDataRole.UserRole:
            return line
        return None


class LineDelegate(QStyledItemDelegate):
    """Two rows of text: state, title, flow and time; below them the track."""

    def __init__(self, now: Callable[[], datetime], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._now = now

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        del option, index
        return QSize(0, round(theme.line() * 3.5))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        line: Line = index.data(Qt.ItemDataRole.UserRole)
        colors: QPalette = option.palette
        paint_ground(painter, option)
        whole = QRect(option.rect).adjusted(theme.space(3), 0, -theme.space(3), 0)
        top = QRect(whole)
        top.setTop(whole.top() + theme.space(1))
        top.setHeight(whole.height() // 2 - theme.space(1))
        small = theme.font(0.95)
        badge = badge_of(line.shown_state)
        column = max(badge_size(each, small).width() for each in BADGES.values())
        paint_badge(
            painter, QRect(top.topLeft(), QSize(column, top.height())), badge, colors, small
        )
        top.setLeft(top.left() + column + theme.space(3))
        soft = theme.muted(colors)
        at = shown(line.last_at(), self._now())
        taken = draw(painter, at, top, theme.font(tabular=True), soft, right=True)
        top.setRight(top.right() - taken - theme.space(3))
        bold = theme.font(bold=True)
        for words, font, color in (
            (line.title, bold, colors.text().color()),
            (line.flow_title, theme.font(), colors.text().color()),
            (line.unit, theme.font(), soft),
        ):
            top.setLeft(top.left() + draw(painter, words, top, font, color) + theme.space(3))
        track = QRect(whole)
        track.setTop(whole.top() + whole.height() // 2)
        track.setHeight(whole.height() // 2 - theme.space(1))
        paint_track(painter, track, line.steps(), colors)


_DOTS = {
    "done": Tone.DONE,
    "now": Tone.HINT,
    "bad": Tone.RETURNED,
}


def paint_track(painter: QPainter, box: QRect, steps: Sequence[Step], colors: QPalette) -> None:
    """已保存 ─ 待报 ─ 已送达 ─ 审核中 ─ 已通过, in as much of *box* as it needs."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    width = min(box.width() // len(steps), theme.chars(8.5))
    radius = theme.line() * 0.22
    middle = box.center().y() + 0.5
    for number, step in enumerate(steps):
        tone = _DOTS.get(step.how)
        color = theme.ink(tone, colors) if tone else theme.muted(colors)
        font = theme.font(0.92, bold=step.how in {"now", "bad"})
        left = box.left() + number * width
        dot = QPointF(left + radius + 1, middle)
        words = QRectF(left + radius * 2 + theme.space(1.5), box.top(), width, box.height())
        taken = QFontMetrics(font).horizontalAdvance(step.word)
        if number < len(steps) - 1:
            reached = steps[number + 1].how in {"done", "now", "bad"}
            line = theme.ink(Tone.DONE, colors) if reached else colors.mid().color()
            painter.setPen(QPen(line, 1))
            start = words.left() + taken + theme.space(1)
            painter.drawLine(QPointF(start, middle), QPointF(left + width - theme.space(1), middle))
        painter.setPen(QPen(color, 1.5))
        painter.setBrush(color if step.how in {"done", "now", "bad"} else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(dot, radius, radius)
        painter.setFont(font)
        painter.setPen(color)
        painter.drawText(words, int(Qt.AlignmentFlag.AlignVCenter), step.word)
    painter.restore()

"""The list of what is to be done: a model of tasks and how one is drawn."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QPainter, QPalette
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from client.services.home import Kind, Task
from client.ui import theme
from client.ui.common.rows import draw, paint_ground
from client.ui.common.state_badge import Badge, badge_size, paint_badge
from client.ui.theme import Tone

Index = QModelIndex | QPersistentModelIndex

BADGES = {
    Kind.RETURNED: Badge("退回待改", Tone.RETURNED),
    Kind.OVERDUE: Badge("已超期", Tone.ERROR, "calendar-clock"),
    Kind.SOON: Badge("即将到期", Tone.WARNING, "calendar-clock"),
    Kind.DRAFT: Badge("草稿", Tone.CHANGED),
}


class TaskModel(QAbstractListModel):
    """Tasks in the order of urgency."""

    def __init__(self) -> None:
        super().__init__()
        self.tasks: tuple[Task, ...] = ()

    def show_tasks(self, tasks: Sequence[Task]) -> None:
        """Shows other tasks."""
        self.beginResetModel()
        self.tasks = tuple(tasks)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self.tasks)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self.tasks):
            return None
        task = self.tasks[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return task.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            parts = (BADGES[task.kind].text, task.title, task.detail, task.note, task.due_words)
            return "，".join(each for each in parts if each)
        if role == Qt.ItemDataRole.UserRole:
            return task
        return None


class TaskDelegate(QStyledItemDelegate):
    """Badge · title, detail and note · when it is due."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        del option, index
        return QSize(0, round(theme.line() * 2.1))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        task: Task = index.data(Qt.ItemDataRole.UserRole)
        colors: QPalette = option.palette
        paint_ground(painter, option)
        row = QRect(option.rect).adjusted(theme.space(3), 0, -theme.space(3), 0)
        small = theme.font(0.95)
        badge = badge_size(BADGES[Kind.RETURNED], small).width()
        paint_badge(painter, QRect(row.topLeft(), QSize(badge, row.height())), BADGES[task.kind],
                    colors, small)  # fmt: skip
        row.setLeft(row.left() + badge + theme.space(4))
        tone = _TONES.get(task.kind)
        color = theme.ink(tone, colors) if tone else theme.muted(colors)
        due = f"{task.due_words} · {task.due[5:]}" if task.due else ""
        taken = draw(painter, due, row, theme.font(tabular=True), color, right=True)
        row.setRight(row.right() - taken - theme.space(3))
        text, soft = colors.text().color(), theme.muted(colors)
        for words, font, paint in (
            (task.title, theme.font(bold=True), text),
            (task.detail, theme.font(), text),
            (task.note, theme.font(), soft),
        ):
            row.setLeft(row.left() + draw(painter, words, row, font, paint) + theme.space(4))


_TONES = {Kind.OVERDUE: Tone.ERROR, Kind.SOON: Tone.WARNING}

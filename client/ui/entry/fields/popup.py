"""The list under an editor. It never takes the cursor, so that no typed key is ever lost."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QPainter, QPalette
from PySide6.QtWidgets import (
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from client.services.entry_store import Choice
from client.ui import theme

_ROWS = 9
_Index = QModelIndex | QPersistentModelIndex


class ChoiceModel(QAbstractListModel):
    """The choices that are shown."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.choices: Sequence[Choice] = ()

    def show(self, choices: Sequence[Choice]) -> None:
        """Show other choices."""
        self.beginResetModel()
        self.choices = choices
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's default
        return 0 if parent.isValid() else len(self.choices)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        choice = self.choices[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return choice.title
        if role == Qt.ItemDataRole.UserRole:
            return choice
        return None


class _Delegate(QStyledItemDelegate):
    """Title at the left, the hint (code, unit number) muted at the right."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(super().sizeHint(option, index).width(), theme.line() + theme.space(1))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        super().paint(painter, option, index)
        choice: Choice = index.data(Qt.ItemDataRole.UserRole)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        role = QPalette.ColorRole.HighlightedText if chosen else QPalette.ColorRole.PlaceholderText
        painter.save()
        painter.setPen(option.palette.color(role))
        painter.setFont(theme.font(0.92, tabular=True))
        area = option.rect.adjusted(theme.space(1), 0, -theme.space(2), 0)
        painter.drawText(
            area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, choice.hint
        )
        painter.restore()


class ChoicePopup(QListView):
    """Shows choices below (or above) an anchor, inside the same window.

    Signals:
        chosen: the officer clicked a choice (`Choice`).

    """

    chosen = Signal(object)

    def __init__(self, anchor: QWidget) -> None:
        super().__init__(anchor.window())
        self._anchor = anchor
        self._model = ChoiceModel(self)
        self.setModel(self._model)
        self.setItemDelegate(_Delegate(self))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFrameShape(QFrame.Shape.Box)
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setAccessibleName("可选项")
        self.clicked.connect(self._on_clicked)
        self.hide()

    def offer(self, choices: Sequence[Choice], *, first: bool) -> None:
        """Show *choices*; the first one is marked if *first*. Nothing to show: hide."""
        self._model.show(choices)
        if not choices:
            self.hide()
            return
        if first:
            self.setCurrentIndex(self._model.index(0, 0))
        self._place(len(choices))
        self.show()
        self.raise_()

    def current(self) -> Choice | None:
        """The marked choice."""
        index = self.currentIndex()
        return self._model.choices[index.row()] if index.isValid() and self.isVisible() else None

    def only(self) -> Choice | None:
        """The one choice there is, if there is exactly one."""
        return self._model.choices[0] if len(self._model.choices) == 1 else None

    def move_by(self, rows: int) -> None:
        """Mark the choice *rows* further on, stopping at the ends."""
        last = len(self._model.choices) - 1
        here = self.currentIndex().row()
        place = 0 if here < 0 else min(max(here + rows, 0), last)
        self.setCurrentIndex(self._model.index(place, 0))

    def mark(self, key: str) -> None:
        """Mark the choice with this key, if it is shown."""
        for row, choice in enumerate(self._model.choices):
            if choice.key == key:
                self.setCurrentIndex(self._model.index(row, 0))
                return

    def page(self) -> int:
        """How many rows PageDown moves."""
        return _ROWS - 1

    def _place(self, count: int) -> None:
        window = self._anchor.window()
        if self.parent() is not window:
            self.setParent(window)
        row = theme.line() + theme.space(1)
        height = row * min(count, _ROWS) + self.frameWidth() * 2
        width = max(self._anchor.width(), theme.chars(14))
        spot = self._anchor.mapTo(window, QPoint(0, self._anchor.height() + 1))
        if spot.y() + height > window.height():
            above = self._anchor.mapTo(window, QPoint(0, -1)).y() - height
            spot.setY(max(0, above))
        spot.setX(min(spot.x(), max(0, window.width() - width)))
        self.setGeometry(spot.x(), spot.y(), width, height)

    def _on_clicked(self, index: QModelIndex) -> None:
        self.chosen.emit(self._model.choices[index.row()])

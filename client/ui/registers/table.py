"""The table of records: one selected row, sorting by header or key, typing goes to the search."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from client.ui import theme
from client.ui.common.state_badge import BADGES, badge_size, paint_badge
from client.ui.registers.table_model import BADGE_ROLE, RegisterModel
from core.forms.model import Field, FieldType

_Index = QModelIndex | QPersistentModelIndex
_CHARS = {
    FieldType.DATE: 7.0,
    FieldType.INTEGER: 5.0,
    FieldType.MONEY: 8.0,
    FieldType.BOOLEAN: 4.0,
    FieldType.CODE: 8.0,
    FieldType.REFERENCE: 13.0,
    FieldType.TEXT: 9.0,
}
_NAME_CHARS = 11.0
_NUMBER_CHARS = 12.0
_SEX_CHARS = 3.5


class BadgeDelegate(QStyledItemDelegate):
    """The text of the first column, and at its right the state of pending work."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        badge = BADGES.get(index.data(BADGE_ROLE) or "")
        if badge is None:
            super().paint(painter, option, index)
            return
        whole = QStyleOptionViewItem(option)
        self.initStyleOption(whole, index)
        text, whole.text = whole.text, ""
        style = option.widget.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, whole, painter, option.widget)
        size = badge_size(badge, theme.font(0.9))
        pad = theme.space(1)
        room = option.rect.adjusted(pad, 0, -pad, 0)
        width = min(size.width(), room.width() // 2)
        area = QRect(room.right() - width, room.top(), width, room.height())
        paint_badge(painter, area, badge, option.palette, theme.font(0.9))
        words = room.adjusted(0, 0, -width - pad, 0)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        colors = option.palette
        painter.save()
        painter.setPen((colors.highlightedText() if chosen else colors.text()).color())
        painter.drawText(
            words,
            Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft,
            option.fontMetrics.elidedText(text, Qt.TextElideMode.ElideRight, words.width()),
        )
        painter.restore()


class RegisterTable(QTableView):
    """Shows a `RegisterModel`.

    Signals:
        picked: another row is current (row number, -1 for none).
        sorted_by: the officer asks for an order (field name, `-name` for descending).
        typed: a letter was typed in the table (the text); it belongs into the search.
        opened: Enter or a double click on a row.

    """

    picked = Signal(int)
    sorted_by = Signal(object)
    typed = Signal(object)
    opened = Signal()

    def __init__(self, model: RegisterModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._register = model
        self._order = ""
        self.setModel(model)
        self.setItemDelegateForColumn(0, BadgeDelegate(self))
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setFont(theme.font(tabular=True))
        self.setHorizontalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        rows = self.verticalHeader()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(theme.line() + theme.space(2.5))
        rows.hide()
        columns = self.horizontalHeader()
        columns.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        columns.setHighlightSections(False)
        columns.setSectionsClickable(True)
        columns.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        columns.setMinimumHeight(theme.line() + theme.space(2.5))
        columns.sectionClicked.connect(self.sort_by)
        self.doubleClicked.connect(self._on_double_clicked)
        model.modelReset.connect(self._on_reset)
        self.fit_columns()

    def fit_columns(self) -> None:
        """Give every column the width that its kind of value needs."""
        for column, field in enumerate(self._register.fields):
            self.setColumnHidden(column, False)
            self.setColumnWidth(column, theme.chars(_width(column, field)))

    def show_column(self, name: str, *, shown: bool) -> None:
        """Show or hide the column of a field; the first column is always shown."""
        if name in self._register.names[1:]:
            self.setColumnHidden(self._register.names.index(name), not shown)

    def row(self) -> int:
        """The current row, or -1."""
        return self.currentIndex().row()

    def go(self, row: int) -> None:
        """Make a row current."""
        if 0 <= row < self._register.rowCount():
            index = self._register.index(row, max(0, self.currentIndex().column()))
            self.setCurrentIndex(index)
            self.scrollTo(index, QTableView.ScrollHint.EnsureVisible)

    def sort_by(self, column: int) -> None:
        """Order by a column; once more turns the order round."""
        if not 0 <= column < len(self._register.names):
            return
        name = self._register.names[column]
        self._order = f"-{name}" if self._order == name else name
        down = self._order.startswith("-")
        header = self.horizontalHeader()
        header.setSortIndicatorShown(True)
        header.setSortIndicator(
            column, Qt.SortOrder.DescendingOrder if down else Qt.SortOrder.AscendingOrder
        )
        self.sorted_by.emit(self._order)

    def sort_here(self) -> None:
        """Order by the current column."""
        self.sort_by(max(0, self.currentIndex().column()))

    def forget_order(self) -> None:
        """Back to the usual order."""
        self._order = ""
        self.horizontalHeader().setSortIndicatorShown(False)

    def sizeHint(self) -> QSize:
        return QSize(theme.chars(40), theme.line() * 20)

    def currentChanged(self, current: _Index, previous: _Index) -> None:
        super().currentChanged(current, previous)
        if current.row() != previous.row():
            self.picked.emit(current.row())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = not event.modifiers() & ~(
            Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier
        )
        if plain and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.row() >= 0:
                self.opened.emit()
        elif plain and event.text().strip() and event.text().isprintable():
            self.typed.emit(event.text())
        else:
            super().keyPressEvent(event)

    def _on_double_clicked(self, _index: QModelIndex) -> None:
        self.opened.emit()

    def _on_reset(self) -> None:
        self.picked.emit(-1)


def _width(column: int, field: Field) -> float:
    if column == 0:
        return max(_NAME_CHARS, _CHARS[FieldType.REFERENCE] if field.max_length == 120 else 0)
    if field.sensitive or field.issued:
        return _NUMBER_CHARS
    title = len(field.title) + (len(field.unit) + 1 if field.unit else 0) + 1.5
    if field.type is FieldType.CODE and len(field.title) <= 2:
        return max(title, _SEX_CHARS)
    return max(title, _CHARS.get(field.type, 8.0))

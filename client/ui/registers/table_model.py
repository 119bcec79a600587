"""The table of records: asks the list for lines, and paints a blank until they have come."""

from __future__ import annotations

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from client.services.register_list import RegisterList
from client.services.register_values import Arrived, Began
from core.forms.model import FieldType, Form

BADGE_ROLE = Qt.ItemDataRole.UserRole
_Index = QModelIndex | QPersistentModelIndex
_NUMBERS = (FieldType.INTEGER, FieldType.MONEY)
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_WAITING = "…"


class RegisterModel(QAbstractTableModel):
    """Read-only. `flags` and `headerData` never look at the list."""

    def __init__(self, source: RegisterList, form: Form, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._list = source
        self._rows = 0
        source.began.connect(self._on_began)
        source.arrived.connect(self._on_arrived)
        self.show_form(form)

    def show_form(self, form: Form) -> None:
        """Show the columns of another register; empty until its list has begun."""
        self.beginResetModel()
        fields = [form.by_name[name] for name in form.listing.columns]
        self.names = tuple(each.name for each in fields)
        self.fields = tuple(fields)
        self._titles = tuple(
            f"{each.title}（{each.unit}）" if each.unit else each.title for each in fields
        )
        self._right = tuple(each.type in _NUMBERS for each in fields)
        self._rows = 0
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's default
        return 0 if parent.isValid() else self._rows

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's default
        return 0 if parent.isValid() else len(self._titles)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role == Qt.ItemDataRole.DisplayRole:
            line = self._list.line(index.row())
            if line is None:
                return _WAITING if index.column() == 0 else ""
            return line.cells[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if self._right[index.column()] else None
        if role == BADGE_ROLE and index.column() == 0:
            line = self._list.line(index.row())
            return line.badge if line is not None else ""
        return None

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        if orientation is Qt.Orientation.Horizontal and 0 <= section < len(self._titles):
            if role == Qt.ItemDataRole.DisplayRole:
                return self._titles[section]
            if role == Qt.ItemDataRole.TextAlignmentRole and self._right[section]:
                return _RIGHT
        return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled

    def _on_began(self, event: Began) -> None:
        self.beginResetModel()
        self._rows = event.total
        self.endResetModel()

    def _on_arrived(self, event: Arrived) -> None:
        last = min(event.last, self._rows - 1)
        self.dataChanged.emit(self.index(event.first, 0), self.index(last, len(self._titles) - 1))

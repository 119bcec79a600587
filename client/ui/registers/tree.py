"""The units at the left: a tree with a filter on top."""

from __future__ import annotations

from collections import defaultdict

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QPalette, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QFrame, QTreeView, QVBoxLayout, QWidget

from client.services.register_values import TreeView, UnitView
from client.ui import actions, theme
from client.ui.common.search_edit import SearchEdit

ALL = ""
_CODE = Qt.ItemDataRole.UserRole
WIDTH = 240


class UnitTree(QWidget):
    """Shows the units; the one that is chosen stays chosen while filtering.

    Signals:
        chosen: another unit was chosen (its code, empty for all units).
        went_on: the officer goes on into the table (Enter, Right at a leaf).

    """

    chosen = Signal(object)
    went_on = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view = TreeView("", (), ())
        self._items: dict[str, QStandardItem] = {}
        self._quiet = False
        self.code = ALL
        self.filter = SearchEdit("筛选单位（名称、首字母）", self)
        self.filter.setToolTip(actions.keys_text("filter_units"))
        self.filter.searched.connect(self._on_filtered)
        self.filter.went_down.connect(self._on_went_down)
        self.tree = QTreeView(self)
        self.tree.setHeaderHidden(True)
        self.tree.setFrameShape(QFrame.Shape.NoFrame)
        self.tree.setUniformRowHeights(True)
        self.tree.setEditTriggers(QTreeView.EditTrigger.NoEditTriggers)
        self.tree.setIndentation(theme.space(3))
        self.tree.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.tree.setAccessibleName("单位")
        self.tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.tree.setIconSize(theme.icon_size() * 0.9)
        self._model = QStandardItemModel(self)
        self.tree.setModel(self._model)
        self.tree.selectionModel().currentChanged.connect(self._on_current)
        self.tree.activated.connect(self._on_activated)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.space(1.5))
        layout.addWidget(self.filter)
        layout.addWidget(self.tree, 1)

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, super().sizeHint().height())

    def show_tree(self, view: TreeView) -> None:
        """Show these units; what was chosen and open stays so."""
        self._view = view
        self._build()

    def unit(self, code: str) -> UnitView | None:
        """The unit with this code."""
        return next((each for each in self._view.units if each.code == code), None)

    def title(self) -> str:
        """What all units together are called."""
        return self._view.title or "全部单位"

    def below(self, code: str) -> tuple[str, ...] | None:
        """The unit and all below it; None for all units."""
        if code == ALL:
            return None
        children: dict[str, list[str]] = defaultdict(list)
        for each in self._view.units:
            children[each.parent].append(each.code)
        found = [code]
        for one in found:
            found.extend(each for each in children[one] if each not in found)
        return tuple(found)

    def choose(self, code: str) -> bool:
        """Choose a unit; False if there is none with this code."""
        if code not in self._items and self.filter.text():
            self.filter.clear()
        item = self._items.get(code)
        if item is None:
            return False
        index = self._model.indexFromItem(item)
        self.tree.setCurrentIndex(index)
        self.tree.scrollTo(index)
        return True

    # --- building ---

    def _build(self) -> None:
        text = self.filter.text().strip()
        wanted = self._wanted(text)
        opened = {
            code
            for code, item in self._items.items()
            if self.tree.isExpanded(self._model.indexFromItem(item))
        }
        self._quiet = True
        self._model.clear()
        self._items = {}
        root = self._item(ALL, self.title(), "building-2")
        self._model.appendRow(root)
        known = {each.code for each in self._view.units}
        children: dict[str, list[UnitView]] = defaultdict(list)
        for each in self._view.units:
            if each.code in wanted:
                children[each.parent if each.parent in known else ALL].append(each)
        self._add_groups(root, children)
        self._expand(root, opened, filtering=bool(text))
        item = self._items.get(self.code)
        if item is not None:
            self.tree.selectionModel().setCurrentIndex(
                self._model.indexFromItem(item), QItemSelectionModel.SelectionFlag.ClearAndSelect
            )
        self._quiet = False

    def _wanted(self, text: str) -> set[str]:
        """Codes of the units that *text* finds, and of those above them."""
        if not text:
            return {each.code for each in self._view.units}
        parents = {each.code: each.parent for each in self._view.units}
        wanted: set[str] = set()
        for each in self._view.units:
            if each.is_found(text):
                code = each.code
                while code in parents and code not in wanted:
                    wanted.add(code)
                    code = parents[code]
        return wanted

    def _add_groups(self, root: QStandardItem, children: dict[str, list[UnitView]]) -> None:
        tops = children.get(ALL, [])
        grouped = {each.group for each in tops}
        for code, title in self._view.groups:
            if code not in grouped:
                continue
            group = QStandardItem(title)
            group.setSelectable(False)
            group.setForeground(self.palette().color(QPalette.ColorRole.PlaceholderText))
            group.setData(f"group {code}", _CODE)
            self._items[f"group {code}"] = group
            root.appendRow(group)
            self._add_units(group, [each for each in tops if each.group == code], children)
        rest = {code for code, _ in self._view.groups}
        self._add_units(root, [each for each in tops if each.group not in rest], children)

    def _add_units(
        self,
        parent: QStandardItem,
        units: list[UnitView],
        children: dict[str, list[UnitView]],
    ) -> None:
        for each in units:
            item = self._item(each.code, each.title, "lock" if each.is_classified else "")
            if each.is_classified:
                item.setToolTip("涉密单位：只有合计数")
            parent.appendRow(item)
            self._add_units(item, children.get(each.code, []), children)

    def _item(self, code: str, title: str, icon: str) -> QStandardItem:
        item = QStandardItem(title)
        item.setData(code, _CODE)
        item.setToolTip(title)
        if icon:
            item.setIcon(theme.icon(icon))
        self._items[code] = item
        return item

    def _expand(self, root: QStandardItem, opened: set[str], *, filtering: bool) -> None:
        if filtering:
            self.tree.expandAll()
            return
        self.tree.expand(self._model.indexFromItem(root))
        for code, item in self._items.items():
            if code in opened or (not opened and code.startswith("group ")):
                self.tree.expand(self._model.indexFromItem(item))

    # --- what the officer does ---

    def _on_filtered(self, _text: str) -> None:
        self._build()

    def _on_went_down(self) -> None:
        text = self.filter.text().strip()
        if text:
            found = next((each for each in self._view.units if each.is_found(text)), None)
            if found is not None:
                self.choose(found.code)
        self.tree.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _on_current(self, current: QModelIndex, _previous: QModelIndex) -> None:
        code = current.data(_CODE)
        if self._quiet or not isinstance(code, str) or code.startswith("group "):
            return
        if code != self.code:
            self.code = code
            self.chosen.emit(code)

    def _on_activated(self, _index: QModelIndex) -> None:
        self.went_on.emit()

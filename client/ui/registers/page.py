"""The registers page: units at the left, posts on top, table, card of the chosen record."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtWidgets import QMenu, QPushButton, QVBoxLayout, QWidget

from client.services.desk import Changed
from client.services.register_card import CardView
from client.services.register_values import Began, MeterView, Place, Query, TreeView
from client.services.registers import RegistersService
from client.services.targets import Find, NewChange, ShowRecord, ShowUnit
from client.ui import actions
from client.ui.common.message_bar import Message
from client.ui.common.page import Go, Page
from client.ui.registers.table_model import RegisterModel
from client.ui.registers.view import RegistersView
from client.ui.theme import Tone
from core.forms.model import ChangeKind

_CARD_QUIET_MS = 60


class RegistersPage(Page):
    """Lists records and units, and begins what may be done with them."""

    name = "registers"
    title = "台账"
    icon = "table-2"

    def __init__(self, service: RegistersService, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._service = service
        self._choices = service.registers
        self.form = self._choices[0].form
        self._sort = ""
        self._loaded = self._is_stale = False
        self.is_settled = False  # the list and the card answer what is chosen
        self._target: object = None
        self._wanted_row = -1
        self._untried: list[str] = []  # registers that a search everywhere may still look in
        self.list = service.new_list(self)
        self.model = RegisterModel(self.list, service.form(self.form), self)
        self.view = RegistersView(self.model, [each.title for each in self._choices], self)
        self.tree, self.table, self.card = self.view.tree, self.view.table, self.view.card
        self.meters, self.search, self.empty = self.view.meters, self.view.search, self.view.empty
        self.new_button, self.change_button = self.view.new_button, self.view.change_button
        self.close_button = self.view.close_button
        self._quiet = QTimer(self)
        self._quiet.setSingleShot(True)
        self._quiet.setInterval(_CARD_QUIET_MS)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view)
        self._connect()
        self._show_flows()
        self._show_search()

    def _connect(self) -> None:
        self.tree.chosen.connect(self._on_unit_chosen)
        self.tree.went_on.connect(self._to_table)
        self.search.searched.connect(self._on_searched)
        self.search.went_down.connect(self._to_table)
        self.table.picked.connect(self._on_picked)
        self.table.sorted_by.connect(self._on_sorted)
        self.table.typed.connect(self._on_typed)
        self.table.opened.connect(self._change)
        self.list.began.connect(self._on_began)
        self.card.revealed.connect(self._on_revealed)
        self.view.switches.idClicked.connect(self._on_switched)
        self.new_button.clicked.connect(self._new)
        self.change_button.clicked.connect(self._change)
        self.close_button.clicked.connect(self._close)
        self.empty.asked.connect(self._on_empty_asked)
        self._quiet.timeout.connect(self._load_card)
        self._service.changes.changed.connect(self._on_changed)
        actions.bind(self, "filter_units", self.tree.filter.setFocus)
        actions.bind(self, "filter_records", self._to_search)
        actions.bind(self, "new_record", self._new)
        actions.bind(self, "change_record", self._change)
        actions.bind(self, "close_record", self._close)
        actions.bind(self, "reveal", self.card.toggle)
        actions.bind(self, "sort", self.table.sort_here)
        actions.bind(self, "switch_register", self._switch)

    # --- coming and going ---

    def enter(self, target: object = None) -> None:
        self._target = target
        if not self._loaded or self._is_stale:
            self._load_tree()
        elif target is not None:
            self._show_target()
        if target is None and self._loaded:
            self.table.setFocus()

    def _load_tree(self) -> None:
        self._is_stale = False
        self._service.load_tree(done=self._on_tree, owner=self)

    def _on_tree(self, view: TreeView) -> None:
        first = not self._loaded
        self._loaded = True
        self.tree.show_tree(view)
        if self._target is not None:
            self._show_target()
        else:
            self._reload(keep=not first)
        if first:
            self.table.setFocus()

    def _show_target(self) -> None:
        target, self._target = self._target, None
        match target:
            case Find(text=text):
                first, *self._untried = [each.form for each in self._choices]
                self._use_form(first)
                self.search.setText(text)
                self._choose("")
                self.table.setFocus()
            case ShowUnit(unit=unit, form=form):
                self._use_form(form or self.form)
                self._choose(unit)
            case ShowRecord(form=form, record_id=record_id):
                self._use_form(form)
                self._service.find_place(form, record_id, done=self._on_place, owner=self)
            case _:
                self._reload()

    def _on_place(self, place: Place | None) -> None:
        if place is None:
            self.said.emit(Message("这条记录已不在台账中。", Tone.WARNING))
            return
        self.search.clear()
        self._sort = ""
        self.table.forget_order()
        self._wanted_row = place.row
        self._choose(place.unit)
        self.table.setFocus()

    def _choose(self, unit: str) -> None:
        """Choose a unit and list it, also where it was chosen already."""
        before = self.tree.code
        self.tree.choose(unit)
        if self.tree.code == before:
            self._reload()

    def _on_changed(self, change: Changed) -> None:
        if change.forms:
            if self.isVisible():
                self._load_tree()
            else:
                self._is_stale = True

    # --- showing ---

    def _reload(self, *, keep: bool = False) -> None:
        """List what is chosen; *keep* brings the same row back."""
        if keep and self._wanted_row < 0:
            self._wanted_row = self.table.row()
        self.is_settled = False
        self._service.load_meters(self.tree.code, done=self._on_meters, owner=self)
        units = self.tree.below(self.tree.code)
        self.list.show(Query(self.form, units, self.search.text().strip(), self._sort))
        self._show_flows()

    def _on_meters(self, unit: str, meters: tuple[MeterView, ...]) -> None:
        if unit == self.tree.code:
            self.meters.show_meters(meters)

    def _on_began(self, event: Began) -> None:
        if not event.total and self._untried and self.search.text().strip():
            self._use_form(self._untried.pop(0))
            self._reload()
            return
        self._untried = []
        unit = self.tree.unit(self.tree.code)
        self.view.unit_title.setText(unit.title if unit else self.tree.title())
        query = self.list.query
        one = query is not None and query.units is not None and len(query.units) == 1
        self.table.show_column(self._service.form(self.form).unit_field, shown=not one)
        noun = "人" if not self._is_of_units() else "个单位"
        self.view.count.setText(f"{event.total:,} {noun}")
        self.view.show_table(shown=event.total > 0)
        if event.total:
            self.table.go(max(0, min(self._wanted_row, event.total - 1)))
            if self._wanted_row > 0:
                self.table.scrollTo(self.table.currentIndex())
        else:
            self._show_empty()
            self.is_settled = True
        self._wanted_row = -1

    def _show_empty(self) -> None:
        unit = self.tree.unit(self.tree.code)
        text = self.search.text().strip()
        if text:
            words = "可以换成姓名的一部分、拼音首字母或号码末四位。"
            self.empty.say("search", f"没有找到“{text}”", words, "清除查找")
        elif unit is not None and unit.is_classified and not self._is_of_units():
            words = "不建卡片，不列名单。编制数和人数见上方。"
            self.empty.say("lock", "涉密单位只报合计数", words)
        else:
            flows = self._service.flows(self.form, ChangeKind.CREATE)
            words = "同步以后会自动出现；新增的请先办理呈报。"
            self.empty.say("inbox", "这里还没有记录", words, flows[0].title if flows else "")

    def _is_of_units(self) -> bool:
        return self._service.form(self.form).listing.parent is not None

    def _use_form(self, form: str) -> None:
        if form == self.form:
            return
        self.form = form
        self._sort = ""
        self.table.forget_order()
        self.model.show_form(self._service.form(form))
        self.table.fit_columns()
        number = next(n for n, each in enumerate(self._choices) if each.form == form)
        self.view.switches.button(number).setChecked(True)
        self.card.show_card(None)
        self._show_search()

    def _show_search(self) -> None:
        """Say what the search looks in, as the definition of the register lists it."""
        form = self._service.form(self.form)
        parts = [form.by_name[form.label].title]
        if form.listing.names:
            parts.append("拼音首字母")
        if form.listing.tails:
            parts.append(f"{form.by_name[form.listing.tails[0]].title}末四位")
        words = f"查找{'、'.join(parts)}"
        self.search.setPlaceholderText(words)
        self.search.setAccessibleName(words)

    def _show_flows(self) -> None:
        for button, kind, word in (
            (self.new_button, ChangeKind.CREATE, "新增"),
            (self.change_button, ChangeKind.CHANGE, "变更"),
            (self.close_button, ChangeKind.CLOSE, "减少"),
        ):
            flows = self._service.flows(self.form, kind)
            button.setVisible(bool(flows))
            only = flows[0] if len(flows) == 1 else None
            button.setText(only.title if only else f"{word}…")
            keys = button.property("keys")
            button.setToolTip(f"{only.help if only else word}({keys})")
        unit = self.tree.unit(self.tree.code)
        no_cards = unit is not None and unit.is_classified and not self._is_of_units()
        self.new_button.setEnabled(not no_cards)
        self._show_row_actions()

    def _show_row_actions(self) -> None:
        has_row = bool(self.list.record_at(self.table.row()))
        self.change_button.setEnabled(has_row)
        self.close_button.setEnabled(has_row)

    # --- the card ---

    def _on_picked(self, _row: int) -> None:
        self._quiet.start()
        self._show_row_actions()

    def _load_card(self) -> None:
        record_id = self.list.record_at(self.table.row())
        if not record_id:
            self.card.show_card(None)
            return
        self._service.load_card(self.form, record_id, done=self._on_card, owner=self)

    def _on_card(self, card: CardView | None) -> None:
        if card is not None and card.record_id == self.list.record_at(self.table.row()):
            self.card.show_card(card)
            self._show_row_actions()
            self.is_settled = True

    def _on_revealed(self) -> None:
        if self.card.card is not None:
            self._service.note_reveal(self.card.card.form, self.card.card.record_id)

    # --- what the officer does ---

    def _on_unit_chosen(self, _code: str) -> None:
        self._reload()

    def _on_searched(self, _text: str) -> None:
        self._reload()

    def _on_sorted(self, order: str) -> None:
        self._sort = order
        self._reload()

    def _on_typed(self, text: str) -> None:
        self.search.setFocus()
        self.search.insert(text)

    def _on_switched(self, number: int) -> None:
        self._use_form(self._choices[number].form)
        self._reload()

    def _switch(self) -> None:
        forms = [each.form for each in self._choices]
        self._use_form(forms[(forms.index(self.form) + 1) % len(forms)])
        self._reload()

    def _to_table(self) -> None:
        self.table.setFocus(Qt.FocusReason.ShortcutFocusReason)
        if self.table.row() < 0:
            self.table.go(0)

    def _to_search(self) -> None:
        self.search.setFocus()
        self.search.selectAll()

    def _on_empty_asked(self) -> None:
        if self.search.text().strip():
            self.search.clear()
            self.search.setFocus()
        else:
            self._new()

    def _new(self) -> None:
        if self.new_button.isEnabled():
            self._offer(ChangeKind.CREATE, self.new_button, "")

    def _change(self) -> None:
        record_id = self.list.record_at(self.table.row())
        if record_id:
            self._offer(ChangeKind.CHANGE, self.change_button, record_id)

    def _close(self) -> None:
        record_id = self.list.record_at(self.table.row())
        if record_id:
            self._offer(ChangeKind.CLOSE, self.close_button, record_id)

    def _offer(self, kind: ChangeKind, button: QPushButton, record_id: str) -> None:
        """Begin the only flow of this kind, or let the officer choose one."""
        flows = self._service.flows(self.form, kind)
        if len(flows) == 1:
            self._begin(flows[0].flow, record_id)
            return
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for number, each in enumerate(flows, start=1):
            action = menu.addAction(f"&{number} {each.title}\t{each.help}")
            action.triggered.connect(partial(self._begin, each.flow, record_id))
        if menu.actions():
            menu.setActiveAction(menu.actions()[0])
        menu.popup(button.mapToGlobal(QPoint(0, button.height())))

    def _begin(self, flow: str, record_id: str, *_checked: object) -> None:
        target = NewChange(self.form, flow, record_id, "" if record_id else self.tree.code)
        self.navigate.emit(Go("entry", target))

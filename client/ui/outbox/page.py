"""上报: what was submitted and what became of it; what asks for something comes first."""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtCore import QModelIndex, Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QTabBar, QVBoxLayout, QWidget

from client.services.desk import Changed, Desk
from client.services.outbox import Line, ShowSubmissions
from client.services.targets import Reopen
from client.ui import actions, theme
from client.ui.common.card import Card, heading
from client.ui.common.empty_state import EmptyState
from client.ui.common.page import Go, Page
from client.ui.common.rows import row_list
from client.ui.outbox.detail import Detail
from client.ui.outbox.lines import LineDelegate, LineModel
from core.changes.states import State

TABS = (
    ("", "全部"),
    ("answered", "待改"),
    ("waiting", "待报"),
    ("review", "在审"),
    ("approved", "已通过"),
)
_EMPTY = {
    "": ("还没有上报过", "在台账中登记变动并上报后，可以在这里看到它走到哪一步。"),
    "answered": ("没有要改的", "公开办退回的、不受理的和有冲突的会列在这里。"),
    "waiting": ("没有等待送出的", "都已送达。"),
    "review": ("没有在审的", "送达后等待审核的会列在这里。"),
    "approved": ("还没有通过的", "审核通过的会列在这里。"),
}


class OutboxPage(Page):
    """Groups above, lines at the left, the chosen one at the right."""

    name = "outbox"
    title = "上报"
    icon = "send"

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._is_shown = False
        self._all: tuple[Line, ...] = ()
        self._wanted = ""  # a submission to choose once the lines are there
        self.tabs = QTabBar()
        self.tabs.setAccessibleName("分组")
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        for _, title in TABS:
            self.tabs.addTab(title)
        self.list = row_list("上报件")
        self.model = LineModel()
        self.list.setModel(self.model)
        self.list.setItemDelegate(LineDelegate(lambda: datetime.now(UTC), self.list))
        self.detail = Detail()
        self.nothing = EmptyState("send", "", "", "打开台账")
        self._lay_out()
        self._bind()
        desk.changes.changed.connect(self._on_changed)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(heading("上报", 1.4))
        head.addSpacing(theme.space(4))
        head.addWidget(self.tabs)
        head.addStretch(1)
        card = Card()
        card.body.setContentsMargins(1, theme.space(1), 1, theme.space(1))
        card.body.addWidget(self.list, 1)
        card.body.addWidget(self.nothing, 1)
        self._split = QSplitter(Qt.Orientation.Horizontal)
        self._split.setChildrenCollapsible(False)
        self._split.addWidget(card)
        self._split.addWidget(self.detail)
        self._split.setStretchFactor(0, 5)
        self._split.setStretchFactor(1, 4)
        self._split.setSizes([theme.chars(50), theme.chars(40)])
        self._split.setHandleWidth(theme.space(3))
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.space(2), theme.space(2), 0, 0)
        column.setSpacing(theme.space(3))
        column.addLayout(head)
        column.addWidget(self._split, 1)

    def _bind(self) -> None:
        self.tabs.currentChanged.connect(self._on_tab)
        self.list.selectionModel().currentChanged.connect(self._on_line)
        self.list.activated.connect(lambda _: self._mend(""))
        self.detail.mend_asked.connect(self._mend)
        self.nothing.asked.connect(lambda: self.navigate.emit(Go("registers")))
        actions.bind(self, "mend", lambda: self._mend(""))
        actions.bind(self, "receipt", self._on_receipt_asked)

    def enter(self, target: object = None) -> None:
        self._is_shown = True
        if isinstance(target, ShowSubmissions):
            self._wanted = target.submission_id
            groups = [group for group, _ in TABS]
            self.tabs.setCurrentIndex(groups.index(target.group))
        self.list.setFocus()
        self._load()

    def leave(self) -> None:
        self._is_shown = False

    def chosen(self) -> Line | None:
        """The submission that the cursor stands on."""
        row = self.list.currentIndex().row()
        return self.model.lines[row] if 0 <= row < len(self.model.lines) else None

    # --- what is shown ----------------------------------------------------------------------

    def _load(self) -> None:
        self._desk.outbox.load(done=self._on_lines, owner=self)

    def _on_lines(self, lines: tuple[Line, ...]) -> None:
        self._all = lines
        for number, (group, title) in enumerate(TABS):
            count = len(lines) if not group else sum(each.group == group for each in lines)
            self.tabs.setTabText(number, f"{title} {count}" if count else title)
        self._show()

    @Slot(int)
    def _on_tab(self, _: int) -> None:
        self._show()

    def _show(self) -> None:
        group = TABS[self.tabs.currentIndex()][0]
        here = self.chosen()
        wanted = self._wanted or (here.submission_id if here else "")
        self.model.show_lines([each for each in self._all if not group or each.group == group])
        if self.model.lines:
            self._wanted = ""
            row = max(0, self.model.row_of(wanted))
            self.list.setCurrentIndex(self.model.index(row, 0))
        title, text = _EMPTY[group]
        self.nothing.say("send", title, text, "" if group else "打开台账")
        self.nothing.setVisible(not self.model.lines)
        self.list.setVisible(bool(self.model.lines))
        self.detail.setVisible(bool(self.model.lines))

    @Slot(QModelIndex, QModelIndex)
    def _on_line(self, current: QModelIndex, _: QModelIndex) -> None:
        line = self.chosen() if current.isValid() else None
        if line is None:
            return
        self.detail.show_line(line)
        if line.has_receipt:
            self._desk.outbox.receipt(
                line.submission_id,
                done=lambda view: self._if_still(line, self.detail.show_receipt, view),
                owner=self,
            )
        if line.state is State.CONFLICT:
            self._desk.outbox.conflict(
                line.submission_id,
                done=lambda rows: self._if_still(line, self.detail.show_conflict, rows),
                owner=self,
            )

    def _if_still(self, line: Line, show: object, value: object) -> None:
        """The officer may have gone on to another line meanwhile."""
        here = self.detail.line
        if here is not None and here.submission_id == line.submission_id and callable(show):
            show(value)

    @Slot(str)
    def _mend(self, pointer: str) -> None:
        line = self.chosen()
        if line is not None and line.may_mend:
            first = line.remarks[0].pointer if line.remarks else ""
            self.navigate.emit(Go("entry", Reopen(line.submission_id, pointer or first)))

    @Slot()
    def _on_receipt_asked(self) -> None:
        if self.detail.receipt.isVisible():
            self.detail.ensureWidgetVisible(self.detail.receipt)
            self.detail.receipt.copy.setFocus()

    @Slot(object)
    def _on_changed(self, changed: Changed) -> None:
        if self._is_shown and (changed.outbox or changed.sync):
            self._load()

"""今日: what is due, what was returned, what waits."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from client.services.desk import Changed, Desk
from client.services.home import Kind, Today
from client.services.outbox import ShowSubmissions
from client.services.targets import Reopen
from client.services.times import day_in_words
from client.ui import theme
from client.ui.common.card import Card, MainButton, heading, quiet
from client.ui.common.empty_state import EmptyState
from client.ui.common.page import Go, Page
from client.ui.common.picture import Picture
from client.ui.common.rows import row_list
from client.ui.home.tasks import TaskDelegate, TaskModel
from client.ui.home.tile import Tile
from client.ui.theme import Tone


class HomePage(Page):
    """Counts that lead somewhere, and below them the tasks; for a newcomer one thing to do."""

    name = "home"
    title = "今日"
    icon = "house"

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._is_shown = False
        self._wants_focus = False
        self.day = quiet("", wrap=False)
        self.due = Tile("到期与超期", "calendar-clock", Tone.ERROR)
        self.returned = Tile("退回待改", "corner-up-left", Tone.RETURNED)
        self.waiting = Tile("等待送出", "clock", Tone.WARNING)
        self.drafts = Tile("草稿", "file-pen", Tone.CHANGED)
        self.tasks = row_list("待办事项")
        self.model = TaskModel()
        self.tasks.setModel(self.model)
        self.tasks.setItemDelegate(TaskDelegate(self.tasks))
        self.first = FirstThing()
        self.nothing = EmptyState(
            "check-check", "今天没有待办事项", "有变动时，请在规定期限内填报。"
        )
        self._list = Card("待办事项")
        self._rest = QWidget()  # takes the room of the list while there is none
        self._lay_out()
        self._bind()
        desk.changes.changed.connect(self._on_changed)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(heading("今日", 1.4))
        head.addSpacing(theme.space(2))
        head.addWidget(self.day, 0, Qt.AlignmentFlag.AlignBottom)
        head.addStretch(1)
        tiles = QHBoxLayout()
        tiles.setSpacing(theme.space(3))
        for tile in (self.returned, self.due, self.waiting, self.drafts):
            tiles.addWidget(tile, 1)
        self._list.body.addWidget(self.tasks, 1)
        self._list.body.addWidget(self.nothing, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.space(2), theme.space(2), 0, 0)
        column.setSpacing(theme.space(3))
        column.addLayout(head)
        column.addLayout(tiles)
        column.addWidget(self.first)
        column.addWidget(self._list, 1)
        column.addWidget(self._rest, 1)

    def _bind(self) -> None:
        self.returned.clicked.connect(lambda: self._lead(Kind.RETURNED))
        self.due.clicked.connect(lambda: self._lead(Kind.OVERDUE, Kind.SOON))
        self.drafts.clicked.connect(lambda: self._lead(Kind.DRAFT))
        self.waiting.clicked.connect(self._on_waiting)
        self.tasks.activated.connect(self._on_task)
        self.first.button.clicked.connect(self._on_first)

    def enter(self, target: object = None) -> None:
        del target
        self._is_shown = self._wants_focus = True
        self.day.setText(day_in_words(self._desk.home.today()))
        self._load()

    def leave(self) -> None:
        self._is_shown = False

    def _load(self) -> None:
        self._desk.home.load(done=self._on_today, owner=self)

    def _on_today(self, today: Today) -> None:
        here = self.tasks.currentIndex().row()
        self.model.show_tasks(today.tasks)
        self.returned.show_count(today.count(Kind.RETURNED))
        self.due.show_count(today.count(Kind.OVERDUE, Kind.SOON))
        self.waiting.show_count(today.waiting)
        self.drafts.show_count(today.count(Kind.DRAFT))
        self.tasks.setVisible(bool(today.tasks))
        self.nothing.setVisible(not today.tasks)
        self._list.setVisible(not today.is_fresh)
        self._rest.setVisible(today.is_fresh)
        self.first.show_for(today)
        self.tasks.setCurrentIndex(self.model.index(max(0, here), 0))
        if self._wants_focus:
            self._wants_focus = False
            if not self.first.isHidden():
                self.first.button.setFocus()
            elif today.tasks:
                self.tasks.setFocus()

    def _lead(self, *kinds: Kind) -> None:
        """To the first task of these kinds."""
        for row, task in enumerate(self.model.tasks):
            if task.kind in kinds:
                index = self.model.index(row, 0)
                self.tasks.setCurrentIndex(index)
                self.tasks.setFocus()
                self.tasks.scrollTo(index)
                return
        if Kind.RETURNED in kinds:
            self.navigate.emit(Go("outbox", ShowSubmissions("answered")))

    @Slot()
    def _on_waiting(self) -> None:
        self.navigate.emit(Go("outbox", ShowSubmissions("waiting")))

    @Slot(QModelIndex)
    def _on_task(self, index: QModelIndex) -> None:
        task = self.model.tasks[index.row()]
        if isinstance(task.target, Reopen):
            self.navigate.emit(Go("outbox", ShowSubmissions("answered", task.target.submission_id)))
        else:
            self.navigate.emit(Go("entry", task.target))

    @Slot()
    def _on_first(self) -> None:
        self.navigate.emit(Go(self.first.leads_to))

    @Slot(object)
    def _on_changed(self, changed: Changed) -> None:
        if self._is_shown and (
            changed.drafts or changed.outbox or changed.settings or changed.forms
        ):
            self._load()


class FirstThing(Card):
    """The one highlighted thing that a newcomer does first; hidden once something was done."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.leads_to = ""
        self.mark(on=True)
        self.title = heading("", 1.15)
        self.words = quiet("")
        self.button = MainButton("")
        texts = QVBoxLayout()
        texts.setSpacing(theme.space(1))
        texts.addWidget(self.title)
        texts.addWidget(self.words)
        row = QHBoxLayout()
        row.setSpacing(theme.space(3))
        row.addWidget(Picture(theme.icon("sparkles", role=self.palette().ColorRole.Accent), 1.6))
        row.addLayout(texts, 1)
        row.addWidget(self.button)
        self.body.addLayout(row)
        self.hide()

    def show_for(self, today: Today) -> None:
        """Says what comes first: enrol, wait for the registers, or begin."""
        if not today.is_enrolled:
            self._say("先与公开办登记", "登记后，本单位的台账会下载到本机，之后可以离线填报。",
                      "去登记", "settings")  # fmt: skip
        elif today.is_fresh:
            words = (
                "在台账中选定单位，登记第一笔变动：新进人员、离开、岗位或编制调整。"
                if today.has_records
                else "台账正在下载；也可以现在就打开台账，登记新单位。"
            )
            self._say("从台账开始", words, "打开台账", "registers")
        self.setVisible(not today.is_enrolled or today.is_fresh)

    def _say(self, title: str, words: str, verb: str, leads_to: str) -> None:
        self.title.setText(title)
        self.words.setText(words)
        self.button.setText(verb)
        self.leads_to = leads_to

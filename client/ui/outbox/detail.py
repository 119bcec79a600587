"""What happened to one submission, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QTextDocument
from PySide6.QtWidgets import (
    QAbstractItemView,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QScrollArea,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from client.services.outbox import Line, Remark
from client.services.receipts import ConflictRow, ReceiptView
from client.services.times import exact
from client.ui import theme
from client.ui.common.card import Card, MainButton, ToneLabel, empty, heading, quiet
from client.ui.common.state_badge import StateBadge, badge_of
from client.ui.theme import Tone
from core.changes.states import State

WORDS = {
    State.QUEUED: "已保存，等待送出。联网后自动上报，不需要再做什么。",
    State.SENDING: "正在送出，还没有收到回执。没有收到之前会自动再试。",
    State.RECEIVED: "公开办已收到，等待审核。",
    State.UNDER_REVIEW: "公开办正在审核。",
    State.APPROVED: "公开办已审核通过，台账已更新。",
    State.RETURNED: "公开办退回修改。按意见改好后再报。",
    State.REJECTED: "公开办不予受理，原因见下。可改正后再报。",
    State.CONFLICT: "您改的内容，公开办那边同时也改了。请对照下表，改好后再报。",
}


class Detail(QScrollArea):
    """One submission: its state in words, comments that lead to the field, its receipt.

    Signals:
        mend_asked: open it again at a pointer, empty for the beginning (str).

    """

    mend_asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.line: Line | None = None
        self.badge = StateBadge()
        self.title = heading("", 1.25)
        self.title.setWordWrap(True)
        self.subtitle = quiet("")
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.trouble = ToneLabel()
        self.mend = MainButton("修改后再报")
        self.mend.setIcon(theme.icon("pencil"))
        self.remarks = Remarks()
        self.conflict = ConflictTable()
        self.times = quiet("")
        self.receipt = ReceiptCard()
        self._lay_out()
        self.mend.clicked.connect(lambda: self.mend_asked.emit(""))
        self.remarks.chosen.connect(self.mend_asked)

    def _lay_out(self) -> None:
        card = Card()
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.badge, 0, Qt.AlignmentFlag.AlignTop)
        card.body.addLayout(head)
        for each in (self.subtitle, self.words, self.trouble, self.remarks, self.conflict):
            card.body.addWidget(each)
        card.body.addWidget(self.mend, 0, Qt.AlignmentFlag.AlignLeft)
        card.body.addWidget(self.times)
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, theme.space(1), 0)
        column.setSpacing(theme.space(3))
        column.addWidget(card)
        column.addWidget(self.receipt)
        column.addStretch(1)
        self.setWidget(inner)

    def show_line(self, line: Line) -> None:
        """Shows another submission, or another state of it; receipt and conflict come later."""
        if self.line is None or self.line.submission_id != line.submission_id:
            self.receipt.clear()
            self.conflict.show_rows(())
        self.line = line
        self.badge.show_badge(badge_of(line.shown_state))
        self.title.setText(line.title)
        self.subtitle.setText(" · ".join(each for each in (line.flow_title, line.unit) if each))
        mended = "已改好并再次上报。" if line.superseded_by else ""
        self.words.setText(mended or WORDS[line.state])
        tries = f"已试 {line.attempts} 次。" if line.attempts > 1 else ""
        waits = line.state in {State.QUEUED, State.SENDING}
        self.trouble.say(f"{line.last_error}{tries}" if waits else "", Tone.WARNING)
        self.remarks.show_remarks(line.remarks, may_mend=line.may_mend)
        self.mend.setVisible(line.may_mend)
        self.times.setText(_times(line))

    def show_receipt(self, view: ReceiptView) -> None:
        """The receipt came out of the store."""
        self.receipt.show_view(view)

    def show_conflict(self, rows: Sequence[ConflictRow]) -> None:
        """The comparison came out of the store."""
        self.conflict.show_rows(rows)


def _times(line: Line) -> str:
    names = (
        ("上报", line.queued_at),
        ("送达", line.received_at),
        ("答复", line.decided_at),
    )
    return "    ".join(f"{name} {exact(at)}" for name, at in names if at)


class Remarks(QWidget):
    """The reviewer's comments, each a button that leads to its field.

    Signals:
        chosen: pointer of the comment (str).

    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.buttons: list[QPushButton] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.space(1.5))

    def show_remarks(self, remarks: Sequence[Remark], *, may_mend: bool) -> None:
        """Shows other comments; they lead to the field only where it can be mended."""
        empty(self._column)
        self.buttons = []
        self.setVisible(bool(remarks))
        if not remarks:
            return
        self._column.addWidget(heading(f"意见 {len(remarks)} 条", 1.0))
        for each in remarks:
            row = QWidget()
            line = QHBoxLayout(row)
            line.setContentsMargins(0, 0, 0, 0)
            line.setSpacing(theme.space(2))
            button = QPushButton(theme.icon("corner-up-left", Tone.RETURNED), each.where)
            button.setAutoDefault(True)
            button.setEnabled(may_mend)
            button.setAccessibleName(f"{each.where}：{each.text}")
            button.setToolTip("转到此项修改")
            button.clicked.connect(lambda _=False, at=each.pointer: self.chosen.emit(at))
            words = QLabel(each.text)
            words.setWordWrap(True)
            line.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
            line.addWidget(words, 1)
            self._column.addWidget(row)
            self.buttons.append(button)


class ConflictTable(QWidget):
    """Field by field: what it was, mine, theirs; hidden while there is nothing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table = QTableWidget(0, 4)
        self.table.setHorizontalHeaderLabels(["项目", "原来", "我填的", "公开办现在的"])
        self.table.verticalHeader().hide()
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setTabKeyNavigation(False)
        self.table.setAccessibleName("冲突对照")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(heading("冲突对照", 1.0))
        column.addWidget(self.table)
        self.hide()

    def show_rows(self, rows: Sequence[ConflictRow]) -> None:
        """Shows other fields."""
        self.table.setRowCount(len(rows))
        for number, row in enumerate(rows):
            for column, text in enumerate((row.title, row.base, row.mine, row.theirs)):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                self.table.setItem(number, column, item)
        height = theme.line() * 1.9
        self.table.verticalHeader().setDefaultSectionSize(round(height))
        self.table.setFixedHeight(round(height * (min(len(rows), 8) + 1)) + theme.space(2))
        self.setVisible(bool(rows))


class ReceiptCard(Card):
    """The receipt: verified or not, what it says; copied and printed as text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("回执", parent)
        self.verdict = ToneLabel()
        self.copy = QPushButton(theme.icon("copy"), "复制(&C)")
        self.print = QPushButton(theme.icon("printer"), "打印(&P)")
        self._view: ReceiptView | None = None
        self._rows = QGridLayout()
        self._rows.setHorizontalSpacing(theme.space(3))
        self._rows.setVerticalSpacing(theme.space(1))
        self._rows.setColumnStretch(1, 1)
        self.body.addWidget(self.verdict)
        self.body.addLayout(self._rows)
        buttons = QHBoxLayout()
        buttons.addWidget(self.copy)
        buttons.addWidget(self.print)
        buttons.addStretch(1)
        self.body.addLayout(buttons)
        self.copy.clicked.connect(self._on_copy)
        self.print.clicked.connect(self._on_print)
        self.clear()

    def clear(self) -> None:
        """Hidden until a receipt comes."""
        self._view = None
        self.hide()
        empty(self._rows)
        self.verdict.say("")

    def show_view(self, view: ReceiptView) -> None:
        """Shows a receipt."""
        if view == self._view:
            return
        self.clear()
        self._view = view
        self.verdict.say(view.sentence, Tone.DONE if view.is_verified else Tone.ERROR)
        for row, (name, value) in enumerate(view.rows):
            words = QLabel(_breakable(value))
            words.setWordWrap(True)
            words.setTextFormat(Qt.TextFormat.PlainText)
            words.setFont(theme.font(tabular=True))
            self._rows.addWidget(quiet(name, wrap=False), row, 0, Qt.AlignmentFlag.AlignTop)
            self._rows.addWidget(words, row, 1)
        self.show()

    @Slot()
    def _on_copy(self) -> None:
        if self._view is not None:
            QGuiApplication.clipboard().setText(self._view.text())

    @Slot()
    def _on_print(self) -> None:
        if self._view is None:
            return
        from PySide6.QtPrintSupport import QPrintDialog, QPrinter

        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        document = QTextDocument(self._view.text(), self)
        dialog = QPrintDialog(printer, self)
        dialog.accepted.connect(lambda: document.print_(printer))
        dialog.finished.connect(dialog.deleteLater)
        dialog.setWindowModality(Qt.WindowModality.WindowModal)
        dialog.show()


def _breakable(text: str) -> str:
    """Lets a long digest wrap."""
    return (
        "\u200b".join(text[at : at + 8] for at in range(0, len(text), 8))
        if len(text) > 40
        else text
    )

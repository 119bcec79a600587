"""The steps of the unlock page: make a password, enrol, unlock, restore, or only a notice."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QFormLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from client.services.passwords import PasswordPolicy
from client.services.times import exact
from client.services.vault import BackupInfo
from client.ui import theme
from client.ui.common.card import MainButton, ToneLabel, heading, quiet
from client.ui.theme import Tone
from client.ui.unlock.password import PasswordEdit


class Step(QWidget):
    """One step: a title, a sentence, fields, a problem, buttons."""

    def __init__(self, title: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(theme.space(2))
        self.title = heading(title, 1.35)
        self.text = quiet(text)
        self.problem = ToneLabel()
        self.form = QFormLayout()
        self.form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)
        self.form.setVerticalSpacing(theme.space(1.5))
        self.column.addWidget(self.title)
        self.column.addWidget(self.text)
        self.column.addSpacing(theme.space(1))
        self.column.addLayout(self.form)

    def finish(self, *buttons: QPushButton) -> None:
        """Adds the problem's place and the buttons below what there is."""
        for edit in self.findChildren(QLineEdit):
            edit.setMinimumHeight(theme.space(8))
        self.column.addWidget(self.problem)
        self.column.addSpacing(theme.space(1))
        for button in buttons:
            button.setMinimumHeight(theme.space(8))
            self.column.addWidget(button)

    def begin(self) -> None:
        """Called when the step is shown: empties what was typed, puts the cursor in place."""
        self.set_busy(busy=False)

    def set_busy(self, *, busy: bool) -> None:
        """Waits for an answer, or no more."""
        self.setEnabled(not busy)


class CreateStep(Step):
    """First run: a password, twice.

    Signals:
        chosen: a password that satisfies the policy (str).

    """

    chosen = Signal(str)

    def __init__(self, policy: PasswordPolicy, parent: QWidget | None = None) -> None:
        super().__init__("设置口令", "本机数据全部加密保存，打开时需要这个口令。", parent)
        self._policy = policy
        self.first = PasswordEdit("口令")
        self.again = PasswordEdit("再输一遍")
        self.form.addRow("口令(&P)", self.first)
        self.form.addRow("", quiet(policy.sentence()))
        self.form.addRow("再输一遍(&R)", self.again)
        self.form.addRow("", quiet("忘记口令无法找回，请牢记并妥善保管。"))
        self.button = MainButton("开始使用")
        self.finish(self.button)
        self.first.entered.connect(self._on_first_entered)
        self.again.entered.connect(self._on_ready)
        self.button.clicked.connect(self._on_ready)
        for edit in (self.first, self.again):
            edit.textEdited.connect(lambda _: self.problem.say(""))

    def begin(self) -> None:
        super().begin()
        self.first.clear()
        self.again.clear()
        self.problem.say("")
        self.first.setFocus()

    @Slot()
    def _on_first_entered(self) -> None:
        problem = self._policy.problem(self.first.text())
        self.problem.say(problem)
        (self.first if problem else self.again).setFocus()

    @Slot()
    def _on_ready(self) -> None:
        password = self.first.text()
        problem = self._policy.problem(password)
        if problem:
            self.problem.say(problem)
            self.first.setFocus()
        elif password != self.again.text():
            self.problem.say("两次输入的口令不一致，请重新输入第二遍。")
            self.again.clear()
            self.again.setFocus()
        else:
            self.chosen.emit(password)


class UnlockStep(Step):
    """The password of every day.

    Signals:
        entered: a password to try (str).

    """

    entered = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("解锁", "请输入口令，打开本机数据。", parent)
        self.password = PasswordEdit("口令")
        self.form.addRow("口令(&P)", self.password)
        self.button = MainButton("解锁")
        self.finish(self.button)
        self._seconds = 0
        self._timer = QTimer(self)
        self._timer.setInterval(1000)
        self._timer.timeout.connect(self._on_second)
        self.password.entered.connect(self._on_ready)
        self.button.clicked.connect(self._on_ready)

    def begin(self) -> None:
        super().begin()
        self.password.clear()
        self.password.setFocus()

    def say(self, text: str, tone: Tone = Tone.ERROR) -> None:
        """Says why it is still locked."""
        self.problem.say(text, tone)

    def wait_for(self, seconds: int) -> None:
        """Takes no password for *seconds*, and says how long that still is."""
        self._seconds = seconds
        self.setEnabled(seconds <= 0)
        if seconds > 0:
            self._timer.start()
            self._tell_wait()

    def _tell_wait(self) -> None:
        minutes, seconds = divmod(self._seconds, 60)
        left = f"{minutes} 分 {seconds:02d} 秒" if minutes else f"{seconds} 秒"
        self.problem.say(f"口令连续输错，已锁定。请 {left}后再试。")

    @Slot()
    def _on_second(self) -> None:
        self._seconds -= 1
        if self._seconds > 0:
            self._tell_wait()
            return
        self._timer.stop()
        self.problem.say("可以再试了。", Tone.HINT)
        self.begin()

    @Slot()
    def _on_ready(self) -> None:
        if self.password.text():
            self.entered.emit(self.password.text())
        else:
            self.problem.say("请输入口令。")


class EnrolStep(Step):
    """Makes this machine known to the office, or later.

    Signals:
        asked: address and code (str, str).
        skipped: not now.

    """

    asked = Signal(str, str)
    skipped = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            "与公开办登记", "登记后才能上报和接收答复。地址和登记码由公开办发给您。", parent
        )
        self.url = QLineEdit()
        self.url.setPlaceholderText("https://")
        self.code = QLineEdit()
        self.form.addRow("公开办地址(&A)", self.url)
        self.form.addRow("登记码(&C)", self.code)
        self.button = MainButton("登记")
        self.skip = QPushButton("以后再说(&L)")
        self.finish(self.button, self.skip)
        self.url.returnPressed.connect(self.code.setFocus)
        self.code.returnPressed.connect(self._on_ready)
        self.button.clicked.connect(self._on_ready)
        self.skip.clicked.connect(self.skipped)

    def begin(self) -> None:
        super().begin()
        (self.code if self.url.text() else self.url).setFocus()

    @Slot()
    def _on_ready(self) -> None:
        url, code = self.url.text().strip(), self.code.text().strip()
        if not url:
            self.problem.say("请填写公开办地址。")
            self.url.setFocus()
        elif not code:
            self.problem.say("请填写登记码。")
            self.code.setFocus()
        else:
            self.problem.say("")
            self.asked.emit(url, code)


class RestoreStep(Step):
    """The store is damaged: asks which backup shall take its place.

    Signals:
        chosen: name of a backup and the password (str, str).
        left: nothing shall be restored.

    """

    chosen = Signal(str, str)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("从备份恢复", "", parent)
        self.list = QListWidget()
        self.list.setAccessibleName("备份")
        self.list.setMinimumHeight(theme.line() * 6)
        self.password = PasswordEdit("口令")
        self.form.addRow("备份(&B)", self.list)
        self.form.addRow("口令(&P)", self.password)
        self.button = MainButton("恢复所选备份")
        self.leave = QPushButton("不恢复，返回(&N)")
        self.finish(self.button, self.leave)
        self.column.addWidget(quiet("现有的文件另存保留；其中尚未上报、还能读出的内容会一并找回。"))
        self.list.itemActivated.connect(lambda _: self.password.setFocus())
        self.password.entered.connect(self._on_ready)
        self.button.clicked.connect(self._on_ready)
        self.leave.clicked.connect(self.left)

    def offer(self, sentence: str, backups: Sequence[BackupInfo], *, may_leave: bool) -> None:
        """Shows the backups that there are."""
        self.leave.setVisible(may_leave)
        self.problem.say("")
        self.text.setText(sentence)
        self.list.clear()
        for each in backups:
            size = f"{each.size / 1_048_576:.1f} MB"
            item = QListWidgetItem(f"{exact(each.taken_at)}    {size}")
            item.setData(Qt.ItemDataRole.UserRole, each.name)
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        if not backups:
            self.problem.say("没有找到备份。请联系管理员，不要删除数据文件夹。")
        self.button.setEnabled(bool(backups))
        self.password.setEnabled(bool(backups))

    def begin(self) -> None:
        super().begin()
        self.password.clear()
        self.list.setFocus()

    @Slot()
    def _on_ready(self) -> None:
        item = self.list.currentItem()
        if item is None:
            self.problem.say("请选择一个备份。")
        elif not self.password.text():
            self.problem.say("请输入口令。")
            self.password.setFocus()
        else:
            self.problem.say("")
            self.chosen.emit(item.data(Qt.ItemDataRole.UserRole), self.password.text())


class NoticeStep(Step):
    """Nothing to type: a sentence that says what to do, and another try.

    Signals:
        retried: the officer wants to try again.

    """

    retried = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("暂时打不开", "", parent)
        self.button = QPushButton("重试(&T)")
        self.finish(self.button)
        self.button.clicked.connect(self.retried)

    def say(self, sentence: str) -> None:
        """Says why."""
        self.problem.say(sentence, Tone.WARNING)

    def begin(self) -> None:
        super().begin()
        self.button.setFocus()

"""The sections of the settings page. Each knows its own fields and says what was chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QWidget,
)

from client.services.passwords import PasswordPolicy
from client.services.preferences import Preferences
from client.services.settings import SCALES, SCHEMES, Account, Look
from client.services.times import exact
from client.services.vault import BackupInfo
from client.ui import theme
from client.ui.common.card import Card, ToneLabel, empty, quiet
from client.ui.theme import Tone
from client.ui.unlock.password import PasswordEdit

_SCHEMES = {"system": "跟随系统", "light": "浅色", "dark": "深色"}


class _Rows(QFormLayout):
    """Labels of one width in all sections, so that the fields stand in line."""

    def __init__(self, card: Card) -> None:
        super().__init__()
        self.setHorizontalSpacing(theme.space(2))
        self.setVerticalSpacing(theme.space(2))
        self.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        card.body.addLayout(self)

    def add(self, name: str, field: QWidget | QHBoxLayout) -> None:
        """A row; *name* may be empty."""
        label = QLabel(name)
        label.setMinimumWidth(theme.chars(8.5))
        if isinstance(field, QWidget):
            label.setBuddy(field)
        self.addRow(label, field)


class OfficeSection(Card):
    """Whose machine this is, or how to make it known.

    Signals:
        enrol_asked: address and code (str, str).

    """

    enrol_asked = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("公开办", parent)
        self._known = QGridLayout()
        self._known.setHorizontalSpacing(theme.space(4))
        self._known.setVerticalSpacing(theme.space(1.5))
        self._known.setColumnStretch(1, 1)
        self.body.addLayout(self._known)
        self._form = form = _Rows(self)
        self.url = QLineEdit()
        self.url.setPlaceholderText("https://")
        self.code = QLineEdit()
        self.button = QPushButton("登记(&E)")
        self.problem = ToneLabel()
        form.add("公开办地址(&A)", self.url)
        form.add("登记码(&C)", self.code)
        form.add("", self.problem)
        form.add("", _left(self.button))
        self.button.clicked.connect(self._on_ready)
        self.code.returnPressed.connect(self._on_ready)
        self.url.returnPressed.connect(self.code.setFocus)

    def show_account(self, account: Account | None) -> None:
        """Shows who is enrolled, or asks."""
        empty(self._known)
        for row in range(self._form.rowCount()):
            self._form.setRowVisible(row, account is None)
        self.set_busy(busy=False)
        if account is None:
            self._known.addWidget(quiet("本机尚未登记。登记后才能上报和接收答复。"), 0, 0, 1, 2)
            return
        rows = (
            ("单位", account.unit_title or account.unit),
            ("信息员", account.officer),
            ("公开办地址", account.office_url),
            ("设备编号", account.device),
        )
        for row, (name, value) in enumerate(rows):
            words = QLabel(value)
            words.setWordWrap(True)
            self._known.addWidget(quiet(name, wrap=False), row, 0)
            self._known.addWidget(words, row, 1)

    def set_busy(self, *, busy: bool) -> None:
        """Waits for the office, or no more."""
        for each in (self.url, self.code, self.button):
            each.setEnabled(not busy)

    def refuse(self, sentence: str) -> None:
        """The office did not take the code."""
        self.set_busy(busy=False)
        self.problem.say(sentence)
        self.code.setFocus()

    @Slot()
    def _on_ready(self) -> None:
        url, code = self.url.text().strip(), self.code.text().strip()
        if not url or not code:
            self.problem.say("请填写公开办地址和登记码。")
            (self.code if url else self.url).setFocus()
            return
        self.problem.say("")
        self.set_busy(busy=True)
        self.enrol_asked.emit(url, code)


class DutySection(Card):
    """The officer's own data and the duty to report in time.

    Signals:
        chosen: `Preferences` to keep.

    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("填报", parent)
        self._preferences = Preferences()
        form = _Rows(self)
        self.name = QLineEdit()
        self.phone = QLineEdit()
        self.days = QComboBox()
        self.days.addItem("自然日")
        self.days.addItem("工作日")
        self.idle = QSpinBox()
        self.idle.setRange(0, 240)
        self.idle.setSuffix(" 分钟")
        self.idle.setSpecialValueText("不锁定")
        form.add("填报人(&N)", self.name)
        form.add("联系电话(&T)", self.phone)
        form.add("10 日期限按(&D)", self.days)
        form.add("无操作后锁定(&I)", self.idle)
        self.name.returnPressed.connect(self.phone.setFocus)
        self.phone.returnPressed.connect(self.days.setFocus)
        self.name.editingFinished.connect(self._on_changed)
        self.phone.editingFinished.connect(self._on_changed)
        self.days.activated.connect(self._on_changed)
        self.idle.editingFinished.connect(self._on_changed)

    def show_preferences(self, preferences: Preferences) -> None:
        """Shows what is kept."""
        self._preferences = preferences
        self.name.setText(preferences.officer_name)
        self.phone.setText(preferences.officer_phone)
        self.days.setCurrentIndex(int(preferences.duty_working))
        self.idle.setValue(preferences.idle_minutes)

    @Slot()
    def _on_changed(self) -> None:
        wanted = replace(
            self._preferences,
            officer_name=self.name.text().strip(),
            officer_phone=self.phone.text().strip(),
            duty_working=self.days.currentIndex() == 1,
            idle_minutes=self.idle.value(),
        )
        if wanted != self._preferences:
            self._preferences = wanted
            self.chosen.emit(wanted)


class LookSection(Card):
    """Scheme and scale.

    Signals:
        chosen: `Look` to keep.

    """

    chosen = Signal(object)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__("外观", parent)
        self._look = look
        form = _Rows(self)
        self.scheme = QComboBox()
        for scheme in SCHEMES:
            self.scheme.addItem(_SCHEMES[scheme])
        self.scheme.setCurrentIndex(SCHEMES.index(look.scheme))
        self.scale = QComboBox()
        for scale in SCALES:
            self.scale.addItem(f"{scale:.0%}")
        self.scale.setCurrentIndex(SCALES.index(look.scale))
        self.note = quiet("缩放在下次打开程序时生效。")
        self.note.hide()
        form.add("配色(&S)", self.scheme)
        form.add("缩放(&Z)", self.scale)
        form.add("", self.note)
        self.scheme.activated.connect(self._on_changed)
        self.scale.activated.connect(self._on_changed)

    @Slot()
    def _on_changed(self) -> None:
        scale = SCALES[self.scale.currentIndex()]
        self.note.setVisible(scale != self._look.scale or not self.note.isHidden())
        look = replace(self._look, scheme=SCHEMES[self.scheme.currentIndex()], scale=scale)
        if look != self._look:
            self._look = look
            self.chosen.emit(look)


class BackupSection(Card):
    """Backups: the newest, one now, one back.

    Signals:
        backup_asked: back up now.
        restore_asked: put a backup back.

    """

    backup_asked = Signal()
    restore_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("备份", parent)
        self.words = quiet("")
        self.now = QPushButton(theme.icon("hard-drive-download"), "立即备份(&B)")
        self.back = QPushButton(theme.icon("archive-restore"), "从备份恢复(&R)")
        self.body.addWidget(self.words)
        self.body.addWidget(quiet("每天自动备份一次；备份与本机数据一样加密，用同一口令打开。"))
        self.body.addLayout(_left(self.now, self.back))
        self.now.clicked.connect(self.backup_asked)
        self.back.clicked.connect(self.restore_asked)

    def show_backups(self, backups: Sequence[BackupInfo]) -> None:
        """Says what there is."""
        self.now.setEnabled(True)
        self.back.setEnabled(bool(backups))
        if backups:
            size = sum(each.size for each in backups) / 1_048_576
            newest = exact(backups[0].taken_at)
            self.words.setText(f"最近一次 {newest}，共 {len(backups)} 份，{size:.1f} MB。")
        else:
            self.words.setText("还没有备份。")


class PasswordSection(Card):
    """Another password.

    Signals:
        chosen: old and new password (str, str).

    """

    chosen = Signal(str, str)

    def __init__(self, policy: PasswordPolicy, parent: QWidget | None = None) -> None:
        super().__init__("口令", parent)
        self._policy = policy
        form = _Rows(self)
        self.old = PasswordEdit("现在的口令")
        self.new = PasswordEdit("新口令")
        self.again = PasswordEdit("再输一遍新口令")
        self.problem = ToneLabel()
        self.button = QPushButton("更改口令(&G)")
        form.add("现在的口令(&O)", self.old)
        form.add("新口令(&W)", self.new)
        form.add("再输一遍(&P)", self.again)
        form.add("", quiet(policy.sentence()))
        form.add("", self.problem)
        form.add("", _left(self.button))
        self.old.entered.connect(self.new.setFocus)
        self.new.entered.connect(self.again.setFocus)
        self.again.entered.connect(self._on_ready)
        self.button.clicked.connect(self._on_ready)

    def accept(self) -> None:
        """The password was changed."""
        for each in (self.old, self.new, self.again):
            each.clear()
        self.setEnabled(True)
        self.problem.say("口令已更改。下次解锁请用新口令。", Tone.DONE)

    def refuse(self, sentence: str) -> None:
        """The old password stays."""
        self.setEnabled(True)
        self.problem.say(sentence)
        self.old.clear()
        self.old.setFocus()

    @Slot()
    def _on_ready(self) -> None:
        problem = self._policy.problem(self.new.text())
        if not self.old.text():
            self.problem.say("请输入现在的口令。")
            self.old.setFocus()
        elif problem:
            self.problem.say(problem)
            self.new.setFocus()
        elif self.new.text() != self.again.text():
            self.problem.say("两次输入的新口令不一致。")
            self.again.clear()
            self.again.setFocus()
        else:
            self.problem.say("")
            self.setEnabled(False)
            self.chosen.emit(self.old.text(), self.new.text())


def _left(*buttons: QPushButton) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(theme.space(2))
    for each in buttons:
        row.addWidget(each)
    row.addStretch(1)
    return row

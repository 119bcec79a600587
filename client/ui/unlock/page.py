"""The door of the program. Painted before anything heavy is imported."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QPaintEvent, QPalette
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from client.services.session import Refusal, SessionService, Why
from client.ui import theme
from client.ui.common.card import Card, heading, quiet
from client.ui.common.picture import Picture
from client.ui.theme import Tone
from client.ui.unlock.steps import (
    CreateStep,
    EnrolStep,
    NoticeStep,
    RestoreStep,
    Step,
    UnlockStep,
)

_HELD = "离开已超过设定时间，数据已锁定。录入的内容都已保存。"


class UnlockPage(QWidget):
    """Shows the step that fits, and the answers of the session.

    Signals:
        enrol_asked: address and code (str, str).
        enrol_skipped: go on without.
        painted: the page was painted for the first time.

    """

    painted = Signal()
    enrol_asked = Signal(str, str)
    enrol_skipped = Signal()

    def __init__(self, session: SessionService, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.creation = CreateStep(session.policy)
        self.unlock = UnlockStep()
        self.enrol = EnrolStep()
        self.restore = RestoreStep()
        self.notice = NoticeStep()
        self._step: Step = self.unlock
        self._steps = (self.creation, self.unlock, self.enrol, self.restore, self.notice)
        self._lay_out()
        self.creation.chosen.connect(self._on_created)
        self.unlock.entered.connect(self._on_entered)
        self.restore.chosen.connect(self._on_restored)
        self.notice.retried.connect(self.begin)
        self.restore.left.connect(self.begin)
        self.enrol.asked.connect(self._on_enrol_asked)
        self.enrol.skipped.connect(self.enrol_skipped)
        session.refused.connect(self._on_refused)
        self.begin()

    def _lay_out(self) -> None:
        card = Card()
        pad = theme.space(8)
        card.body.setContentsMargins(pad, theme.space(7), pad, pad)
        for step in self._steps:
            step.hide()
            card.body.addWidget(step)
        card.setFixedWidth(theme.chars(27))
        inner = _Ground()
        inner.painted.connect(self.painted)
        grid = QGridLayout(inner)
        grid.setRowStretch(0, 2)
        grid.setRowStretch(3, 3)
        grid.setVerticalSpacing(theme.space(4))
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(2, 1)
        grid.addLayout(_sign(), 1, 1, Qt.AlignmentFlag.AlignHCenter)
        grid.addWidget(card, 2, 1)
        scroll = QScrollArea()
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(inner)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(scroll)

    @Slot()
    def begin(self, why: Why = Why.START) -> None:
        """Asks for the password, or for a new one on the first run."""
        if not self._session.exists():
            self.show_step(self.creation)
            return
        self.unlock.say(_HELD if why is Why.IDLE else "", Tone.HINT)
        self.show_step(self.unlock)

    def show_step(self, step: Step) -> None:
        """Shows one step and puts the cursor into it."""
        self._step.hide()
        self._step = step
        step.show()
        step.begin()

    def current_step(self) -> Step:
        """The step on the screen."""
        return self._step

    def on_enrol_failed(self, sentence: str) -> None:
        """The office did not take the code."""
        self.enrol.set_busy(busy=False)
        self.enrol.problem.say(sentence)
        self.enrol.code.setFocus()

    @Slot(str)
    def _on_created(self, password: str) -> None:
        self.creation.set_busy(busy=True)
        self._session.create(password)

    @Slot(str)
    def _on_entered(self, password: str) -> None:
        self.unlock.set_busy(busy=True)
        self.unlock.say("正在打开……", Tone.HINT)
        self._session.unlock(password)

    @Slot(str, str)
    def _on_restored(self, name: str, password: str) -> None:
        self.restore.set_busy(busy=True)
        self._session.restore(name, password)

    @Slot(str, str)
    def _on_enrol_asked(self, url: str, code: str) -> None:
        self.enrol.set_busy(busy=True)
        self.enrol_asked.emit(url, code)

    @Slot(object)
    def _on_refused(self, refusal: Refusal) -> None:
        here = self.current_step()
        here.set_busy(busy=False)
        if refusal.code in {"wrong_password", "locked"} and here is self.restore:
            self.restore.problem.say(refusal.sentence)
            self.restore.password.setFocus()
        elif refusal.code == "wrong_password":
            self.unlock.say(refusal.sentence)
            self.unlock.begin()
        elif refusal.code == "locked":
            self.unlock.wait_for(refusal.seconds)
        elif refusal.code in {"damaged", "restore"} or refusal.backups:
            may_leave = refusal.code == "restore"
            self.restore.offer(refusal.sentence, refusal.backups, may_leave=may_leave)
            self.show_step(self.restore)
        else:
            self.notice.say(refusal.sentence)
            self.show_step(self.notice)


class _Ground(QWidget):
    """What the card lies on. Tells when it was painted first.

    Signals:
        painted: it is on the screen.

    """

    painted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._was_painted = False

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._was_painted:
            self._was_painted = True
            QTimer.singleShot(0, self._tell)

    @Slot()
    def _tell(self) -> None:
        self.painted.emit()


def _sign() -> QHBoxLayout:
    """The name of the program."""
    picture = Picture(theme.icon("send", role=QPalette.ColorRole.Accent), 2)
    name = heading("直报", 1.9)
    words = quiet("政务公开信息直报", wrap=False)
    row = QHBoxLayout()
    row.setSpacing(theme.space(2))
    row.addWidget(picture)
    row.addWidget(name)
    row.addWidget(words, 0, Qt.AlignmentFlag.AlignBottom)
    return row

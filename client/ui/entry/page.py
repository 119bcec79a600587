"""The entry page: the form in the middle, what is wrong and what changes beside it."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMessageBox,
    QSplitter,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from client.services.entry import CannotOpen, EntryService
from client.services.entry_events import (
    AttachFailed,
    FieldsChanged,
    HeadChanged,
    IssuesShown,
    Refused,
    RowsChanged,
    Saved,
    SaveFailed,
    Submitted,
)
from client.services.entry_session import EntrySession
from client.services.outbox import ShowSubmissions
from client.services.targets import OpenDraft, Reopen
from client.ui import actions, theme
from client.ui.common.empty_state import EmptyState
from client.ui.common.message_bar import Message
from client.ui.common.page import Go, Page
from client.ui.entry.differences import DifferencePanel
from client.ui.entry.foot import Foot
from client.ui.entry.form_view import FormView
from client.ui.entry.issues import IssuePanel
from client.ui.theme import Tone

_SIDE_CHARS = 21


class EntryPage(Page):
    """Fills in one draft at a time. Leaving the page saves it; coming back shows it again."""

    name = "entry"
    title = "填报"
    icon = "file-pen"

    def __init__(self, service: EntryService, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._service = service
        self.session: EntrySession | None = None
        self.form: FormView | None = None
        self.issues: IssuePanel | None = None
        self.differences: DifferencePanel | None = None
        self.foot: Foot | None = None
        self._opening: object = None
        self._pointer = ""
        self._desk: QWidget | None = None
        self._empty = EmptyState(
            "file-pen",
            "没有打开的呈报表",
            "在台账里选中人员或单位，再选要办的事项。",
            "转到台账",
            self,
        )
        self._empty.asked.connect(self._to_registers)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._empty)
        actions.bind(self, "submit", self._submit)
        actions.bind(self, "save", self._save)
        actions.bind(self, "next_issue", self._next_issue)
        actions.bind(self, "previous_issue", self._previous_issue)
        actions.bind(self, "reason", self._to_reason)
        actions.bind(self, "attach", self._attach)

    # --- coming and going ---

    def enter(self, target: object = None) -> None:
        if target is None:
            return
        self._pointer = target.pointer if isinstance(target, OpenDraft | Reopen) else ""
        if self.session is not None:
            if isinstance(target, OpenDraft) and target.draft_id == self.session.draft.draft_id:
                self._go(self._pointer)
                return
            self._close()
        self._opening = target
        self._service.open(
            target,
            done=lambda session: self._on_opened(target, session),
            failed=self._on_cannot_open,
            owner=self,
        )

    def leave(self) -> None:
        if self.session is not None and not self.session.is_closed:
            self.session.retry_save()

    def _close(self) -> None:
        if self.session is not None:
            if self.session.is_closed:
                self.session.deleteLater()
            else:
                self.session.close()
            self.session = None
        if self._desk is not None:
            self._stack.removeWidget(self._desk)
            self._desk.deleteLater()
            self._desk = self.form = self.issues = self.differences = self.foot = None
        self._stack.setCurrentWidget(self._empty)

    def _on_opened(self, target: object, session: EntrySession) -> None:
        if target is not self._opening:
            session.close()
            return
        self._opening = None
        self.session = session
        self._desk = self._build(session)
        self._stack.addWidget(self._desk)
        self._stack.setCurrentWidget(self._desk)
        self._connect(session)
        session.start()
        if not self._go(self._pointer) and self.form is not None:
            self.form.first()

    def _on_cannot_open(self, refusal: CannotOpen) -> None:
        verb = "看进度" if refusal.submission_id else ""
        go = Go("outbox", ShowSubmissions(submission_id=refusal.submission_id))
        self.said.emit(Message(str(refusal), Tone.WARNING, verb, lambda: self.navigate.emit(go)))

    # --- building ---

    def _build(self, session: EntrySession) -> QWidget:
        desk = QWidget(self)
        self.form = FormView(session, desk)
        self.issues = IssuePanel(desk)
        self.differences = DifferencePanel(desk)
        self.foot = Foot(desk)
        side = QSplitter(Qt.Orientation.Vertical, desk)
        side.setChildrenCollapsible(False)
        side.addWidget(self.issues)
        if session.is_create:
            self.differences.hide()
        else:
            side.addWidget(self.differences)
        side.setStretchFactor(0, 3)
        side.setStretchFactor(1, 2)
        frame = _Side(side, desk)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.form, 1)
        middle.addWidget(frame)
        layout = QVBoxLayout(desk)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(_Title(session, desk))
        layout.addLayout(middle, 1)
        layout.addWidget(self.foot)
        comments = [(each, session.place(each.pointer)) for each in session.draft.comments]
        self.issues.show_comments(comments)
        self.differences.show_differences(session.differences())
        self.foot.show_due(session.due())
        self.foot.submitted.connect(self._submit)
        self.foot.discarded.connect(self._ask_discard)
        self.issues.asked.connect(self._go)
        self.issues.reasoned.connect(self._on_reasoned)
        self.differences.asked.connect(self._go)
        self.form.ended.connect(self.foot.submit_button.setFocus)
        return desk

    def _connect(self, session: EntrySession) -> None:
        session.fields_changed.connect(self._on_fields_changed)
        session.rows_changed.connect(self._on_rows_changed)
        session.head_changed.connect(self._on_head_changed)
        session.issues_changed.connect(self._on_issues_changed)
        session.saved.connect(self._on_saved)
        session.save_failed.connect(partial(self._on_save_failed, session))
        session.attach_failed.connect(self._on_attach_failed)
        session.submitted.connect(self._on_submitted)
        session.refused.connect(self._on_refused)
        session.discarded.connect(self._on_discarded)

    # --- what the session says ---

    def _on_fields_changed(self, _event: FieldsChanged) -> None:
        if self.form is None or self.session is None or self.foot is None:
            return
        self.form.refresh()
        self.foot.show_unsaved()
        if self.differences is not None:
            self.differences.show_differences(self.session.differences())

    def _on_rows_changed(self, event: RowsChanged) -> None:
        if self.form is not None:
            self.form.show_rows(event.child)

    def _on_head_changed(self, _event: HeadChanged) -> None:
        if self.form is not None and self.foot is not None and self.session is not None:
            self.form.head.refresh()
            self.foot.show_due(self.session.due())
            self.foot.show_unsaved()

    def _on_issues_changed(self, shown: IssuesShown) -> None:
        if self.form is None or self.issues is None or self.session is None:
            return
        self.form.say(shown)
        missing = self.session.place(shown.missing[0]) if shown.missing else ""
        self.issues.show_issues(shown, missing)

    def _on_saved(self, event: Saved) -> None:
        if self.foot is not None:
            self.foot.show_saved(event.clock)

    def _on_save_failed(self, session: EntrySession, event: SaveFailed) -> None:
        if self.foot is not None and session is self.session:
            self.foot.show_failed()
        self.said.emit(Message(event.sentence, Tone.ERROR, "重试", session.retry_save))

    def _on_attach_failed(self, event: AttachFailed) -> None:
        self.said.emit(Message(event.sentence, Tone.WARNING))

    def _on_submitted(self, event: Submitted) -> None:
        self._close()
        words = f"{event.title}：已进入上报队列，联网后自动送达。"
        self.navigate.emit(Go("outbox", ShowSubmissions(submission_id=event.submission_id)))
        self.said.emit(Message(words, Tone.DONE))

    def _on_refused(self, event: Refused) -> None:
        self._show_submitting(busy=False)
        self.said.emit(Message(event.sentence, Tone.ERROR))
        if event.key and self.issues is not None:
            self.issues.write_reason(key=event.key)
        else:
            self._go(event.pointer)

    def _on_discarded(self, _draft_id: str) -> None:
        self._close()
        self.said.emit(Message("草稿已删除。", Tone.HINT))
        self.navigate.emit(Go("registers"))

    # --- what the officer asks ---

    def _go(self, pointer: str) -> bool:
        return bool(pointer) and self.form is not None and self.form.go(pointer)

    def _submit(self) -> None:
        session = self.session
        if session is None or self.foot is None:
            return
        session.submit()
        if session is self.session:
            self._show_submitting(busy=session.is_submitting)

    def _show_submitting(self, *, busy: bool) -> None:
        """While the change is being queued nothing can be typed that would be lost."""
        if self.foot is not None and self.form is not None and self.issues is not None:
            self.foot.show_submitting(busy=busy)
            self.form.setEnabled(not busy)
            self.issues.setEnabled(not busy)

    def _save(self) -> None:
        if self.session is not None:
            self.session.retry_save()

    def _attach(self) -> None:
        if self.form is not None:
            self.form.go("/head/attachments")
            self.form.head.files.button.click()

    def _next_issue(self) -> None:
        self._step_issue(1)

    def _previous_issue(self) -> None:
        self._step_issue(-1)

    def _step_issue(self, step: int) -> None:
        if self.form is None or self.issues is None or self.session is None:
            return
        order = self.issues.order() or list(self.session.issues().missing)
        if not order:
            self.said.emit(Message("没有问题了，可以上报。", Tone.DONE))
            return
        here = self.form.here
        place = order.index(here) + step if here in order else (0 if step > 0 else -1)
        self._go(order[place % len(order)])

    def _to_reason(self) -> None:
        if self.issues is not None and self.form is not None:
            self.issues.write_reason(pointer=self.form.here)

    def _on_reasoned(self, answer: tuple[str, str]) -> None:
        if self.session is not None and self.foot is not None:
            self.foot.show_unsaved()
            self.session.set_override(*answer)

    def _ask_discard(self) -> None:
        box = QMessageBox(self)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle("删除草稿")
        box.setText("删除这份草稿？")
        box.setInformativeText("填过的内容和附件会一并删除，不能恢复。")
        yes = box.addButton("删除草稿", QMessageBox.ButtonRole.DestructiveRole)
        box.addButton("继续填写", QMessageBox.ButtonRole.RejectRole)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.buttonClicked.connect(lambda button: self._on_answer(said_yes=button is yes))
        box.open()

    def _on_answer(self, *, said_yes: bool) -> None:
        if said_yes and self.session is not None:
            self.session.discard()

    def _to_registers(self) -> None:
        self.navigate.emit(Go("registers"))


class _Title(QWidget):
    """What is being done, and to whom."""

    def __init__(self, session: EntrySession, parent: QWidget) -> None:
        super().__init__(parent)
        title = QLabel(session.flow.title, self)
        title.setFont(theme.font(1.25, bold=True))
        self._subject = QLabel(self)
        self._subject.setFont(theme.font(1.25))
        help_words = QLabel(session.flow.help, self)
        help_words.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        layout = QHBoxLayout(self)
        side = theme.space(4)
        layout.setContentsMargins(side, theme.space(2), side, theme.space(1))
        layout.setSpacing(theme.space(3))
        layout.addWidget(title)
        layout.addWidget(self._subject)
        layout.addWidget(help_words)
        layout.addStretch(1)
        self._session = session
        session.fields_changed.connect(self._show)
        self._show()

    def _show(self, _event: object = None) -> None:
        session = self._session
        unit = session.unit_title
        words = [each for each in (session.label, unit) if each]
        self._subject.setText(" · ".join(words))


class _Side(QWidget):
    """The panels at the right, on the ground of a table, a fixed number of characters wide."""

    def __init__(self, inside: QWidget, parent: QWidget) -> None:
        super().__init__(parent)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.setAutoFillBackground(True)
        layout = QVBoxLayout(self)
        pad = theme.space(3)
        layout.setContentsMargins(pad, pad, pad, pad)
        layout.addWidget(inside)

    def sizeHint(self) -> QSize:
        return QSize(theme.chars(_SIDE_CHARS), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.chars(_SIDE_CHARS), super().minimumSizeHint().height())

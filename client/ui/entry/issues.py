"""The live list of issues beside the form: icon, word, sentence; warnings take their reason."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
)
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from client.services.entry_events import IssuesShown, ShownIssue
from client.ui import actions, theme
from client.ui.entry.tone_label import ToneIcon, ToneLabel
from client.ui.theme import Tone
from core.changes.draft import Comment
from core.forms.model import Severity

TONES = {
    Severity.ERROR: Tone.ERROR,
    Severity.WARNING: Tone.WARNING,
    Severity.HINT: Tone.HINT,
}
WORDS = {Tone.ERROR: "错误", Tone.WARNING: "警告", Tone.HINT: "提示", Tone.RETURNED: "退回意见"}


class IssueCard(QFrame):
    """One issue or comment. A click, Enter or Space leads to its field.

    Signals:
        asked: the officer wants to go to the field (pointer).
        reasoned: the reason for a warning was typed (key, text).

    """

    asked = Signal(object)
    reasoned = Signal(object)

    def __init__(self, tone: Tone, title: str, words: str, pointer: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.tone, self.pointer, self.key = tone, pointer, ""
        self.reason: QLineEdit | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        head = ToneLabel(tone, f"{WORDS[tone]} · {title}" if title else WORDS[tone], self)
        head.setFont(theme.font(bold=True))
        head.setWordWrap(True)
        self.words = QLabel(words, self)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setWordWrap(True)
        self._column = QVBoxLayout()
        self._column.setSpacing(theme.space(0.5))
        self._column.addWidget(head)
        self._column.addWidget(self.words)
        layout = QHBoxLayout(self)
        pad = theme.space(1.5)
        layout.setContentsMargins(pad, pad, pad, pad)
        layout.setSpacing(theme.space(1.5))
        layout.addWidget(ToneIcon(tone, 1.0, self), 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(self._column, 1)
        self.setAccessibleName(f"{WORDS[tone]}:{title}。{words}")

    def ask_reason(self, key: str, reason: str) -> None:
        """Give the warning a line for its written reason (上报说明)."""
        self.key = key
        self.reason = QLineEdit(reason, self)
        self.reason.setPlaceholderText("确属实的，写明上报说明")
        self.reason.setAccessibleName("上报说明")
        self.reason.setAccessibleDescription(self.words.text())
        self.reason.setToolTip(f"随件上报，审核人看得到（{actions.keys_text('reason')}）")
        self.reason.textEdited.connect(self._on_reason)
        self.reason.returnPressed.connect(self._on_done)
        self._column.addSpacing(theme.space(0.5))
        self._column.addWidget(self.reason)

    def _on_reason(self, text: str) -> None:
        self.reasoned.emit((self.key, text))

    def _on_done(self) -> None:
        self.asked.emit(self.pointer)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.asked.emit(self.pointer)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
        if event.key() in keys and event.modifiers() == Qt.KeyboardModifier.NoModifier:
            self.asked.emit(self.pointer)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(theme.tint(self.tone, self.palette()))
        painter.setPen(
            self.palette().color(QPalette.ColorRole.Accent)
            if self.hasFocus()
            else Qt.GlobalColor.transparent
        )
        radius = theme.space(1)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        painter.end()


class IssuePanel(QWidget):
    """All issues now, the reviewer's comments first.

    Signals:
        asked: the officer wants to go to a field (pointer).
        reasoned: the reason for a warning was typed (key, text).

    """

    asked = Signal(object)
    reasoned = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cards: dict[str, IssueCard] = {}
        self._comments: tuple[Comment, ...] = ()
        self._shown: IssuesShown | None = None
        self._title = QLabel("核对", self)
        self._title.setFont(theme.font(1.05, bold=True))
        self._count = QLabel(self)
        self._count.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._count.setFont(theme.font(0.92))
        self._clear = QLabel(self)
        self._clear.setWordWrap(True)
        self._clear.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._inside = QWidget(self)
        self._list = QVBoxLayout(self._inside)
        self._list.setContentsMargins(0, 0, theme.space(1), 0)
        self._list.setSpacing(theme.space(1.5))
        self._list.addStretch(1)
        scroll = _Scroll(self)
        scroll.setWidget(self._inside)
        head = QHBoxLayout()
        head.addWidget(self._title)
        head.addStretch(1)
        head.addWidget(self._count)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.space(1.5))
        layout.addLayout(head)
        layout.addWidget(self._clear)
        layout.addWidget(scroll, 1)
        self._scroll = scroll

    def show_comments(self, comments: Sequence[tuple[Comment, str]]) -> None:
        """Show the reviewer's comments, each with the title of its place."""
        for number, (comment, title) in enumerate(comments):
            card = IssueCard(Tone.RETURNED, title, comment.text, comment.pointer, self._inside)
            card.asked.connect(self.asked)
            self._cards[f"comment {number}"] = card
            self._list.insertWidget(number, card)
        self._comments = tuple(comment for comment, _ in comments)

    def show_issues(self, shown: IssuesShown, next_missing: str) -> None:
        """Show these issues; cards that stay keep the cursor and what is typed in them."""
        self._shown = shown
        wanted = {each.issue.key: each for each in shown.issues}
        for key in [each for each in self._cards if not each.startswith("comment ")]:
            if key not in wanted or self._cards[key].words.text() != wanted[key].sentence:
                card = self._cards.pop(key)
                card.hide()
                card.deleteLater()
        for place, (key, issue) in enumerate(wanted.items(), start=len(self._comments)):
            if key not in self._cards:
                self._cards[key] = self._card(issue)
                self._announce(issue)
            if self._list.indexOf(self._cards[key]) != place:
                self._list.insertWidget(place, self._cards[key])
                self._cards[key].show()
        self._tell(shown, next_missing)

    def order(self) -> list[str]:
        """Pointers in the order of the list."""
        shown = self._shown.issues if self._shown is not None else ()
        pointers = [each.pointer for each in self._comments]
        pointers.extend(each.issue.pointer for each in shown)
        return list(dict.fromkeys(each for each in pointers if each))

    def write_reason(self, pointer: str = "", key: str = "") -> bool:
        """Go to the reason of a warning: of *key*, else at *pointer*, else the first without one.

        False if there is no warning.
        """
        warnings = [each for each in self._cards.values() if each.reason is not None]
        if not warnings:
            return False
        best = min(
            warnings,
            key=lambda each: (
                each.key != key,
                each.pointer != pointer,
                bool(each.reason and each.reason.text()),
            ),
        )
        if best.reason is not None:
            self._scroll.ensureWidgetVisible(best)
            best.reason.setFocus(Qt.FocusReason.ShortcutFocusReason)
        return True

    def _card(self, shown: ShownIssue) -> IssueCard:
        issue = shown.issue
        tone = TONES[issue.severity]
        card = IssueCard(tone, shown.title, shown.sentence, issue.pointer, self._inside)
        card.asked.connect(self.asked)
        card.reasoned.connect(self.reasoned)
        if issue.severity is Severity.WARNING:
            card.ask_reason(issue.key, shown.reason)
        return card

    def _announce(self, shown: ShownIssue) -> None:
        if shown.issue.severity is Severity.ERROR and QAccessible.isActive():
            event = QAccessibleAnnouncementEvent(self, shown.sentence)
            QAccessible.updateAccessibility(event)

    def _tell(self, shown: IssuesShown, next_missing: str) -> None:
        counts = [
            f"{WORDS[TONES[severity]]} {count}"
            for severity in Severity
            if (count := shown.count(severity))
        ]
        self._count.setText("核对中…" if not shown.settled else " · ".join(counts))
        if shown.missing:
            self._clear.setText(f"还有 {len(shown.missing)} 项要填，下一项：{next_missing}")
        elif not shown.issues and shown.settled:
            self._clear.setText("没有发现问题，可以上报。")
        else:
            self._clear.setText("")
        self._clear.setVisible(bool(self._clear.text()))


class _Scroll(QScrollArea):
    """Scrolls only up and down; its content is as wide as itself."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAutoFillBackground(False)

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.chars(8), theme.line() * 3)

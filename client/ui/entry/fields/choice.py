"""Editors that choose: a code of a list, or a record that the field refers to."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QPalette
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from client.services.entry_store import Choice
from client.ui import theme
from client.ui.entry.fields.base import Editor
from client.ui.entry.fields.popup import ChoicePopup
from core.forms.model import Field

Answer = Callable[[str, Sequence[Choice]], None]
Search = Callable[[Field, str, QWidget, Answer], None]


class ChoiceEditor(Editor):
    """A line that filters a list as one types: by code, by title, by pinyin initials.

    The list never takes the cursor. Enter and Tab take the marked choice; Down opens the list;
    what matches nothing stays as it was typed.
    """

    def __init__(
        self, field: Field, pointer: str, search: Search, parent: QWidget | None = None
    ) -> None:
        super().__init__(field, pointer, parent)
        self._search = search
        self._asked: tuple[str, bool] | None = None
        self._shown = ""
        self._typed = False
        self._popup: ChoicePopup | None = None
        self._line = QLineEdit(self)
        self._line.setPlaceholderText("输入首字母、名称或代码")
        arrow = self._line.addAction(
            theme.icon("chevron-down", role=QPalette.ColorRole.PlaceholderText),
            QLineEdit.ActionPosition.TrailingPosition,
        )
        arrow.setToolTip("展开列表（↓）")
        arrow.triggered.connect(self._on_arrow)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._line)
        self._line.textEdited.connect(self._on_edited)
        self._adopt(self._line)

    def target(self) -> QWidget:
        return self._line

    def text(self) -> str:
        return self._line.text()

    def show_text(self, text: str, shown: str) -> None:
        words = shown or text
        self._shown = words
        self._typed = False
        if words != self._line.text():
            self._line.setText(words)
            self._line.setCursorPosition(0)

    def popup(self) -> ChoicePopup:
        """The list; made when it is needed first."""
        if self._popup is None:
            self._popup = ChoicePopup(self._line)
            self._popup.chosen.connect(self._take)
        return self._popup

    def is_open(self) -> bool:
        """Whether the list is shown."""
        return self._popup is not None and self._popup.isVisible()

    def _on_edited(self, text: str) -> None:
        self._typed = True
        self._emit(text)
        if text.strip():
            self._ask(text, first=True)
        elif self._popup is not None:
            self._popup.hide()

    def _ask(self, text: str, *, first: bool) -> None:
        self._asked = (text, first)
        self._search(self.field, text, self, self._on_found)

    def _on_found(self, text: str, choices: Sequence[Choice]) -> None:
        if self._asked is None or self._asked[0] != text or not self._line.hasFocus():
            return
        self.popup().offer(choices, first=self._asked[1])
        if not self._asked[1]:
            title = self._line.text()
            here = next((each.key for each in choices if each.title == title), "")
            self.popup().mark(here)

    def _on_arrow(self) -> None:
        self._line.setFocus()
        if self.is_open():
            self.popup().hide()
        else:
            self._ask("", first=False)

    def _take(self, choice: Choice) -> None:
        self.popup().hide()
        self._asked = None
        self._typed = False
        self._line.setText(choice.title)
        self._shown = choice.title
        self._emit(choice.key)

    def _on_key(self, event: QKeyEvent) -> bool:
        key = event.key()
        if self.is_open():
            steps = {
                Qt.Key.Key_Down: 1,
                Qt.Key.Key_Up: -1,
                Qt.Key.Key_PageDown: self.popup().page(),
                Qt.Key.Key_PageUp: -self.popup().page(),
            }
            if key in steps:
                self.popup().move_by(steps[Qt.Key(key)])
                return True
            if key == Qt.Key.Key_Escape:
                self.popup().hide()
                return True
            chosen = self.popup().current()
            if chosen is not None and key in (
                Qt.Key.Key_Return,
                Qt.Key.Key_Enter,
                Qt.Key.Key_Tab,
            ):
                self._take(chosen)
                return super()._on_key(event)
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_F4):
            self._ask("", first=False)
            return True
        return super()._on_key(event)

    def _on_left(self) -> None:
        self._asked = None
        if self._popup is not None:
            only = self._popup.only() if self._typed and self.is_open() else None
            self._popup.hide()
            if only is not None:
                self._take(only)
        super()._on_left()

"""Yes or no, as two words side by side."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QRadioButton, QWidget

from client.ui import theme
from client.ui.entry.fields.base import Editor
from core.forms.model import Field

YES, NO = "是", "否"
_YES_KEYS = (Qt.Key.Key_Y, Qt.Key.Key_S, Qt.Key.Key_1)
_NO_KEYS = (Qt.Key.Key_N, Qt.Key.Key_F, Qt.Key.Key_0)
_EMPTY_KEYS = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)


class BooleanEditor(Editor):
    """Arrows and Space switch; Y, S and 1 say 是, N, F and 0 say 否; Delete says nothing."""

    def __init__(self, field: Field, pointer: str, parent: QWidget | None = None) -> None:
        super().__init__(field, pointer, parent)
        self._group = QButtonGroup(self)
        self._yes = QRadioButton(YES, self)
        self._no = QRadioButton(NO, self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.space(4))
        for button in (self._yes, self._no):
            self._group.addButton(button)
            layout.addWidget(button)
            button.installEventFilter(self)
        layout.addStretch(1)
        self._group.buttonClicked.connect(self._on_clicked)
        self._adopt(self._yes)

    def target(self) -> QWidget:
        return self._no if self._no.isChecked() else self._yes

    def targets(self) -> tuple[QWidget, ...]:
        return (self._yes, self._no)

    def is_busy(self) -> bool:
        return False

    def text(self) -> str:
        if self._yes.isChecked():
            return YES
        return NO if self._no.isChecked() else ""

    def show_text(self, text: str, shown: str) -> None:  # noqa: ARG002 - one text for both
        if text == self.text():
            return
        if text not in (YES, NO):
            self._clear()
            return
        button = self._yes if text == YES else self._no
        focused = self._yes.hasFocus() or self._no.hasFocus()
        button.setChecked(True)
        self.setFocusProxy(button)
        if focused:
            button.setFocus()

    def name(self, accessible: str, description: str = "") -> None:
        for button, word in ((self._yes, YES), (self._no, NO)):
            button.setAccessibleName(f"{accessible}:{word}")
            button.setAccessibleDescription(description)

    def _clear(self) -> None:
        self._group.setExclusive(False)
        self._yes.setChecked(False)
        self._no.setChecked(False)
        self._group.setExclusive(True)
        self.setFocusProxy(self._yes)

    def _on_clicked(self) -> None:
        self.setFocusProxy(self.target())
        self._emit(self.text())

    def _on_key(self, event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        if event.modifiers() == Qt.KeyboardModifier.NoModifier:
            if key in (*_YES_KEYS, *_NO_KEYS):
                button = self._yes if key in _YES_KEYS else self._no
                button.setFocus()
                button.click()
                return True
            if key in _EMPTY_KEYS:
                self._clear()
                self._yes.setFocus()
                self._emit("")
                return True
        return super()._on_key(event)

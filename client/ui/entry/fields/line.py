"""Editors of one line: text, whole numbers, money, dates; and of several lines."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPlainTextEdit, QWidget

from client.ui.entry.fields.base import Editor
from core.forms.model import Field, FieldType

_NUMBERS = (FieldType.INTEGER, FieldType.MONEY)
_LINES = 3
_LONGEST_HINT = 26


class LineEditor(Editor):
    """One line of text. Numbers stand at the right; everything typed is taken as it is."""

    def __init__(self, field: Field, pointer: str, parent: QWidget | None = None) -> None:
        super().__init__(field, pointer, parent)
        self._line = QLineEdit(self)
        if field.type in _NUMBERS:
            self._line.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._line.setPlaceholderText(_placeholder(field))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._line)
        self._line.textEdited.connect(self._emit)
        self._adopt(self._line)

    def target(self) -> QWidget:
        return self._line

    def text(self) -> str:
        return self._line.text()

    def show_text(self, text: str, shown: str) -> None:  # noqa: ARG002 - a line shows what is edited
        if text != self._line.text():
            self._line.setText(text)
            self._line.setCursorPosition(0)


class TextEditor(Editor):
    """Several lines. Enter moves on as everywhere; Alt+Enter begins a new line."""

    def __init__(self, field: Field, pointer: str, parent: QWidget | None = None) -> None:
        super().__init__(field, pointer, parent)
        self._edit = _PlainText(self)
        self._edit.setPlaceholderText(_placeholder(field))
        self._edit.setTabChangesFocus(True)
        self._quiet = False
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._edit)
        self._edit.textChanged.connect(self._on_text_changed)
        self._adopt(self._edit)

    def target(self) -> QWidget:
        return self._edit

    def text(self) -> str:
        return self._edit.toPlainText()

    def show_text(self, text: str, shown: str) -> None:  # noqa: ARG002 - shows what is edited
        if text != self._edit.toPlainText():
            self._quiet = True
            self._edit.setPlainText(text)
            self._quiet = False

    def _on_text_changed(self) -> None:
        if not self._quiet:
            self._emit(self._edit.toPlainText())

    def _on_key(self, event: QKeyEvent) -> bool:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self._edit.insertPlainText("\n")
            return True
        return super()._on_key(event)


class _PlainText(QPlainTextEdit):
    """Is as high as three lines of its font."""

    def sizeHint(self) -> QSize:
        margin = round(self.document().documentMargin() * 2) + self.frameWidth() * 2
        return QSize(200, self.fontMetrics().lineSpacing() * _LINES + margin)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()


def _placeholder(field: Field) -> str:
    if field.example:
        return f"例：{field.example}"
    if field.help and len(field.help) <= _LONGEST_HINT:
        return field.help
    return "年-月-日" if field.type is FieldType.DATE else ""

"""What every editor promises: it shows a text, says what is typed, and passes Enter on."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QWidget

from core.forms.model import Field

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


@dataclass(frozen=True, slots=True)
class Edited:
    """The text at *pointer* is now *text*, as typed."""

    pointer: str
    text: str


@dataclass(frozen=True, slots=True)
class Onward:
    """Enter was pressed at *pointer*: go to the next field, or *back* to the one before."""

    pointer: str
    back: bool


class Editor(QWidget):
    """Edits the text of one field. Subclasses own one widget that takes the keys.

    Signals: `edited(Edited)` at each change by the officer, never by the program;
    `left(str)` with the pointer when the cursor leaves; `onward(Onward)` at Enter.
    """

    edited = Signal(object)
    left = Signal(object)
    onward = Signal(object)

    def __init__(self, field: Field, pointer: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = field
        self.pointer = pointer

    def target(self) -> QWidget:
        """The widget that takes the keys."""
        raise RuntimeError("an editor says which widget takes the keys")

    def targets(self) -> tuple[QWidget, ...]:
        """Every widget that may have the cursor."""
        return (self.target(),)

    def text(self) -> str:
        """What stands in the editor."""
        raise RuntimeError("an editor says what stands in it")

    def show_text(self, text: str, shown: str) -> None:
        """Show *text* (as edited) or *shown* (as read); emits nothing."""
        del text, shown
        raise RuntimeError("an editor shows a text")

    def is_busy(self) -> bool:
        """Whether the officer is typing here, so that the program must not replace the text."""
        return any(each.hasFocus() for each in self.targets())

    def name(self, accessible: str, description: str = "") -> None:
        """Give the widget that takes the keys its accessible name and description."""
        self.target().setAccessibleName(accessible)
        self.target().setAccessibleDescription(description)

    def _adopt(self, target: QWidget) -> None:
        """Watch *target* for Enter and for the cursor leaving."""
        self.setFocusProxy(target)
        target.installEventFilter(self)

    def _emit(self, text: str) -> None:
        self.edited.emit(Edited(self.pointer, text))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched in self.targets():
            if event.type() is QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
                if self._on_key(event):
                    return True
            elif (
                event.type() is QEvent.Type.FocusOut
                and isinstance(event, QFocusEvent)
                and event.reason()
                not in (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason)
            ):
                self._on_left()
        return super().eventFilter(watched, event)

    def _on_key(self, event: QKeyEvent) -> bool:
        """Handle a key before the widget sees it; True if that was all."""
        if event.key() not in _ENTER:
            return False
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if modifiers in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier):
            back = modifiers == Qt.KeyboardModifier.ShiftModifier
            self.onward.emit(Onward(self.pointer, back))
            return True
        return False

    def _on_left(self) -> None:
        self.left.emit(self.pointer)

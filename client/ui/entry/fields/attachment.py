"""Choosing documents: by a button, by dropping files on it. The value is known by its digest."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QPalette
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from client.services.entry_begin import SUFFIXES
from client.ui import theme
from client.ui.entry.fields.base import Editor
from core.forms.model import Field

_FILTER = f"文件 ({' '.join('*' + each for each in SUFFIXES)})"
_UNITS = ("B", "KB", "MB")
_STEP = 1024


def size_text(size: int) -> str:
    """A number of bytes as people read it."""
    value, unit = float(size), 0
    while value >= _STEP and unit < len(_UNITS) - 1:
        value, unit = value / _STEP, unit + 1
    return f"{value:.0f} {_UNITS[unit]}" if unit == 0 else f"{value:.1f} {_UNITS[unit]}"


class DropButton(QPushButton):
    """A button that opens a file dialog, and takes files that are dropped on it.

    Signals:
        picked: the paths (list of str).

    """

    picked = Signal(object)

    def __init__(self, words: str, parent: QWidget | None = None, *, many: bool = False) -> None:
        super().__init__(theme.icon("paperclip"), words, parent)
        self._many = many
        self.setIconSize(theme.icon_size())
        self.setAcceptDrops(True)
        self.setAutoDefault(False)
        self.setToolTip("点击选择，或把文件拖到这里")
        self.clicked.connect(self._on_clicked)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [each.toLocalFile() for each in event.mimeData().urls() if each.isLocalFile()]
        self._pick(paths)

    def _on_clicked(self) -> None:
        dialog = QFileDialog(self.window(), "选择文件")
        dialog.setNameFilter(_FILTER)
        mode = (
            QFileDialog.FileMode.ExistingFiles if self._many else QFileDialog.FileMode.ExistingFile
        )
        dialog.setFileMode(mode)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(self._pick)
        dialog.open()

    def _pick(self, paths: list[str]) -> None:
        if paths:
            self.picked.emit(list(paths) if self._many else list(paths[:1]))


class AttachmentEditor(Editor):
    """One document as the value of a field. Taking it away is `edited` with an empty text.

    Signals:
        picked: a file was chosen: (pointer, path).

    """

    picked = Signal(object)

    def __init__(self, field: Field, pointer: str, parent: QWidget | None = None) -> None:
        super().__init__(field, pointer, parent)
        self._name = QLabel(self)
        self._name.setForegroundRole(QPalette.ColorRole.WindowText)
        self._remove = QToolButton(self)
        self._remove.setIcon(theme.icon("x"))
        self._remove.setAutoRaise(True)
        self._remove.setAccessibleName(f"移除{field.title}")
        self._remove.setToolTip(f"移除{field.title}")
        self._button = DropButton("选择文件…", self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._name)
        layout.addWidget(self._remove)
        layout.addWidget(self._button)
        layout.addStretch(1)
        self._button.picked.connect(self._on_picked)
        self._remove.clicked.connect(self._on_removed)
        self._adopt(self._button)
        self.show_text("", "")

    def target(self) -> QWidget:
        return self._button

    def text(self) -> str:
        return self._name.text()

    def is_busy(self) -> bool:
        return False

    def show_text(self, text: str, shown: str) -> None:  # noqa: ARG002 - the name is read, not typed
        self._name.setText(shown)
        self._name.setVisible(bool(shown))
        self._remove.setVisible(bool(shown))
        self._button.setText("更换…" if shown else "选择文件…")

    def _on_picked(self, paths: list[str]) -> None:
        self.picked.emit((self.pointer, paths[0]))

    def _on_removed(self) -> None:
        self._emit("")

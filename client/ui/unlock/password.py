"""A field for a password that can be shown."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QIcon, QPalette
from PySide6.QtWidgets import QLineEdit, QWidget

from client.ui import theme


class PasswordEdit(QLineEdit):
    """Hides what is typed; the eye at its end (Alt+V) shows it.

    Signals:
        entered: Enter was pressed.

    """

    entered = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self._eye = self.addAction(self._picture("eye"), QLineEdit.ActionPosition.TrailingPosition)
        self._eye.setCheckable(True)
        self._eye.setText("显示口令")
        self._eye.setToolTip("显示口令（Alt+V）")
        self._eye.setShortcut("Alt+V")
        self._eye.toggled.connect(self._on_eye)
        self.returnPressed.connect(self.entered)

    def _picture(self, name: str) -> QIcon:
        return theme.icon(name, role=QPalette.ColorRole.PlaceholderText)

    @Slot(bool)
    def _on_eye(self, on: bool) -> None:  # noqa: FBT001 - Qt's signal
        mode = QLineEdit.EchoMode.Normal if on else QLineEdit.EchoMode.Password
        self.setEchoMode(mode)
        self._eye.setIcon(self._picture("eye-off" if on else "eye"))
        self._eye.setText("隐藏口令" if on else "显示口令")

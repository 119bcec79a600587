"""What an empty page says: what is here, and what to do first."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from client.ui import theme
from client.ui.common.picture import Picture


class EmptyState(QWidget):
    """A picture, a title, a sentence and, where there is something to do, one button.

    Signals:
        asked: the button was pressed.

    """

    asked = Signal()

    def __init__(
        self, icon: str, title: str, text: str = "", verb: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.picture = Picture(lines=3, parent=self)
        self.title = QLabel(self)
        self.title.setFont(theme.font(1.2, bold=True))
        self.words = QLabel(self)
        self.words.setWordWrap(True)
        self.words.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.button = QPushButton(self)
        self.button.setAutoDefault(True)
        self.button.clicked.connect(self.asked)
        column = QVBoxLayout(self)
        column.setSpacing(theme.space(2))
        column.addStretch(2)
        column.addWidget(self.picture, 0, Qt.AlignmentFlag.AlignHCenter)
        for each in (self.title, self.words):
            each.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(each)
        column.addSpacing(theme.space(1))
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
        self.say(icon, title, text, verb)

    def say(self, icon: str, title: str, text: str = "", verb: str = "") -> None:
        """Says something else."""
        self.picture.show_icon(theme.icon(icon, role=QPalette.ColorRole.PlaceholderText))
        self.title.setText(title)
        self.words.setText(text)
        self.words.setVisible(bool(text))
        self.button.setText(verb)
        self.button.setVisible(bool(verb))

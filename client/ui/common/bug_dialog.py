"""The one dialog for what should not have happened."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMessageBox, QPushButton, QWidget


class BugDialog(QMessageBox):
    """Says that the program met a mistake of its own, and offers a report to copy."""

    def __init__(self, report: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.report = report
        self.setIcon(QMessageBox.Icon.Warning)
        self.setWindowTitle("直报")
        self.setText("程序出现意外错误，刚才的操作可能没有完成。")
        self.setInformativeText("已录入的内容都已保存。请复制报告交给管理员；报告不含个人信息。")
        self.setDetailedText(report)
        self.copy = QPushButton("复制报告(&C)")
        self.addButton(self.copy, QMessageBox.ButtonRole.ActionRole)
        self.copy.clicked.disconnect()
        self.copy.clicked.connect(self._on_copy)
        self.close_button = self.addButton("继续(&O)", QMessageBox.ButtonRole.AcceptRole)
        self.setDefaultButton(self.close_button)

    @Slot()
    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self.report)
        self.copy.setText("已复制")

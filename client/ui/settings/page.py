"""设置: the office, the duty, the look, backups, the password."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from client.services.desk import Changed, Desk
from client.services.preferences import Preferences
from client.services.session import Why
from client.services.settings import Look, View
from client.services.times import exact
from client.services.troubles import is_trouble, sentence
from client.services.vault import BackupInfo
from client.ui import theme
from client.ui.common.card import heading
from client.ui.common.message_bar import Message
from client.ui.common.page import Page
from client.ui.settings.sections import (
    BackupSection,
    DutySection,
    LookSection,
    OfficeSection,
    PasswordSection,
)
from client.ui.theme import Tone


class SettingsPage(Page):
    """Cards in two columns; everything is kept at once when it is chosen."""

    name = "settings"
    title = "设置"
    icon = "settings"

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.office = OfficeSection()
        self.duty = DutySection()
        self.look = LookSection(desk.settings.look)
        self.backup = BackupSection()
        self.password = PasswordSection(desk.session.policy)
        self._lay_out()
        self.office.enrol_asked.connect(self._on_enrol_asked)
        self.duty.chosen.connect(self._on_preferences)
        self.look.chosen.connect(self._on_look)
        self.backup.backup_asked.connect(self._on_backup_asked)
        self.backup.restore_asked.connect(self._on_restore_asked)
        self.password.chosen.connect(self._on_password)
        desk.changes.changed.connect(self._on_changed)

    def _lay_out(self) -> None:
        inner = QWidget()
        columns = QHBoxLayout(inner)
        columns.setContentsMargins(0, 0, theme.space(1), 0)
        columns.setSpacing(theme.space(3))
        for half in ((self.office, self.duty, self.look), (self.backup, self.password)):
            column = QVBoxLayout()
            column.setSpacing(theme.space(3))
            for card in half:
                card.setMaximumWidth(theme.chars(44))
                column.addWidget(card)
            column.addStretch(1)
            columns.addLayout(column, 1)
        columns.addStretch(0)
        scroll = QScrollArea()
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(inner)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.space(2), theme.space(2), 0, 0)
        column.setSpacing(theme.space(3))
        column.addWidget(heading("设置", 1.4))
        column.addWidget(scroll, 1)

    def enter(self, target: object = None) -> None:
        del target
        self._load()

    def _load(self) -> None:
        self._desk.settings.load(done=self._on_view, owner=self)

    def _on_view(self, view: View) -> None:
        self.office.show_account(view.account)
        self.duty.show_preferences(view.preferences)
        self.backup.show_backups(view.backups)

    @Slot(str, str)
    def _on_enrol_asked(self, url: str, code: str) -> None:
        self._desk.sync.enrol(
            url, code, done=self._on_enrolled, failed=self.office.refuse, owner=self
        )

    def _on_enrolled(self, _: object) -> None:
        self._load()
        self.said.emit(Message("登记成功，正在下载台账。", Tone.DONE))

    @Slot(object)
    def _on_preferences(self, chosen: Preferences) -> None:
        self._desk.settings.save(
            chosen, done=lambda _: self.said.emit(Message("设置已保存。", Tone.DONE)), owner=self
        )

    @Slot(object)
    def _on_look(self, look: Look) -> None:
        kept = self._desk.settings.look
        if look.scheme != kept.scheme:
            theme.apply(look.scheme)
        self._desk.settings.save_look(look)

    @Slot()
    def _on_backup_asked(self) -> None:
        self.backup.now.setEnabled(False)
        self._desk.settings.backup(done=self._on_backed_up, owner=self)

    def _on_backed_up(self, made: BackupInfo) -> None:
        self._load()
        self.said.emit(Message(f"已备份，{exact(made.taken_at)}。", Tone.DONE))

    @Slot()
    def _on_restore_asked(self) -> None:
        self._desk.session.lock(Why.RESTORE)

    @Slot(str, str)
    def _on_password(self, old: str, new: str) -> None:
        def refused(error: Exception) -> None:
            self.password.setEnabled(True)
            if not is_trouble(error):
                raise error
            self.password.refuse(sentence(error))

        self._desk.settings.change_password(
            old, new, done=lambda _: self.password.accept(), failed=refused, owner=self
        )

    @Slot(object)
    def _on_changed(self, changed: Changed) -> None:
        if changed.settings and self.isVisible():
            self._load()

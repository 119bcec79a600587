"""A page of the main window."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget


@dataclass(frozen=True, slots=True)
class Go:
    """Asks the main window to show *page*; *target* is one of `client.services.targets`."""

    page: str
    target: object = None


class Page(QWidget):
    """One place of the rail.

    A page is built on its first visit and kept. `enter` is called each time it is shown, `leave`
    each time it is hidden or the window closes.

    Attributes:
        name: what `Go.page` says; letters only.
        title: the word on the rail.
        icon: the name of its icon for `theme.icon`.

    Signals:
        navigate: asks to show another page (`Go`).
        said: a sentence for the window's message bar (`client.ui.common.message_bar.Message`).

    """

    name = ""
    title = ""
    icon = ""

    navigate = Signal(object)
    said = Signal(object)

    def enter(self, target: object = None) -> None:
        """Called when the page is shown; *target* says where to stand, None: as it was."""

    def leave(self) -> None:
        """Called when the page is hidden; what was typed is kept safe."""

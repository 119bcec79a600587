"""Typing as an officer does: keys by QTest, Chinese through the input method."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QInputMethodEvent, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget


def cursor() -> QWidget:
    """The widget that takes the keys."""
    widget = QApplication.focusWidget()
    assert widget is not None, "nothing has the focus"
    return widget


def press(key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Press a key where the cursor stands."""
    QTest.keyClick(cursor(), key, modifiers)


def type_text(text: str) -> None:
    """Type *text*: ASCII key by key, the rest as an input method commits it."""
    for each in text:
        if each.isascii():
            QTest.keyClicks(cursor(), each)
        else:
            event = QInputMethodEvent()
            event.setCommitString(each)
            QCoreApplication.sendEvent(cursor(), event)


def shortcut(window: QWidget, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> None:
    """Press a shortcut in *window*, as the window system would deliver it."""
    QTest.keyClick(window.window(), key, modifiers)


def enter_key(widget: QWidget) -> QKeyEvent:
    """An Enter that was sent to *widget*."""
    event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier)
    QCoreApplication.sendEvent(widget, event)
    return event


def focusable(root: QWidget) -> Iterator[QWidget]:
    """Every visible widget below *root* that Tab may come to."""
    for each in root.findChildren(QWidget):
        if each.isVisibleTo(root) and each.focusPolicy() & Qt.FocusPolicy.TabFocus:
            proxy = each.focusProxy()
            if proxy is None:
                yield each


def unnamed(root: QWidget) -> list[str]:
    """Focusable widgets without accessible name, text or buddy."""
    buddies = {id(each.buddy()) for each in root.findChildren(QLabel)}
    return [
        f"{type(each).__name__} {each.objectName()}"
        for each in focusable(root)
        if not each.accessibleName()
        and id(each) not in buddies
        and not (isinstance(each, QAbstractButton) and each.text())
    ]


def tab_chain(root: QWidget) -> list[QWidget]:
    """Every widget of the tab chain that belongs to *root*, once round."""
    chain = [root]
    each = root.nextInFocusChain()
    while each is not None and each is not root:
        if root.isAncestorOf(each):
            chain.append(each)
        each = each.nextInFocusChain()
    return chain


def positions(chain: list[QWidget], widgets: Iterable[QWidget]) -> list[int]:
    """Where *widgets* stand in *chain*."""
    order = {id(each): place for place, each in enumerate(chain)}
    return [order[id(each)] for each in widgets]

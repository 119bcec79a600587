"""The Qt binding does not wear out None and True (docs/decisions/0006)."""

import sys
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QAbstractTableModel, QSortFilterProxyModel
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

CALLS = 1000
NOISE = 100


class Empty(QAbstractTableModel):
    def rowCount(self, parent: Any = None) -> int:
        return 1

    def columnCount(self, parent: Any = None) -> int:
        return 1

    def data(self, index: Any, role: int = 0) -> object:
        return None


def lost(call: Callable[[], object]) -> int:
    before = sys.getrefcount(None)
    for _ in range(CALLS):
        call()
    return before - sys.getrefcount(None)


def borrowing() -> Callable[[], object]:
    """A call that behaves as those of PySide6 6.12.0 do on Python 3.11."""
    import ctypes

    drop = ctypes.pythonapi.Py_DecRef
    drop.argtypes = [ctypes.py_object]
    return lambda: drop(None)


@pytest.mark.parametrize("which", ["parent", "item", "data"])
def test_a_call_that_gives_none_takes_no_reference_of_it(qtbot: QtBot, which: str) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    layout = QVBoxLayout(widget)
    model = Empty(widget)
    proxy = QSortFilterProxyModel(widget)
    proxy.setSourceModel(model)
    index = proxy.index(0, 0)
    calls: dict[str, Callable[[], object]] = {
        "parent": widget.parentWidget,
        "item": lambda: layout.itemAt(0),
        "data": lambda: proxy.data(index),
    }
    assert lost(calls[which]) < NOISE


def test_a_binding_that_takes_references_would_be_seen() -> None:
    found = lost(borrowing())
    keep = [None] * max(found, 0)  # gives back what was taken
    import ctypes

    give = ctypes.pythonapi.Py_IncRef
    give.argtypes = [ctypes.py_object]
    for each in keep:
        give(each)
    assert found >= CALLS - NOISE or sys.version_info >= (3, 12)

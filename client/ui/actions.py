"""Every shortcut of the program, in one list: pages bind from it, F1 shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

GENERAL = "通用"
REGISTERS = "台账"
ENTRY = "填报"
OUTBOX = "上报"


@dataclass(frozen=True, slots=True)
class Shortcut:
    """Keys for something an officer does. The first of `keys` is the one shown."""

    id: str
    keys: tuple[str, ...]
    title: str
    where: str


SHORTCUTS = (
    Shortcut("help", ("F1",), "快捷键一览", GENERAL),
    Shortcut("search", ("Ctrl+K",), "查找人员或单位", GENERAL),
    Shortcut("sync", ("Ctrl+R",), "立即同步", GENERAL),
    Shortcut("lock", ("Ctrl+L",), "锁定", GENERAL),
    Shortcut("quit", ("Ctrl+Q",), "退出", GENERAL),
    Shortcut("page_home", ("Ctrl+1",), "转到今日", GENERAL),
    Shortcut("page_registers", ("Ctrl+2",), "转到台账", GENERAL),
    Shortcut("page_outbox", ("Ctrl+3",), "转到上报", GENERAL),
    Shortcut("page_settings", ("Ctrl+4",), "转到设置", GENERAL),
    Shortcut("back", ("Alt+Left",), "返回上一页", GENERAL),
    Shortcut("close_message", ("Escape",), "收起提示", GENERAL),
    Shortcut("filter_units", ("Ctrl+U",), "筛选单位", REGISTERS),
    Shortcut("filter_records", ("Ctrl+F",), "在表中查找", REGISTERS),
    Shortcut("new_record", ("Ctrl+N",), "新增", REGISTERS),
    Shortcut("change_record", ("F2",), "变更所选", REGISTERS),
    Shortcut("close_record", ("Ctrl+D",), "减少或撤销所选", REGISTERS),
    Shortcut("reveal", ("F4",), "显示或遮盖敏感内容", REGISTERS),
    Shortcut("sort", ("Ctrl+O",), "按当前列排序", REGISTERS),
    Shortcut("switch_register", ("Ctrl+T",), "切换人员与机构", REGISTERS),
    Shortcut("next_issue", ("F8",), "下一个问题", ENTRY),
    Shortcut("previous_issue", ("Shift+F8",), "上一个问题", ENTRY),
    Shortcut("reason", ("F9",), "写上报说明", ENTRY),
    Shortcut("submit", ("Ctrl+Return", "Ctrl+Enter"), "上报", ENTRY),
    Shortcut("save", ("Ctrl+S",), "立即保存", ENTRY),
    Shortcut("attach", ("Ctrl+Shift+A",), "添加附件", ENTRY),
    Shortcut("add_row", ("Ctrl+Insert",), "增加一行", ENTRY),
    Shortcut("remove_row", ("Ctrl+Delete",), "删除一行", ENTRY),
    Shortcut("mend", ("F2",), "修改退回件", OUTBOX),
    Shortcut("receipt", ("Ctrl+E",), "查看回执", OUTBOX),
)
_BY_ID = {each.id: each for each in SHORTCUTS}


def shortcut(action_id: str) -> Shortcut:
    """The entry called *action_id*; KeyError if there is none."""
    return _BY_ID[action_id]


def keys_text(action_id: str) -> str:
    """The keys as they are shown, e.g. `Ctrl+K`."""
    return shortcut(action_id).keys[0].replace("Return", "Enter").replace("Escape", "Esc")


def bind(
    widget: QWidget,
    action_id: str,
    slot: Callable[[], object],
    context: Qt.ShortcutContext = Qt.ShortcutContext.WidgetWithChildrenShortcut,
) -> QAction:
    """An action with the keys of *action_id* that works inside *widget* and calls *slot*."""
    entry = shortcut(action_id)
    action = QAction(entry.title, widget)
    action.setObjectName(f"action_{action_id}")
    action.setShortcuts([QKeySequence(each) for each in entry.keys])
    action.setShortcutContext(context)
    action.triggered.connect(lambda: slot())  # noqa: PLW0108 - drops the signal's `checked`
    widget.addAction(action)
    return action

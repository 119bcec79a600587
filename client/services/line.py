"""The state of the line to the office, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from client.services.times import ago
from client.services.troubles import LASTING, line_sentence


class LineKind(StrEnum):
    """How things stand with the office."""

    UNKNOWN = "unknown"  # the store was not asked yet
    UNENROLLED = "unenrolled"
    NEVER = "never"  # enrolled, not visited yet
    SYNCING = "syncing"
    CONNECTED = "connected"
    OFFLINE = "offline"
    TROUBLE = "trouble"  # somebody has to do something


@dataclass(frozen=True, slots=True)
class LineState:
    """What the top line shows. `code` is the last trouble (client.sync.troubles)."""

    is_enrolled: bool | None = None  # None: not known yet
    is_syncing: bool = False
    waiting: int = 0
    synced_at: datetime | None = None
    code: str = ""

    @property
    def kind(self) -> LineKind:
        """The one kind that counts."""
        if self.is_enrolled is None:
            return LineKind.UNKNOWN
        if not self.is_enrolled:
            return LineKind.UNENROLLED
        if self.is_syncing:
            return LineKind.SYNCING
        if self.code:
            return LineKind.TROUBLE if self.code in LASTING else LineKind.OFFLINE
        return LineKind.CONNECTED if self.synced_at is not None else LineKind.NEVER

    def words(self, now: datetime) -> str:
        """One line: `已连接 · 3 分钟前同步`, `离线 · 12 件待报，联网后自动上报`."""
        waiting = f"{self.waiting} 件待报"
        match self.kind:
            case LineKind.UNKNOWN:
                return ""
            case LineKind.UNENROLLED:
                return f"未登记 · {waiting}" if self.waiting else "未登记 · 内容保存在本机"
            case LineKind.SYNCING:
                return "正在同步……"
            case LineKind.TROUBLE:
                return f"需要处理 · {waiting}" if self.waiting else "需要处理 · 没有连上公开办"
            case LineKind.OFFLINE:
                return f"离线 · {waiting}，联网后自动上报" if self.waiting else "离线 · 没有待报件"
            case LineKind.NEVER:
                return f"尚未同步 · {waiting}" if self.waiting else "尚未同步"
        assert self.synced_at is not None  # noqa: S101 - what CONNECTED means
        done = f"已连接 · {ago(self.synced_at, now)}同步"
        return f"{done} · {waiting}" if self.waiting else done

    def explanation(self) -> str:
        """What is wrong and what to do; empty where nothing is."""
        if self.is_enrolled is False:
            return line_sentence("not_enrolled")
        return line_sentence(self.code) if self.code else ""

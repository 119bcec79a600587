"""A desk of fake services, for tests of screens: no store, no line, no thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from PySide6.QtCore import QObject, Signal

from client.services.desk import Changes, Desk
from client.services.home import Kind, Task, Today
from client.services.line import LineState
from client.services.outbox import Counts, Line, Remark
from client.services.preferences import Preferences
from client.services.receipts import ConflictRow, ReceiptView
from client.services.session import SessionService
from client.services.settings import Account, Look, View
from client.services.targets import OpenDraft, Reopen
from client.services.vault import BackupInfo
from core.changes.states import State
from tests.helpers.immediate import ImmediateBackground
from tests.helpers.vault import FakeVault

UNIT = "枝江市教育局"


def hours_ago(hours: float) -> str:
    return (datetime.now(UTC) - timedelta(hours=hours)).isoformat(timespec="seconds")


def a_line(number: int, state: State, **more: Any) -> Line:
    names = ("陈秀英", "王建国", "李芳", "张伟", "刘洋", "赵敏", "孙丽", "周涛", "吴刚")
    flows = ("人员增加", "信息变更", "人员减少", "岗位变动")
    sent = state is not State.QUEUED
    settled = state not in {State.QUEUED, State.SENDING}
    decided = state in {State.APPROVED, State.RETURNED, State.REJECTED, State.CONFLICT}
    values: dict[str, Any] = {
        "submission_id": f"0199-{number:04}",
        "form": "person",
        "form_title": "人员编制卡片",
        "flow_title": flows[number % len(flows)],
        "record_id": f"r{number}",
        "title": names[number % len(names)],
        "unit": UNIT,
        "state": state,
        "queued_at": hours_ago(number * 5 + 3),
        "sent_at": hours_ago(number * 5 + 2.9) if sent else "",
        "received_at": hours_ago(number * 5 + 2.9) if settled else "",
        "decided_at": hours_ago(number * 5) if decided else "",
        "has_receipt": settled,
    }
    return Line(**{**values, **more})


REMARKS = (
    Remark("/education", "学历", "学历与所附毕业证不符，请核对后改正。"),
    Remark("/movements/0/doc_no", "变动记录 第 1 行 · 文号", "请填写批准文号。"),
)


def some_lines() -> tuple[Line, ...]:
    return (
        a_line(1, State.RETURNED, remarks=REMARKS),
        a_line(2, State.CONFLICT),
        a_line(0, State.QUEUED, attempts=3, last_error="连不上公开办。"),
        a_line(3, State.SENDING),
        a_line(4, State.UNDER_REVIEW),
        a_line(5, State.RECEIVED),
        *(a_line(number, State.APPROVED) for number in range(6, 9)),
    )


def some_tasks() -> tuple[Task, ...]:
    return (
        Task(Kind.RETURNED, "王建国", "信息变更", Reopen("0199-0001"), note="2 条意见"),
        Task(Kind.OVERDUE, "李芳", "人员减少", OpenDraft("d2"), "2026-11-20", "已超期 2 天"),
        Task(Kind.SOON, "新人员增加", "人员增加", OpenDraft("d3"), "2026-11-24", "还剩 2 天"),
        Task(Kind.DRAFT, "枝江市第一中学", "编制变动", OpenDraft("d4"), "2026-12-01", "还剩 9 天"),
    )


@dataclass
class FakeHome:
    shown: Today = field(default_factory=lambda: Today(some_tasks(), 2, 2, True, True))
    loads: int = 0

    def load(self, *, done: Callable[[Today], None], owner: QObject) -> None:
        del owner
        self.loads += 1
        done(self.shown)

    def today(self) -> str:
        return "2026-11-22"


@dataclass
class FakeOutbox:
    lines: tuple[Line, ...] = field(default_factory=some_lines)
    is_verified: bool = True

    def load(self, *, done: Callable[..., None], owner: QObject) -> None:
        del owner
        done(self.lines)

    def count(self, *, done: Callable[..., None], owner: QObject) -> None:
        del owner
        groups = [each.group for each in self.lines]
        done(Counts(groups.count("answered"), groups.count("waiting")))

    def receipt(self, submission_id: str, *, done: Callable[..., None], owner: QObject) -> None:
        del owner
        rows = (
            ("填报单位", UNIT),
            ("上报编号", submission_id),
            ("内容摘要", "sha256:" + "0f" * 32),
            ("送达时间", "2026-11-22 10:32:07"),
            ("处理结果", "已收到"),
            ("回执册序号", "1207"),
        )
        good = "已核验：由公开办签发，内容与本机上报的一致。"
        bad = "回执未通过核验：签名或内容与本机上报的不一致。请联系公开办。"
        words = good if self.is_verified else bad
        done(ReceiptView(self.is_verified, words, rows, "王建国 · 信息变更"))

    def conflict(self, submission_id: str, *, done: Callable[..., None], owner: QObject) -> None:
        del owner, submission_id
        done((ConflictRow("/education", "学历", "大学专科", "大学本科", "硕士研究生"),))


class FakeSync(QObject):
    """Keeps what it was asked."""

    state_changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        done = datetime.now(UTC) - timedelta(minutes=3, seconds=5)
        self.state = LineState(is_enrolled=True, waiting=2, synced_at=done)
        self.asked = 0
        self.stopped = False
        self.enrolled: list[tuple[str, str]] = []
        self.refusal = ""

    def start(self) -> None:
        self.asked += 1

    def sync_now(self) -> None:
        self.asked += 1

    def stop(self) -> None:
        self.stopped = True

    def enrol(
        self,
        url: str,
        code: str,
        *,
        done: Callable[[object], None],
        failed: Callable[[str], None],
        owner: QObject,
    ) -> None:
        del owner
        self.enrolled.append((url, code))
        if self.refusal:
            failed(self.refusal)
        else:
            self.show(LineState(is_enrolled=True))
            done(None)

    def show(self, state: LineState) -> None:
        self.state = state
        self.state_changed.emit(state)


class FakeSettings:
    """Settings in memory."""

    def __init__(self, vault: FakeVault, account: Account | None) -> None:
        self.look = Look(scheme="light")
        self.preferences = Preferences(officer_name="陈秀英")
        self.account = account
        self._vault = vault

    def load(self, *, done: Callable[[View], None], owner: QObject) -> None:
        del owner
        done(View(self.preferences, self.account, tuple(self._vault.found)))

    def save(self, chosen: Preferences, *, done: Callable[..., None], owner: QObject) -> None:
        del owner
        self.preferences = chosen
        done(chosen)

    def save_look(self, look: Look) -> None:
        self.look = look

    def backup(self, *, done: Callable[[BackupInfo], None], owner: QObject) -> None:
        del owner
        done(self._vault.backup(None))

    def backup_if_due(self) -> None:
        self._vault.backup(None)

    def change_password(
        self,
        old: str,
        new: str,
        *,
        done: Callable[[object], None],
        failed: Callable[[Exception], None],
        owner: QObject,
    ) -> None:
        del owner
        try:
            self._vault.change_password(old, new)
        except Exception as error:  # noqa: BLE001 - as the background hands it over
            failed(error)
        else:
            done(None)


ACCOUNT = Account("420583001", UNIT, "陈秀英", "https://gkb.example", "dev-7f3a")


class FakeWorld:
    """A session over a fake vault, and the desk that it lays."""

    def __init__(self, password: str = "abcd1234", account: Account | None = ACCOUNT) -> None:
        self.vault = FakeVault(password)
        self.background = ImmediateBackground()
        self.session = SessionService(self.vault, self.background, self._lay)
        self.home = FakeHome()
        self.outbox = FakeOutbox()
        self.sync = FakeSync()
        self.settings = FakeSettings(self.vault, account)
        self.changes = Changes()

    def desk(self) -> Desk:
        parts: Any = self
        absent: Any = None
        return Desk(
            session=self.session,
            home=parts.home,
            registers=absent,
            entry=absent,
            outbox=parts.outbox,
            sync=parts.sync,
            settings=parts.settings,
            changes=self.changes,
        )

    def _lay(self, store: object) -> Desk:
        del store
        self.changes = Changes()
        return self.desk()

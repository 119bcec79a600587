"""The officer's round, played by key presses: from keystroke to receipt."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from client.app import Client
from client.demo.eyes import Eyes
from client.demo.hands import Hands, NotSeenError
from client.demo.office import REVIEWER, DemoOffice, OfficeFailedError
from core.changes.states import State
from core.numbers.resident_id import check_digit

UNIT_INITIALS = "czj"  # 财政局: no administrative post is free there, others are
NAME = "覃晓岚"
_FIRST_17 = "42058319920817" + "992"
COMMENT = "职务与批准文件不一致，请核对"


@dataclass
class Step:
    """One step of the round as it is told to whoever started the demo."""

    step: str
    ok: bool = False
    detail: str = ""
    seconds: float = 0.0


@dataclass
class Story:
    """What has happened so far."""

    steps: list[Step] = field(default_factory=list)
    submission: str = ""
    final_state: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether every step that was begun came out well."""
        return all(each.ok for each in self.steps)

    def tell(self, name: str, act: Callable[[], str], said: Callable[[Step], None]) -> None:
        """Do one step; where it fails the story ends with it.

        Raises:
            NotSeenError: what should have come to pass did not.

        """
        step = Step(name)
        self.steps.append(step)
        begun = time.monotonic()
        try:
            step.detail = act()
            step.ok = True
        except (NotSeenError, OfficeFailedError) as error:
            step.detail = str(error)
            raise NotSeenError(f"{name}: {error}") from error
        finally:
            step.seconds = round(time.monotonic() - begun, 2)
            said(step)


class Officer:
    """One officer at the window, and the office that answers."""

    def __init__(
        self, client: Client, office: DemoOffice, password: str, pictures: Path, story: Story
    ) -> None:
        self.hands = Hands(client.window, pictures)
        self.story = story
        self.eyes = Eyes(client)
        self._office = office
        self._password = password

    def steps(self) -> list[tuple[str, Callable[[], str]]]:
        """The round in order: name and deed."""
        return [
            ("开锁", self.unlock),
            ("找到单位", self.find_unit),
            ("填写人员增加", self.fill),
            ("核对发现错误并改正", self.mend_error),
            ("警告写明上报说明", self.explain_warning),
            ("上报", self.submit),
            ("送达并取得回执", self.send),
            ("公开办退回并批注", self.office_returns),
            ("按批注修改后再报", self.mend_and_submit),
            ("公开办审核通过", self.office_approves),
            ("台账已更新", self.see_register),
            ("退出", self.leave),
        ]

    # --- the round --------------------------------------------------------------------------

    def unlock(self) -> str:
        """Type the password; today's page opens."""
        self.hands.picture("unlock")
        self.hands.type(self._password)
        self.hands.press("Return")
        self.hands.until(lambda: self.eyes.is_at("home"), "今日页面没有打开")
        self.hands.until(lambda: self.eyes.line.synced_at, "没有与公开办同步")
        self.hands.until(lambda: not self.eyes.line.is_syncing, "同步没有结束")
        self.hands.picture("home")
        return "本机数据已开锁"

    def find_unit(self) -> str:
        """Registers; the unit by its pinyin initials."""
        self.hands.press("Ctrl+2")
        self.hands.until(lambda: self.eyes.is_at("registers"), "台账没有打开")
        page = self.eyes.registers
        self.hands.until(lambda: page.is_settled, "台账里没有人员")
        self.hands.picture("county")
        self.hands.press("Ctrl+U")
        self.hands.type(UNIT_INITIALS)
        self.hands.press("Return")
        self.hands.until(lambda: page.tree.code != "", "没有按首字母找到单位")
        self.hands.until(lambda: page.is_settled, "卡片没有显示")
        self.hands.picture("registers")
        return str(page.view.unit_title.text())

    def fill(self) -> str:
        """A new card, field by field with Enter; the kind of post has no vacancy."""
        self.hands.press("Ctrl+N")
        self.hands.until(lambda: self.eyes.is_at("entry"), "填报页面没有打开")
        self.hands.until(lambda: self.hands.focus_is("呈报事由"), "光标不在第一格")
        self._fill("呈报事由", "新录用工作人员入编")
        self._fill("事由发生日期", _few_days_ago())
        self._fill("联系电话", "0717-4212345")
        self._fill("姓名", NAME)
        self._fill("证件号码", _FIRST_17 + check_digit(_FIRST_17))
        self._choose("籍贯", "420583")
        self._fill("参加工作时间", "2015.7.1")
        self._fill("所在内设机构", "综合科")
        self._choose("编制类型", "11")
        self._choose("经费形式", "qebk")
        self._choose("人员分类", "fld")
        self._fill("职务", "副主任科员")
        self._choose("进入形式", "01")
        self._fill("进入时间", "二〇一五年七月一日")
        self._fill("入编时间", "20150701")
        self._fill("入编文号", "枝编办发[2015]7号")
        return "出生日期和性别随证件号码自动填入"

    def mend_error(self) -> str:
        """The check finds that no such post is free; F8 leads there; another kind is chosen."""
        self.hands.until(lambda: self.eyes.has_issue("vacancy"), "核对没有发现没有空编")
        self.hands.picture("error")
        for _ in range(20):
            if self.hands.focus_is("编制类型"):
                break
            self.hands.press("F8")
        else:
            raise NotSeenError("F8 没有把光标带到编制类型")
        self._choose("编制类型", "19")
        self.hands.until(lambda: not self.eyes.has_issue("vacancy"), "改正后错误仍在")
        return "行政编制没有空编，改为机关其他编制"

    def explain_warning(self) -> str:
        """No approval document is attached: sent with a written reason."""
        self.hands.until(self.eyes.is_settled, "核对没有结束")
        self.hands.press("Ctrl+Return")
        self.hands.until(lambda: self.eyes.has_issue("attachment_missing"), "没有提示缺少附件")
        self.hands.picture("warning")
        self.hands.type("批准文件正在用印，三日内补送")
        self.hands.press("Return")
        self.hands.until(self.eyes.is_ready, "写明说明后仍不能上报")
        self.hands.picture("entry")
        return "批准文件后补，已写明"

    def submit(self) -> str:
        """Ctrl+Enter."""
        self.hands.press("Ctrl+Return")
        self.hands.until(lambda: self.eyes.is_at("outbox"), "上报没有成功")
        self.hands.until(self.eyes.chosen, "上报件没有列出")
        self.story.submission = self._one_id()
        return self.story.submission

    def send(self) -> str:
        """Ctrl+R, or by itself: the office's receipt comes back."""
        if not self.eyes.line.is_syncing:
            self.hands.press("Ctrl+R")
        self.hands.until(self._has_receipt, "没有收到回执")
        self.hands.picture("received")
        return "回执已核验签名"

    def office_returns(self) -> str:
        """The reviewer returns it with a comment at a field."""
        self._office.run(
            *("decide", self.story.submission, "return", "--as", REVIEWER),
            *("--comment", f"/position={COMMENT}"),
        )
        self._sync_until(State.RETURNED, "退回没有送到")
        self.hands.press("Escape")  # the message that it was queued
        self.hands.picture("returned")
        return COMMENT

    def mend_and_submit(self) -> str:
        """Enter leads to the commented field; mended, it goes out as a new submission."""
        self.hands.press("Return")
        self.hands.until(lambda: self.eyes.is_at("entry"), "退回件没有打开")
        self.hands.until(lambda: self.hands.focus_is("职务"), "光标不在批注的那一格")
        self.hands.picture("comment")
        self.hands.replace("科员")
        self.hands.press("Return")
        self.hands.until(self.eyes.is_settled, "核对没有结束")
        self.hands.press("Ctrl+Return")
        self.hands.until(lambda: self.eyes.is_at("outbox"), "再报没有成功")
        old = self.story.submission
        self.hands.until(lambda: self._one_id() not in ("", old), "新的上报件没有列出")
        self.story.submission = self._one_id()
        if not self.eyes.line.is_syncing:
            self.hands.press("Ctrl+R")
        self.hands.until(self._has_receipt, "没有收到回执")
        return self.story.submission

    def office_approves(self) -> str:
        """The reviewer approves; the decision comes with the next visit."""
        decided = self._office.run("decide", self.story.submission, "approve", "--as", REVIEWER)
        self._sync_until(State.APPROVED, "审核结果没有送到")
        self.hands.press("Escape")
        self.story.final_state = str(self._state())
        self.hands.picture("approved")
        return f"卡片编号 {decided['assigned'].get('card_no', '—')}"

    def see_register(self) -> str:
        """The new card is found from anywhere by its pinyin initials."""
        self.hands.press("Ctrl+K")
        self.hands.type(NAME)
        self.hands.press("Return")
        self.hands.until(lambda: self.eyes.is_at("registers"), "没有转到台账")
        page = self.eyes.registers
        self.hands.until(lambda: page.model.rowCount() == 1, "台账里没有找到新卡片")
        self.hands.until(lambda: self.eyes.card_shows(NAME), "卡片没有显示")
        self.hands.picture("card")
        return NAME

    def leave(self) -> str:
        """Ctrl+Q: what is open is saved, the store closes."""
        self.hands.press("Ctrl+Q")
        self.hands.until(self.eyes.is_closed, "本机数据没有关上")
        return "本机数据已加密存好"

    # --- what became of it ------------------------------------------------------------------

    def _one_id(self) -> str:
        line = self.eyes.chosen()
        return "" if line is None else line.submission_id

    def _state(self) -> State | None:
        line = self.eyes.chosen()
        return None if line is None else line.state

    def _has_receipt(self) -> bool:
        line = self.eyes.chosen()
        card = self.eyes.outbox.detail.receipt
        return line is not None and line.has_receipt and bool(card.verdict.text())

    # --- small moves ------------------------------------------------------------------------

    def _fill(self, title: str, text: str) -> None:
        self._walk_to(title)
        self.hands.replace(text)

    def _choose(self, title: str, typed: str) -> None:
        self._fill(title, typed)
        self.hands.until(self.hands.is_offered_choices, f"“{title}”没有列出可选项")
        self.hands.press("Return")

    def _walk_to(self, title: str) -> None:
        for _ in range(60):
            if self.hands.focus_is(title):
                return
            self.hands.press("Return")
        raise NotSeenError(f"按回车走不到“{title}”")

    def _sync_until(self, state: State, what: str) -> None:
        self.hands.until(lambda: not self.eyes.line.is_syncing, "同步没有结束")
        self.hands.press("Ctrl+R")
        self.hands.until(lambda: self._state() is state, what)


def _few_days_ago() -> str:
    return (datetime.now().astimezone() - timedelta(days=3)).date().isoformat()

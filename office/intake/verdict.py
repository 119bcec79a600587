"""How intake ends an item: a result with the problems that the officer is shown."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.changes.states import State
from core.wire.receipts import Remark, Result

# The sentences for what the checks of a form do not know about.
SENTENCES = {
    "idempotency-mismatch": "同一编号以前报过，内容不同；以前报的仍然有效。请重新填报后再报",
    "malformed": "报来的内容残缺，中心读不出来。请更新程序后重新上报",
    "unknown_form": "中心没有这种表。请更新程序后重新上报",
    "form_version": "表的版本与中心不同。请更新程序，核对后重新上报",
    "unknown_flow": "这种表没有这种办法。请更新程序后重新上报",
    "scope": "这个单位或这条记录不归您管，中心没有收。请核对所在单位",
    "classified": "涉密单位只报合计数，中心没有收，也没有留存内容。请立即与保密员联系",
    "exists": "这条记录已经有了。请先同步，再办变更",
    "closed": "这条记录已经办过减少或撤销。请先同步，再核对",
    "base": "这件是按中心没有的版本填的。请先同步，再核对重报",
    "conflict": "这一项在您填报期间已被别人改过。请对照后重报",
    "predecessor_pending": "上一件还没有审结，不能代替它。请等审核结果",
    "predecessor_other": "要代替的那件不是这条记录的，或不是您报的。请重新填报",
    "predecessor_replaced": "要代替的那件已经由另一件代替。请先同步",
    "attachment_bytes": "附件没有随件到达或已损坏。请重新添加附件后上报",
    "office_trouble": "中心处理这一件时出错，已经记录。请与编办联系后重新上报",
}

_STATES = {
    Result.RECEIVED: State.RECEIVED,
    Result.HELD: State.RECEIVED,
    Result.CONFLICT: State.CONFLICT,
    Result.INVALID: State.REJECTED,
    Result.FORBIDDEN: State.REJECTED,
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """How an item's examination ended; `keep` says whether its bytes may be stored."""

    result: Result
    problems: tuple[Remark, ...] = ()
    waiting_for: str = ""
    keep: bool = True

    @property
    def state(self) -> State:
        """The state that the submission begins in."""
        return _STATES[self.result]


class Refused(Exception):  # noqa: N818 - ends the examination: an answer, and no error of ours
    """The item is not received."""

    def __init__(self, verdict: Verdict) -> None:
        """*verdict* says why."""
        super().__init__(verdict.result)
        self.verdict = verdict


@dataclass(frozen=True, slots=True)
class Accepted:
    """An item that goes to the reviewers: what it would make of the record."""

    unit: str
    label: str
    merged: tuple[str, ...] = ()
    warnings: tuple[dict[str, str], ...] = field(default=())
    waiting_for: str = ""


def refuse(result: Result, code: str, pointer: str = "", *, keep: bool = True) -> Refused:
    """The refusal for one problem."""
    return Refused(Verdict(result, (problem(code, pointer),), keep=keep))


def problem(code: str, pointer: str = "") -> Remark:
    """A problem that the checks of a form do not know about."""
    return Remark(pointer, code, "error", SENTENCES[code])

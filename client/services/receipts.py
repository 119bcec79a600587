"""Receipts and conflicts, made ready to be shown. Runs in the database lane."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from client.services.times import exact
from core.changes.merge import merge
from core.checks.sentences import place
from core.forms.catalogue import Forms
from core.forms.model import ChildTable, Field, Form
from core.record import Values
from core.values import masked
from core.wire.errors import WireError
from core.wire.receipts import Receipt, Result, open_receipt

if TYPE_CHECKING:
    from db.store import Store

_RESULTS = {
    Result.RECEIVED: "已收到",
    Result.HELD: "已收到，待前一份到达后处理",
    Result.CONFLICT: "与公开办现有登记有冲突",
    Result.INVALID: "未通过审查，不予受理",
    Result.FORBIDDEN: "不在本单位权限内，不予受理",
}


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """A receipt: whether its signature holds, what that means, and what it says."""

    is_verified: bool
    sentence: str
    rows: tuple[tuple[str, str], ...]
    title: str

    def text(self) -> str:
        """For the clipboard and the printer."""
        lines = [f"{name}：{value}" for name, value in self.rows]
        return "\n".join([f"回执 · {self.title}", "", *lines, "", self.sentence])


@dataclass(frozen=True, slots=True)
class ConflictRow:
    """One field that both sides changed."""

    pointer: str
    title: str
    base: str
    mine: str
    theirs: str


def view(store: Store, submission_id: str, forms: Forms) -> ReceiptView:
    """The receipt of a submission, verified against the office that this device enrolled with."""
    from db import identity, outbox

    item = outbox.get(store, submission_id)
    who = identity.get(store)
    if item is None or item.receipt is None or who is None:
        return ReceiptView(is_verified=False, sentence="还没有收到回执。", rows=(), title="")
    title = f"{item.title} · {forms[item.form].flow(item.flow).title}"
    try:
        receipt = open_receipt(
            item.receipt, who.office, submission_id=submission_id, digest=item.digest
        )
    except WireError:
        return ReceiptView(
            is_verified=False,
            sentence="回执未通过核验：签名或内容与本机上报的不一致。请联系公开办。",
            rows=(("上报编号", submission_id),),
            title=title,
        )
    return ReceiptView(
        is_verified=True,
        sentence="已核验：由公开办签发，内容与本机上报的一致。",
        rows=_rows(receipt, who.unit_title, who.officer),
        title=title,
    )


def _rows(receipt: Receipt, unit: str, officer: str) -> tuple[tuple[str, str], ...]:
    return (
        ("填报单位", unit),
        ("填报人", officer),
        ("上报编号", receipt.submission_id),
        ("内容摘要", receipt.digest),
        ("送达时间", exact(receipt.received_at)),
        ("处理结果", _RESULTS[receipt.result]),
        ("回执编号", receipt.receipt_id),
        ("回执册序号", str(receipt.log_index)),
    )


def conflict(store: Store, submission_id: str, forms: Forms) -> tuple[ConflictRow, ...]:
    """What it was, what was submitted, what the office has now; empty where nothing differs."""
    from db import outbox, registers

    sent = outbox.submission(store, submission_id)
    if sent is None:
        return ()
    form = forms[sent.form]
    base = outbox.base_of(store, submission_id)
    seen = registers.get(store, form, sent.record_id)
    theirs: Values = seen.values if seen is not None else {}
    found = merge(form, base, sent.values, theirs).conflicts
    return tuple(
        ConflictRow(
            each.pointer,
            place(form, each.pointer),
            *(
                _shown(form, forms, each.pointer, side)
                for side in (each.base, each.mine, each.theirs)
            ),
        )
        for each in found
    )


def _shown(form: Form, forms: Forms, pointer: str, value: Any) -> str:
    place = form.field_at(pointer)
    if value is None or place is None:
        return "（空）"
    if isinstance(place, ChildTable):
        return "\n".join(
            " · ".join(_one(each, row.get(each.name), forms) for each in place.fields)
            for row in value
        )
    return _one(place, value, forms)


def _one(field: Field, value: Any, forms: Forms) -> str:
    return masked(field, value, forms.codelists) or "（空）"

"""Receipts and decisions as signed, and what intake did not take."""

from __future__ import annotations

from sqlalchemy.orm import Session

from core.checks.sentences import place
from core.wire.errors import WireError
from core.wire.receipts import Result
from office import decisions, receipts
from office.context import Office
from office.desk import queries, words
from office.desk.pages import Badge, Fact, Note, ReceiptPage, RefusedPage, SignedNote
from office.desk.views import titles_of
from office.models import DecisionRow, ReceiptRow, Submission

_VALID = Badge("签名有效", "circle-check", "good")
_INVALID = Badge("签名无效，请立即报告管理员", "circle-x", "error")
_WORDS = {
    Result.RECEIVED: "已收下",
    Result.HELD: "已收下，等上一件",
    Result.CONFLICT: "与登记簿冲突",
    Result.INVALID: "校验未过，没有收下",
    Result.FORBIDDEN: "不在管辖范围，没有收下",
}


def receipt(
    office: Office, row: Submission, given: ReceiptRow | None, decided: DecisionRow | None
) -> ReceiptPage:
    """The signed notes about one submission; their signatures are checked again."""
    notes = []
    if given is not None:
        notes.append(_receipt_note(office, given))
    if decided is not None:
        notes.append(_decision_note(office, decided))
    title = f"{row.label} · {titles_of(office, row.form, row.flow)[1]}".strip(" ·")
    return ReceiptPage(row.submission_id, title, tuple(notes))


def refused(session: Session, office: Office, row: Submission) -> RefusedPage:
    """What intake did not take."""
    form, flow = titles_of(office, row.form, row.flow)
    unit = queries.title_of(session, office, office.units_form.id, row.unit) or row.unit
    facts = (
        Fact("编号", row.submission_id),
        Fact("表", form),
        Fact("事项", flow),
        Fact("单位", unit),
        Fact("上报账号", queries.account_title(session, office, row.account)),
        Fact("收到", words.when(row.received_at)),
    )
    definition = office.forms.get(row.form)
    problems = tuple(
        Note(
            words.REFUSED,
            str(each.get("text", "")),
            pointer=str(each.get("pointer", "")),
            place=place(definition, str(each["pointer"]))
            if definition is not None and each.get("pointer")
            else "",
        )
        for each in row.problems
    )
    return RefusedPage(row.submission_id, tuple(each for each in facts if each.text), problems)


def _receipt_note(office: Office, row: ReceiptRow) -> SignedNote:
    try:
        found = receipts.read(office, row)
    except WireError:
        return SignedNote("收件回执", (), _INVALID, row.note)
    facts = (
        Fact("回执号", str(found.log_index)),
        Fact("结果", _WORDS.get(found.result, found.result)),
        Fact("收件时间", words.exactly(found.received_at)),
        Fact("内容摘要", found.digest),
        Fact("回执链摘要", found.log_hash),
    )
    return SignedNote("收件回执", facts, _VALID, row.note)


def _decision_note(office: Office, row: DecisionRow) -> SignedNote:
    try:
        found = decisions.read(office, row)
    except WireError:
        return SignedNote("办理结果", (), _INVALID, row.note)
    issued = "、".join(map(str, found.assigned.values()))
    facts = (
        Fact("结果", words.STATES.get(found.outcome, words.UNKNOWN).word),
        Fact("审核人", found.reviewer),
        Fact("办理时间", words.exactly(found.decided_at)),
        Fact("登记簿版本", str(found.record_version or "")),
        Fact("核发编号", issued),
    )
    shown = tuple(each for each in facts if each.text)
    return SignedNote("办理结果", shown, _VALID, row.note)

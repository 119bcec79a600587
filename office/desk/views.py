"""Lists of submissions, of late units, of the audit log and of accounts, made from queries."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Row
from sqlalchemy.orm import Session

from core.changes.states import State
from core.checks.head import Duty
from core.checks.sentences import place
from core.wire.errors import WireError
from core.wire.receipts import Result
from office import decisions, receipts
from office.audit import DONE
from office.context import Office, moment
from office.desk import queries, words
from office.desk.dossier import duty_of
from office.desk.pages import (
    AccountLine,
    AccountsPage,
    AuditLine,
    AuditPage,
    Badge,
    DeviceLine,
    Fact,
    LatePage,
    LateUnit,
    Listing,
    Note,
    Option,
    QueueLine,
    ReceiptPage,
    RefusedPage,
    SignedNote,
)
from office.desk.queries import Wanted
from office.desk.security import ROLES, Reader
from office.models import DecisionRow, ReceiptRow, Role, Submission

PAGE = 100  # lines of a page
LATE_DAYS = 366  # how far back the page of late reports looks
_VALID = Badge("签名有效", "circle-check", "good")
_INVALID = Badge("签名无效,请立即报告管理员", "circle-x", "error")
_WORDS = {
    Result.RECEIVED: "已收下",
    Result.HELD: "已收下,等上一件",
    Result.CONFLICT: "与登记簿冲突",
    Result.INVALID: "校验未过,没有收下",
    Result.FORBIDDEN: "不在管辖范围,没有收下",
}
_EVENTS: Mapping[str, str] = {
    "account.add": "新增账号",
    "account.close": "停用账号",
    "account.password": "重设密码",
    "alarm.settled": "处理告警",
    "desk.download": "下载附件",
    "desk.refused": "审核台拒绝",
    "desk.reveal": "查看敏感信息",
    "desk.sign_in": "登录审核台",
    "desk.sign_out": "退出审核台",
    "device.revoke": "停用设备",
    "enrol.code": "发登记码",
    "enrol.device": "登记设备",
    "intake.item": "收件",
    "intake.quota": "超出收件限额",
    "office.backup": "备份",
    "office.export": "导出",
    "office.init": "建立中心库",
    "office.restore": "恢复",
    "review.begin": "开始审核",
    "review.decide": "办理",
    "session.open": "设备登录",
}
_RESULTS: Mapping[str, Badge] = {
    DONE: Badge("成功", "check", "good"),
    "approved": words.STATES[State.APPROVED],
    "returned": words.STATES[State.RETURNED],
    "rejected": words.STATES[State.REJECTED],
    "conflict": words.STATES[State.CONFLICT],
    "received": Badge("已收下", "inbox", "plain"),
    "held": Badge("等上一件", "clock", "plain"),
    "invalid": Badge("校验未过", "circle-x", "error"),
    "forbidden": Badge("不在管辖范围", "circle-x", "error"),
    "own_work": Badge("本人所报", "circle-x", "error"),
    "decided": Badge("已由别人办理", "circle-x", "error"),
    "changed": Badge("内容已变", "circle-x", "error"),
    "checks": Badge("复核未过", "circle-x", "error"),
    "comment": Badge("缺意见", "circle-x", "error"),
    "refused": Badge("被拒", "circle-x", "error"),
    "locked": Badge("已锁定", "lock", "error"),
    "revoked": Badge("设备停用", "circle-x", "error"),
}


def queue(session: Session, office: Office, reader: Reader, wanted: Wanted) -> Listing:
    """What waits for the reader, oldest first."""
    scope = reader.person.scope
    duty = duty_of(office)
    rows = queries.waiting(session, office, scope, wanted)
    late = [row for row in rows if words.days_late(row.event_date, row.received_at, duty)]
    chosen = late if wanted.overdue else rows
    part = chosen[wanted.offset : wanted.offset + PAGE]
    choices = queries.waiting_choices(session, office, scope)
    return Listing(
        lines=tuple(_line(office, reader, row, duty) for row in part),
        total=len(chosen),
        overdue=len(late),
        text=wanted.text,
        forms=_forms(office, (row.form for row in choices), wanted.form),
        flows=_flows(office, {(row.form, row.flow) for row in choices}, wanted.flow),
        units=_units(((row.unit, row.title) for row in choices), wanted.unit),
        only_overdue=wanted.overdue,
        filtered=wanted.narrowed,
        **_paging(wanted, len(chosen)),
    )


def done(session: Session, office: Office, reader: Reader, wanted: Wanted) -> Listing:
    """What was answered, latest first."""
    scope = reader.person.scope
    duty = duty_of(office)
    total, rows = queries.done(session, office, scope, wanted, PAGE)
    units = queries.done_units(session, office, scope)
    answered = (State.APPROVED, State.RETURNED, State.REJECTED, State.CONFLICT)
    return Listing(
        lines=tuple(_line(office, reader, row, duty, done=True) for row in rows),
        total=total,
        overdue=0,
        text=wanted.text,
        forms=_forms(office, office.forms, wanted.form),
        units=_units(((row.unit, row.title) for row in units), wanted.unit),
        states=tuple(
            Option(each, words.STATES[each].word, each == wanted.state) for each in answered
        ),
        filtered=wanted.narrowed,
        **_paging(wanted, total),
    )


def late(session: Session, office: Office, reader: Reader) -> LatePage:
    """Who reports late: by unit, and the last late reports."""
    scope, duty = reader.person.scope, duty_of(office)
    since = moment(office.clock() - timedelta(days=LATE_DAYS))
    rows = queries.reported_since(session, office, scope, since)
    unmended = queries.unmended(session, office, scope)
    by_unit: dict[str, list[int]] = defaultdict(list)
    titles: dict[str, str] = {}
    for row in rows:
        by_unit[row.unit].append(words.days_late(row.event_date, row.received_at, duty))
        titles[row.unit] = row.unit_title or row.unit
    for unit in unmended:
        titles.setdefault(unit, queries.title_of(session, office, office.units_form.id, unit))
    units = [
        _late_unit(titles[unit] or unit, by_unit[unit], unmended.get(unit, 0)) for unit in titles
    ]
    overdue = [row for row in rows if words.days_late(row.event_date, row.received_at, duty)]
    shown = overdue[:PAGE]
    bodies = queries.bodies(session, office, [row.submission_id for row in shown])
    days = "个工作日" if duty.working else "天"
    return LatePage(
        units=tuple(sorted(units, key=lambda each: (-each.late, -each.waiting, each.unit))),
        lines=tuple(
            replace(
                _line(office, reader, row, duty),
                reason=json.loads(bodies[row.submission_id])["head"]["overdue_reason"],
            )
            for row in shown
        ),
        reported=len(rows),
        late=len(overdue),
        duty=f"事由发生后 {duty.days} {days}内报送为按期;统计最近一年收到的首次报送,"
        f"共 {len(rows)} 件,超期 {len(overdue)} 件",
    )


def audit(session: Session, office: Office, wanted: Wanted) -> AuditPage:
    """The audit log, latest first."""
    total, rows = queries.audit(session, office, wanted, PAGE)
    return AuditPage(
        lines=tuple(
            AuditLine(
                row.number,
                words.exactly(row.at),
                _EVENTS.get(row.event, row.event),
                row.account,
                row.device_id[:8],
                row.object,
                _RESULTS.get(row.result, Badge(row.result, "info", "plain")),
            )
            for row in rows
        ),
        total=total,
        events=tuple(
            Option(each, _EVENTS.get(each, each), each == wanted.state)
            for each in queries.audit_events(session, office)
        ),
        account=wanted.text,
        newer=_paging(wanted, total)["newer"],
        older=_paging(wanted, total)["older"],
    )


def accounts(session: Session, office: Office) -> AccountsPage:
    """Accounts and devices."""
    now = office.now()
    return AccountsPage(
        accounts=tuple(
            AccountLine(
                row.Account.name,
                row.Account.title,
                ROLES[Role(row.Account.role)],
                row.scope_title or row.Account.scope,
                words.when(row.Account.created_at),
                _account_state(row.Account.active, row.Account.locked_until > now),
            )
            for row in queries.people(session, office)
        ),
        devices=tuple(
            DeviceLine(
                each.device_id,
                each.title,
                each.account,
                words.when(each.enrolled_at),
                words.when(each.seen_at),
                Badge("已停用", "circle-x", "error")
                if each.revoked_at
                else Badge("可用", "check", "good"),
            )
            for each in queries.devices(session, office)
        ),
    )


def flash(session: Session, office: Office, reader: Reader, submission_id: str) -> Badge | None:
    """A line that says what was just decided."""
    scope = reader.person.scope
    found = queries.submission(session, office, scope, submission_id)
    if found is None or queries.decision(session, office, submission_id) is None:
        return None
    badge = words.STATES.get(found.state, words.UNKNOWN)
    flow = _titles(office, found.form, found.flow)[1]
    return Badge(f"{badge.word}:{found.label} · {flow}", badge.icon, badge.tone)


def receipt(
    office: Office, row: Submission, given: ReceiptRow | None, decided: DecisionRow | None
) -> ReceiptPage:
    """The signed notes about one submission; their signatures are checked again."""
    notes = []
    if given is not None:
        notes.append(_receipt_note(office, given))
    if decided is not None:
        notes.append(_decision_note(office, decided))
    title = f"{row.label} · {_titles(office, row.form, row.flow)[1]}".strip(" ·")
    return ReceiptPage(row.submission_id, title, tuple(notes))


def refused(session: Session, office: Office, row: Submission) -> RefusedPage:
    """What intake did not take."""
    form, flow = _titles(office, row.form, row.flow)
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


def _titles(office: Office, form: str, flow: str) -> tuple[str, str]:
    """Titles of a form and a flow, which what intake refused may not name rightly."""
    definition = office.forms.get(form)
    if definition is None:
        return form, flow
    return definition.title, next(
        (each.title for each in definition.flows if each.id == flow), flow
    )


def _late_unit(title: str, days: Sequence[int], waiting: int) -> LateUnit:
    overdue = sum(1 for each in days if each)
    return LateUnit(
        title, len(days), overdue, words.share(overdue, len(days)), max(days, default=0), waiting
    )


def _account_state(active: bool, locked: bool) -> Badge:  # noqa: FBT001 - two plain facts
    if not active:
        return Badge("已停用", "circle-x", "error")
    if locked:
        return Badge("暂时锁定", "lock", "warning")
    return Badge("可用", "check", "good")


def _line(
    office: Office, reader: Reader, row: Row[Any], duty: Duty, *, done: bool = False
) -> QueueLine:
    form, flow = _titles(office, row.form, row.flow)
    state = words.STATES.get(row.state, words.UNKNOWN)
    if row.state == State.REJECTED and row.problems:
        state = words.REFUSED
    return QueueLine(
        submission_id=row.submission_id,
        label=row.label or form or "读不出的一件",
        form=form,
        flow=flow,
        unit=row.unit_title or row.unit,
        author=row.author_title or row.account,
        event_date=row.event_date,
        received=words.when(row.received_at),
        waited=words.waited(row.received_at, office.clock()),
        due=words.term(row.event_date, row.received_at, duty),
        state=state,
        warnings=len(row.warnings),
        merged=len(row.merged),
        again=bool(row.supersedes),
        own=row.holder == reader.person.holder,
        decided=words.when(row.decided_at) if done else "",
        reviewer=(row.reviewer_title or "") if done else "",
        receipt=str(row.log_index or "") if done else "",
    )


def _forms(office: Office, ids: Iterable[str], chosen: str) -> tuple[Option, ...]:
    return tuple(
        Option(each, _titles(office, each, "")[0], each == chosen) for each in sorted(set(ids))
    )


def _flows(office: Office, pairs: Iterable[tuple[str, str]], chosen: str) -> tuple[Option, ...]:
    titles = {flow: _titles(office, form, flow)[1] for form, flow in sorted(pairs)}
    return tuple(Option(flow, title, flow == chosen) for flow, title in titles.items())


def _units(rows: Iterable[tuple[str, str | None]], chosen: str) -> tuple[Option, ...]:
    titles = {unit: title or unit for unit, title in rows}
    return tuple(Option(unit, title, unit == chosen) for unit, title in titles.items())


def _paging(wanted: Wanted, total: int) -> dict[str, Any]:
    asked = {
        "text": wanted.text,
        "unit": wanted.unit,
        "form": wanted.form,
        "flow": wanted.flow,
        "state": wanted.state,
        "overdue": "1" if wanted.overdue else "",
    }

    def at(offset: int) -> str:
        return urlencode({**{k: v for k, v in asked.items() if v}, "offset": offset})

    return {
        "first": min(wanted.offset + 1, total),
        "last": min(wanted.offset + PAGE, total),
        "newer": at(max(0, wanted.offset - PAGE)) if wanted.offset else "",
        "older": at(wanted.offset + PAGE) if wanted.offset + PAGE < total else "",
    }

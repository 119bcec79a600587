"""Who is late, what is on record, and who may come in."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from sqlalchemy.orm import Session

from core.changes.states import State
from office import audit as audit_log
from office.audit import DONE
from office.context import Office, moment
from office.desk import queries, views, words
from office.desk.dossier import duty_of
from office.desk.pages import (
    AccountLine,
    AccountsPage,
    AlarmLine,
    AuditLine,
    AuditPage,
    Badge,
    DeviceLine,
    LatePage,
    LateUnit,
    Option,
)
from office.desk.queries import Wanted
from office.desk.security import ROLES, Reader
from office.intake import alarms
from office.models import Role

LATE_DAYS = 366  # how far back the page of late reports looks
_EVENTS: Mapping[str, str] = {
    "account.add": "新增账号",
    "account.close": "停用账号",
    "account.password": "重设密码",
    "alarm.fork": "告警：编号重复",
    "alarm.gap": "告警：缺件",
    "alarm.mismatch": "告警：同号异文",
    "alarm.settled": "告警解除",
    "audit.verify": "核对留痕",
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
_ALARMS: Mapping[str, Badge] = {
    alarms.GAP: Badge("缺件", "triangle-alert", "warning"),
    alarms.FORK: Badge("编号重复", "triangle-alert", "error"),
    alarms.MISMATCH: Badge("同号异文", "triangle-alert", "error"),
}
_ADVICE: Mapping[str, str] = {
    alarms.GAP: "第 {subject} 号还没有到，后面的已经到了。请信息员联网同步一次",
    alarms.FORK: "第 {subject} 号来过两件不同的，电脑可能是复制的或恢复了旧备份。"
    "请停用其中一台，重新登记",
    alarms.MISMATCH: "同一编号来过两份不同的内容，后到的没有采用：{subject}。请与信息员核对",
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
    **{role: Badge(title, "user", "plain") for role, title in ROLES.items()},
    "refused": Badge("被拒", "circle-x", "error"),
    "locked": Badge("已锁定", "lock", "error"),
    "revoked": Badge("设备停用", "circle-x", "error"),
}


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
    shown = overdue[: views.PAGE]
    bodies = queries.bodies(session, office, [row.submission_id for row in shown])
    days = "个工作日" if duty.working else "天"
    return LatePage(
        units=tuple(sorted(units, key=lambda each: (-each.late, -each.waiting, each.unit))),
        lines=tuple(
            replace(
                views.line_of(office, reader, row, duty),
                reason=json.loads(bodies[row.submission_id])["head"]["overdue_reason"],
            )
            for row in shown
        ),
        reported=len(rows),
        late=len(overdue),
        duty=f"事由发生后 {duty.days} {days}内报送为按期；统计最近一年收到的首次报送，"
        f"共 {len(rows)} 件，超期 {len(overdue)} 件",
    )


def audit(session: Session, office: Office, wanted: Wanted, *, verify: bool) -> AuditPage:
    """The audit log, latest first; *verify* follows its chain from the first line to the last."""
    total, rows = queries.audit(session, office, wanted, views.PAGE)
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
        verified=_verified(audit_log.verify(session, office.county)) if verify else None,
        newer=views.paging(wanted, total)["newer"],
        older=views.paging(wanted, total)["older"],
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
        alarms=tuple(
            AlarmLine(
                words.when(each.raised_at),
                _ALARMS.get(each.kind, Badge(each.kind, "triangle-alert", "warning")),
                each.device_id,
                _ADVICE.get(each.kind, "").format(subject=each.subject),
            )
            for each in queries.alarms(session, office, views.PAGE)
        ),
    )


def _late_unit(title: str, days: Sequence[int], waiting: int) -> LateUnit:
    overdue = sum(1 for each in days if each)
    return LateUnit(
        title, len(days), overdue, words.share(overdue, len(days)), max(days, default=0), waiting
    )


def _verified(first_wrong: int | None) -> Badge:
    if first_wrong is None:
        return Badge("已逐条核对，没有被改动", "circle-check", "good")
    word = f"从第 {first_wrong} 条起与原来写的不一致，请立即报告"
    return Badge(word, "circle-x", "error")


def _account_state(active: bool, locked: bool) -> Badge:  # noqa: FBT001 - two plain facts
    if not active:
        return Badge("已停用", "circle-x", "error")
    if locked:
        return Badge("暂时锁定", "lock", "warning")
    return Badge("可用", "check", "good")

"""`enrol`, `submit`, `sync`: towards the office."""

from __future__ import annotations

import argparse
import platform
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from client.cli.common import (
    CANNOT,
    DONE,
    FOUND_ERRORS,
    WORK_LEFT,
    CommandError,
    complain,
    folder,
    opened,
    say,
)
from client.services import preferences
from client.services.troubles import line_sentence
from core.checks.head import check_head
from core.checks.issues import Issue, blocking
from core.checks.record import Subject, check
from core.checks.sentences import sentence
from core.forms.model import Field, Severity
from core.resources import codelists, forms
from core.values import parse
from db.errors import StoreError

if TYPE_CHECKING:
    from client.sync.events import Summary
    from core.changes.draft import Draft
    from core.forms.model import Form
    from db.store import Store


def add_commands(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    everywhere: argparse.ArgumentParser,
) -> None:
    """Declares the commands of this file."""
    enrol = commands.add_parser("enrol", parents=[everywhere], help="与公开办登记本机")
    enrol.add_argument("--office", required=True, metavar="URL", help="公开办地址")
    enrol.add_argument("--code", required=True, help="公开办发给的登记码")
    enrol.add_argument("--ca", type=folder, help="公开办自己的证书颁发机构（PEM 文件）")
    enrol.add_argument("--name", default=platform.node() or "zhibao", help="本机的名称")
    enrol.set_defaults(run=_enrol)
    submit = commands.add_parser("submit", parents=[everywhere], help="检查并上报草稿")
    submit.add_argument("drafts", nargs="*", metavar="DRAFT", help="草稿编号")
    submit.add_argument("--all", action="store_true", help="所有草稿")
    submit.set_defaults(run=_submit)
    sync = commands.add_parser("sync", parents=[everywhere], help="发送上报件，取回答复和台账")
    sync.add_argument("--once", action="store_true", help="只往返一次，还有待发的也停下")
    sync.set_defaults(run=_sync)


def _enrol(args: argparse.Namespace) -> int:
    from client.sync import engine, retry
    from client.sync.enrolment import enrol
    from db import identity

    ca_pem = args.ca.read_text(encoding="ascii") if args.ca else ""
    with opened(args, make=True) as store:
        who = enrol(args.office, args.code, device_name=args.name, ca_pem=ca_pem)
        identity.save(store, who)
        engine.save_retry_state(store, retry.RetryState())
    names = ("device", "account", "officer", "unit", "unit_title", "office_url")
    found = {name: getattr(who, name) for name in names}
    say(args, found, f"已登记：{who.officer}，{who.unit_title}。")
    return DONE


def _submit(args: argparse.Namespace) -> int:
    from db import drafts

    sent: list[dict[str, str]] = []
    refused = 0
    with opened(args) as store:
        wanted = [each.draft_id for each in drafts.all(store)] if args.all else args.drafts
        if not wanted and not args.all:
            raise CommandError("请写出草稿编号，或用 --all 上报所有草稿。")
        for draft_id in wanted:
            try:
                sent.append(_submitted(store, drafts.get(store, draft_id)))
            except (StoreError, CommandError) as error:
                complain(f"{draft_id}：{getattr(error, 'sentence', error)}")
                refused = max(refused, getattr(error, "code", CANNOT) == FOUND_ERRORS or CANNOT)
    say(args, sent, f"已上报 {len(sent)} 件，等待发送。")
    return refused


def _submitted(store: Store, draft: Draft) -> dict[str, str]:
    from db import outbox

    form = forms()[draft.form]
    if draft.form_version != form.version:
        raise CommandError("这份草稿按旧版表单填写，请在窗口中打开后再报。")
    stop = blocking(issues_of(store, draft, form), draft.overrides)
    if stop:
        words = "；".join(sentence(form, each).rstrip("。") for each in stop)
        raise CommandError(words + "。", FOUND_ERRORS)
    sealed = outbox.enqueue(store, draft, form)
    return {"draft": draft.draft_id, "submission": sealed.submission_id, "digest": sealed.digest}


def issues_of(store: Store, draft: Draft, form: Form) -> list[Issue]:
    """Everything that the entry screen would show: texts, record, other records, head."""
    from db.registers import StoreLookup

    today = datetime.now().astimezone().date().isoformat()
    flow = form.flow(draft.flow)
    subject = Subject(form, flow, draft.record_id, draft.values, draft.base)
    duty = preferences.duty(preferences.read(store))
    return [
        *_texts(draft, form),
        *check(subject, codelists(), today, StoreLookup(store)),
        *check_head(draft.head, flow, draft.attachments, duty, today),
    ]


def _texts(draft: Draft, form: Form) -> list[Issue]:
    """What was typed and is not a value."""
    found = []
    for pointer, text in draft.texts.items():
        field = form.field_at(pointer)
        if isinstance(field, Field):
            parsed = parse(field, text, codelists())
            code = parsed.problem or "unknown_reference"
            found.append(Issue(code, Severity.ERROR, pointer, {"value": text, **parsed.params}))
    return found


def _sync(args: argparse.Namespace) -> int:
    with opened(args) as store:
        summary = _visit(store)
        while _goes_on(summary) and not args.once:
            summary = _added(summary, _visit(store))
    found: dict[str, Any] = summary.as_json()
    words = [f"发送 {summary.sent} 件，通过 {summary.approved} 件，退回 {summary.returned} 件"]
    words += [f"还有 {summary.waiting} 件待发"] if summary.waiting else []
    say(args, found, "，".join(words) + "。")
    if summary.problem:
        complain(line_sentence(summary.problem))
    return WORK_LEFT if summary.problem or summary.waiting else DONE


def _visit(store: Store) -> Summary:
    from client.sync import engine
    from client.sync.api import OfficeApi
    from client.sync.events import Finished
    from client.sync.troubles import NotEnrolled
    from db import identity

    who = identity.get(store)
    if who is None:
        raise NotEnrolled
    api = OfficeApi(
        who.office_url, device=who.device, signer=who.signer, office=who.office, ca_pem=who.ca_pem
    )
    try:
        *_, last = engine.run(store, api)
    finally:
        api.close()
    if not isinstance(last, Finished):
        raise TypeError("a visit ends with a summary")
    return last.summary


def _goes_on(summary: Summary) -> bool:
    """Whether another visit at once would bring something."""
    return bool(summary.waiting and summary.sent and not summary.problem)


def _added(one: Summary, two: Summary) -> Summary:
    names = ("sent", "received", "approved", "returned", "conflicts", "bytes_out", "bytes_in")
    sums = {name: getattr(one, name) + getattr(two, name) for name in names}
    return replace(two, **sums, seconds=round(one.seconds + two.seconds, 3))

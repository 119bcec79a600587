"""`forms`, `report`, `search`, `outbox`: reading only."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from client.cli.common import DONE, CommandError, opened, say, table
from client.cli.words import STAFFING, STATES
from client.services.troubles import line_sentence
from core.forms.model import FormKind
from core.resources import codelists, forms, messages
from core.statistics.staffing import COUNTED_BY, INSTITUTION, PERSON, PeopleCount, Scope, staffing
from core.values import masked, show

if TYPE_CHECKING:
    from core.forms.model import Form
    from db.registers import RegisterRow


def add_commands(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    everywhere: argparse.ArgumentParser,
) -> None:
    """Declares the commands of this file."""
    listed = commands.add_parser("forms", parents=[everywhere], help="有哪些表单")
    listed.set_defaults(run=_forms)
    report = commands.add_parser("report", parents=[everywhere], help="统计报表")
    report.add_argument("name", metavar="NAME", help="、".join(REPORTS))
    scopes = [str(each) for each in Scope]
    report.add_argument("--scope", choices=scopes, default=scopes[0], help="实有人员口径")
    report.set_defaults(run=_report)
    search = commands.add_parser(
        "search", parents=[everywhere], help="按姓名、拼音首字母、号码查找"
    )
    search.add_argument("form", metavar="FORM")
    search.add_argument("text", metavar="TEXT")
    search.add_argument("--limit", type=int, default=50, help="最多列出几条")
    search.add_argument("--full", action="store_true", help="不遮盖敏感项")
    search.set_defaults(run=_search)
    outbox = commands.add_parser("outbox", parents=[everywhere], help="上报件和它们的状态")
    outbox.set_defaults(run=_outbox)


def form_of(name: str) -> Form:
    """The register called *name*.

    Raises:
        CommandError: there is none.

    """
    known = {each.id: each for each in forms().values() if each.kind is FormKind.REGISTER}
    if name not in known:
        raise CommandError(f"没有台账 {name}。现有：{'、'.join(known)}。")
    return known[name]


def _forms(args: argparse.Namespace) -> int:
    found = [
        {
            "id": each.id,
            "kind": str(each.kind),
            "title": each.title,
            "version": each.version,
            "fields": len(each.fields) + len(each.children),
        }
        for each in forms().values()
    ]
    say(
        args,
        found,
        table([(each["id"], each["title"], f"第 {each['version']} 版") for each in found]),
    )
    return DONE


def _staffing(args: argparse.Namespace) -> tuple[dict[str, Any], str]:
    from db import figures

    with opened(args) as store:
        units = list(figures.values_of(store, forms()[INSTITUTION]))
        counts = figures.group_counts(store, forms()[PERSON], COUNTED_BY)
    people = (
        PeopleCount(unit or "", status or "", bool(published), n)
        for (unit, status, published), n in counts
    )
    made = staffing(units, people, codelists()["person_status"], Scope(args.scope))
    keyed = made.figures()
    rows: list[tuple[Any, ...]] = [(STAFFING[key], each) for key, each in keyed.items()]
    notes = [*map(str, made.rates), *(f"注：{each}" for each in made.footnotes)]
    return keyed, "\n".join([table(rows), "", *notes])


REPORTS: dict[str, Callable[[argparse.Namespace], tuple[dict[str, Any], str]]] = {
    "staffing": _staffing
}


def _report(args: argparse.Namespace) -> int:
    if args.name not in REPORTS:
        raise CommandError(f"没有报表 {args.name}。现有：{'、'.join(REPORTS)}。")
    figures, text = REPORTS[args.name](args)
    say(args, figures, text)
    return DONE


def _search(args: argparse.Namespace) -> int:
    from db import registers

    form = form_of(args.form)
    begun = time.perf_counter()
    with opened(args) as store:
        begun = time.perf_counter()
        total = registers.count(store, form, text=args.text)
        handles = registers.ids(store, form, text=args.text, limit=max(args.limit, 0))
        rows = registers.rows(store, form, handles)
        seconds = round(time.perf_counter() - begun, 4)
    found = {
        "total": total,
        "rows": [_json_row(form, each, full=args.full) for each in rows],
        "seconds": seconds,
    }
    names = form.listing.columns
    lines = [tuple(form.by_name[name].title for name in names)]
    lines += [tuple(_cell(form, name, each, full=args.full) for name in names) for each in rows]
    say(args, found, f"{table(lines)}\n共 {total} 条")
    return DONE


def _json_row(form: Form, row: RegisterRow, *, full: bool) -> dict[str, Any]:
    """A row, with what is sensitive masked unless *full*."""
    values = {
        name: masked(field, each) if field.sensitive and not full else each
        for name, each in row.values.items()
        for field in [form.by_name[name]]
    }
    return {"record": row.record_id, "state": row.state_badge, **values}


def _cell(form: Form, name: str, row: RegisterRow, *, full: bool) -> str:
    field, value = form.by_name[name], row.values.get(name)
    if value is None:
        return ""
    return masked(field, value) if field.sensitive and not full else show(field, value, codelists())


def _outbox(args: argparse.Namespace) -> int:
    from db import outbox

    with opened(args) as store:
        items = outbox.items(store)
    found = [
        {
            "submission": each.submission_id,
            "form": each.form,
            "state": str(each.state),
            "rows": 1,
            "queued_at": each.queued_at,
            "attempts": each.attempts,
            "last_error": each.last_error,
        }
        for each in items
    ]
    known = forms()
    lines = [
        (
            each.submission_id,
            known[each.form].title,
            each.title,
            STATES[each.state],
            line_sentence(each.last_error) if each.last_error in messages("line") else "",
        )
        for each in items
    ]
    say(args, found, table(lines) if lines else "没有上报件。")
    return DONE

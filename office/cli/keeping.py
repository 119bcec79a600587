"""`backup`, `restore`, `verify` and `export`."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

from sqlalchemy import select

from core.forms.model import Form
from core.wire.protocol import RecordState
from office import audit, keeping
from office.cli.common import DONE, FOUND_ERRORS, CommandError, opened, say
from office.models import Record

_MASK = "****"


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the commands of this file."""
    backup = commands.add_parser("backup", help="备份到一个新文件夹（含私钥，请妥善保管）")
    backup.add_argument("target", type=Path)
    backup.set_defaults(run=_backup)
    restore = commands.add_parser("restore", help="从备份恢复；各客户端随后自动重新同步")
    restore.add_argument("source", type=Path)
    restore.set_defaults(run=_restore)
    verify = commands.add_parser("verify", help="核对审计日志和回执日志没有被改动")
    verify.set_defaults(run=_verify)
    export = commands.add_parser("export", help="导出台账（JSON 行）；敏感项默认遮盖")
    export.add_argument("target", type=Path)
    export.add_argument("--form", help="只导出一种表")
    export.add_argument("--full", action="store_true", help="不遮盖敏感项（记入审计）")
    export.set_defaults(run=_export)


def _backup(args: argparse.Namespace) -> int:
    with opened(args) as office:
        target = keeping.backup(office, args.target)
    say(args, {"backup": str(target)}, f"已备份到 {target}。其中有私钥，请锁好。")
    return DONE


def _restore(args: argparse.Namespace) -> int:
    if args.database:
        raise CommandError("恢复只用于 --base-dir 里的中心库。")
    restored = keeping.restore(args.source, args.base_dir)
    value = {
        "epoch": restored.epoch,
        "receipts": restored.receipts,
        "replaced": restored.replaced,
    }
    kept = f"原来的文件在 {restored.replaced}。" if restored.replaced else ""
    say(args, value, f"已恢复，回执到第 {restored.receipts} 号。{kept}")
    return DONE


def _verify(args: argparse.Namespace) -> int:
    with opened(args) as office:
        problems = keeping.verify(office)
    say(args, {"problems": problems}, "\n".join(problems) or "两份日志都完好。")
    return FOUND_ERRORS if problems else DONE


def _export(args: argparse.Namespace) -> int:
    target: Path = args.target
    count = 0
    with opened(args) as office:
        if args.form is not None and args.form not in office.forms:
            raise CommandError(f"没有名为 {args.form} 的表。")
        with office.database.write() as session:
            what = f"{args.form or 'all'} {'full' if args.full else 'masked'}"
            audit.append(session, office, "office.export", what)
        try:
            handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise CommandError(f"不能写入 {target}：{error.strerror}。") from error
        query = select(Record).where(
            Record.county == office.county, Record.state == RecordState.CURRENT
        )
        if args.form is not None:
            query = query.where(Record.form == args.form)
        ordered = query.order_by(Record.form, Record.unit, Record.key, Record.record_id)
        with os.fdopen(handle, "w", encoding="utf-8") as file, office.database.read() as session:
            for row in session.scalars(ordered.execution_options(yield_per=500)):
                values = row.values if args.full else masked(office.forms[row.form], row.values)
                line = {"form": row.form, "record": row.record_id, "values": values}
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
                count += 1
    say(args, {"file": str(target), "records": count}, f"已导出 {count} 条到 {target}。")
    return DONE


def masked(form: Form, values: dict[str, Any]) -> dict[str, Any]:
    """*values* with the sensitive ones covered."""
    hidden = {each.name for each in form.fields if each.sensitive}
    return {name: _MASK if name in hidden else value for name, value in values.items()}

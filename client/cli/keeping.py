"""`backup`, `restore`, `self-test`."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from client.cli.common import CANNOT, DONE, CommandError, complain, opened, password, say, where


def add_commands(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    everywhere: argparse.ArgumentParser,
) -> None:
    """Declares the commands of this file."""
    backup = commands.add_parser("backup", parents=[everywhere], help="备份本机数据")
    backup.set_defaults(run=_backup)
    restore = commands.add_parser("restore", parents=[everywhere], help="从备份恢复")
    restore.add_argument("backup", nargs="?", metavar="BACKUP", help="备份文件，不写即最新的一份")
    restore.set_defaults(run=_restore)
    test = commands.add_parser("self-test", parents=[everywhere], help="检查程序自身是否完整")
    test.set_defaults(run=_self_test)


def _backup(args: argparse.Namespace) -> int:
    from db import backup

    folder = where(args).backups
    with opened(args) as store:
        made = backup.take(store, folder, kind="manual")
    removed = [each.name for each in backup.thin(folder)]
    found = {
        "backup": str(made.path),
        "taken_at": made.taken_at,
        "size": made.size,
        "removed": removed,
    }
    say(args, found, f"已备份到 {made.path}。")
    return DONE


def _restore(args: argparse.Namespace) -> int:
    from filelock import FileLock, Timeout

    from db import backup, keyfile

    place = where(args)
    chosen = _chosen(args.backup, place.backups)
    key = keyfile.unlock(place.key, password(), time.time())
    try:
        with FileLock(place.lock, timeout=0):
            salvaged = backup.restore(chosen, place.store, key)
    except Timeout as error:
        raise CommandError("直报的窗口还开着。请先关闭窗口，再恢复。") from error
    found = {"backup": str(chosen), "salvaged": salvaged}
    say(args, found, f"已从 {chosen.name} 恢复，带回未办完的 {salvaged} 件。原数据文件另存在旁边。")
    return DONE


def _chosen(name: str | None, folder: Path) -> Path:
    from db import backup

    if name is None:
        newest = next(iter(backup.listed(folder)), None)
        if newest is None:
            raise CommandError(f"{folder} 里没有备份。")
        return newest.path
    inside = folder / name
    return inside if inside.exists() else Path(name).expanduser().absolute()


def _self_test(args: argparse.Namespace) -> int:
    from client.cli import selftest

    results = selftest.run()
    found = [{"test": each.title, "ok": each.ok, "detail": each.detail} for each in results]
    lines = [f"{'正常' if each.ok else '有误'}  {each.title}  {each.detail}" for each in results]
    say(args, found, "\n".join(lines))
    if all(each.ok for each in results):
        return DONE
    complain("程序不完整，请重新安装。")
    return CANNOT

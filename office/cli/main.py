"""`zhibao-office`: exit code 0 done, 1 checks found errors, 2 cannot, 3 work is left."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from core.forms.errors import FormError
from office.accounts import AccountError
from office.cli import founding, keeping, people, review
from office.cli.common import CANNOT, CommandError, default_base_dir
from office.database import DatabaseError
from office.keeping import BackupError
from office.keys import KeyFileError
from office.server import PortError
from office.settings import SettingsError

_EXPECTED = (
    AccountError,
    BackupError,
    DatabaseError,
    FormError,
    KeyFileError,
    PortError,
    SettingsError,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; a refusal is one sentence on stderr."""
    args = _parser().parse_args(argv)
    try:
        return int(args.run(args))
    except CommandError as error:
        return _refuse(str(error), error.code)
    except _EXPECTED as error:
        return _refuse(str(error))
    except SQLAlchemyError as error:
        return _refuse(f"数据库不能用：{type(error).__name__}。请检查磁盘空间、权限和地址。")


def _refuse(sentence: str, code: int = CANNOT) -> int:
    sys.stderr.write(sentence + "\n")
    return code


def _parser() -> argparse.ArgumentParser:
    everywhere = argparse.ArgumentParser(add_help=False)
    _common(everywhere, argparse.SUPPRESS)
    parser = argparse.ArgumentParser(prog="zhibao-office", description="直报 · 公开办")
    _common(parser, None)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for each in (founding, people, review, keeping):
        each.add_commands(commands)
    _share(commands, everywhere)
    return parser


def _common(parser: argparse.ArgumentParser, absent: str | None) -> None:
    """The options that may stand before or after the command."""
    base = default_base_dir() if absent is None else absent
    parser.add_argument("--base-dir", type=Path, default=base, help="中心库所在的文件夹")
    url = "" if absent is None else absent
    parser.add_argument("--database", default=url, help="SQLAlchemy 数据库地址")
    as_json = False if absent is None else absent
    parser.add_argument("--json", action="store_true", default=as_json, help="以 JSON 输出")


def _share(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    everywhere: argparse.ArgumentParser,
) -> None:
    """Let every command, and every command below it, take the common options too."""
    for parser in set(commands.choices.values()):
        for action in everywhere._actions:  # noqa: SLF001 - argparse has no public way
            parser._add_action(action)  # noqa: SLF001
        for action in list(parser._actions):  # noqa: SLF001
            if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
                _share(action, everywhere)


if __name__ == "__main__":
    sys.exit(main())

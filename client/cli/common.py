"""What all commands share: where the store is, the password, how answers are printed."""

from __future__ import annotations

import argparse
import getpass
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from client.paths import Paths, paths

if TYPE_CHECKING:
    from db.store import Store

DONE, FOUND_ERRORS, CANNOT, WORK_LEFT = 0, 1, 2, 3
PASSWORD = "ZHIBAO_PASSWORD"  # noqa: S105 - the variable's name


class CommandError(Exception):
    """The command cannot be carried out; the message is the sentence for stderr."""

    def __init__(self, sentence: str, code: int = CANNOT) -> None:
        super().__init__(sentence)
        self.code = code


def where(args: argparse.Namespace) -> Paths:
    """The folder that the command works in."""
    return paths(args.base_dir)


def password(*, twice: bool = False) -> str:
    """From the variable, or asked for on the terminal, a new one *twice*.

    Raises:
        CommandError: neither is possible, or the two differ.

    """
    given = os.environ.get(PASSWORD)
    if given:
        return given
    if sys.stdin is None or not sys.stdin.isatty():
        raise CommandError(f"没有口令。请设置环境变量 {PASSWORD}。")
    typed = getpass.getpass("口令：")
    if twice and getpass.getpass("再输一次：") != typed:
        raise CommandError("两次输入的口令不同。")
    return typed


@contextmanager
def opened(args: argparse.Namespace, *, make: bool = False) -> Iterator[Store]:
    """The store, unlocked; with *make*, made where there is none.

    Raises:
        CommandError: there is none.
        StoreError: it cannot be opened.

    """
    from db import backup, founding, identity, keyfile
    from db.files import is_founded
    from db.store import Store

    place = where(args)
    if not is_founded(place.key, place.store):
        if not make:
            raise CommandError(
                f"{place.base} 里还没有本机数据。请先打开窗口，或运行 zhibao enrol。"
            )
        store = founding.found(place.key, place.store, password(twice=True))
    else:
        key = keyfile.unlock(place.key, password(), time.time())
        backup.finish(place.store, key)
        store = Store.open(place.store, key)
    try:
        who = identity.get(store)
        store.user = who.account if who is not None else ""
        yield store
    finally:
        store.close()


def say(args: argparse.Namespace, value: Any, text: str) -> None:
    """Print *value* as JSON where that was asked for, else *text*."""
    out = json.dumps(value, ensure_ascii=False) if args.json else text
    if out:
        write(out)


def write(text: str) -> None:
    """One or more lines on standard output, if the program has one."""
    if sys.stdout is not None:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()


def complain(text: str) -> None:
    """One sentence on standard error, if the program has one."""
    if sys.stderr is not None:
        sys.stderr.write(text + "\n")


def table(rows: list[tuple[Any, ...]]) -> str:
    """Columns side by side; Chinese characters are two columns wide."""
    texts = [[str(each) for each in row] for row in rows]
    widths = [max(map(_width, column)) for column in zip(*texts, strict=True)]
    return "\n".join(
        "  ".join(
            each + " " * (width - _width(each)) for each, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in texts
    )


def _width(text: str) -> int:
    return sum(2 if ord(each) > 0x2E7F else 1 for each in text)


def folder(path: str) -> Path:
    """A path as typed, made absolute."""
    return Path(path).expanduser().absolute()

"""What all commands share: where the office is, how answers and refusals are printed."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from office.context import Office, open_office
from office.models import County

DONE, FOUND_ERRORS, CANNOT, WORK_LEFT = 0, 1, 2, 3


class CommandError(Exception):
    """The command cannot be carried out; the message is the sentence for stderr."""

    def __init__(self, sentence: str, code: int = CANNOT) -> None:
        super().__init__(sentence)
        self.code = code


def default_base_dir() -> Path:
    """Where the office lives unless told otherwise."""
    return Path(os.environ.get("ZHIBAO_OFFICE_DIR") or Path.home() / "zhibao-office")


@contextmanager
def opened(args: argparse.Namespace) -> Iterator[Office]:
    """The office that the arguments name, which must have been founded."""
    office = open_office(args.base_dir, args.database)
    try:
        with office.database.read() as session:
            if not founded(session, office):
                raise CommandError("这里还没有中心库，请先运行 zhibao-office init。")
        yield office
    finally:
        office.close()


def founded(session: Session, office: Office) -> bool:
    """Whether there is a county in the database."""
    county = session.scalars(select(County.county).where(County.county == office.county))
    return county.first() is not None


def say(args: argparse.Namespace, value: Any, sentence: str) -> None:
    """Print *value* as JSON where it was asked for, else *sentence*."""
    if args.json:
        sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
    elif sentence:
        sys.stdout.write(sentence + "\n")
    sys.stdout.flush()

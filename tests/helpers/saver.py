"""A child process that saves and submits without end, until it is killed.

`nursery` runs in a process of its own that has imported everything; it makes one child per order.
All of them write lines of JSON to the same standard output.
"""

from __future__ import annotations

import itertools
import json
import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from core.changes.draft import Draft
from db import drafts, outbox
from db.store import Store
from tests.helpers.stores import KEY, draft, person, person_form

SAVES = 3  # of each draft, before it is submitted


def draft_of(name: str, number: int) -> Draft:
    """The draft *name* as it is at its saving *number*."""
    values = person(1, card_no=None, remark=str(number))
    return draft(f"r-{name}", draft_id=name, values=values)


def tell(*message: object) -> None:
    """One line, whole or not at all."""
    os.write(1, json.dumps(message).encode() + b"\n")


def work(order: dict[str, Any]) -> None:
    """Submits again what was in doubt, then goes on; each acknowledgement comes after its deed.

    Tells `saved, draft, number` and `sent, draft, submission`, and `sending, draft` before. With
    `early`, the sabotage, it acknowledges a saving before the deed.
    """
    logging.getLogger("zhibao").setLevel(logging.CRITICAL)
    store = Store.open(Path(order["path"]), KEY)
    form = person_form()
    for name in order["doubted"]:
        sealed = outbox.enqueue(store, draft_of(name, SAVES), form)
        tell("sent", name, sealed.submission_id)
    for each in itertools.count():
        name = f"{order['run']:03d}-{each:04d}"
        for number in range(1, SAVES + 1):
            if order["early"]:
                tell("saved", name, number)
            drafts.save(store, draft_of(name, number))
            if not order["early"]:
                tell("saved", name, number)
        tell("sending", name, "")
        sealed = outbox.enqueue(store, draft_of(name, SAVES), form)
        tell("sent", name, sealed.submission_id)


def nursery() -> None:
    """Makes a child for each order on standard input; tells its number, and when it has died."""
    person_form()
    for line in sys.stdin:
        if hasattr(os, "fork"):
            child = os.fork()
            if child == 0:
                try:
                    work(json.loads(line))
                finally:
                    os._exit(1)
            tell("born", str(child), "")
            os.waitpid(child, 0)
        else:
            code = f"from tests.helpers import saver; saver.work({json.loads(line)!r})"
            born = subprocess.Popen([sys.executable, "-c", code])
            tell("born", str(born.pid), "")
            born.wait()
        tell("died", "", "")

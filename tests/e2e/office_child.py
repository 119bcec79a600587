"""The office's program with a place where it dies, or a guard taken away: for the tests only.

`python -m tests.e2e.office_child ARGS` is `zhibao-office ARGS`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from core.changes.submission import uuid7
from core.wire.canonical import canonical_bytes, read_json
from core.wire.envelope import Item
from core.wire.receipts import chain_hash, open_receipt, sign_receipt
from office import wire
from office.cli.main import main
from office.intake import envelope, item
from office.routes import traffic
from tests.e2e.knife import die

KILL = "ZHIBAO_E2E_KILL_OFFICE"
SABOTAGE = "ZHIBAO_E2E_SABOTAGE_OFFICE"


def _dying(real: Callable[..., Any]) -> Callable[..., Any]:
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        real(*args, **kwargs)
        die()

    return wrapped


def _sign_and_die() -> None:
    """Once the reply with the receipts is made and signed, and before a byte of it is sent."""
    target: Any = wire.SignedReplies
    real = target._signed

    def signed(self: Any, reply: Any, asked: Any) -> Any:
        is_it = b'"receipt"' in reply.body
        made = real(self, reply, asked)
        if is_it:
            die()
        return made

    target._signed = signed


def _cut(module: Any, name: str) -> Callable[[], None]:
    """Wraps a function so that the process dies after its first call."""

    def install() -> None:
        setattr(module, name, _dying(getattr(module, name)))

    return install


PLACES: dict[str, Callable[[], None]] = {
    "after the envelope is noted": _cut(envelope, "_check_in"),
    "inside the transaction": _cut(envelope, "take_item"),
    "after the first commit": _cut(envelope, "_answer"),
    "after the last commit": _cut(traffic, "take_in"),
    "with the reply in hand": _sign_and_die,
}


def _fresh_receipts() -> None:
    """A repetition gets another receipt than the first time."""
    module: Any = item
    real = module._answered

    def answered(arrival: Any) -> Any:
        found = real(arrival)
        if found is None:
            return None
        signer = arrival.office.keys.signer
        given = open_receipt(found.receipt.encode(), signer.verifier)
        other = replace(given, receipt_id=uuid7())
        other = replace(other, log_hash=chain_hash(other.previous_hash, other.entry()))
        note = sign_receipt(other, signer)
        return replace(found, receipt=note.decode())

    module._answered = answered


def _fresh_ids() -> None:
    """Everything that comes is taken as new."""
    module: Any = envelope
    real = module.take_item

    def take_item(arrival: Any) -> Any:
        body = {**read_json(arrival.item.body), "submission": uuid7()}
        new = Item(body["submission"], canonical_bytes(body))
        return real(replace(arrival, item=new))

    module.take_item = take_item


SABOTAGES = {"fresh_receipts": _fresh_receipts, "fresh_ids": _fresh_ids}


if __name__ == "__main__":
    place, guard = os.environ.get(KILL, ""), os.environ.get(SABOTAGE, "")
    if guard:
        SABOTAGES[guard]()
    if place:
        PLACES[place]()
    sys.exit(main())

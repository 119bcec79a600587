"""Which submissions travel together, and the envelope that they travel in."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from core.changes.submission import uuid7
from core.wire.envelope import Item, seal_envelope
from core.wire.protocol import MAX_ENVELOPE
from db import attachments, syncstate
from db.identity import Identity
from db.outbox import Unsent
from db.store import Store

_MOST = 500  # submissions in one envelope
_SHRINKS = 4  # JSON packs at least so well; attachments hardly at all


def pack(
    store: Store, who: Identity, waiting: Sequence[Unsent], alone: Collection[str]
) -> tuple[str, bytes, tuple[str, ...]]:
    """Envelope id, sealed bytes and submission ids for the first of *waiting*.

    Takes as many as fit into one request, in their order. One that is too large by itself, or
    that *alone* names, gets an envelope of its own.
    """
    chosen = _choose(store, waiting, alone)
    while True:
        envelope_id, content = _seal(store, who, chosen)
        if len(content) <= MAX_ENVELOPE or len(chosen) == 1:
            return envelope_id, content, tuple(each.submission_id for each in chosen)
        chosen = chosen[: len(chosen) // 2]


def _choose(store: Store, waiting: Sequence[Unsent], alone: Collection[str]) -> list[Unsent]:
    chosen: list[Unsent] = []
    known: set[str] = set()
    size = 0
    for each in waiting[:_MOST]:
        new = set(each.attachments) - known
        size += len(each.body) // _SHRINKS + sum(len(attachments.read(store, d)) for d in new)
        apart = each.submission_id in alone
        if chosen and (apart or size > MAX_ENVELOPE):
            break
        chosen.append(each)
        known |= new
        if apart:
            break
    return chosen


def _seal(store: Store, who: Identity, chosen: Sequence[Unsent]) -> tuple[str, bytes]:
    digests = dict.fromkeys(digest for each in chosen for digest in each.attachments)
    envelope_id = uuid7()
    content = seal_envelope(
        [Item(each.submission_id, each.body) for each in chosen],
        [attachments.read(store, each) for each in digests],
        envelope_id=envelope_id,
        device_id=who.device,
        county=who.county,
        epoch=str(syncstate.read(store, syncstate.EPOCH, "")),
        signer=who.signer,
        recipients=[who.intake_recipient],
    )
    return envelope_id, content

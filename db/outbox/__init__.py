"""Submissions on their way: sealed once, stored with everything else in one transaction.

The only writer of submissions, envelopes, decisions and the pending tables. States change only as
`core.changes.states` allows.
"""

from db.outbox.answers import decide, decision_notes, settle
from db.outbox.dispatch import (
    Bound,
    Unsent,
    back_to_queue,
    bind,
    next_envelope,
    purge,
    recover,
    start,
    unbind,
    unsent,
)
from db.outbox.items import OutboxItem, counts, get, items, submission
from db.outbox.submit import base_of, enqueue, reopen

__all__ = [
    "Bound",
    "OutboxItem",
    "Unsent",
    "back_to_queue",
    "base_of",
    "bind",
    "counts",
    "decide",
    "decision_notes",
    "enqueue",
    "get",
    "items",
    "next_envelope",
    "purge",
    "recover",
    "reopen",
    "settle",
    "start",
    "submission",
    "unbind",
    "unsent",
]

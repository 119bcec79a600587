"""The life of a submission (design.md §5)."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where a submission is; nothing leaves SENDING without a verified receipt."""

    QUEUED = "queued"
    SENDING = "sending"
    RECEIVED = "received"
    UNDER_REVIEW = "under_review"
    APPROVED = "approved"
    RETURNED = "returned"
    REJECTED = "rejected"
    CONFLICT = "conflict"


# What may follow what. `received → sending` never happens: a receipt is final.
NEXT: dict[State, frozenset[State]] = {
    State.QUEUED: frozenset({State.SENDING}),
    State.SENDING: frozenset({State.QUEUED, State.RECEIVED, State.REJECTED, State.CONFLICT}),
    State.RECEIVED: frozenset(
        {State.UNDER_REVIEW, State.APPROVED, State.RETURNED, State.REJECTED, State.CONFLICT}
    ),
    State.UNDER_REVIEW: frozenset({State.APPROVED, State.RETURNED, State.REJECTED, State.CONFLICT}),
    State.APPROVED: frozenset(),
    State.RETURNED: frozenset(),
    State.REJECTED: frozenset(),
    State.CONFLICT: frozenset(),
}

# Work that the officer still sees laid over the register.
PENDING = frozenset({State.QUEUED, State.SENDING, State.RECEIVED, State.UNDER_REVIEW})
# Work that still has to travel.
WAITING = frozenset({State.QUEUED, State.SENDING})
# Answers that ask the officer to do something.
ANSWERED = frozenset({State.RETURNED, State.REJECTED, State.CONFLICT})


class IllegalTransitionError(RuntimeError):
    """A state was about to follow one that it may not follow."""


def check_transition(old: State, new: State) -> None:
    """Raise `IllegalTransitionError` unless *new* may follow *old*; staying is allowed."""
    if new is not old and new not in NEXT[old]:
        raise IllegalTransitionError(f"{old} → {new}")

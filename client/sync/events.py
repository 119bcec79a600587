"""What a visit to the office tells while it goes on. Frozen values, no words."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from core.changes.states import State
from core.wire.receipts import Result


@dataclass(frozen=True, slots=True)
class Pushed:
    """The office has answered an envelope of so many submissions and bytes."""

    envelope_id: str
    submissions: int
    size: int


@dataclass(frozen=True, slots=True)
class Settled:
    """A submission has a verified receipt, and with it this state."""

    submission_id: str
    state: State
    result: Result


@dataclass(frozen=True, slots=True)
class Decided:
    """The reviewer's decision on a submission has arrived and taken effect."""

    submission_id: str
    state: State


@dataclass(frozen=True, slots=True)
class Pulled:
    """A page of changes is in the mirror; `forms` are the registers that it changed."""

    forms: frozenset[str]
    records: int
    decisions: int
    last: bool


@dataclass(frozen=True, slots=True)
class ClockDiffers:
    """The office's clock is so many seconds ahead of ours; nothing depends on it."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Problem:
    """Trouble (a code of client.sync.troubles) with the visit, or with these submissions only.

    `detail` is the office's own sentence, `count` how many records it is about, if any.
    """

    code: str
    detail: str = ""
    submission_ids: tuple[str, ...] = ()
    retry_after: float | None = None
    count: int = 0


@dataclass(frozen=True, slots=True)
class Summary:
    """What the whole visit did; the fields are the JSON keys of `zhibao sync` (design.md §8).

    `sent` got an answer and `received` of them were taken in; `waiting` still wait for a receipt.
    `problem` is the first trouble's code, or empty.
    """

    sent: int = 0
    received: int = 0
    approved: int = 0
    returned: int = 0
    conflicts: int = 0
    waiting: int = 0
    bytes_out: int = 0
    bytes_in: int = 0
    seconds: float = 0.0
    problem: str = ""

    def as_json(self) -> dict[str, Any]:
        """The object that the command prints."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Finished:
    """The last event of every visit."""

    summary: Summary


Event = Pushed | Settled | Decided | Pulled | ClockDiffers | Problem | Finished

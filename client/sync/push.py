"""The first half of a visit: what waits goes out, and only a verified receipt settles it."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from client.sync.api import OfficeApi
from client.sync.events import Event, Problem, Pushed, Settled
from client.sync.packing import pack
from client.sync.troubles import Refused, SyncTrouble
from core.changes.states import State
from core.wire.errors import WireError
from core.wire.protocol import MAX_ENVELOPE, EnvelopeReply, ProblemType
from core.wire.receipts import Receipt, ReceiptError, open_receipt
from db import outbox
from db.identity import Identity
from db.outbox import Bound
from db.store import Store

log = logging.getLogger("zhibao.sync")

_LOOK_AHEAD = 1_000  # submissions read at once when choosing what travels together

# The office refuses an envelope for what is in it: the others in it shall not suffer.
_OF_THE_ENVELOPE = frozenset(
    {
        ProblemType.BAD_REQUEST,
        ProblemType.ENVELOPE,
        ProblemType.MISMATCH,
        ProblemType.TOO_LARGE,
    }
)


class Push:
    """Sends everything that waits, once each; what cannot go is named and left for later.

    An envelope that the office refuses as a whole is taken apart and its submissions are sent
    one by one, so that one of them never blocks the others.
    """

    def __init__(self, store: Store, api: OfficeApi, who: Identity) -> None:
        self._store = store
        self._api = api
        self._who = who
        self._skip: set[str] = set()  # envelopes that had their turn
        self._alone: set[str] = set()  # submissions that travel by themselves
        self.sent = 0

    def run(self) -> Iterator[Event]:
        """The events of sending.

        Raises:
            SyncTrouble: the line or the office; what was not settled waits again.

        """
        while (bound := self._next()) is not None:
            if len(bound.content) > MAX_ENVELOPE:
                yield from self._put_off(bound, Problem("too_large"))
                continue
            outbox.start(self._store, bound.envelope_id)
            try:
                reply = self._api.post_envelope(bound.envelope_id, bound.content)
            except Refused as refused:
                yield from self._refused(bound, refused)
                continue
            except SyncTrouble as trouble:
                outbox.back_to_queue(self._store, bound.envelope_id, trouble.code)
                raise
            self._skip.add(bound.envelope_id)
            self.sent += len(bound.submission_ids)
            yield Pushed(bound.envelope_id, len(bound.submission_ids), len(bound.content))
            yield from self._settle(bound, reply)

    def _next(self) -> Bound | None:
        bound = outbox.next_envelope(self._store, self._skip)
        if bound is not None:
            return bound
        waiting = outbox.unsent(self._store, _LOOK_AHEAD)
        if not waiting:
            return None
        envelope_id, content, ids = pack(self._store, self._who, waiting, self._alone)
        outbox.bind(self._store, envelope_id, content, ids)
        return Bound(envelope_id, content, ids)

    def _refused(self, bound: Bound, refused: Refused) -> Iterator[Event]:
        if refused.problem.type not in _OF_THE_ENVELOPE:
            outbox.back_to_queue(self._store, bound.envelope_id, refused.code)
            raise refused
        tried_alone = self._alone.issuperset(bound.submission_ids)
        if not tried_alone:
            self._alone.update(bound.submission_ids)
            outbox.unbind(self._store, bound.envelope_id)
            log.warning("envelope %s was refused: %s", bound.envelope_id, refused.problem.type)
            return
        yield from self._put_off(bound, Problem(refused.code, refused.detail))

    def _put_off(self, bound: Bound, problem: Problem) -> Iterator[Event]:
        """Leave an envelope for the next visit."""
        outbox.back_to_queue(self._store, bound.envelope_id, problem.code)
        self._skip.add(bound.envelope_id)
        log.warning("envelope %s waits: %s", bound.envelope_id, problem.code)
        yield Problem(problem.code, problem.detail, bound.submission_ids)

    def _settle(self, bound: Bound, reply: EnvelopeReply) -> Iterator[Event]:
        receipts = {each.submission_id: each.receipt for each in reply.items}
        unsettled = []
        for submission_id in bound.submission_ids:
            try:
                note = receipts.get(submission_id, "").encode()
                receipt = self._opened(note, submission_id)
                state = self._settled(receipt, note)
            except WireError as error:
                log.warning("no receipt for %s: %s", submission_id, error)
                unsettled.append(submission_id)
                continue
            yield Settled(submission_id, state, receipt.result)
        if unsettled:
            left = Bound(bound.envelope_id, bound.content, tuple(unsettled))
            yield from self._put_off(left, Problem("wrong_receipt"))

    def _settled(self, receipt: Receipt, note: bytes) -> State:
        state = outbox.settle(self._store, receipt, note)
        if state is None:
            raise ReceiptError("the receipt is for a submission that is not here")
        return state

    def _opened(self, note: bytes, submission_id: str) -> Receipt:
        receipt = open_receipt(note, self._api.office, submission_id=submission_id)
        if receipt.device != self._who.device:
            raise ReceiptError("the receipt is for another device")
        return receipt

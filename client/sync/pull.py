"""The second half of a visit: what the office says is true, page by page, compared at the end."""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterator

from client.sync.api import OfficeApi, ResyncAsked
from client.sync.events import Decided, Event, Problem, Pulled
from client.sync.troubles import OfficeTrouble
from core.changes.states import PENDING
from core.wire.errors import WireError
from core.wire.protocol import ChangesPage, DecisionChange
from core.wire.receipts import open_decision
from db import mirror, outbox, syncstate
from db.mirror import Applied
from db.store import Store

log = logging.getLogger("zhibao.sync")


class Pull:
    """Brings the mirror up to the office's state.

    Where the office no longer knows our cursor, or our register differs from the office's at the
    end, everything is fetched anew, once; unsent work and drafts are not touched by it.
    """

    def __init__(self, store: Store, api: OfficeApi) -> None:
        self._store = store
        self._api = api
        self._anew = False

    def run(self) -> Iterator[Event]:
        """The events of fetching.

        Raises:
            SyncTrouble: the line or the office; the pages that came before stay applied.

        """
        if self._restored():
            self._begin_anew("the store came from a backup")
        while True:
            cursor = mirror.cursor(self._store)
            try:
                page = self._api.changes(cursor)
            except ResyncAsked as asked:
                if self._anew:
                    raise OfficeTrouble("bad_reply") from asked
                self._begin_anew("the office no longer knows the cursor")
                continue
            if page.has_more and page.cursor == cursor:
                raise OfficeTrouble("bad_reply")
            applied = yield from self._apply(page)
            if page.has_more:
                continue
            if applied.fits is False and not self._anew:
                self._begin_anew("the register differs from the office's")
                continue
            if applied.fits is False:
                raise OfficeTrouble("scope_differs")
            if applied.to_remove:
                yield Problem("many_removals", count=applied.to_remove)
            return

    def _restored(self) -> bool:
        with self._store.read() as connection:
            restored = syncstate.get(connection, syncstate.RESTORED)
            return bool(restored) and syncstate.get(connection, syncstate.RESYNC) is None

    def _begin_anew(self, why: str) -> None:
        log.warning("fetching everything anew: %s", why)
        self._anew = True
        mirror.reset_for_resync(self._store)

    def _apply(self, page: ChangesPage) -> Generator[Event, None, Applied]:
        before = self._under_way(page)
        try:
            applied = mirror.apply(self._store, page, self._api.office)
        except WireError as error:
            log.warning("a page of changes was refused: %s", error)
            raise OfficeTrouble("bad_reply") from error
        yield Pulled(applied.forms, applied.records, applied.decisions, not page.has_more)
        for submission_id in before:
            item = outbox.get(self._store, submission_id)
            if item is not None and item.state not in PENDING:
                yield Decided(submission_id, item.state)
        return applied

    def _under_way(self, page: ChangesPage) -> list[str]:
        """Submissions of ours that the decisions in *page* name and that were not decided yet."""
        notes = [each.note for each in page.changes if isinstance(each, DecisionChange)]
        if not notes:
            return []
        ours = {each.submission_id for each in outbox.items(self._store, PENDING)}
        named = (self._named(note) for note in notes)
        return [each for each in dict.fromkeys(named) if each in ours]

    def _named(self, note: str) -> str:
        try:
            return open_decision(note.encode(), self._api.office).submission_id
        except WireError:
            return ""  # The page is refused when it is applied.

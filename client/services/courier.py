"""Carries between the store and the office, for `client.services.sync`. Off the UI thread."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING

from client.services.desk import Changed
from client.services.sync import Standing, Visit
from core.changes.states import WAITING

if TYPE_CHECKING:
    from client.sync.events import Event
    from db.store import Store


class OfficeCourier:
    """The courier that the program uses; imports the network only when something is carried."""

    def standing(self, store: Store) -> Standing:
        """How things stand, without asking the office."""
        from client.sync import engine, retry
        from db import identity, outbox

        state = engine.retry_state(store)
        counts = outbox.counts(store)
        return Standing(
            is_enrolled=identity.get(store) is not None,
            waiting=sum(counts[each] for each in WAITING),
            seconds_left=retry.seconds_left(state, time.time()),
            code=state.code,
            done_at=state.done_at,
        )

    def visit(
        self, store: Store, should_stop: Callable[[], bool]
    ) -> Generator[Changed, None, Visit]:
        """One visit; what it changes comes as `Changed`, how it went is returned (`Visit`)."""
        from client.sync import engine, retry
        from client.sync.api import OfficeApi
        from db import identity

        who = identity.get(store)
        if who is None:
            return Visit(seconds_left=retry.LOOK, code="not_enrolled")
        api = OfficeApi(
            who.office_url,
            device=who.device,
            signer=who.signer,
            office=who.office,
            ca_pem=who.ca_pem,
        )
        try:
            for event in engine.run(store, api, should_stop=should_stop):
                changed = _changed(event)
                if changed is not None:
                    yield changed
        finally:
            api.close()
        state = engine.retry_state(store)
        return Visit(retry.seconds_left(state, time.time()), state.code, state.done_at)

    def enrol(self, store: Store, url: str, code: str) -> None:
        """Enrols this device and keeps what the office answered."""
        from client.sync import engine, retry
        from client.sync.enrolment import enrol
        from db import identity

        who = enrol(url, code, device_name=platform.node() or "zhibao")
        identity.save(store, who)
        engine.save_retry_state(store, retry.RetryState())


def _changed(event: Event) -> Changed | None:
    from client.sync.events import Decided, Pulled, Settled

    if isinstance(event, Settled | Decided):
        return Changed(outbox=True)
    if isinstance(event, Pulled) and (event.forms or event.decisions):
        return Changed(forms=event.forms, outbox=bool(event.decisions))
    return None

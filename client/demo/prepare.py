"""The demo's officer: a store, enrolled with the demo's office and filled from it."""

from __future__ import annotations

import time
from dataclasses import replace

from client.demo.office import DemoOffice
from client.paths import Paths
from client.sync import engine
from client.sync.api import OfficeApi
from client.sync.enrolment import enrol
from client.sync.events import Finished, Summary
from core.resources import forms
from db import identity, keyfile
from db.files import is_founded
from db.founding import found
from db.store import Store


def prepare(paths: Paths, office: DemoOffice, password: str) -> Summary:
    """Make the store on first use, enrol it, fetch the registers; afterwards it is closed.

    The office listens on another port each time, so a store that is there already learns the new
    address.

    Raises:
        StoreError: the store cannot be made or opened, for instance by this password.
        SyncTrouble: the office did not take the enrolment.

    """
    if is_founded(paths.key, paths.store):
        key = keyfile.unlock(paths.key, password, time.time())
        store = Store.open(paths.store, key, forms=forms())
    else:
        store = found(paths.key, paths.store, password, forms())
    try:
        who = identity.get(store)
        if who is None:
            who = enrol(office.url, office.enrol_code(), device_name="演示电脑")
        else:
            who = replace(who, office_url=office.url)
        identity.save(store, who)
        return visit(store)
    finally:
        store.close()


def visit(store: Store) -> Summary:
    """One visit to the office, to its end."""
    who = identity.get(store)
    if who is None:
        raise RuntimeError("the demo's store is not enrolled")
    api = OfficeApi(who.office_url, device=who.device, signer=who.signer, office=who.office)
    try:
        *_, last = engine.run(store, api)
    finally:
        api.close()
    if not isinstance(last, Finished):
        raise TypeError("a visit ends with a summary")
    return last.summary

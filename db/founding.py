"""Making the first store of a machine: key file and store together, or nothing.

A cut between them leaves a store that was never whole and a key to nothing. Nobody has worked in
it, so it counts as not there (`db.files.is_founded`), and making begins anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from core.forms.model import Form
from db import keyfile
from db.errors import guarded
from db.files import is_founded, making, refuse_network
from db.keys import COST, Cost

if TYPE_CHECKING:
    from db.store import Store


def found(
    key_path: Path,
    store_path: Path,
    password: str,
    forms: Mapping[str, Form] | None = None,
    cost: Cost = COST,
) -> Store:
    """A new key file and a new store that opens to *password*, open.

    Raises:
        StoreUnavailable: there is a key file or a store already, or the place allows none.

    """
    from db.store import Store

    refuse_network(store_path)
    with guarded():
        if not is_founded(key_path, store_path):
            store_path.parent.mkdir(parents=True, exist_ok=True)
            making(store_path).touch()
            key_path.unlink(missing_ok=True)
    key = keyfile.create(key_path, password, cost)
    return Store.create(store_path, key, forms)

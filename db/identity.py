"""Who this device is, and whom it trusts: what enrolment gave (core.wire.protocol.EnrolReply)."""

from __future__ import annotations

import base64
from dataclasses import asdict, dataclass

from core.wire.notes import Signer, Verifier
from core.wire.payload import close_payload
from db import audit, keyfile
from db.settings_table import read_value, write_value
from db.store import Store
from db.tables import identity


@dataclass(frozen=True, slots=True)
class Identity:
    """`device_key` is the private key as text (skey), `office_key` the office's as vkey.

    The recipients are age recipients; `ca_pem`, `recovery_recipient` may be empty. `unit` is the
    account's scope: that unit and everything below it.
    """

    office_url: str
    device: str
    device_key: str
    account: str
    officer: str
    unit: str
    unit_title: str
    county: str
    office_key: str
    intake_recipient: str
    recovery_recipient: str = ""
    ca_pem: str = ""

    def __repr__(self) -> str:
        return f"Identity({self.device!r})"

    @property
    def signer(self) -> Signer:
        """The device's key."""
        return Signer.from_skey(self.device_key)

    @property
    def office(self) -> Verifier:
        """The key that receipts, decisions and replies are signed by."""
        return Verifier.from_vkey(self.office_key)


def get(store: Store) -> Identity | None:
    """The identity, or None where the device is not enrolled."""
    with store.read() as connection:
        found = read_value(connection, identity, "device")
    return None if found is None else Identity(**found)


def save(store: Store, who: Identity) -> None:
    """Keeps it, in place of an earlier one; the office's recovery key gets the store's key sealed.

    So a forgotten password loses nothing: the office can open what the key file keeps for it.
    """
    key_file = keyfile.beside(store.path)
    if who.recovery_recipient and key_file.exists():
        sealed, _ = close_payload([store.key.hex().encode()], {}, [who.recovery_recipient])
        keyfile.keep_recovery(key_file, base64.b64encode(sealed).decode())
    with store.write() as connection:
        write_value(connection, identity, "device", asdict(who))
        audit.append(connection, "enrolled", who.device, "done")

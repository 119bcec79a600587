"""The store's key, and how a password wraps it: Argon2id, then AES-256-GCM."""

from __future__ import annotations

import base64
import binascii
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from db.errors import StoreDamaged

KEY_BYTES = 32
_NONCE_BYTES = 12
_SALT_BYTES = 16


@dataclass(frozen=True, slots=True)
class Cost:
    """What one guess costs (RFC 9106): memory in KiB, passes, lanes."""

    memory: int = 64 * 1024
    passes: int = 3
    lanes: int = 2


COST = Cost()


def new_key() -> bytes:
    """A random 256-bit key."""
    return os.urandom(KEY_BYTES)


def wrap(key: bytes, password: str, cost: Cost = COST) -> dict[str, Any]:
    """The JSON object that gives *key* back to whoever knows *password*."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    head = {"kdf": "argon2id", **asdict(cost), "salt": _text(os.urandom(_SALT_BYTES))}
    nonce = os.urandom(_NONCE_BYTES)
    sealed = AESGCM(_derived(password, head)).encrypt(nonce, key, _bound(head))
    return {**head, "wrapped": _text(nonce + sealed)}


def unwrap(wrapped: Mapping[str, Any], password: str) -> bytes | None:
    """The key; None where *password* is not the one.

    Raises:
        StoreDamaged: the object is not one that `wrap` made.

    """
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    head = {name: each for name, each in wrapped.items() if name != "wrapped"}
    try:
        content = base64.b64decode(wrapped["wrapped"], validate=True)
        derived = _derived(password, head)
    except (KeyError, TypeError, ValueError, binascii.Error) as error:
        raise StoreDamaged("key file") from error
    try:
        return AESGCM(derived).decrypt(content[:_NONCE_BYTES], content[_NONCE_BYTES:], _bound(head))
    except InvalidTag:
        return None
    except ValueError as error:
        raise StoreDamaged("key file") from error


def seal(key: bytes, content: bytes, name: str) -> bytes:
    """*content* encrypted for a file beside the store; *name* is bound to it."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(_beside(key)).encrypt(nonce, content, name.encode())


def unseal(key: bytes, content: bytes, name: str) -> bytes | None:
    """What `seal` was given; None where the bytes, the name or the key are not the same."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        return AESGCM(_beside(key)).decrypt(
            content[:_NONCE_BYTES], content[_NONCE_BYTES:], name.encode()
        )
    except (InvalidTag, ValueError):
        return None


def _beside(key: bytes) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=b"zhibao beside/1").derive(
        key
    )


def _derived(password: str, head: Mapping[str, Any]) -> bytes:
    from argon2.exceptions import HashingError
    from argon2.low_level import Type, hash_secret_raw

    try:
        return hash_secret_raw(
            password.encode("utf-8"),
            base64.b64decode(head["salt"], validate=True),
            time_cost=head["passes"],
            memory_cost=head["memory"],
            parallelism=head["lanes"],
            hash_len=KEY_BYTES,
            type=Type.ID,
        )
    except HashingError as error:
        raise ValueError("parameters") from error


def _bound(head: Mapping[str, Any]) -> bytes:
    return json.dumps(head, sort_keys=True, separators=(",", ":")).encode()


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()

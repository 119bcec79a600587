"""The office's keys: one signs everything, one opens envelopes, one recovers officers' stores."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from core.wire.errors import WireError
from core.wire.notes import Signer
from core.wire.payload import new_identity, recipient_of

SIGNING, INTAKE, RECOVERY = "signing.key", "intake.key", "recovery.key"


class KeyFileError(Exception):
    """A key file is missing or damaged; the message is a sentence that names it."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The private keys. `intake` and `recovery` are age identities."""

    signer: Signer
    intake: str = field(repr=False)
    recovery: str = field(repr=False)

    @property
    def intake_recipient(self) -> str:
        """What devices encrypt envelopes to."""
        return recipient_of(self.intake)

    @property
    def recovery_recipient(self) -> str:
        """What devices wrap the key of their store with, so that the office can help."""
        return recipient_of(self.recovery)


def create(base_dir: Path, county: str) -> Keys:
    """Make the keys of a new office, readable by its user alone.

    Raises:
        KeyFileError: there are keys already.

    """
    keys = Keys(Signer.generate(f"zhibao.office/{county}"), new_identity(), new_identity())
    for name, text in (
        (SIGNING, keys.signer.skey),
        (INTAKE, keys.intake),
        (RECOVERY, keys.recovery),
    ):
        _write(base_dir / name, text)
    return keys


def load(base_dir: Path) -> Keys:
    """The keys in *base_dir*.

    Raises:
        KeyFileError: one is missing or damaged.

    """
    try:
        keys = Keys(
            Signer.from_skey(_read(base_dir / SIGNING)),
            _read(base_dir / INTAKE),
            _read(base_dir / RECOVERY),
        )
        recipient_of(keys.intake)
        recipient_of(keys.recovery)
    except WireError as error:
        raise KeyFileError(f"{base_dir} 里的密钥文件已损坏，请用备份恢复。") from error
    return keys


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError as error:
        raise KeyFileError(
            f"缺少密钥文件 {path}。请先运行 zhibao-office init，或用备份恢复。"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise KeyFileError(f"读不了密钥文件 {path}。") from error


def _write(path: Path, text: str) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise KeyFileError(f"密钥文件 {path} 已经有了，不能再建。") from error
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())

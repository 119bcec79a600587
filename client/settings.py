"""Settings that are needed before the store is open: how the window looks. Plain JSON, no secrets.

Everything else is a setting of the store (`db.settings`).
"""

from __future__ import annotations

import json
import logging
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

log = logging.getLogger("zhibao.settings")

SCHEMES = ("system", "light", "dark")
SCALES = (1.0, 1.25, 1.5, 1.75, 2.0)


@dataclass(frozen=True, slots=True)
class Look:
    """Colour scheme, scale of everything, and where the window stood (hexadecimal, Qt's own)."""

    scheme: str = "system"
    scale: float = 1.0
    geometry: str = ""


def load(path: Path) -> Look:
    """What is kept at *path*; the defaults where nothing is.

    A file that cannot be understood is set aside as `.broken`, never overwritten in silence.
    """
    try:
        body = json.loads(path.read_bytes())
        return _look(body)
    except FileNotFoundError:
        return Look()
    except (ValueError, TypeError):
        log.warning("settings file was not understood and is set aside")
        path.replace(path.with_name(path.name + ".broken"))
        return Look()


def save(path: Path, look: Look) -> None:
    """Keeps *look*: a cut leaves the old file or the new one."""
    temporary = path.with_name(path.name + ".new")
    with temporary.open("w", encoding="utf-8") as file:
        json.dump(asdict(look), file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def _look(body: Any) -> Look:
    if not isinstance(body, dict):
        raise TypeError("not an object")
    look = Look(**body)
    if look.scheme not in SCHEMES or look.scale not in SCALES or not isinstance(look.geometry, str):
        raise ValueError("value out of range")
    return look

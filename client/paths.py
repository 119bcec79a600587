"""Where everything of one installation lies; `--base-dir` moves all of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Paths:
    """The files and folders below one base folder."""

    base: Path

    @property
    def store(self) -> Path:
        """The encrypted store."""
        return self.base / "zhibao.db"

    @property
    def key(self) -> Path:
        """The key file: the store's key, wrapped by the password."""
        return self.base / "zhibao.key"

    @property
    def settings(self) -> Path:
        """Settings that are needed before the store is open."""
        return self.base / "settings.json"

    @property
    def logs(self) -> Path:
        """Folder of the program's log."""
        return self.base / "logs"

    @property
    def backups(self) -> Path:
        """Folder of the store's backups."""
        return self.base / "backups"

    @property
    def lock(self) -> Path:
        """Held while a window is open on this folder."""
        return self.base / "window.lock"


def default_base() -> Path:
    """The folder of this user; never a roaming one, since SQLite dislikes network drives."""
    import platformdirs  # not needed where --base-dir says it

    return platformdirs.user_data_path("zhibao", appauthor=False, roaming=False)


def paths(base: str | Path | None = None) -> Paths:
    """The paths below *base*, or below the user's own folder; makes the folder.

    Raises:
        OSError: the folder cannot be made.

    """
    folder = Path(base).expanduser().absolute() if base else default_base()
    folder.mkdir(parents=True, exist_ok=True)
    return Paths(folder)

"""What every part of the office is handed: database, keys, forms, settings and the clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from core.forms.catalogue import Forms
from core.forms.model import Form
from core.resources import forms
from office import keys as key_files
from office import settings as settings_file
from office.database import FILE_NAME, Database, file_url
from office.keys import Keys
from office.schema import upgrade
from office.settings import Settings

CHINA = timezone(timedelta(hours=8))


def utc_now() -> datetime:
    """The time now, with its zone."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Office:
    """One office of one county, open."""

    base_dir: Path
    settings: Settings
    database: Database
    keys: Keys
    forms: Forms
    clock: Callable[[], datetime] = utc_now

    @property
    def county(self) -> str:
        """The county's code; the first column of every key."""
        return self.settings.county

    def now(self) -> str:
        """The time now as it is stored: RFC 3339 UTC, to the microsecond."""
        return moment(self.clock())

    def later(self, **delta: float) -> str:
        """The time after a `timedelta` of these keywords, as it is stored."""
        return moment(self.clock() + timedelta(**delta))

    def today(self) -> str:
        """The date in China."""
        return self.clock().astimezone(CHINA).date().isoformat()

    @property
    def units_form(self) -> Form:
        """The form whose records are the units: the one that names its own unit."""
        return next(each for each in self.forms.values() if each.unit_field == each.key)

    def close(self) -> None:
        """Close the database."""
        self.database.close()


def moment(when: datetime) -> str:
    """*when* as RFC 3339 UTC; such texts sort by time."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def database_url(base_dir: Path, settings: Settings, url: str = "") -> str:
    """Where the database is: *url*, else the one set, else the file in *base_dir*."""
    return url or settings.database or file_url(base_dir / FILE_NAME)


def open_office(base_dir: Path, url: str = "", clock: Callable[[], datetime] = utc_now) -> Office:
    """The office in *base_dir*, its database brought to the newest version.

    Raises:
        SettingsError, KeyFileError, DatabaseError: with a sentence for the administrator.
        FormError: a form definition is broken.

    """
    settings = settings_file.load(base_dir)
    keys = key_files.load(base_dir)
    database = Database(database_url(base_dir, settings, url))
    try:
        upgrade(database)
    except BaseException:
        database.close()
        raise
    return Office(base_dir, settings, database, keys, forms(), clock)

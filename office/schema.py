"""Which version the database is at, and how it gets to the newest."""

from __future__ import annotations

from importlib.resources import files

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from office.database import Database, DatabaseError


def config(connection: Connection | None = None) -> Config:
    """Alembic's configuration, bound to *connection*."""
    found = Config()
    found.set_main_option("script_location", str(files("office") / "migrations"))
    found.attributes["connection"] = connection
    return found


def head() -> str:
    """The newest revision that this program knows."""
    return str(ScriptDirectory.from_config(config()).get_current_head())


def revision(connection: Connection) -> str | None:
    """The revision of the database; None where it is empty."""
    return MigrationContext.configure(connection).get_current_revision()


def upgrade(database: Database) -> None:
    """Bring the database to the newest revision, in one transaction.

    Raises:
        DatabaseError: it is of a newer program.

    """
    script = ScriptDirectory.from_config(config())
    with database.connection() as connection:
        current = revision(connection)
        if current == script.get_current_head():
            return
        known = {each.revision for each in script.walk_revisions()}
        if current is not None and current not in known:
            raise DatabaseError("数据库由更新版本的中心程序建立，请先升级本程序。")
        command.upgrade(config(connection), "head")

"""Steps the fixed tables forward with Alembic, which is imported only when there is a step."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine

from db.errors import StoreTooNew

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
REVISIONS = ("0001",)  # in order; a test compares them with the folder
HEAD = REVISIONS[-1]


def revision(connection: Connection) -> str:
    """The revision that the store is at; empty where it has none.

    Raises:
        StoreTooNew: a revision that this program does not know.

    """
    query = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'alembic_version'"
    if connection.exec_driver_sql(query).first() is None:
        return ""
    row = connection.exec_driver_sql("SELECT version_num FROM alembic_version").first()
    found = "" if row is None else str(row[0])
    if found and found not in REVISIONS:
        raise StoreTooNew(found=found, known=HEAD)
    return found


def upgrade(engine: Engine, target: str = "head") -> None:
    """Steps the store up to *target*, all steps in one transaction."""
    from alembic import command

    with engine.connect() as connection, connection.begin():
        command.upgrade(config(connection), target)


def downgrade(engine: Engine, target: str) -> None:
    """Steps the store down to *target*."""
    from alembic import command

    with engine.connect() as connection, connection.begin():
        command.downgrade(config(connection), target)


def config(connection: Connection | None = None) -> Config:
    """Alembic's configuration, over *connection* where given."""
    from alembic.config import Config

    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    made.attributes["connection"] = connection
    return made

"""The schema: head equals the models, every step goes up and down, steps stand alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from office.database import Database, DatabaseError, file_url
from office.models import Base
from office.schema import config, head, revision, upgrade


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with closing(Database(file_url(tmp_path / "office.db"))) as made:
        yield made


def _schema(database: Database) -> list[Any]:
    with database.connection() as connection:
        query = (
            "SELECT name, sql FROM sqlite_master WHERE tbl_name != 'alembic_version' ORDER BY name"
        )
        return [tuple(row) for row in connection.execute(text(query))]


def test_the_newest_migration_makes_just_what_the_models_say(database: Database) -> None:
    upgrade(database)
    with database.connection() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
        assert revision(connection) == head()


def test_every_step_goes_down_and_up_again_to_the_same_schema(database: Database) -> None:
    steps = list(ScriptDirectory.from_config(config()).walk_revisions())
    upgrade(database)
    there = _schema(database)
    for step in steps:
        with database.connection() as connection:
            command.downgrade(config(connection), f"{step.revision}-1")
        with database.connection() as connection:
            command.upgrade(config(connection), step.revision)
    assert _schema(database) == there
    with database.connection() as connection:
        command.downgrade(config(connection), "base")
    assert _schema(database) == []


def test_upgrading_twice_changes_nothing(database: Database) -> None:
    upgrade(database)
    there = _schema(database)
    upgrade(database)
    assert _schema(database) == there


def test_a_database_of_a_newer_program_is_refused_in_words(database: Database) -> None:
    upgrade(database)
    with database.connection() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseError, match="请先升级本程序"):
        upgrade(database)


def test_migrations_import_nothing_of_the_project() -> None:
    folder = Path(ScriptDirectory.from_config(config()).versions)
    for file in folder.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [alias.name for alias in getattr(node, "names", [])]
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            assert not any(
                each.split(".")[0] in {"office", "core", "db", "client"}
                for each in names
                if isinstance(node, ast.Import | ast.ImportFrom)
            ), file


def test_every_primary_key_begins_with_the_county(database: Database) -> None:
    upgrade(database)
    with database.connection() as connection:
        found = inspect(connection)
        for table in Base.metadata.tables:
            assert found.get_pk_constraint(table)["constrained_columns"][0] == "county", table

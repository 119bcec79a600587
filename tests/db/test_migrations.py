"""The five tests of every migration (after SecureDrop's); what older and newer stores meet."""

import ast
import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from db import backup, migrate
from db.connect import connect, make_engine
from db.errors import StoreDamaged, StoreTooNew
from db.store import Store
from db.tables import METADATA, TRIGGERS
from tests.helpers.stores import KEY

SCRIPTS = ScriptDirectory.from_config(migrate.config())


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    path = tmp_path / "empty.db"
    connect(path, KEY, "rwc").close()
    made = make_engine(lambda: connect(path, KEY))
    yield made
    made.dispose()


def schema(connection: Connection) -> set[tuple[str, str, str]]:
    rows = connection.exec_driver_sql(
        "SELECT type, name, coalesce(sql, '') FROM sqlite_master "
        "WHERE name NOT LIKE 'sqlite_%' AND name <> 'alembic_version'"
    )
    return {(row[0], row[1], " ".join(row[2].split())) for row in rows}


def test_known_revisions_are_those_of_the_folder() -> None:
    found = [each.revision for each in SCRIPTS.walk_revisions()]
    assert found[::-1] == list(migrate.REVISIONS)
    assert SCRIPTS.get_current_head() == migrate.HEAD


def test_head_equals_the_models(engine: Engine) -> None:
    migrate.upgrade(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
        triggers = {name: sql for kind, name, sql in schema(connection) if kind == "trigger"}
    assert triggers == TRIGGERS


def test_comparison_would_notice_a_missing_column(engine: Engine) -> None:
    migrate.upgrade(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("ALTER TABLE drafts DROP COLUMN title")
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, METADATA) != []


@pytest.mark.parametrize("revision", migrate.REVISIONS)
def test_each_step_goes_up_and_down(engine: Engine, revision: str) -> None:
    migrate.upgrade(engine, revision)
    migrate.downgrade(engine, "-1")
    migrate.upgrade(engine, revision)
    with engine.connect() as connection:
        assert migrate.revision(connection) == revision


@pytest.mark.parametrize("revision", migrate.REVISIONS)
def test_schema_is_the_same_after_up_and_down(engine: Engine, revision: str) -> None:
    if revision != migrate.REVISIONS[0]:
        migrate.upgrade(engine, migrate.REVISIONS[migrate.REVISIONS.index(revision) - 1])
    with engine.connect() as connection:
        before = schema(connection)
    migrate.upgrade(engine, revision)
    migrate.downgrade(engine, "-1")
    with engine.connect() as connection:
        assert schema(connection) == before


# Steps that move data have a loader (puts rows in before) and a checker (looks after), by revision.
LOADERS: dict[str, Callable[[Connection], None]] = {}
CHECKERS: dict[str, Callable[[Connection], None]] = {}


def moves_data(source: str) -> bool:
    """Whether a step does more than change the schema."""
    words = ("op.bulk_insert", "UPDATE ", "INSERT ", "DELETE ")
    plain = source.replace("BEFORE UPDATE ", "").replace("BEFORE DELETE ", "")
    return any(each in plain for each in words)


@pytest.mark.parametrize("revision", migrate.REVISIONS)
def test_steps_that_move_data_are_tested_with_data(engine: Engine, revision: str) -> None:
    script = SCRIPTS.get_revision(revision)
    assert script is not None
    source = Path(script.path).read_text(encoding="utf-8")
    assert moves_data(source) == (revision in LOADERS) == (revision in CHECKERS)
    if revision in LOADERS:
        migrate.upgrade(engine, migrate.REVISIONS[migrate.REVISIONS.index(revision) - 1])
        with engine.begin() as connection:
            LOADERS[revision](connection)
        migrate.upgrade(engine, revision)
        with engine.begin() as connection:
            CHECKERS[revision](connection)


def test_a_step_that_moves_data_would_be_noticed() -> None:
    assert moves_data("op.execute('UPDATE drafts SET title = 1')")
    assert not moves_data("op.execute('CREATE TRIGGER a BEFORE UPDATE ON b')")


def test_steps_import_nothing_of_the_project() -> None:
    for path in migrate.MIGRATIONS.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            assert all(each.split(".")[0] in {"alembic", "sqlalchemy"} for each in names), path


def set_revision(path: Path, revision: str) -> None:
    connection = connect(path, KEY)
    connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))
    connection.close()


def test_a_newer_store_is_refused_and_not_touched(store_path: Path) -> None:
    set_revision(store_path, "9999")
    before = store_path.read_bytes()
    with pytest.raises(StoreTooNew) as caught:
        Store.open(store_path, KEY)
    assert caught.value.params == {"found": "9999", "known": migrate.HEAD}
    assert store_path.read_bytes() == before


def test_a_store_without_revision_is_damaged(store_path: Path) -> None:
    connection = connect(store_path, KEY)
    connection.execute("DROP TABLE alembic_version")
    connection.close()
    with pytest.raises(StoreDamaged):
        Store.open(store_path, KEY)


STEP = """
import sqlalchemy as sa
from alembic import op
revision = "0002"
down_revision = "0001"
def upgrade():
    op.add_column("drafts", sa.Column("added", sa.Text))
    {more}
def downgrade():
    op.drop_column("drafts", "added")
"""


@pytest.fixture
def newer_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Makes this program one that knows a second step."""

    def make(more: str) -> None:
        import shutil

        folder = tmp_path / "migrations"
        shutil.copytree(migrate.MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
        step = folder / "versions" / "v0002_more.py"
        step.write_text(STEP.format(more=more), encoding="utf-8")
        assert importlib.util.spec_from_file_location("step", step)
        monkeypatch.setattr(migrate, "MIGRATIONS", folder)
        monkeypatch.setattr(migrate, "REVISIONS", ("0001", "0002"))
        monkeypatch.setattr("db.store._HEAD", "0002")

    return make


def test_an_older_store_is_stepped_up_after_a_backup(
    store_path: Path, newer_program: Callable[[str], None]
) -> None:
    newer_program("pass")
    store = Store.open(store_path, KEY)
    with store.read() as connection:
        assert migrate.revision(connection) == "0002"
        connection.exec_driver_sql("SELECT added FROM drafts").all()
    store.close()
    made = backup.listed(backup.folder_of(store_path))
    assert [each.kind for each in made] == ["migration"]
    old = connect(made[0].path, KEY, "ro", wal=False)
    assert old.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)
    old.close()


def test_a_step_that_fails_leaves_the_store_as_it_was(
    store_path: Path, newer_program: Callable[[str], None]
) -> None:
    newer_program("op.execute('SELECT * FROM nowhere')")
    with pytest.raises(Exception, match="nowhere"):
        Store.open(store_path, KEY)
    connection = connect(store_path, KEY)
    assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)
    columns = [row[1] for row in connection.execute("PRAGMA table_info(drafts)")]
    assert "added" not in columns
    connection.close()


def test_no_step_is_taken_where_none_is_wanted(
    store_path: Path, newer_program: Callable[[str], None]
) -> None:
    newer_program("pass")
    with pytest.raises(StoreTooNew):
        Store.open(store_path, KEY, migrate=False)
    assert backup.listed(backup.folder_of(store_path)) == []

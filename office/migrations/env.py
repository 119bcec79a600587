"""Alembic's entry: migrates the connection that `office.schema` hands over."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    render_as_batch=connection.dialect.name == "sqlite",
    transactional_ddl=True,  # The transaction was begun by the engine, and holds DDL on SQLite too.
)
with context.begin_transaction():
    context.run_migrations()

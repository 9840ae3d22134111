"""Where Alembic finds the connection and the tables; run by storage.migrate."""

from alembic import context

from kadence.storage.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()

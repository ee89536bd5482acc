"""Alembic's way in: runs the revisions on the connection that `migrations.steps` hands over.

Without one it only writes the SQL, for `migrations.standing`.
"""

from alembic import context

from adapters.sql.tables import metadata

if context.is_offline_mode():
    context.configure(
        dialect_name=context.config.attributes["dialect"],
        target_metadata=metadata,
        transactional_ddl=True,  # all of it or nothing, as when it is run
    )
else:
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=metadata,
        render_as_batch=True,  # SQLite alters a table by copying it
    )
with context.begin_transaction():
    context.run_migrations()

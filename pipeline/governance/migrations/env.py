"""What Alembic runs to migrate: always on the connection it was given, inside that connection's transaction."""

from alembic import context

from pipeline.governance.schema import METADATA, REVISION_TABLE

context.configure(
    connection=context.config.attributes["connection"], target_metadata=METADATA, version_table=REVISION_TABLE
)
context.run_migrations()

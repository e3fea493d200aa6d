"""Run by Alembic, with the connection and the transaction that `metrics.releases.upgrade` hands over."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], version_table=context.config.attributes["version_table"])
context.run_migrations()

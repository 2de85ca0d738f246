"""Runs migrations on the connection that the upgrade gives, inside its transaction."""

from __future__ import annotations

from alembic import context

from provisor.stores.tables import revision_mark

context.configure(
    connection=context.config.attributes["connection"], target_metadata=revision_mark.metadata
)
context.run_migrations()

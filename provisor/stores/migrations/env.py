"""Runs migrations on the connection that the upgrade gives, inside its transaction."""

from __future__ import annotations

from alembic import context

from provisor.stores.tables import schema

context.configure(connection=context.config.attributes["connection"], target_metadata=schema)
context.run_migrations()

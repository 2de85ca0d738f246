"""Names of accounts, so that nobody inherits those of somebody who left."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_schema = sa.MetaData()

sa.Table(
    "account_name",
    _schema,
    *(
        sa.Column(name, sa.Text(), nullable=False)
        for name in ("target", "object_type", "identity", "attribute", "name")
    ),
    sa.Column("left_at", sa.Text()),
    sa.PrimaryKeyConstraint("target", "object_type", "identity", "attribute"),
    sqlite_with_rowid=False,
)


def upgrade() -> None:
    """Make the table and its index."""
    _schema.create_all(op.get_bind())
    op.execute(
        "CREATE INDEX account_name_left ON account_name (target, object_type, left_at) "
        "WHERE left_at IS NOT NULL"
    )

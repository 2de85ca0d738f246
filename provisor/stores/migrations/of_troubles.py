"""The tables of what does not get through, as revision 0003 makes them."""

from __future__ import annotations

import sqlalchemy as sa


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def add_troubles(schema: sa.MetaData) -> None:
    """Add them to the tables that a revision makes."""
    sa.Table(
        "quarantine",
        schema,
        *_texts("target", "reason", "since", "until"),
        sa.Column("series", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("target"),
    )
    sa.Table(
        "parked",
        schema,
        *_texts("target"),
        sa.Column("action", sa.LargeBinary(), nullable=False),
        *_texts("job", "object_type", "subject", "key", "operation", "since", "last_at"),
        sa.Column("next_at", sa.Text()),
        sa.Column("attempts", sa.Integer(), nullable=False),
        *_texts("code", "message", "owner"),
        sa.PrimaryKeyConstraint("target", "action"),
        sa.Index("parked_of_job", "job"),
    )

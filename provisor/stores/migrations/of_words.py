"""The tables of second persons' words and of broken gates, as revision 0003 makes them."""

from __future__ import annotations

import sqlalchemy as sa

from provisor.stores.migrations.of_troubles import add_troubles

_LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _numbers(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer(), nullable=False) for name in names]


def add_words(schema: sa.MetaData) -> None:
    """Add them to the tables that a revision makes."""
    sa.Table("override", schema, sa.Column("id", sa.Text(), primary_key=True))
    sa.Table(
        "override_term",
        schema,
        sa.Column("override", sa.Text(), sa.ForeignKey("override.id"), nullable=False),
        *_numbers("consent"),
        *_texts("until"),
        sa.Column("leaf", _LONG),
        sa.PrimaryKeyConstraint("override"),
    )

    sa.Table(
        "override_consent",
        schema,
        sa.Column("override", sa.Text(), sa.ForeignKey("override.id"), nullable=False),
        *_texts("approver"),
        *_numbers("asserted"),
        *_texts("reason", "at"),
        sa.Column("leaf", _LONG),
        sa.PrimaryKeyConstraint("override"),
    )
    _add_openings(schema)
    add_troubles(schema)


def _add_openings(schema: sa.MetaData) -> None:
    sa.Table(
        "opening",
        schema,
        sa.Column("sequence", _LONG, primary_key=True, autoincrement=False),
        sa.Column("id", sa.Text(), nullable=False, unique=True),
        *_texts("target", "part", "actor"),
        *_numbers("asserted"),
        *_texts("reason", "opened_at", "expires_at"),
        sa.Column("leaf", _LONG),
    )

    sa.Table(
        "opening_review",
        schema,
        sa.Column("opening", sa.Text(), sa.ForeignKey("opening.id"), nullable=False),
        *_texts("reviewer"),
        *_numbers("asserted"),
        *_texts("reason", "at"),
        sa.Column("leaf", _LONG),
        sa.PrimaryKeyConstraint("opening"),
    )

    sa.Table(
        "intent_opening",
        schema,
        sa.Column("intent", _LONG, sa.ForeignKey("intent.sequence"), nullable=False),
        *_texts("opening"),
        sa.Column("leaf", _LONG),
        sa.PrimaryKeyConstraint("intent"),
        sa.Index("intent_opening_of", "opening"),
    )

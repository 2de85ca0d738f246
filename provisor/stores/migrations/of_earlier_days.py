"""The tables of what both sides held on earlier days, as revision 0003 makes them."""

from __future__ import annotations

import sqlalchemy as sa

_LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _texts(*names: str, nullable: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=nullable) for name in names]


def _numbers(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer(), nullable=False) for name in names]


def add_history(schema: sa.MetaData) -> None:
    """Add them to the tables that a revision makes."""
    sa.Table(
        "history_feed",
        schema,
        *_numbers("number"),
        *_texts("system", "object_type", "strand", "key", "attributes"),
        sa.PrimaryKeyConstraint("number"),
    )

    sa.Table(
        "history_look",
        schema,
        sa.Column("number", _LONG, primary_key=True, autoincrement=False),
        *_texts("job"),
        *_numbers("turn"),
        *_texts("at"),
        *_numbers("full_read"),
        *_texts("fault"),
        sa.Index("history_look_of", "job", "at"),
    )

    sa.Table(
        "history_sight",
        schema,
        *_numbers("feed"),
        sa.Column("look", _LONG, nullable=False),
        sa.Column("chapter", _LONG, nullable=False),
        *_texts("observation", "at", "aside"),
        sa.PrimaryKeyConstraint("feed", "look"),
        sa.Index("history_sight_of", "look"),
    )
    _add_rows(schema)


def _add_rows(schema: sa.MetaData) -> None:
    sa.Table(
        "history_page",
        schema,
        *_numbers("feed"),
        sa.Column("chapter", _LONG, nullable=False),
        *_numbers("part"),
        *_texts("form"),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("feed", "chapter", "part"),
    )

    sa.Table(
        "history_change",
        schema,
        *_numbers("feed"),
        sa.Column("look", _LONG, nullable=False),
        *_texts("key", "member"),
        *_texts("body", nullable=True),
        sa.PrimaryKeyConstraint("feed", "look", "key", "member"),
        sa.Index("history_change_of", "feed", "key", "member"),
        sqlite_with_rowid=False,
    )

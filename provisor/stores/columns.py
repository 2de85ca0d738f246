"""The few kinds of columns that the tables are made of."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, LargeBinary, MetaData, Text

schema = MetaData()
"""Every table stands in it."""

# SQLite finds rows by number without an index only in a column of exactly this type.
LONG = BigInteger().with_variant(Integer(), "sqlite")


def texts(*names: str) -> list[Column[str]]:
    """Return columns of text, none of them null."""
    return [Column(name, Text, nullable=False) for name in names]


def optional_texts(*names: str) -> list[Column[str]]:
    """Return columns of text that may be null."""
    return [Column(name, Text) for name in names]


def numbers(*names: str) -> list[Column[int]]:
    """Return columns of whole numbers, none of them null."""
    return [Column(name, Integer, nullable=False) for name in names]


def blobs(*names: str) -> list[Column[bytes]]:
    """Return columns of bytes, none of them null."""
    return [Column(name, LargeBinary, nullable=False) for name in names]


def counted(name: str = "sequence") -> Column[int]:
    """Return the column that counts a table's rows in the order of writing."""
    return Column(name, LONG, primary_key=True, autoincrement=False)


def pointing(name: str, place: str) -> Column[int]:
    """Return a column that names a row of another table by its number."""
    return Column(name, LONG, ForeignKey(place), nullable=False)


def unique(name: str) -> Column[str]:
    """Return a column of text that no two rows share."""
    return Column(name, Text, nullable=False, unique=True)


def sealed() -> Column[int]:
    """Return the column that names the leaf which seals the row."""
    return Column("leaf", LONG)

"""Large CSV files as whole columns, exactly as strict as the exact reader.

A block of lines is taken only when it can be vouched for: UTF-8, no NUL, no carriage return but
before a line feed, no blank line, and in every line either no quote and the header's number of
delimiters, or quotes that make a whole row of the line by itself. The first block that is
different is left to the exact reader, which reads it and all that follows.

This module loads polars; it is imported for large files only.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import compress

import polars

from connectors._files_columns import Columns
from connectors._files_evidence import Lines, Seen
from connectors._files_settings import FileSettings
from provisor.ports.connector import Page

BLOCK_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Block:
    """Whole lines, those with quotes apart."""

    plain: list[bytes]
    quoted: list[bytes]
    is_quoted: list[bool]
    """For each line in order, whether it is among the quoted."""


def block_pages(
    lines: Lines, settings: FileSettings, columns: Columns, seen: Seen
) -> Iterator[Page]:
    """Yield one columnar page per block, counted; stop before one that needs the exact reader.

    The file is left at the start of that block and `lines` counts up to there.
    """
    file = lines.file
    while True:
        start = file.tell()
        content = file.read(BLOCK_BYTES) + file.readline()
        frame = _frame_of(content, settings, columns) if content else None
        if frame is None:
            file.seek(start)
            return
        first = lines.number + 1
        lines.number += frame.height
        seen.rows += frame.height
        yield Page(frame, lines=(first, lines.number))


def _frame_of(content: bytes, settings: FileSettings, columns: Columns) -> polars.DataFrame | None:
    """Return the wanted columns of a block, or None when it cannot be vouched for."""
    block = _block_of(content, settings.delimiter.encode(), len(columns.header))
    if block is None:
        return None
    plain = _plain_frame(block.plain, settings, columns)
    if not block.quoted:
        return plain
    quoted = _quoted_frame(block.quoted, settings, columns)
    if plain is None or quoted is None:
        return None
    return polars.concat([plain, quoted])[_order(polars.Series(block.is_quoted))]


def _block_of(content: bytes, delimiter: bytes, width: int) -> Block | None:
    try:
        content.decode()
    except UnicodeDecodeError:
        return None
    if content.count(b"\r") != content.count(b"\r\n") or b"\0" in content:
        return None
    lines = content.replace(b"\r\n", b"\n").split(b"\n")
    if lines.pop() or b"" in lines:
        return None  # the last line has no end, or a line is blank
    is_quoted = [b'"' in line for line in lines] if b'"' in content else [False] * len(lines)
    plain = [line for line, quotes in zip(lines, is_quoted, strict=True) if not quotes]
    if not {line.count(delimiter) for line in plain} <= {width - 1}:
        return None
    return Block(plain, list(compress(lines, is_quoted)), is_quoted)


def _plain_frame(
    lines: list[bytes], settings: FileSettings, columns: Columns
) -> polars.DataFrame | None:
    """Return lines without quotes as columns; None when polars counts other rows than we do."""
    if not lines:
        return _empty(columns)
    places = sorted(set(columns.places))
    read = polars.read_csv(
        b"\n".join([*lines, b""]),
        has_header=False,
        columns=places,
        separator=settings.delimiter,
        quote_char=None,
        infer_schema=False,
        empty_string_is_null=settings.empty == "null",
    )
    if read.shape != (len(lines), len(places)):
        return None
    by_place = dict(zip(places, read.columns, strict=True))
    return read.select(
        polars.col(by_place[place]).alias(name)
        for name, place in zip(columns.wanted, columns.places, strict=True)
    )


def _quoted_frame(
    lines: list[bytes], settings: FileSettings, columns: Columns
) -> polars.DataFrame | None:
    """Return lines with quotes as columns; None when one is not a whole row by itself."""
    text = b"\n".join(lines).decode().split("\n")
    try:
        rows = list(csv.reader(text, delimiter=settings.delimiter, strict=True))
    except csv.Error:
        return None
    # Every row took at least one line, so as many rows as lines means one line each.
    if len(rows) != len(lines) or {len(row) for row in rows} != {len(columns.header)}:
        return None
    blank = None if settings.empty == "null" else ""
    return polars.DataFrame(
        {
            name: [row[place] or blank for row in rows]
            for name, place in zip(columns.wanted, columns.places, strict=True)
        },
        schema=_empty(columns).schema,
    )


def _empty(columns: Columns) -> polars.DataFrame:
    return polars.DataFrame(schema=dict.fromkeys(columns.wanted, polars.String))


def _order(is_quoted: polars.Series) -> polars.Series:
    """Return where each line stands once the quoted ones were put behind the others."""
    rank = is_quoted.cast(polars.UInt32)
    quoted_before = rank.cum_sum() - rank
    position = polars.Series(range(len(rank)), dtype=polars.UInt32)
    behind = len(rank) - int(is_quoted.sum()) + quoted_before
    return behind.zip_with(is_quoted, position - quoted_before)

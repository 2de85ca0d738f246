"""CSV, read to the letter: every row has the header's fields and no quote stays open.

The exact reader is the standard library's in strict mode. In a large file `_files_blocks` goes
before it and gives the same rows as whole columns, as far as it can vouch for them.
Source: RFC 4180; stricter in that a blank line is a row without fields.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from io import BufferedReader
from itertools import islice
from operator import itemgetter

from connectors._files_columns import Columns
from connectors._files_evidence import Lines, Seen, flaw, prove_columns
from connectors._files_settings import FileSettings
from provisor.domain.record import Value
from provisor.ports.connector import Page, Rows

PAGE_ROWS = 50_000
LARGE_BYTES = 20 * 1024 * 1024
"""From this size on columns pay for loading polars."""

_FLAWS = {
    "unexpected end of data": "a quoted field is never closed",
    "field larger than": "a field is very long; its quote may never be closed",
    "expected after": "text follows a closing quote",
    "new-line character": "a carriage return stands where no line ends",
}


def csv_header(file: BufferedReader, settings: FileSettings) -> tuple[str, ...]:
    """Return the column names.

    Raises:
        ReadIncomplete: there is no readable header.
    """
    return _header(_reader(Lines(file, settings), settings), settings)


def csv_pages(
    file: BufferedReader, settings: FileSettings, wanted: Mapping[str, str], seen: Seen
) -> Iterator[Page]:
    """Yield the rows of the file, page by page, and count them.

    Args:
        file: from its beginning.
        wanted: attribute name to column name; no other column is kept.
        seen: receives the header and the count.

    Raises:
        ReadIncomplete: at the first thing that is not as it must be.
    """
    lines = Lines(file, settings)
    reader = _reader(lines, settings)
    columns = Columns(_header(reader, settings), wanted)
    seen.columns = columns.header
    prove_columns(settings.file, columns.header, wanted.values())
    if _suits_blocks(file, settings, wanted):
        # Polars is loaded for large files only: it costs more than reading a small one.
        from connectors._files_blocks import block_pages

        yield from block_pages(lines, settings, columns, seen)
    yield from _exact_pages(reader, lines, settings, columns, seen)


def _suits_blocks(file: BufferedReader, settings: FileSettings, wanted: Mapping[str, str]) -> bool:
    plain = settings.encoding == "utf-8" and settings.delimiter.isascii()
    many = settings.separators.keys() & set(wanted.values())
    return plain and not many and os.fstat(file.fileno()).st_size > LARGE_BYTES


def _reader(lines: Lines, settings: FileSettings) -> Iterator[list[str]]:
    return csv.reader(iter(lines), delimiter=settings.delimiter, strict=True)


def _header(reader: Iterator[list[str]], settings: FileSettings) -> tuple[str, ...]:
    try:
        names = next(reader, None)
    except csv.Error as broken:
        raise flaw(settings.file, _said(broken), 1) from None
    if not names:
        raise flaw(settings.file, "has no header; a header and at least one row were expected")
    prove_columns(settings.file, names, ())
    return tuple(names)


def _exact_pages(
    reader: Iterator[list[str]],
    lines: Lines,
    settings: FileSettings,
    columns: Columns,
    seen: Seen,
) -> Iterator[Page]:
    build = _rows_builder(settings, columns)
    while True:
        first = lines.number + 1
        try:
            cells = _cells(reader, lines, settings, columns)
        except csv.Error as broken:
            raise flaw(settings.file, _said(broken), lines.number) from None
        if not cells:
            return
        seen.rows += len(cells)
        yield Page(build(cells), lines=(first, lines.number))


def _cells(
    reader: Iterator[list[str]], lines: Lines, settings: FileSettings, columns: Columns
) -> list[tuple[str, ...]]:
    """Return the wanted cells of the next page's rows.

    A row's list is dropped at once: a page of whole rows would keep the collector busy.
    """
    width, pick = len(columns.header), _picker(columns.places)
    cells = []
    for row in islice(reader, PAGE_ROWS):
        if len(row) != width:
            counts = f"{width} fields were expected, {len(row)} were found"
            raise flaw(settings.file, counts, lines.number)
        cells.append(pick(row))
    return cells


def _picker(places: tuple[int, ...]) -> Callable[[Sequence[str]], tuple[str, ...]]:
    if len(places) == 1:
        only = places[0]
        return lambda row: (row[only],)
    return itemgetter(*places)


def _rows_builder(
    settings: FileSettings, columns: Columns
) -> Callable[[list[tuple[str, ...]]], Rows]:
    """Return what makes rows of cells, with the meaning of an empty cell as it was set."""
    names = tuple(columns.wanted)
    blank = None if settings.empty == "null" else ""
    separators = {
        name: settings.separators[column]
        for name, column in columns.wanted.items()
        if column in settings.separators
    }

    def row_of(cells: tuple[str, ...]) -> dict[str, Value]:
        row: dict[str, Value] = dict(zip(names, [cell or blank for cell in cells], strict=True))
        for name, separator in separators.items():
            row[name] = _many(row[name], separator)
        return row

    return lambda page: [row_of(cells) for cells in page]


def _many(cell: Value, separator: str) -> Value:
    if isinstance(cell, str):
        return tuple(cell.split(separator)) if cell else ()
    return cell


def _said(broken: csv.Error) -> str:
    """Return the parser's finding in our words; its own could one day quote a cell."""
    text = str(broken)
    return next(
        (ours for theirs, ours in _FLAWS.items() if theirs in text), "this is no row of CSV"
    )

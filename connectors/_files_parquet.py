"""Parquet: columns as they are, brought to text, whole numbers, booleans and lists of them.

The footer at the end of the file makes a cut file unreadable, and says how many rows there are.
Structures become dotted paths. Dates and times become RFC 3339 text; a time without a zone is
taken as UTC. Fractions become text.

This module loads polars.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import polars
from polars.exceptions import PanicException, PolarsError

from connectors._files_evidence import Seen, flaw, prove_columns
from connectors._files_settings import FileSettings
from provisor.domain.schema import Attribute, AttributeType
from provisor.ports.connector import Page

if TYPE_CHECKING:
    from io import BufferedReader

    from polars._typing import PolarsDataType

PAGE_ROWS = 250_000

# A damaged page makes the reader panic; the panic is no Exception and would end the program.
_DAMAGED = (PolarsError, OSError, PanicException)


def parquet_attributes(settings: FileSettings) -> tuple[Attribute, ...]:
    """Return the attributes that the footer names.

    Raises:
        ReadIncomplete: there is no readable footer.
    """
    return tuple(_attribute(path, kind) for path, (_, kind) in _paths(settings).items())


def parquet_pages(
    _file: BufferedReader, settings: FileSettings, wanted: Mapping[str, str], seen: Seen
) -> Iterator[Page]:
    """Yield the rows of the file as tables, page by page, and count them.

    Raises:
        ReadIncomplete: the file cannot be read to its end, or a column is missing.
    """
    paths = _paths(settings)
    seen.columns = tuple(paths)
    prove_columns(settings.file, paths, wanted.values())
    chosen = [_plain(*paths[path], path, settings).alias(n) for n, path in wanted.items()]
    try:
        frame = polars.scan_parquet(settings.file, glob=False)
        total = int(frame.select(polars.len()).collect().item())
        for start in range(0, total, PAGE_ROWS):
            page = frame.slice(start, PAGE_ROWS).select(chosen).collect()
            seen.rows += page.height
            yield Page(page, declared_total=total, lines=(start + 1, start + page.height))
    except _DAMAGED:
        raise flaw(settings.file, "is damaged behind its footer") from None
    if seen.rows != total:
        raise flaw(settings.file, f"has {seen.rows:,} rows, its footer says {total:,}")


def _paths(settings: FileSettings) -> dict[str, tuple[polars.Expr, polars.DataType]]:
    """Return every leaf by its dotted path, with how to get at it."""
    try:
        schema = polars.scan_parquet(settings.file, glob=False).collect_schema()
    except _DAMAGED:
        raise flaw(settings.file, "has no readable Parquet footer; it may be cut") from None
    found: dict[str, tuple[polars.Expr, polars.DataType]] = {}
    for name, kind in schema.items():
        _walk(polars.col(name), name, kind, found)
    return found


def _walk(
    column: polars.Expr,
    path: str,
    kind: polars.DataType,
    found: dict[str, tuple[polars.Expr, polars.DataType]],
) -> None:
    if isinstance(kind, polars.Struct):
        for field in kind.fields:
            inner = column.struct.field(field.name)
            _walk(inner, f"{path}.{field.name}", _instance(field.dtype), found)
    else:
        found[path] = (column, kind)


def _instance(kind: PolarsDataType) -> polars.DataType:
    return kind() if isinstance(kind, type) else kind


def _plain(
    column: polars.Expr, kind: polars.DataType, path: str, settings: FileSettings
) -> polars.Expr:
    """Return the column in types that a record can hold."""
    if isinstance(kind, polars.List | polars.Array):
        listed = column.arr.to_list() if isinstance(kind, polars.Array) else column
        inner = _scalar(polars.element(), _instance(kind.inner), path, settings)
        return listed.list.eval(inner)
    return _scalar(column, kind, path, settings)


def _scalar(
    column: polars.Expr, kind: polars.DataType, path: str, settings: FileSettings
) -> polars.Expr:
    if kind.is_integer() or kind == polars.Boolean:
        return column
    if isinstance(kind, polars.Datetime):
        # A fraction is printed only where there is one.
        moment = column.dt.convert_time_zone("UTC") if kind.time_zone else column
        return moment.dt.strftime("%Y-%m-%dT%H:%M:%S%.fZ")
    textual = kind.is_float() or kind.is_decimal() or kind in (polars.Date, polars.Time)
    if textual or kind in (polars.String, polars.Categorical, polars.Enum, polars.Null):
        return column.cast(polars.String)
    raise flaw(settings.file, f"column `{path}` is of type {kind}, which no record can hold")


def _attribute(path: str, kind: polars.DataType) -> Attribute:
    multi = isinstance(kind, polars.List | polars.Array)
    inner = _instance(kind.inner) if isinstance(kind, polars.List | polars.Array) else kind
    return Attribute(path, _type_of(inner), multi=multi)


def _type_of(kind: polars.DataType) -> AttributeType:
    if kind.is_integer():
        return AttributeType.INTEGER
    if kind == polars.Boolean:
        return AttributeType.BOOLEAN
    return AttributeType.TIME if isinstance(kind, polars.Datetime) else AttributeType.STRING

"""JSON Lines: one object per line; nested objects become dotted paths, lists many values.

A key that is missing is absent, `null` is null. A number with a fraction travels as the text that
stands in the file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from io import BufferedReader
from itertools import islice
from typing import NoReturn

from connectors._files_evidence import Lines, Seen, flaw
from connectors._files_settings import FileSettings
from provisor.domain.record import Value, Values
from provisor.domain.schema import Attribute, AttributeType
from provisor.ports.connector import Page

PAGE_ROWS = 50_000
FIRST_LINES = 100
"""How many lines are looked at to describe a file that nobody has described."""

_TYPES = {bool: AttributeType.BOOLEAN, int: AttributeType.INTEGER}


class _Repeated(ValueError):
    """A name stands twice in one object."""


class _NoNumber(ValueError):
    """NaN or an infinity, which JSON does not have."""


def jsonl_attributes(file: BufferedReader, settings: FileSettings) -> tuple[Attribute, ...]:
    """Return the attributes that the first lines show, in the order in which they turn up.

    Raises:
        ReadIncomplete: one of the first lines is no object.
    """
    found: dict[str, Attribute] = {}
    for row in islice(_rows(Lines(file, settings), settings), FIRST_LINES):
        for name, value in row.items():
            if value is not None and name not in found:
                found[name] = _attribute(name, value)
    return tuple(found.values())


def jsonl_pages(
    file: BufferedReader, settings: FileSettings, wanted: Mapping[str, str], seen: Seen
) -> Iterator[Page]:
    """Yield the objects of the file, page by page, and count them.

    Raises:
        ReadIncomplete: at the first line that is not one JSON object.
    """
    lines = Lines(file, settings)
    rows = _rows(lines, settings)
    names: dict[str, None] = {}
    while page := _page(rows, lines, settings, wanted, names):
        seen.rows += len(page.rows)  # type: ignore[arg-type]  # a list of rows
        seen.columns = tuple(names)
        yield page


def _page(
    rows: Iterator[dict[str, object]],
    lines: Lines,
    settings: FileSettings,
    wanted: Mapping[str, str],
    names: dict[str, None],
) -> Page | None:
    first = lines.number + 1
    page: list[Values] = []
    for row in islice(rows, PAGE_ROWS):
        names.update(dict.fromkeys(row))
        page.append(
            {
                name: _value(row[path], path, lines, settings)
                for name, path in wanted.items()
                if path in row
            }
        )
    return Page(page, lines=(first, lines.number)) if page else None


def _rows(lines: Lines, settings: FileSettings) -> Iterator[dict[str, object]]:
    """Yield each line's object, flattened; lists stay as they are."""
    for line in lines:
        try:
            found = _decoder.decode(line)
        except (_Repeated, _NoNumber) as refused:
            raise flaw(settings.file, str(refused), lines.number) from None
        except ValueError:
            raise flaw(settings.file, "one JSON object was expected", lines.number) from None
        except RecursionError:
            raise flaw(settings.file, "the object is nested too deeply", lines.number) from None
        if not isinstance(found, dict):
            raise flaw(settings.file, "one JSON object was expected", lines.number)
        row: dict[str, object] = {}
        _flatten(found, "", row, lines, settings)
        yield row


def _flatten(
    found: Mapping[str, object],
    prefix: str,
    row: dict[str, object],
    lines: Lines,
    settings: FileSettings,
) -> None:
    for name, value in found.items():
        path = f"{prefix}{name}"
        if isinstance(value, dict):
            _flatten(value, f"{path}.", row, lines, settings)
        elif path in row:
            raise flaw(settings.file, f"the path `{path}` stands twice", lines.number)
        else:
            row[path] = value


def _value(value: object, path: str, lines: Lines, settings: FileSettings) -> Value:
    if isinstance(value, list):
        return tuple(_scalar(item, path, lines, settings) for item in value)
    return None if value is None else _scalar(value, path, lines, settings)


def _scalar(value: object, path: str, lines: Lines, settings: FileSettings) -> str | int | bool:
    match value:
        case bool() | int():
            return value
        case str() if _is_text(value):
            return value
        case str():
            what = f"`{path}` holds half a character, which is no text"
            raise flaw(settings.file, what, lines.number)
        case _:
            what = f"`{path}` is a list of more than plain values"
            raise flaw(settings.file, what, lines.number)


def _is_text(value: str) -> bool:
    """Say whether the text can be written at all: an escape may name half a surrogate pair."""
    return value.isascii() or not any("\ud800" <= c <= "\udfff" for c in value)


def _attribute(name: str, value: object) -> Attribute:
    multi = isinstance(value, list)
    sample = next(iter(value), None) if isinstance(value, list) else value
    return Attribute(name, _TYPES.get(type(sample), AttributeType.STRING), multi=multi)


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Repeated("a name stands twice in one object")
    return found


def _no_number(_name: str) -> NoReturn:
    raise _NoNumber("NaN and infinities are no numbers in JSON")


_decoder = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=str, parse_constant=_no_number, strict=True
)

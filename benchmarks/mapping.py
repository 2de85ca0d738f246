"""Mapping: expressions over whole columns beside the same expressions row by row.

Thirty target attributes, twelve of them nested, over two feeds: one whose inputs repeat as they do
in an organisation, and one where every value of every column is another. Row by row is what the
definition of the language does; it works on the first rows only, and both must give the same
values there before their rates mean anything.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import polars as pl

from benchmarks.company import company
from benchmarks.meter import Measured, Meter, measured, typical
from benchmarks.table import seconds, show, times
from provisor.domain.columns.expressions import evaluate_columns
from provisor.domain.expressions import Computed, Node, evaluate, parse

HERE: Final = "benchmarks.mapping"
COMPARED: Final = 100_000
"""Rows that are also computed one by one."""
REPEATING, DISTINCT = 0, 1
_CHUNK: Final = 100_000

_DIRECT: Final = (
    "employee_id", "given_name", "surname", "department", "title", "country", "type", "mail",
    "division", "cost_centre", "job_code", "level", "location", "street", "postal_code", "city",
    "language", "badge",
)  # fmt: skip
_NESTED: Final = {
    "userName": 'ToLower(NormalizeDiacritics(Replace(Join(".", [given_name], [surname]), , '
    '"[^A-Za-z.]", , "", , )))',
    "mail": 'Join("@", ToLower(NormalizeDiacritics(StripSpaces(Join(".", [given_name], '
    '[surname])))), Switch([country], "example.com", "DE", "example.de", "SE", "example.se", '
    '"PL", "example.pl", "FR", "example.fr"))',
    "displayName": 'Join(", ", ToUpper([surname]), [given_name])',
    "sortName": 'ToLower(NormalizeDiacritics(Join(" ", [surname], [given_name])))',
    "phone": 'Replace(Replace([phone], , "[ -]", , "", , ), , "^[+](?<code>[0-9]{2})", , '
    '"00${code}", , )',
    "region": 'Switch([country], "rest", "DE", "central", "PL", "central", "SE", "north", "FR", '
    '"south", "IT", "south", "US", "west", "BR", "west")',
    "department": 'Switch([department], Join(" / ", [division], [department]), "Sales", '
    'Append("Sales ", [country]), "IT", "Information Technology", "People", "Human Resources")',
    "title": 'IIF(IsPresent([title]), Join(" ", [title], Append("- ", [department])), "Employee")',
    "initials": 'ToUpper(Join("", Left(NormalizeDiacritics([given_name]), 1), '
    "Left(NormalizeDiacritics([surname]), 1)))",
    "costCentre": 'Replace(Join("-", [cost_centre], Left([country], 2)), , "^cos-", , "CC", , )',
    "address": 'Join(", ", [street], Join(" ", [postal_code], [city]), Switch([country], '
    '[country], "DE", "Germany", "SE", "Sweden", "PL", "Poland"))',
    "login": 'Mid(ToLower(NormalizeDiacritics(Replace(Join("", Left([surname], 6), '
    'Left([given_name], 2)), , "[^A-Za-z]", , "x", , ))), 1, 8)',
}


def nodes() -> dict[str, Node]:
    """Return the mapping: eighteen attributes as they are, twelve computed."""
    written = {f"copied.{name}": f"[{name}]" for name in _DIRECT}
    return {name: parse(text) for name, text in {**written, **_NESTED}.items()}


def feed(rows: int, kind: int) -> pl.DataFrame:
    """Return people as HR has them, or with every value made another."""
    frame = pl.read_parquet(company(rows).path("source"))
    if kind == REPEATING:
        return frame
    number = pl.int_range(frame.height, eager=True).cast(pl.String)
    return frame.select(
        pl.concat_str([pl.col(name).fill_null("none"), pl.lit(number)], separator=" ").alias(name)
        for name in frame.columns
    )


# --- what is measured --------------------------------------------------------------------------


def columns(meter: Meter, rows: int, kind: int) -> None:
    """Map all rows by columns."""
    program, frame = nodes(), feed(rows, kind)
    with meter.part("map"):
        answer = evaluate_columns(frame, program)
    found = {name: column.values.head(COMPARED) for name, column in answer.columns.items()}
    assert not any(column.problems for column in answer.columns.values())
    meter.told = {"checksum": _checksum(found)}


def scalars(meter: Meter, rows: int, kind: int) -> None:
    """Map the first rows one by one, a slice at a time."""
    program, frame = nodes(), feed(rows, kind).head(COMPARED)
    found: dict[str, list[object]] = {name: [] for name in program}
    for part in _slices(frame):
        with meter.part("map"):
            for row in part:
                for name, node in program.items():
                    answer = evaluate(node, row)
                    assert isinstance(answer, Computed)
                    found[name].append(answer.value)
    meter.told = {"checksum": _checksum({n: pl.Series(values) for n, values in found.items()})}


def _slices(frame: pl.DataFrame) -> Iterator[list[dict[str, str | None]]]:
    for start in range(0, frame.height, _CHUNK):
        yield frame.slice(start, _CHUNK).to_dicts()


def _checksum(found: Mapping[str, pl.Series]) -> str:
    digest = hashlib.sha256()
    for name in sorted(found):
        digest.update(repr((name, found[name].to_list())).encode())
    return digest.hexdigest()[:16]


# --- what is shown -----------------------------------------------------------------------------


def run(sizes: Iterable[int], _quick: object) -> None:
    """Measure and print, size by size."""
    rows = []
    for size in sizes:
        company(size)
        for kind, name in ((REPEATING, "repeating"), (DISTINCT, "all distinct")):
            one_by_one = measured(HERE, "scalars", size, kind)
            whole = typical(HERE, "columns", size, kind)
            slow = min(size, COMPARED) / one_by_one.cpu("map")
            fast = size / whole.cpu("map")
            same = "same values" if whole.told == one_by_one.told else "VALUES DIFFER"
            rows.append(_line(size, name, f"row by row, {min(size, COMPARED):,}", one_by_one, slow))
            rows.append(_line(size, name, "columns", whole, fast))
            rows.append((f"{size:,}", name, same, "", "", times(fast / slow), ""))
    show("Mapping 30 attributes, 12 of them nested", _HEAD, rows)


_HEAD = ("rows", "inputs", "what", "wall s", "CPU s", "rows / CPU s", "peak MiB")


def _line(size: int, kind: str, what: str, found: Measured, rate: float) -> tuple[str, ...]:
    return (
        f"{size:,}",
        kind,
        what,
        seconds(found.wall("map")),
        seconds(found.cpu("map")),
        f"{rate:,.0f}",
        str(found.peak),
    )

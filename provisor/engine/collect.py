"""Read once, count, time, digest, and prove the read complete or say why not.

Enters: a connector. Leaves: a `Reading`. Never interprets a value.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from provisor.domain.canonical import Json, canonical
from provisor.domain.completeness import Claim, Measure
from provisor.domain.membership import Pair
from provisor.domain.record import Record, Values, as_text, is_blank
from provisor.domain.schema import ObjectType
from provisor.engine.job import Progress
from provisor.errors import TargetProblem
from provisor.ports.clock import Clock
from provisor.ports.connector import ArrowTable, Connector, Page, ReadEnd, ReadRequest, Rows


@dataclass(frozen=True, slots=True)
class Gathered:
    """The pages of one read as they came, and its end."""

    system: str
    object_type: ObjectType
    key: str
    """The attribute that is the key; for memberships empty."""
    pages: tuple[Rows | ArrowTable, ...]
    end: ReadEnd
    declared_total: int | None
    started_at: datetime
    ended_at: datetime
    problem: TargetProblem | None = None
    """What the system answered instead of an end."""
    passed: int = 0
    """How many pages were handed on while they came, and are not in `pages`."""

    @property
    def is_columnar(self) -> bool:
        """Whether any page came as an Arrow table."""
        return any(isinstance(page, ArrowTable) for page in self.pages)

    @property
    def claim(self) -> Claim:
        """What the connector said about completeness."""
        end = self.end
        return Claim(end.complete, end.reason, end.columns, end.version, end.expected_rows)


Shelf = Callable[[Rows | ArrowTable], None]


def gather(
    connector: Connector,
    system: str,
    request: ReadRequest,
    key: str,
    clock: Clock,
    progress: Progress,
    shelf: Shelf | None = None,
) -> Gathered:
    """Read every page, or hand it to a shelf; a problem is an incomplete read, no exception."""
    started, declared = clock.now(), None
    pages: list[Rows | ArrowTable] = []
    keep = pages.append if shelf is None else shelf
    end = ReadEnd(complete=False, reason="the read ended without a last word")
    problem: TargetProblem | None = None
    progress.begin(f"reading {system} {request.object_type}", None)
    try:
        for item in connector.read(request):
            match item:
                case ReadEnd():
                    end = item
                case Page(rows, total):
                    keep(rows)
                    declared = total if total is not None else declared
                    progress.advance(_size(rows))
    except TargetProblem as found:
        problem = found
        end = ReadEnd(complete=False, reason=f"{found.code}: {found.what}")
    finally:
        progress.end()
    return Gathered(
        system,
        request.object_type,
        key,
        tuple(pages),
        end,
        declared,
        started,
        clock.now(),
        problem,
    )


def _size(rows: Rows | ArrowTable) -> int:
    return len(rows) if isinstance(rows, Sequence) else getattr(rows, "height", 0)


def row_count(gathered: Gathered) -> int:
    """Return how many rows were read, without looking into them."""
    return sum(_size(page) for page in gathered.pages)


@dataclass(frozen=True, slots=True)
class Rowwise:
    """One read as plain records, measured."""

    records: tuple[Record, ...]
    repeated: dict[str, int]
    unkeyed: int
    measure: Measure


def as_records(gathered: Gathered, needed: Iterable[str]) -> Rowwise:
    """Turn pages into records with a key of their own; the rest is counted.

    Args:
        gathered: pages of rows; an Arrow page is refused here, columns take those.
        needed: attributes whose blank cells are counted.
    """
    rows = list(_plain_rows(gathered))
    numbers = Counter(as_text(row.get(gathered.key)) for row in rows)
    repeated = {key: n for key, n in numbers.items() if n > 1 and key}
    unkeyed = numbers.get("", 0)
    records = tuple(
        Record(key, row)
        for row in rows
        if (key := as_text(row.get(gathered.key))) and key not in repeated
    )
    measure = Measure(
        gathered.system,
        gathered.object_type,
        len(rows),
        sum(repeated.values()) + unkeyed,
        {name: sum(1 for row in rows if is_blank(row.get(name))) for name in needed},
        _digest(rows),
    )
    return Rowwise(records, repeated, unkeyed, measure)


def as_pairs(gathered: Gathered) -> tuple[tuple[Pair, ...], Measure]:
    """Turn the pages of a membership read into pairs; rows with a blank side are set aside."""
    rows = [(as_text(r.get("group")), as_text(r.get("member"))) for r in _plain_rows(gathered)]
    pairs = tuple((group, member) for group, member in rows if group and member)
    digest = hashlib.sha256(canonical(sorted(rows))).hexdigest()
    measure = Measure(
        gathered.system,
        gathered.object_type,
        len(rows),
        len(rows) - len(pairs),
        {},
        f"rows:{digest}",
    )
    return pairs, measure


def _plain_rows(gathered: Gathered) -> Iterable[Values]:
    for page in gathered.pages:
        if isinstance(page, ArrowTable) and not isinstance(page, Sequence):
            raise TypeError("a columnar page needs the columnar executor")
        yield from page


def _digest(rows: Iterable[Values]) -> str:
    """Return a digest that equal reads share, whatever their order."""
    hashes = sorted(hashlib.sha256(canonical(_listed(row))).digest() for row in rows)
    return "rows:" + hashlib.sha256(b"".join(hashes)).hexdigest()


def _listed(row: Values) -> list[Json]:
    """Attribute names need not be ASCII, so a row is told as a sorted list of pairs."""
    return [[name, row[name]] for name in sorted(row)]

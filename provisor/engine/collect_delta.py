"""Read what changed since a watermark; count, time, digest, and say whether it can be believed.

Enters: a connector and a watermark. Leaves: a `Told`. Never interprets a value, and never takes a
delta that is not believed for one without changes: who asks then reads everything.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from provisor.domain.canonical import Json, canonical
from provisor.domain.completeness import Claim, Measure, delta_disbelief
from provisor.domain.membership import Pair
from provisor.domain.record import Record, Values, as_text
from provisor.domain.schema import ObjectType
from provisor.engine.job import Progress
from provisor.errors import TargetProblem, WatermarkRefused
from provisor.ports.clock import Clock
from provisor.ports.connector import (
    ArrowTable,
    Changed,
    Connector,
    Page,
    ReadEnd,
    ReadRequest,
    Regrouped,
    Removed,
)


@dataclass(frozen=True, slots=True)
class Told:
    """What one delta told, every object and membership once."""

    records: tuple[Record, ...]
    """Objects as they are now; who stands in several rows is not among them."""
    repeated: Mapping[str, int]
    """Keys that stand in several rows, with how many."""
    unkeyed: int
    """Rows without a key, and memberships without a side."""
    gone: frozenset[str]
    """Keys of objects that are gone."""
    hinted: frozenset[str]
    """Keys of objects that are to be looked up."""
    pairs: frozenset[Pair]
    """Memberships that are there."""
    parted: frozenset[Pair]
    """Memberships that are gone."""
    regrouped: frozenset[str]
    """Groups of which `pairs` holds every member."""
    measure: Measure
    end: ReadEnd
    started_at: datetime
    ended_at: datetime
    reason: str = ""
    """Why the delta cannot be believed; empty when it can."""
    problem: TargetProblem | None = None
    """What the system answered instead of an end."""

    @property
    def refused(self) -> bool:
        """Whether the system does not know the watermark, so that no retry of it can help."""
        return isinstance(self.problem, WatermarkRefused)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was told at all; that is no reason for disbelief."""
        return not self.measure.rows


def gather_delta(
    connector: Connector,
    system: str,
    request: ReadRequest,
    key: str,
    clock: Clock,
    progress: Progress,
    *,
    version: str | None = None,
) -> Told:
    """Read a delta to its end; a problem of the system is a delta not believed, not an exception.

    Args:
        request: with the watermark in `since`.
        key: the attribute that is the key; empty for memberships.
        version: what the last read that was believed said of its age.

    Cost: what the connector asks for the changes alone.
    """
    started = clock.now()
    heap = _Heap(key)
    end = ReadEnd(complete=False, reason="the delta ended without a last word")
    problem: TargetProblem | None = None
    progress.begin(f"reading changes of {system} {request.object_type}", None)
    try:
        for item in connector.read(request):
            if isinstance(item, ReadEnd):
                end = item
            else:
                progress.advance(heap.take(item))
    except TargetProblem as found:
        problem = found
        end = ReadEnd(complete=False, reason=f"{found.code}: {found.what}")
    finally:
        progress.end()
    return heap.told(system, request.object_type, end, version, (started, clock.now()), problem)


@dataclass(slots=True)
class _Heap:
    """The items of one delta as they come in."""

    key: str
    rows: list[Values] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)
    hinted: set[str] = field(default_factory=set)
    parted: set[Pair] = field(default_factory=set)
    regrouped: set[str] = field(default_factory=set)

    def take(self, item: Page | Changed | Removed | Regrouped) -> int:
        """Keep one item and return how many objects or memberships it told of."""
        match item:
            case Page(rows):
                if isinstance(rows, ArrowTable):
                    raise TypeError("the pages of a delta are rows")
                self.rows.extend(rows)
                return len(rows)
            case Changed(keys):
                self.hinted.update(keys)
                return len(keys)
            case Removed(keys, pairs):
                self.gone.update(keys)
                self.parted.update(pairs)
                return len(keys) + len(pairs)
            case Regrouped(groups):
                self.regrouped.update(groups)
                return len(groups)

    def told(
        self,
        system: str,
        object_type: ObjectType,
        end: ReadEnd,
        version: str | None,
        span: tuple[datetime, datetime],
        problem: TargetProblem | None,
    ) -> Told:
        """Return everything merged, and judged."""
        members = object_type is ObjectType.MEMBERSHIPS
        pairs = _pairs(self.rows) if members else frozenset()
        numbers = Counter([] if members else [as_text(row.get(self.key)) for row in self.rows])
        records = tuple(
            Record(name, row)
            for row in ([] if members else self.rows)
            if numbers[name := as_text(row.get(self.key))] == 1 and name
        )
        claim = Claim(end.complete, end.reason, end.columns, end.version)
        measure = self._measure(system, object_type, numbers)
        blank = sum(1 for row in self.rows if not _whole_pair(row)) if members else numbers[""]
        return Told(
            records,
            {name: n for name, n in numbers.items() if n > 1 and name},
            blank,
            frozenset(self.gone - numbers.keys()),
            frozenset(self.hinted),
            pairs,
            frozenset(self.parted - pairs),
            frozenset(self.regrouped),
            measure,
            end,
            *span,
            delta_disbelief(claim, end.watermark, version),
            problem,
        )

    def _measure(self, system: str, object_type: ObjectType, numbers: Counter[str]) -> Measure:
        if object_type is ObjectType.MEMBERSHIPS:
            repeated = sum(1 for row in self.rows if not _whole_pair(row))
        else:
            repeated = sum(n for name, n in numbers.items() if n > 1 or not name)
        signs = len(self.gone) + len(self.hinted) + len(self.parted) + len(self.regrouped)
        return Measure(
            system, object_type, len(self.rows) + signs, repeated, {}, f"delta:{self._digest()}"
        )

    def _digest(self) -> str:
        """Return a digest that equal deltas share, whatever their order."""
        told: list[bytes] = [canonical(_listed(row)) for row in self.rows]
        told += [canonical(["gone", key]) for key in self.gone]
        told += [canonical(["hinted", key]) for key in self.hinted]
        told += [canonical(["parted", *pair]) for pair in self.parted]
        told += [canonical(["regrouped", group]) for group in self.regrouped]
        hashes = sorted(hashlib.sha256(one).digest() for one in told)
        return hashlib.sha256(b"".join(hashes)).hexdigest()


def _pairs(rows: Iterable[Values]) -> frozenset[Pair]:
    return frozenset(pair for row in rows if (pair := _whole_pair(row)) is not None)


def _whole_pair(row: Values) -> Pair | None:
    group, member = as_text(row.get("group")), as_text(row.get("member"))
    return (group, member) if group and member else None


def _listed(row: Values) -> list[Json]:
    return [[name, row[name]] for name in sorted(row)]

"""The reads of a cycle become what an executor holds; pages go as soon as they are taken."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from provisor.domain.completeness import Measure
from provisor.domain.schema import ObjectType
from provisor.domain.side import Side
from provisor.engine.assembly import Assembly
from provisor.engine.collect import Gathered

Read = tuple[Side, Gathered, Collection[str]]
"""One read of one side, and the attributes whose blank cells are counted."""
Measured = tuple[Side, Gathered, Measure]


def taken_in(assembly: Assembly, reads: list[Read]) -> list[Measured]:
    """Give all reads to an assembly, those of tables side by side.

    Args:
        assembly: takes them.
        reads: emptied on the way, so that nobody holds their pages any longer.

    Returns:
        Every read without its pages, with what was counted, in the same order.
    """
    order = [(side, read.object_type) for side, read, _ in reads]
    source = [one for one in reads if one[0] is Side.SOURCE]
    target = [one for one in reads if one[0] is Side.TARGET]
    columnar = all(any(read.is_columnar for _, read, _ in some) for some in (source, target))
    reads.clear()
    if not columnar:
        return _sorted_as(order, [*_taken(assembly, source), *_taken(assembly, target)])
    # Only tables are worth a thread: rows are walked by the interpreter, one after the other.
    from provisor.domain.columns.abreast import abreast

    ours, theirs = abreast(lambda: _taken(assembly, source), lambda: _taken(assembly, target))
    return _sorted_as(order, [*ours, *theirs])


def _sorted_as(
    order: Sequence[tuple[Side, ObjectType]], measured: Iterable[Measured]
) -> list[Measured]:
    return sorted(measured, key=lambda one: order.index((one[0], one[1].object_type)))


def _taken(assembly: Assembly, reads: list[Read]) -> list[Measured]:
    found: list[Measured] = []
    while reads:
        side, gathered, needed = reads.pop(0)
        measure = assembly.add(side, gathered, needed)
        handed = gathered.passed + len(gathered.pages)
        found.append((side, replace(gathered, pages=(), passed=handed), measure))
    return found

"""Everything of both sides as plain records, for questions that look at everybody once.

Nothing is kept. The definition of the rules answers: objects, whatever the size.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from provisor.domain.override import active_overrides
from provisor.domain.record import Values
from provisor.domain.schema import ObjectType
from provisor.domain.side import Side
from provisor.domain.world import World
from provisor.engine.assembly import Circumstance
from provisor.engine.collect import Gathered, gather
from provisor.engine.job import Job
from provisor.engine.objectwise import ObjectAssembly
from provisor.ports.connector import ArrowTable, Connector, ReadRequest, Rows

_MEMBERS = ("group", "member")
Besides = Mapping[ObjectType, Collection[str]]


@dataclass(frozen=True, slots=True)
class Whole:
    """Both sides as they are now."""

    world: World
    doubts: tuple[str, ...]
    """Why a read is not complete; then the answers may not be, either."""


def whole_world(job: Job, besides: Besides | None = None) -> Whole:
    """Read both sides whole.

    Args:
        job: whose sides.
        besides: target attributes that no rule looks at, by object type.

    Cost: one full read of both sides, one object per record.
    """
    assembly = ObjectAssembly(job.store.links, job.rules.target)
    doubts: list[str] = []
    for side, connector, request, key in _requests(job, besides or {}):
        system = job.rules.source if side is Side.SOURCE else job.rules.target
        read = gather(connector, system, request, key, job.clock, job.progress)
        if not read.end.complete:
            doubts.append(f"{system} {request.object_type}: {read.end.reason}")
        assembly.add(side, _plain(read), ())
    now = job.clock.now()
    circumstance = Circumstance(
        rules=job.rules,
        now=now,
        overrides=active_overrides(job.store.overrides.all(), job.rules.job, now),
    )
    return Whole(assembly.world(circumstance), tuple(doubts))


def _requests(job: Job, besides: Besides) -> Iterable[tuple[Side, Connector, ReadRequest, str]]:
    rules = job.rules
    for object_type, objects in rules.objects.items():
        source = ReadRequest(object_type, rules.source_attributes(object_type))
        yield Side.SOURCE, job.source, source, objects.key
        names = {*objects.target_attributes(), *besides.get(object_type, ())}
        yield (
            Side.TARGET,
            job.target,
            ReadRequest(object_type, tuple(sorted(names))),
            (objects.schema.key),
        )
    if rules.asks_for_groups:
        members = ReadRequest(ObjectType.MEMBERSHIPS, _MEMBERS)
        yield Side.SOURCE, job.source, members, ""


def _plain(read: Gathered) -> Gathered:
    if not read.is_columnar:
        return read
    return replace(read, pages=tuple(_rows(page) for page in read.pages))


def _rows(page: Rows | ArrowTable) -> Rows | ArrowTable:
    if not isinstance(page, ArrowTable):
        return page
    # Columns are imported only where a connector speaks them.
    from provisor.domain.columns.pages import plain_rows

    rows: list[Values] = plain_rows(page)
    return rows

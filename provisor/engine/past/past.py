"""Both sides of a job as a kept look showed them, for the same planning as today's.

Enters: the history. Leaves: a job at that moment with its survey. Never: a system is asked, or
anything is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from provisor.domain.completeness import Measure
from provisor.domain.link import LINK_COLUMNS, Absence
from provisor.domain.record import Values
from provisor.domain.schema import ObjectType
from provisor.domain.side import Side
from provisor.engine.assembly import Assembly
from provisor.engine.collect import Gathered
from provisor.engine.job import Executor, Job
from provisor.engine.past.bodies import values_of
from provisor.engine.past.past_store import Columns, store_then
from provisor.engine.past.picture import aside_rows, plain_rows
from provisor.engine.requests import Request, requests_of
from provisor.engine.survey import Manner, Seen, Survey, assembly_for
from provisor.errors import TargetProblem
from provisor.ports.connector import (
    ArrowTable,
    Candidate,
    Connector,
    Description,
    Health,
    Pace,
    ReadEnd,
    ReadItem,
    ReadRequest,
    Rows,
    Work,
    Written,
)
from provisor.ports.history import Feed, Form, History, Look, Sight, Strand
from provisor.ports.store import Observation


@dataclass(frozen=True, slots=True)
class Then:
    """A job at an earlier moment, and what was seen then."""

    job: Job
    survey: Survey
    links_at: datetime | None
    """When the links were read that planning takes; None where there were none yet."""


class StoppedClock:
    """A clock that stands still at an earlier moment."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        """Return the moment."""
        return self._at

    def monotonic(self) -> float:
        """Return no seconds: nothing passes."""
        return 0.0


class PastConnector:
    """A system that can be described and not asked: what it holds now is not what it held."""

    def __init__(self, now: Connector) -> None:
        self._now = now

    def describe(self) -> Description:
        """Return what it is, without point look-ups."""
        found = self._now.describe()
        return replace(found, capabilities=replace(found.capabilities, finds=False))

    def probe(self) -> Health:
        """Refuse."""
        raise _asked()

    def read(self, _request: ReadRequest) -> Iterator[ReadItem]:
        """Refuse."""
        raise _asked()

    def find(self, _candidate: Candidate) -> tuple[()]:
        """Refuse."""
        raise _asked()

    def apply(self, _work: Sequence[Work], _pace: Pace) -> Iterator[Written]:
        """Refuse."""
        raise _asked()

    def close(self) -> None:
        """Do nothing: it belongs to somebody else."""


def _asked() -> TargetProblem:
    return TargetProblem(
        "a system was asked about the past",
        found="only what was kept of a day can answer for it",
        safe="nothing was read or written",
        next="report this",
    )


# --- what a look can answer ----------------------------------------------------------------------


def why_not(history: History, look: Look, jobs: Sequence[Job]) -> str:
    """Return why a look cannot be planned from, as a phrase; empty when it can."""
    if look.fault:
        return look.fault
    sights = history.sights(look.number)
    for job in jobs:
        for request in requests_of(job):
            why = _missing(sights, request)
            if why:
                return f"{request.system} {request.read.object_type.value}: {why}"
    return ""


def _missing(sights: Iterable[Sight], request: Request) -> str:
    about = [one.feed for one in sights if _is_about(one.feed, request)]
    if not about:
        return "it was not read as a whole, and did not tell what changed"
    own = [one for one in about if one.key == request.key]
    if not own:
        return f"`{about[0].key}` was the key then"
    wanted = set(request.read.attributes)
    if any(wanted <= set(one.attributes) for one in own):
        return ""
    lacking = min((sorted(wanted - set(one.attributes)) for one in own), key=len)
    return f"`{'`, `'.join(lacking)}` was not read then"


def _is_about(feed: Feed, request: Request) -> bool:
    place = (feed.system, feed.object_type, feed.strand)
    return place == (request.system, request.read.object_type, Strand.ROWS)


# --- building it again ------------------------------------------------------------------------


def as_of(job: Job, look: Look) -> Then:
    """Return a job as it stood at a look that `why_not` has nothing against.

    Cost: every kept row of both sides and of the links, once.
    """
    history = job.store.history
    sights = history.sights(look.number)
    links: dict[ObjectType, Columns] = {}
    moments: list[datetime] = []
    for kind in job.rules.objects:
        sight = history.last_links(job.rules.target, kind, look.number)
        if sight is not None:
            links[kind] = _link_columns(history, sight)
            moments.append(sight.at)
    then = replace(
        job,
        source=PastConnector(job.source),
        target=PastConnector(job.target),
        store=store_then(job.store, links, look.at),
        clock=StoppedClock(look.at),
    )
    return Then(then, _survey(then, history, sights, look), min(moments, default=None))


def _survey(job: Job, history: History, sights: Sequence[Sight], look: Look) -> Survey:
    found = [(request, _sight_of(sights, request)) for request in requests_of(job)]
    gathered = [
        (request.side, _gathered(job, history, request, sight), request.read.attributes)
        for request, sight in found
    ]
    assembly = assembly_for(job, gathered)
    seen: list[Seen] = []
    for (side, one, needed), (_, sight) in zip(gathered, found, strict=True):
        measure = assembly.add(side, one, needed)
        seen.append(Seen(side, _observation(one, sight, measure), None))
    absences: dict[ObjectType, Mapping[str, Absence]] = {
        request.read.object_type: _absences(assembly, history, request, sight)
        for request, sight in found
        if request.side is Side.SOURCE and request.read.object_type is not ObjectType.MEMBERSHIPS
    }
    return Survey(assembly, tuple(seen), absences, Manner(full=True, at=look.at))


def _sight_of(sights: Iterable[Sight], request: Request) -> Sight:
    """Return the narrowest feed that holds everything that is asked for."""
    wanted = set(request.read.attributes)
    own = [one for one in sights if _is_about(one.feed, request) and one.feed.key == request.key]
    fitting = [one for one in own if wanted <= set(one.feed.attributes)]
    return min(fitting, key=lambda one: (len(one.feed.attributes), one.number))


def _gathered(job: Job, history: History, request: Request, sight: Sight) -> Gathered:
    columns = job.executor is not Executor.OBJECTS
    pages = tuple(_pages(history, request, sight, columns=columns))
    end = ReadEnd(complete=True, columns=sight.feed.attributes)
    kind = request.read.object_type
    return Gathered(request.system, kind, request.key, pages, end, None, sight.at, sight.at)


def _pages(
    history: History, request: Request, sight: Sight, *, columns: bool
) -> Iterator[Rows | ArrowTable]:
    whole, changes = history.whole(sight), history.turned(sight)
    wanted = request.read.attributes
    if columns and whole.form is Form.COLUMNS:
        from provisor.engine.past.picture_columns import pages_then

        yield from pages_then(sight, request.key, whole, changes, wanted)
        return
    rows = plain_rows(sight.feed, request.key, whole, changes)
    if request.read.object_type is ObjectType.MEMBERSHIPS:
        yield [{"group": group, "member": member} for group, member in rows]
    else:
        yield [_only(values_of(body), wanted) for body in rows.values()]
        yield aside_rows(sight.aside, request.key)


def _only(values: Values, attributes: Iterable[str]) -> Values:
    return {name: values[name] for name in attributes if name in values}


def _observation(one: Gathered, sight: Sight, measure: Measure) -> Observation:
    return Observation(
        id=sight.observation,
        system=one.system,
        object_type=one.object_type,
        started_at=sight.at,
        ended_at=sight.at,
        pages=len(one.pages),
        rows=measure.rows,
        declared_total=None,
        complete=True,
        reason="",
        digest=measure.digest,
        version=None,
        watermark=None,
        columns=sight.feed.attributes,
    )


def _absences(
    assembly: Assembly, history: History, request: Request, sight: Sight
) -> Mapping[str, Absence]:
    """Return who was missing from the source then, and for how long, as the looks before tell."""
    missing = assembly.missing_links(Side.SOURCE, request.read.object_type).missing
    if not missing:
        return {}
    gone = history.gone_since(sight, {link.key for link in missing})
    reads = history.full_sights(sight)
    found: dict[str, Absence] = {}
    for link in missing:
        own = gone.get(link.key)
        missed = [at for look, at in reads if own is None or look >= own.look]
        said = own is not None and own.said
        first = own.at if own is not None and said else next(iter(missed), None)
        # A delta proves no absence: who is only not there any more waits for the next full read.
        if first is not None:
            found[link.key] = Absence(
                link.identity, link.object_type, link.key, first, len(missed), said=said
            )
    return found


def _link_columns(history: History, sight: Sight) -> Columns:
    whole, changes = history.whole(sight), history.turned(sight)
    rows = plain_rows(sight.feed, "identity", whole, changes)
    listed = [values_of(body) for _, body in sorted(rows.items())]
    return {name: [row.get(name) for row in listed] for name in LINK_COLUMNS}

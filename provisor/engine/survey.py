"""One look at both sides of a job: every read gathered, measured, believed or not, and kept."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from provisor.domain.completeness import Before, Expectation, Measure, disbelief
from provisor.domain.event import moment
from provisor.domain.link import Absence, LinkState
from provisor.domain.rules import JobRules, sign_of
from provisor.domain.schema import ObjectType
from provisor.engine import journal
from provisor.engine.assembly import Assembly, Side
from provisor.engine.chains.borrowing import Borrower, own_source
from provisor.engine.collect import Gathered, as_records, gather, row_count
from provisor.engine.job import Executor, Job
from provisor.engine.many import has_many
from provisor.engine.objectwise import ObjectAssembly
from provisor.engine.past.chronicle import saw_all
from provisor.engine.requests import requests_of
from provisor.engine.taking_in import Measured, Read, taken_in
from provisor.ports.knowledge import Cycle
from provisor.ports.people import JoinsPeople
from provisor.ports.store import Observation

COLUMNS_FROM_ROWS = 20_000
"""Below this many rows on both sides together, plain objects are done before columns start."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One read with our judgement of it."""

    side: Side
    observation: Observation
    before: Observation | None
    """The last complete read before this one."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a look was taken."""

    full: bool = True
    """Whether both sides were read as a whole."""
    reason: str = ""
    """Why they were."""
    full_at: datetime | None = None
    """When they were read as a whole the last time; None for now."""
    at: datetime | None = None
    """When it was taken, where only what changed was looked at."""
    turn: int = 0
    """The turn of the knowledge that the look stands on, or renews."""
    acts: int = 0
    """How far the acts on the target are accounted for."""
    cycle: Cycle | None = None
    """The knowledge that an incremental look stands on."""


@dataclass(frozen=True, slots=True)
class Survey:
    """Both sides of a job, as one cycle sees them."""

    assembly: Assembly
    seen: tuple[Seen, ...]
    absences: Mapping[ObjectType, Mapping[str, Absence]]
    manner: Manner = Manner()
    told: tuple[Observation, ...] = ()
    """The reads of what changed."""

    @property
    def observations(self) -> tuple[str, ...]:
        """The ids of all reads."""
        return (*(one.observation.id for one in self.seen), *(one.id for one in self.told))

    @property
    def doubts(self) -> tuple[Seen, ...]:
        """The reads that are not complete."""
        return tuple(one for one in self.seen if not one.observation.complete)

    @property
    def baseline(self) -> str:
        """When the source's users were last read completely before, or `none`."""
        if self.manner.full_at is not None:
            return moment(self.manner.full_at)
        earlier = [one.before for one in self.seen if one.side is Side.SOURCE]
        first = next(iter(earlier), None)
        return moment(first.ended_at) if first is not None else "none"


def look(job: Job, turn: int = 0) -> Survey:
    """Read both sides, judge every read, and keep the observations.

    Args:
        job: whose sides.
        turn: of the knowledge that the look renews.

    Cost: one full read of every object type on both sides.
    """
    survey = foresee(job)
    source = own_source(job.source)
    if isinstance(source, JoinsPeople):
        source.keep(job.actor.name)
    survey = replace(survey, told=tuple(_beside(job)))
    reads = [*(one.observation for one in survey.seen), *survey.told]
    told = [journal.observed(job, one) for one in reads]
    shown = [(one.side, one.observation, one.before) for one in survey.seen]
    looked = saw_all(job, survey.assembly, shown, turn)
    # The last leaf seals the rows of the reads, so what was deleted is told before.
    told = [journal.history_deleted(job, looked), *told] if looked and looked.expired else told
    job.store.observations.add(reads, told, looked)
    _keep_absences(job, survey)
    job.reached("reads.kept")
    return survey


def foresee(job: Job) -> Survey:
    """Read both sides and judge every read; nothing of it is kept.

    Cost: one full read of every object type on both sides.
    """
    assembly, measures = _read_in_parts(job) or _read_whole(job)
    seen = tuple(_judge(job, assembly, side, one, measure) for side, one, measure in measures)
    return Survey(assembly, seen, _absences(job, assembly, seen))


def _read_whole(job: Job) -> tuple[Assembly, list[Measured]]:
    reads = list(_gather_all(job))
    assembly = assembly_for(job, reads)
    return assembly, taken_in(assembly, reads)


def _read_in_parts(job: Job) -> tuple[Assembly, list[Measured]] | None:
    """Send both sides through files, where there are too many people for memory."""
    if not has_many(job):
        return None
    from provisor.engine.parted.in_parts import read_in_parts

    return read_in_parts(job)


def _beside(job: Job) -> Iterable[Observation]:
    """Yield the reads of other jobs' targets; of what is not borrowed they prove nothing."""
    for read in job.source.reads if isinstance(job.source, Borrower) else ():
        yield Observation(
            id=secrets.token_hex(16),
            system=read.system,
            object_type=read.object_type,
            started_at=read.started_at,
            ended_at=read.ended_at,
            pages=len(read.pages),
            rows=row_count(read),
            declared_total=read.declared_total,
            complete=False,
            reason=read.end.reason or "only what another job borrows was read",
            digest=as_records(read, ()).measure.digest if not read.is_columnar else "",
            version=read.end.version,
            watermark=None,
            columns=(),
        )


@dataclass(frozen=True, slots=True)
class Glance:
    """Both sides read for a story; nothing of it is kept."""

    assembly: Assembly
    doubts: tuple[str, ...]
    absences: Mapping[ObjectType, Mapping[str, Absence]]


def glance(job: Job) -> Glance:
    """Read both sides without keeping an observation.

    Cost: one full read of every object type on both sides.
    """
    return glance_of(foresee(job))


def glance_of(survey: Survey) -> Glance:
    """Return what a story needs of a look."""
    doubts = (one.observation for one in survey.doubts)
    told = tuple(f"{one.system} {one.object_type}: {one.reason}" for one in doubts)
    return Glance(survey.assembly, told, survey.absences)


def _gather_all(job: Job) -> Iterable[Read]:
    for wanted in requests_of(job):
        one = gather(
            wanted.connector, wanted.system, wanted.read, wanted.key, job.clock, job.progress
        )
        job.reached(f"{wanted.side}.read")
        yield wanted.side, one, wanted.read.attributes


def assembly_for(job: Job, gathered: Iterable[Read]) -> Assembly:
    """Choose the executor by size; columns are imported only when they are wanted."""
    reads = [one for _, one, _ in gathered]
    large = sum(row_count(one) for one in reads) > COLUMNS_FROM_ROWS
    columns = job.executor is Executor.COLUMNS or any(one.is_columnar for one in reads)
    if columns or (large and job.executor is Executor.BY_SIZE):
        from provisor.engine.columnwise import ColumnAssembly
        from provisor.engine.knowing.recalling import recalling

        return ColumnAssembly(job.store.links, job.rules.target, recalling(job.store))
    return ObjectAssembly(job.store.links, job.rules.target)


def _judge(job: Job, assembly: Assembly, side: Side, gathered: Gathered, measure: Measure) -> Seen:
    before = job.store.observations.last_complete(gathered.system, gathered.object_type)
    expectation = _expectation(job, assembly, side, gathered)
    reason = disbelief(measure, gathered.claim, _before(job, before, side), expectation)
    observation = Observation(
        id=secrets.token_hex(16),
        system=gathered.system,
        object_type=gathered.object_type,
        started_at=gathered.started_at,
        ended_at=gathered.ended_at,
        pages=gathered.passed,
        rows=measure.rows,
        declared_total=gathered.declared_total,
        complete=not reason,
        reason=reason,
        digest=measure.digest,
        version=gathered.end.version,
        watermark=gathered.end.watermark,
        columns=gathered.end.columns,
        nulls={**(before.nulls if before is not None else {}), **measure.nulls},
    )
    return Seen(side, observation, before)


def _before(job: Job, observation: Observation | None, side: Side) -> Before | None:
    """A target shrinks by our own deletes: it is judged by its missing linked accounts alone."""
    if observation is None or side is Side.TARGET:
        return None
    return Before(
        _rows_left(job, observation),
        observation.version,
        observation.nulls,
        observation.columns,
        moment(observation.ended_at),
    )


def _rows_left(job: Job, observation: Observation) -> int:
    """Return how many rows a complete read showed, less those of which the source said they went.

    What it tells of itself between two full reads is no loss.
    """
    cycle = job.store.knowledge.newest(job.rules.job)
    kind = observation.object_type
    if cycle is None or cycle.observed.get((Side.SOURCE, kind)) != observation.id:
        return observation.rows
    known = cycle.records.get(kind)
    return min(observation.rows, known.seen) if known is not None else observation.rows


def _expectation(job: Job, assembly: Assembly, side: Side, gathered: Gathered) -> Expectation:
    rules = job.rules
    known, vanished = _vanished(job, assembly, side, gathered.object_type)
    source = side is Side.SOURCE
    users = gathered.object_type is ObjectType.USERS
    canaries = rules.canaries if source and users else ()
    return Expectation(
        guard=rules.guard,
        needed=_needed(rules, gathered.object_type) if source else (),
        allow_empty=rules.allow_empty or not source,
        canaries_missing=assembly.lacks(side, gathered.object_type, canaries),
        known=known,
        vanished=vanished,
    )


def _needed(rules: JobRules, object_type: ObjectType) -> tuple[str, ...]:
    """Return what the source must show; what other jobs lend comes and goes with their accounts."""
    own = rules.objects.get(object_type)
    borrowed = {one for name in own.borrows for one in (name, sign_of(name))} if own else set()
    return tuple(name for name in rules.source_attributes(object_type) if name not in borrowed)


def _vanished(job: Job, assembly: Assembly, side: Side, object_type: ObjectType) -> tuple[int, int]:
    """Count active links whose object is missing now and was not known to be missing before."""
    if object_type is ObjectType.MEMBERSHIPS:
        return 0, 0
    links = assembly.missing_links(side, object_type)
    known = {
        absence.identity
        for absence in job.store.observations.absences(absence_place(job), object_type)
    }
    fresh = [
        link
        for link in links.missing
        if link.state is LinkState.ACTIVE and (side is Side.TARGET or link.identity not in known)
    ]
    return links.active, len(fresh)


def absence_place(job: Job) -> str:
    """Absences are kept per pair of systems: one feed may serve several targets."""
    return f"{job.rules.source}>{job.rules.target}"


def _absences(
    job: Job, assembly: Assembly, seen: Iterable[Seen]
) -> dict[ObjectType, dict[str, Absence]]:
    """Return who is missing now; an incomplete read leaves the absences as they were."""
    found: dict[ObjectType, dict[str, Absence]] = {}
    for one in seen:
        object_type = one.observation.object_type
        if one.side is not Side.SOURCE or object_type is ObjectType.MEMBERSHIPS:
            continue
        known = {
            absence.identity: absence
            for absence in job.store.observations.absences(absence_place(job), object_type)
        }
        if one.observation.complete:
            at = one.observation.ended_at
            missing = assembly.missing_links(Side.SOURCE, object_type).missing
            absences = [
                Absence(
                    link.identity,
                    object_type,
                    link.key,
                    known[link.identity].since if link.identity in known else at,
                    known[link.identity].reads + 1 if link.identity in known else 1,
                    said=link.identity in known and known[link.identity].said,
                )
                for link in missing
            ]
        else:
            absences = list(known.values())
        found[object_type] = {absence.key: absence for absence in absences}
    return found


def _keep_absences(job: Job, survey: Survey) -> None:
    """Keep who is missing from the complete reads of the source."""
    place = absence_place(job)
    for one in survey.seen:
        object_type = one.observation.object_type
        if one.side is not Side.SOURCE or object_type not in survey.absences:
            continue
        absences = survey.absences[object_type].values()
        known = job.store.observations.absences(place, object_type)
        if one.observation.complete and (absences or known):
            job.store.observations.replace_absences(place, object_type, absences)

"""Write down what a plan knew: all of it after a full look, what changed after another one.

Written after the plan is kept: whoever is killed in between reads a little more, and nothing else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from provisor.domain.marking import mirror_of
from provisor.domain.marks import (
    AccountMarks,
    lost,
    reach_of,
    record_marks,
    sent,
)
from provisor.domain.membership import Pair
from provisor.domain.record import Record
from provisor.domain.register import unique_attributes
from provisor.domain.schema import ObjectType
from provisor.domain.side import Side
from provisor.domain.terms import ENDED
from provisor.domain.world import Assign, World
from provisor.engine.cycle import unfit
from provisor.engine.drifting.drift_policy import WITHHELD
from provisor.engine.job import Job
from provisor.engine.knowing.closure import place_key
from provisor.engine.knowing.ground import SOURCE, TARGET, Ground
from provisor.engine.knowing.knownwise import KnownAssembly, Outcome
from provisor.engine.knowing.part_refers import told_of
from provisor.engine.knowing.remember import Told, known_accounts, known_records, marks_of, until_of
from provisor.engine.objectwise import ObjectAssembly
from provisor.engine.shares import whole_shares
from provisor.engine.survey import Survey, absence_place
from provisor.ports.knowledge import Cycle, Known, Learned, Mark, Place
from provisor.ports.store import StoredPlan


def keep_knowledge(job: Job, survey: Survey, stored: StoredPlan) -> None:
    """Keep what a plan knew, where the next plan can profit.

    Cost: after a full look one row per object that differs from what was known; after another
        one a row per object that was looked at.
    """
    if job.only:
        return
    assembly = survey.assembly
    if isinstance(assembly, KnownAssembly):
        _learn(job, survey, assembly, stored)
    elif survey.doubts:
        return
    elif isinstance(assembly, ObjectAssembly):
        if unfit(job):
            return
        _renew(job, survey, assembly, stored)
    else:
        _renew_columns(job, survey, stored)
    job.reached("knowledge.kept")


def _renew_columns(job: Job, survey: Survey, stored: StoredPlan) -> None:
    # Columns are imported only where a cycle was planned in columns.
    from provisor.engine.columnwise import ColumnAssembly
    from provisor.engine.knowing.keep_columns import renew_columns
    from provisor.engine.knowing.recalling import keep_prints
    from provisor.engine.parted.partwise import PartAssembly

    assembly = survey.assembly
    if isinstance(assembly, PartAssembly):
        keep_prints(job.store, job.rules, assembly.peace)
        job.reached("prints.kept")
        # What was known is of a plan before this one, and what this one knew is on the disk only.
        job.store.knowledge.forget(job.rules.job)
    if not isinstance(assembly, ColumnAssembly) or assembly.planned is None:
        return
    keep_prints(job.store, job.rules, assembly.planned.peace)
    job.reached("prints.kept")
    if not unfit(job):
        cycle = new_cycle(job, survey, stored, assembly.planned.columns.world)
        renew_columns(job, cycle, assembly, _assign(job))


def _assign(job: Job) -> Assign:
    def assign(kind: ObjectType, keys: Collection[str]) -> Mapping[str, str]:
        if not keys:
            return {}
        now = job.clock.now()
        return job.store.identities.assign(job.rules.source, kind, keys, now)

    return assign


def new_cycle(job: Job, survey: Survey, stored: StoredPlan, world: World) -> Cycle:
    """Return what holds for a full look, without its sums."""
    return Cycle(
        job=job.rules.job,
        configuration=job.rules.configuration,
        number=0,
        turn=survey.manner.turn,
        full_at=stored.created_at,
        at=stored.created_at,
        plan=stored.plan.digest,
        watermarks={
            (one.side, one.observation.object_type): one.observation.watermark
            for one in survey.seen
            if one.observation.watermark is not None
        },
        observed={
            (one.side, one.observation.object_type): one.observation.id for one in survey.seen
        },
        records=stored.records,
        accounts=stored.accounts,
        acts=survey.manner.acts,
        overrides=_heard(world),
    )


def _heard(world: World) -> tuple[str, ...]:
    """Return the overrides that were in force, less those that a policy made for one plan."""
    given = (one.id for said in world.overrides.values() for one in said)
    return tuple(sorted({one for one in given if not one.startswith((WITHHELD, ENDED))}))


def _renew(job: Job, survey: Survey, assembly: ObjectAssembly, stored: StoredPlan) -> None:
    planned = assembly.planned
    if planned is None:
        return
    cycle = new_cycle(job, survey, stored, planned.world)
    told = Told(
        job.rules,
        planned.world,
        planned.walk,
        planned.proposal,
        told_of(planned.world, planned.walk.roster),
        _assign(job),
        until_of(job, cycle.full_at),
    )
    cycle = _summed(cycle, told, assembly)
    objects: list[tuple[Place, list[Known]]] = []
    marks: list[Mark] = []
    for kind in job.rules.objects:
        objects.append(((SOURCE, kind), list(known_records(told, kind))))
        objects.append(((TARGET, kind), list(known_accounts(told, kind))))
        marks += marks_of(told, kind)
    members = {side: sorted(set(assembly.pairs(side))) for side in Side}
    job.store.knowledge.replace(cycle, objects, frozenset(marks), members)


def _summed(cycle: Cycle, told: Told, assembly: ObjectAssembly) -> Cycle:
    kinds = told.rules.objects
    unusable = {kind: assembly.repeated(kind) for kind in kinds}
    return replace(
        cycle,
        records=told.proposal.records,
        accounts=told.proposal.accounts,
        references=told.proposal.references,
        managed=told.proposal.managed,
        shares=whole_shares(told.rules, assembly),
        repeated={kind: repeated for kind, (repeated, _) in unusable.items()},
        unkeyed={kind: unkeyed for kind, (_, unkeyed) in unusable.items()},
    )


# --- after an incremental look --------------------------------------------------------------------


def _learn(job: Job, survey: Survey, assembly: KnownAssembly, stored: StoredPlan) -> None:
    outcome, cycle = assembly.outcome, survey.manner.cycle
    if outcome is None or cycle is None:
        return
    _keep_absences(job, survey)
    told = Told(
        job.rules,
        outcome.world,
        outcome.walk,
        outcome.proposal,
        outcome.told,
        _assign(job),
        until_of(job, cycle.full_at),
    )
    fresh = replace(
        cycle,
        at=stored.created_at,
        plan=stored.plan.digest,
        watermarks=assembly.ground.news.watermarks,
        records=outcome.proposal.records,
        accounts=outcome.proposal.accounts,
        references=outcome.proposal.references,
        managed=outcome.proposal.managed,
        acts=survey.manner.acts,
        repeated=assembly.ground.news.repeated,
        unkeyed=assembly.ground.news.unkeyed,
        shares=_shares(job, assembly, cycle),
        overrides=_heard(outcome.world),
    )
    job.store.knowledge.learn(fresh, _learned(told, assembly, outcome))


def _shares(job: Job, assembly: KnownAssembly, cycle: Cycle) -> dict[str, Mapping[str, int]]:
    """Renew what limits are in percent of; what cannot be renewed waits for the next full look."""
    users = job.rules.objects.get(ObjectType.USERS)
    found: dict[str, Mapping[str, int]] = {}
    for name in cycle.shares if users is not None else ():
        counts = assembly.renewed_share(name, mirror_of(users, name) if users is not None else "")
        if counts is not None:
            found[name] = counts
    return found


def _keep_absences(job: Job, survey: Survey) -> None:
    place = absence_place(job)
    for kind, absences in survey.absences.items():
        known = {one.key: one for one in job.store.observations.absences(place, kind)}
        if dict(absences) != known:
            job.store.observations.replace_absences(place, kind, absences.values())


def _learned(told: Told, assembly: KnownAssembly, outcome: Outcome) -> Learned:
    ground = assembly.ground
    kept: dict[Place, list[Known]] = {}
    forgotten: dict[Place, set[str]] = {}
    marks: list[Mark] = []
    old: list[Mark] = []
    for kind in told.rules.objects:
        records, accounts = list(known_records(told, kind)), list(known_accounts(told, kind))
        keys = outcome.concerned.records.get(kind, set())
        natives = set(outcome.natives.get(kind, ()))
        for side, found, wanted in ((SOURCE, records, keys), (TARGET, accounts, natives)):
            before = ground.before((side, kind), wanted)
            kept[side, kind] = [one for one in found if before.get(one.key) != one]
        forgotten[SOURCE, kind] = keys - {one.key for one in records}
        forgotten[TARGET, kind] = natives - {one.key for one in accounts}
        still = _still(ground, kind, records, accounts)
        fresh = set(marks_of(told, kind, still))
        known = ground.before((SOURCE, kind), keys).values()
        old += _old_record_marks(told, kind, [one for one in known if one.key not in still[0]])
        held = ground.before((TARGET, kind), natives).values()
        gone, names = _old_account_marks(
            told, ground, kind, [one for one in held if one.key not in still[1]], fresh
        )
        old += gone
        marks += fresh - names
        identities = {one.identity for one in (*known, *records) if one.identity}
        old += _old_link_marks(told, ground, kind, identities)
    joined: dict[Side, set[Pair]] = {}
    parted: dict[Side, set[Pair]] = {}
    for side in Side:
        joined[side], parted[side] = ground.turned_pairs(side)
    return Learned(kept, forgotten, frozenset(marks), frozenset(old), joined, parted)


def _still(
    ground: Ground, kind: ObjectType, records: Iterable[Known], accounts: Iterable[Known]
) -> tuple[set[str], set[str]]:
    """Return the records and accounts whose marks are what they were.

    Of accounts only those of people who were here and are: others may be anybody's.
    """
    now = {one.key: one for one in records}
    then = ground.before((SOURCE, kind), now)
    same = {key for key, one in then.items() if one.values == now[key].values}
    here = {key for key in same if {then[key].place, now[key].place} <= {"planned", "unchanged"}}
    held = {one.key: one for one in accounts}
    before = ground.before((TARGET, kind), held)
    owned = {
        native
        for native, one in before.items()
        if one.values == held[native].values
        and one.native == held[native].native
        and one.native in here
    }
    return same, owned


def _old_record_marks(told: Told, kind: ObjectType, known: Iterable[Known]) -> list[Mark]:
    reach = reach_of(told.rules)[kind]
    return [
        (mark, one.key if mark.startswith("v") else place_key(kind, one.key))
        for one in known
        if one.values is not None
        for mark in record_marks(kind, reach, one.values)
    ]


def _old_account_marks(
    told: Told, ground: Ground, kind: ObjectType, known: Iterable[Known], fresh: Collection[Mark]
) -> tuple[list[Mark], set[Mark]]:
    """Return the marks of accounts that no longer hold, and those of names that still do.

    The names that an account showed have their marks. Whether nobody had it is not remembered,
    so its other marks are looked for: to look is quicker than to remove what is not there.
    """
    own = AccountMarks(told.rules.objects[kind])
    accounts = [Record(one.key, one.values) for one in known if one.values is not None]
    named = {(mark, one.key) for one in accounts for mark in own.names(one)}
    free = {(mark, one.key) for one in accounts for mark in own.free(one)} - set(fresh)
    there = ground.marked({mark for mark, _ in free})
    left = [(mark, key) for mark, key in free if key in there.get(mark, ())]
    return [*(named - set(fresh)), *left], named


def _old_link_marks(
    told: Told, ground: Ground, kind: ObjectType, identities: Collection[str]
) -> list[Mark]:
    """Return what is marked of the links of some identities, which hold no past.

    Targets that lose accounts or keep another form of a unique name are rare, and so are marks of
    that: all of them are looked at.
    """
    names = unique_attributes(told.rules.objects[kind])
    beginnings = [lost(kind), *(sent(kind, attribute, "") for attribute in names)]
    return [
        (mark, identity)
        for beginning in beginnings
        for mark, identity in ground.knowledge.marked_like(ground.cycle, beginning)
        if identity in identities
    ]

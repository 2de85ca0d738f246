"""Which kind of look a plan is made from: both sides as a whole, or only what changed.

A full look is always right. An incremental one is taken while the knowledge of the last plan
holds, and gives the same plan; where anything speaks against it, everything is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from provisor.domain.link import Absence
from provisor.domain.oversight import OnOrphan
from provisor.domain.rules import JobRules
from provisor.domain.schema import ObjectType
from provisor.domain.side import Side
from provisor.domain.turning import reads_the_clock
from provisor.engine import journal
from provisor.engine.drifting.drift_policy import waits
from provisor.engine.job import Job
from provisor.engine.knowing.ground import Ground
from provisor.engine.knowing.knownwise import KnownAssembly
from provisor.engine.knowing.news import News, read_news, tells_changes
from provisor.engine.own_members import own_memberships
from provisor.engine.past.chronicle import saw_news
from provisor.engine.requests import requests_of
from provisor.engine.rights.terms import why_terms_ask_for_all
from provisor.engine.survey import Manner, Survey, absence_place, look
from provisor.ports.facts import Look
from provisor.ports.knowledge import FORMAT, Cycle


def begin_cycle(job: Job) -> Survey:
    """Look at what changed where that is enough, else at everything.

    Cost: what the connectors ask for changes alone; or a full read of both sides.
    """
    cycle = job.store.knowledge.newest(job.rules.job)
    reason = why_full(job, cycle)
    if cycle is None or reason:
        return look_at_all(job, reason)
    news = read_news(job, cycle)
    if isinstance(news, str):
        return look_at_all(job, news)
    return _survey_of(job, cycle, news)


def look_at_all(job: Job, reason: str) -> Survey:
    """Read both sides as a whole, and say why."""
    cycle = job.store.knowledge.newest(job.rules.job)
    watermark = job.store.acts.promised()
    turn = cycle.turn if cycle else 0
    manner = Manner(full=True, reason=reason, turn=turn, acts=watermark)
    return replace(look(job, turn), manner=manner)


def why_full(job: Job, cycle: Cycle | None) -> str:
    """Return why everything has to be read, as a sentence; empty when what changed is enough."""
    checks = (
        ("a full cycle was asked for", job.cycle.full),
        ("the plan is about single people or groups", bool(job.only)),
        (unfit(job), True),
        ("nothing is known from an earlier plan", cycle is None),
    )
    found = next((why for why, holds in checks if why and holds), "")
    if found or cycle is None:
        return found
    younger = job.clock.now() - cycle.full_at < timedelta(hours=job.cycle.full_every_hours)
    forward = job.clock.now() >= cycle.at
    ending = why_terms_ask_for_all(job, cycle.at)
    later = (
        ("the configuration is another one", cycle.configuration != job.rules.configuration),
        ("another version of the program made the last plan", cycle.format != FORMAT),
        (f"the last full cycle is {job.cycle.full_every_hours} hours old", not younger),
        ("the clock went back", not forward),
        ("something is missing of the last plan", not _is_whole(job, cycle)),
        (ending, bool(ending)),
        ("acts have no end yet", bool(job.store.acts.unfinished(job.rules.target))),
    )
    return next((why for why, holds in later if holds), "")


def unfit(job: Job) -> str:
    """Return why a job can never be looked at in part; empty when it can."""
    everybody = _asks_for_everybody(job.rules)
    if everybody:
        return everybody
    finds = job.target.describe().capabilities.finds
    for request in requests_of(job):
        if tells_changes(job, request.place):
            continue
        named = f"{request.system} {request.read.object_type}"
        if request.side is Side.SOURCE:
            return f"{named}: the source does not say what changed"
        if request.read.object_type is not ObjectType.MEMBERSHIPS and not finds:
            return f"{named}: the target can be asked neither for changes nor for single objects"
    return ""


def _asks_for_everybody(rules: JobRules) -> str:
    if rules.groups.computed:
        return "groups are computed from everybody"
    if reads_the_clock(rules):
        return "what accounts should hold depends on the moment"
    if waits(rules):
        return "what others changed in the target waits for decisions"
    if rules.duties:
        return "what people hold elsewhere decides what they are given"
    if any(one.orphans is OnOrphan.DISABLE for one in rules.objects.values()):
        return "accounts of nobody are looked for among everybody"
    return ""


def _is_whole(job: Job, cycle: Cycle) -> bool:
    """Say whether every side that tells changes has said where the next telling starts."""
    return all(
        request.place in cycle.watermarks
        for request in requests_of(job)
        if request.side is Side.SOURCE
    )


def _survey_of(job: Job, cycle: Cycle, news: News) -> Survey:
    told = [journal.observed(job, one) for one in news.observations]
    job.store.observations.add(news.observations, told, saw_news(job, cycle, news))
    ground = Ground(job, cycle, news)
    groups = job.rules.memberships is not None
    previous = tuple(job.store.plans.memberships(cycle.plan)) if groups else ()
    own_memberships(ground, cycle.plan, previous)
    assembly = KnownAssembly(ground, previous, job.store.plans.findings(cycle.plan))
    manner = Manner(
        full=False,
        full_at=cycle.full_at,
        at=job.clock.now(),
        turn=cycle.turn,
        acts=job.store.acts.promised(),
        cycle=cycle,
    )
    job.reached("reads.kept")
    return Survey(assembly, (), _absences(job, ground), manner, tuple(news.observations))


def _absences(job: Job, ground: Ground) -> Mapping[ObjectType, Mapping[str, Absence]]:
    """Return who is missing: those known before who did not come back, and who was said to be gone.

    A delta proves no absence; only its positive signs count.
    """
    found: dict[ObjectType, dict[str, Absence]] = {}
    now = job.clock.now()
    for kind in job.rules.objects:
        known = {one.key: one for one in job.store.observations.absences(absence_place(job), kind)}
        twice = ground.news.repeated.get(kind, {}).keys()
        back = ground.records(kind, known).keys() | twice
        own = {key: one for key, one in known.items() if key not in back}
        told = ground.news.said.get(kind, set())
        said = told - ground.records(kind, told).keys() - twice
        for link in job.store.links.of_keys(job.rules.target, kind, said):
            before = own.get(link.key)
            since, reads = (before.since, before.reads) if before is not None else (now, 0)
            own[link.key] = Absence(link.identity, kind, link.key, since, reads, said=True)
        found[kind] = own
    return found


def look_told(survey: Survey) -> Look:
    """Return what a plan tells of the look that it was made from."""
    reads = (*(one.observation for one in survey.seen), *survey.told)
    rows = sum(one.rows for one in reads)
    if isinstance(survey.assembly, KnownAssembly):
        rows += survey.assembly.ground.news.looked_up
    manner = survey.manner
    ended = max((one.ended_at for one in reads), default=None)
    return Look(manner.full, manner.reason, ended if manner.full else manner.full_at, rows)


def is_moved(survey: Survey) -> bool:
    """Say whether anything in the target is another thing than the last plan knew.

    Cost: nothing after a full look; else a comparison for each object that was told or asked for.
    """
    if not isinstance(survey.assembly, KnownAssembly):
        return True
    ground = survey.assembly.ground
    joined, parted = ground.turned_pairs(Side.TARGET)
    kinds = (ObjectType.USERS, ObjectType.GROUPS)
    return bool(joined or parted) or any(ground.changed((Side.TARGET, kind)) for kind in kinds)

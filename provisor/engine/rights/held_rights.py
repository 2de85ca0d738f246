"""What one person holds in the target, as its catalogue classifies it: for their story alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from provisor.domain.duties import Right
from provisor.domain.entitlement import GROUP
from provisor.domain.holding import Held
from provisor.domain.link import Link
from provisor.domain.record import Record, as_text
from provisor.domain.reference import texts_of
from provisor.domain.schema import ObjectType, fold
from provisor.engine.assembly import Assembly
from provisor.engine.job import Job
from provisor.engine.rights.granting import granted_to
from provisor.engine.rights.terms import ends_of

USERS, GROUPS = ObjectType.USERS, ObjectType.GROUPS


@dataclass(frozen=True, slots=True)
class HeldRight:
    """One right of a person."""

    right: Right
    level: str
    """How grave it is; `unknown` where nobody classified it."""
    owner: str
    reviewer: str
    ours: bool
    """Whether this program gave it."""
    since: datetime | None = None
    """When we gave it, where that is remembered."""
    ends: datetime | None = None
    """When it is taken back by itself."""


def rights_held(
    job: Job, assembly: Assembly, link: Link | None, account: Record | None
) -> tuple[HeldRight, ...]:
    """Return what a person holds of which the catalogue speaks, sorted.

    Cost: one pass over the names of groups, where it speaks of groups.
    """
    if not job.rules.catalogue or link is None or account is None:
        return ()
    if link.object_type is not USERS:
        return ()
    found = [*_values(job, link, account), *_groups(job, assembly, link)]
    return tuple(sorted(found, key=lambda one: one.right))


def _values(job: Job, link: Link, account: Record) -> Iterator[HeldRight]:
    rules, target = job.rules.objects[USERS], job.rules.target
    grants = granted_to(job, [link.identity]).get(link.identity, {})
    running = ends_of(job, link.identity)
    for name in rules.rights:
        known = rules.schema.attribute(name)
        ours = {
            fold(text, known): one
            for one in grants.get(name, {}).values()
            for text in (one.value, one.kept)
            if text
        }
        for value in texts_of(account.values.get(name)):
            given = ours.get(fold(value, known))
            right = Right(target, name, given.value if given is not None else value)
            ends = running.get(Held(link.identity, name, right.value))
            since = given.since if given is not None else None
            yield _classified(job, right, given is not None, (since, ends))


def _groups(job: Job, assembly: Assembly, link: Link) -> Iterator[HeldRight]:
    rules = job.rules.objects.get(GROUPS)
    if rules is None or job.rules.memberships is None or not job.rules.catalogue.speaks_of(GROUP):
        return
    names = assembly.shown(GROUPS, rules.schema.name)
    inside = {
        group
        for group, members in assembly.members_by_group(names).items()
        if link.native_id in members
    }
    links = job.store.links.of_accounts(job.rules.target, GROUPS, inside)
    known = {one.native_id: one for one in links}
    granted = job.store.links.memberships_of(job.rules.target, (), [link.identity])
    gave = {pair.group for pair in granted}
    running = ends_of(job, link.identity)
    for group in inside:
        own = known.get(group)
        right = Right(job.rules.target, GROUP, as_text(names[group]))
        ends = running.get(Held(link.identity, GROUP, own.key)) if own is not None else None
        yield _classified(job, right, own is not None and own.identity in gave, (None, ends))


def _classified(
    job: Job,
    right: Right,
    ours: object,
    times: tuple[datetime | None, datetime | None],
) -> HeldRight:
    entry = job.rules.catalogue.of(right.attribute, right.value)
    level = job.rules.catalogue.level(right.attribute, right.value)
    return HeldRight(
        right,
        level.value if level is not None else "",
        entry.owner if entry is not None else "",
        entry.reviewer if entry is not None else "",
        bool(ours),
        *times,
    )

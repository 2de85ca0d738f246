"""What others changed in the target since it was last known: found, never repaired here.

Enters: a survey and the proposal made from it. Leaves: what is drifting. The ordinary plan repairs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from provisor.domain.action import Action, Operation
from provisor.domain.difference import same
from provisor.domain.drift import (
    OF_ACCOUNTS,
    OF_MEMBERS,
    Drift,
    DriftKind,
    Evidence,
    Sight,
    drift_of,
    judged,
)
from provisor.domain.granting import after_right
from provisor.domain.link import Link
from provisor.domain.plan import Proposal
from provisor.domain.record import ABSENT, Presence, Record, as_text
from provisor.domain.reference import NATIVE
from provisor.domain.rules import ObjectRules
from provisor.domain.schema import ObjectType
from provisor.engine.assembly import Assembly, Side
from provisor.engine.drifting.drift_of_members import Room, member_drift
from provisor.engine.job import Job
from provisor.engine.knowing.last_known import Memory, remember
from provisor.engine.referring import identities_in, natives_of, on_the_wire
from provisor.engine.rights.granting import OF_RIGHTS
from provisor.engine.survey import COLUMNS_FROM_ROWS, Survey

LOOK = "look"
"""What stands for a read that is not kept."""


class Extent(StrEnum):
    """At whom one looks."""

    EVERYBODY = "everybody"
    CHANGING = "changing"
    """Those with whom the plan does something, or about whom drift was written down."""


@dataclass(frozen=True, slots=True)
class Found:
    """What is drifting now."""

    standing: tuple[Drift, ...]
    """Still so in the target, by place."""
    fresh: tuple[Drift, ...]
    """What nobody wrote down yet; also what somebody turned back by hand."""
    explained: tuple[Drift, ...] = ()
    """Moved, and an act of ours wrote just that."""


NOTHING_FOUND = Found((), ())


def extent_for(job: Job, survey: Survey) -> Extent:
    """Return at whom a plan looks: at everybody, unless they are too many for one by one."""
    if not survey.manner.full:
        return Extent.CHANGING
    links = sum(job.store.links.count(job.rules.target, kind) for kind in job.rules.objects)
    return Extent.EVERYBODY if links <= COLUMNS_FROM_ROWS else Extent.CHANGING


def find_drift(job: Job, survey: Survey, proposal: Proposal, extent: Extent) -> Found:
    """Compare the target with what was last known of it.

    Args:
        job: whose target.
        survey: both sides, as they were read just now.
        proposal: what would be planned, for what the source asks for.
        extent: at whom to look.

    Cost: per account that is looked at one look into memory and a few comparisons.
    """
    walk = _walk(job, survey, proposal, extent)
    moved: list[Drift] = []
    for object_type, rules in job.rules.objects.items():
        reads = reads_of(survey, object_type)
        if reads is None:
            continue
        links = walk.links(object_type)
        moved += _objects(walk, rules, links, reads)
    reads = reads_of(survey, ObjectType.MEMBERSHIPS)
    if job.rules.memberships is not None and reads is not None:
        moved += member_drift(_room(walk, reads))
    return _sorted_out(walk, moved)


def reads_of(survey: Survey, object_type: ObjectType) -> tuple[Evidence | None, Evidence] | None:
    """Return the last complete read before this one, and this one; None where it is not whole."""
    cycle, at = survey.manner.cycle, survey.manner.at
    if cycle is not None and at is not None:
        return Evidence(cycle.at, "look"), Evidence(at, "look")
    for seen in survey.seen:
        one = seen.observation
        if seen.side is not Side.TARGET or one.object_type is not object_type:
            continue
        if not one.complete:
            return None
        before = seen.before
        earlier = Evidence(before.ended_at, f"read {before.id}") if before is not None else None
        return earlier, Evidence(one.ended_at, f"read {one.id}")
    return None


@dataclass(frozen=True, slots=True)
class _Walk:
    job: Job
    assembly: Assembly
    memory: Memory
    proposal: Proposal
    wanted: Mapping[tuple[str, str], Presence]
    """(identity, attribute) to what the plan would write."""
    rights: Mapping[tuple[str, str], Sequence[Action]]
    """(identity, attribute) to the acts of the plan on single values of it."""
    identities: frozenset[str] | None
    """Whom to look at; None for everybody."""
    linked: dict[str, Link] = field(default_factory=dict)
    """By identity, as far as drift names them."""

    def links(self, object_type: ObjectType) -> tuple[Link, ...]:
        store, target = self.job.store.links, self.job.rules.target
        if self.identities is None:
            return store.of_target(target, object_type)
        found = store.of_identities(target, self.identities).values()
        return tuple(link for link in found if link.object_type is object_type)


def _room(walk: _Walk, reads: tuple[Evidence | None, Evidence]) -> Room:
    """Return the groups to compare; of many only those whose members the plan changes.

    Of those nothing is known before the target was once remembered, and nobody is compared.
    """
    groups = people = walk.links(ObjectType.GROUPS)
    if walk.identities is None:
        people, compared = walk.links(ObjectType.USERS), list(groups)
    else:
        acts = [d.action for d in walk.proposal.drafts] if walk.memory.cycle is not None else []
        moving = [one for one in acts if one.operation is Operation.MEMBERSHIP]
        named = {one for act in moving for one in (act.subject, *act.adds, *act.removes)}
        store, target = walk.job.store.links, walk.job.rules.target
        links = store.of_identities(target, named) if named else {}
        subjects = {act.subject for act in moving}
        people = tuple(links.values())
        compared = [one for one in people if one.identity in subjects]
        groups = ()
    # A target may number people and groups alike; a member is a person first.
    members = {link.native_id: link for link in (*groups, *people)}
    by_native = {link.native_id: link for link in compared}
    return Room(walk.job, walk.assembly, walk.memory, by_native, members, reads)


def _changing(job: Job, survey: Survey, proposal: Proposal) -> frozenset[str]:
    """Return whose accounts there are, or were, with which the plan does something."""
    there = {
        draft.action.subject
        for draft in proposal.drafts
        if draft.action.operation not in (Operation.CREATE, Operation.MEMBERSHIP)
    }
    for object_type in job.rules.objects:
        lost = survey.assembly.missing_links(Side.TARGET, object_type).missing
        there |= {link.identity for link in lost}
    return frozenset(there)


def _walk(job: Job, survey: Survey, proposal: Proposal, extent: Extent) -> _Walk:
    identities = None if extent is Extent.EVERYBODY else _changing(job, survey, proposal)
    # What is only made now, nobody has changed; there may be a million of them.
    acts = [d.action for d in proposal.drafts if d.action.operation is not Operation.CREATE]
    named = {one for act in acts if act.references for one in identities_in(act)}
    natives = natives_of(job.store.links.of_identities(job.rules.target, named)) if named else {}
    wanted = {
        (act.subject, change.attribute): change.after
        for act in acts
        if act.operation not in (Operation.DELETE, *OF_RIGHTS)
        for change in on_the_wire(act, natives).changes
    }
    rights: dict[tuple[str, str], list[Action]] = {}
    for act in acts:
        for change in act.changes if act.operation in OF_RIGHTS else ():
            rights.setdefault((act.subject, change.attribute), []).append(act)
    memory = remember(job, identities)
    return _Walk(job, survey.assembly, memory, proposal, wanted, rights, identities)


def _objects(
    walk: _Walk,
    rules: ObjectRules,
    links: Iterable[Link],
    reads: tuple[Evidence | None, Evidence],
) -> list[Drift]:
    listed = list(links)
    natives = {link.native_id for link in listed}
    accounts = walk.assembly.accounts(rules.object_type, natives)
    known = walk.memory.accounts(rules.object_type, natives)
    lost = walk.assembly.missing_links(Side.TARGET, rules.object_type).missing
    missing = {link.native_id for link in lost}
    found: list[Drift] = []
    for link in listed:
        if link.native_id not in accounts and link.native_id not in missing:
            continue  # It was not looked at.
        values = known.get(link.native_id)
        sight = Sight(
            link.identity,
            link.key,
            link.native_id,
            accounts.get(link.native_id),
            walk.memory.known(rules, link, values),
            walk.memory.acts.get(link.identity, {}),
            as_text(values.get(rules.schema.name)) if values is not None else "",
        )
        found += [_judged(walk, rules, one) for one in drift_of(rules, sight, *reads)]
    if walk.identities is None:
        found += _made(walk, rules, reads)
    return found


def _judged(walk: _Walk, rules: ObjectRules, drift: Drift) -> Drift:
    if drift.kind is DriftKind.DELETED:
        return drift
    place = (drift.identity, drift.attribute)
    wanted = walk.wanted.get(place, ABSENT)
    if place in walk.rights:
        wanted = drift.after
        for act in walk.rights[place]:
            for change in act.changes:
                moved = change.after if act.operation is Operation.GRANT else change.before
                wanted = after_right(wanted, act.operation, moved)
    return judged(drift, wanted, rules)


def _made(
    walk: _Walk, rules: ObjectRules, reads: tuple[Evidence | None, Evidence]
) -> Iterable[Drift]:
    """Return the accounts of nobody that the last plan did not see."""
    read = walk.memory.read(rules.object_type)
    if read is None:
        return
    strangers = [
        finding
        for finding in walk.proposal.findings
        if finding.object_type is rules.object_type and finding.kind in ("orphan", "ambiguous")
    ]
    known = walk.memory.accounts(rules.object_type, {one.native_id for one in strangers})
    told = {one.native_id for one in walk.memory.facts if one.kind is DriftKind.MADE}
    for one in strangers:
        if one.native_id not in known and one.native_id not in told:
            yield Drift(
                DriftKind.MADE,
                rules.object_type,
                "",
                one.native_id,
                one.native_id,
                one.name,
                "",
                None,
                one.native_id,
                read,
                reads[1],
            )


# --- what stands ---------------------------------------------------------------------------------


def _sorted_out(walk: _Walk, moved: Iterable[Drift]) -> Found:
    listed = list(moved)
    _look_up(walk, (*walk.memory.facts, *listed))
    explained = tuple(one for one in listed if one.explained_by)
    fresh = [one for one in listed if not one.explained_by]
    told = {one.place for one in fresh}
    last: dict[tuple[str, str, str, str], Drift] = {}
    first: dict[tuple[str, str, str, str], Drift] = {}
    for fact in (*walk.memory.facts, *fresh):
        if _is_overtaken(walk, fact):
            continue
        last[fact.place] = fact
        first.setdefault(fact.place, fact)
    standing = [
        one
        for place, one in last.items()
        if _stands(walk, first[place], one) and (place in told or _is_looked_at(walk, one))
    ]
    return Found(_in_order(standing), _in_order(fresh), _in_order(explained))


def _look_up(walk: _Walk, drifts: Iterable[Drift]) -> None:
    named = {name for one in drifts for name in (one.identity, one.attribute) if name}
    walk.linked.update(walk.job.store.links.of_identities(walk.job.rules.target, named))


def _in_order(drifts: Iterable[Drift]) -> tuple[Drift, ...]:
    return tuple(sorted(drifts, key=lambda one: (one.object_type.value, one.key, one.place)))


def _is_looked_at(walk: _Walk, drift: Drift) -> bool:
    return walk.identities is None or drift.identity in walk.identities


def _is_overtaken(walk: _Walk, fact: Drift) -> bool:
    """Say whether we set right, after it was seen, what others had changed."""
    if fact.kind in OF_MEMBERS or fact.kind in OF_ACCOUNTS:
        return False
    sent = walk.memory.acts.get(fact.identity, {}).get(fact.attribute, ())
    return any(one.done and one.evidence.at >= fact.later.at for one in sent)


def _stands(walk: _Walk, first: Drift, last: Drift) -> bool:
    """Say whether the target still shows what others made of it."""
    rules = walk.job.rules.objects.get(last.object_type)
    if rules is None:
        return False
    if last.kind is DriftKind.MADE:
        return any(
            one.native_id == last.native_id and one.object_type is last.object_type
            for one in walk.proposal.findings
        )
    link = walk.linked.get(last.identity)
    if link is None or link.native_id != last.native_id:
        return False
    if last.kind in OF_MEMBERS:
        return first.kind is last.kind and _member_stands(walk, last)
    account = _account(walk, rules, last)
    if last.kind is DriftKind.DELETED or account is None:
        return last.kind is DriftKind.DELETED and account is None
    known = rules.schema.attribute(last.attribute)
    held = account.values.get(last.attribute)
    return same(last.after, held, known) and not same(first.before, held, known)


def _member_stands(walk: _Walk, drift: Drift) -> bool:
    member = walk.linked.get(drift.attribute)
    native = member.native_id if member is not None else drift.attribute.removeprefix(NATIVE)
    present = native in walk.assembly.members_of(drift.native_id)
    return present is (drift.kind is DriftKind.MEMBER_ADDED)


def _account(walk: _Walk, rules: ObjectRules, drift: Drift) -> Record | None:
    natives: Collection[str] = {drift.native_id}
    return walk.assembly.accounts(rules.object_type, natives).get(drift.native_id)

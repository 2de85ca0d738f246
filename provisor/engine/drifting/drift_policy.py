"""What follows from drift before anybody decided, and what people decided about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from provisor.domain.difference import same
from provisor.domain.drift import OF_MEMBERS, Drift, DriftKind
from provisor.domain.excepting import ACCOUNT, EVERYTHING, MEMBER
from provisor.domain.link import Link, LinkState
from provisor.domain.override import Override, OverrideKind
from provisor.domain.oversight import DriftPolicy
from provisor.domain.plan import Proposal
from provisor.domain.record import Value
from provisor.domain.reference import as_shown
from provisor.domain.rules import JobRules
from provisor.domain.schema import ObjectType
from provisor.engine.drifting.drift import extent_for, find_drift
from provisor.engine.job import Job
from provisor.engine.survey import Survey

WITHHELD = "drift:"
"""How the ids of exceptions begin that a policy makes for one plan."""
Overrides = Mapping[tuple[ObjectType, str], tuple[Override, ...]]


class Choice(StrEnum):
    """What people may decide about drift."""

    REPAIR = "repair"
    ADOPT = "adopt"
    EXCEPT = "except"


_CHOICES = {
    OverrideKind.REPAIR: Choice.REPAIR,
    OverrideKind.PIN: Choice.ADOPT,
    OverrideKind.EXCEPT: Choice.EXCEPT,
}


@dataclass(frozen=True, slots=True)
class Decided:
    """What somebody decided about one drift."""

    choice: Choice
    override: Override


def policy_for(rules: JobRules, drift: Drift) -> DriftPolicy:
    """Return what happens to a drift while nobody decides."""
    objects = rules.objects.get(drift.object_type)
    if objects is None or drift.kind in OF_MEMBERS:
        return rules.drift
    own = next((m.drift for m in objects.mappings if m.attribute == drift.attribute), None)
    return own or rules.drift


def subject_of(drift: Drift) -> tuple[str, Value]:
    """Return attribute and value by which a decision names a drift."""
    if drift.kind in OF_MEMBERS:
        return MEMBER, drift.attribute
    if drift.kind is DriftKind.DELETED:
        return ACCOUNT, drift.before
    return drift.attribute, drift.after


def decision_on(rules: JobRules, drift: Drift, overrides: Overrides) -> Decided | None:
    """Return what people decided about a drift, the last word; None while nobody did."""
    given = overrides.get((drift.object_type, drift.key), ())
    found = [one for one in given if one.kind in _CHOICES and _is_about(rules, one, drift)]
    return Decided(_CHOICES[found[-1].kind], found[-1]) if found else None


def _is_about(rules: JobRules, override: Override, drift: Drift) -> bool:
    attribute, value = subject_of(drift)
    if override.attribute != attribute:
        return False
    if drift.kind in OF_MEMBERS or drift.kind is DriftKind.DELETED:
        return override.value == value
    objects = rules.objects[drift.object_type]
    adopted = objects.is_reference(attribute) and override.kind is OverrideKind.PIN
    value = as_shown(override.value) if adopted else override.value
    return same(value, drift.after, objects.schema.attribute(attribute))


def with_withheld(
    job: Job, survey: Survey, proposal: Proposal, overrides: Overrides
) -> dict[tuple[ObjectType, str], tuple[Override, ...]]:
    """Return the overrides with exceptions for drift that waits for a decision.

    Args:
        job: for its policies.
        survey: both sides.
        proposal: what would be planned if nothing waited.
        overrides: what people decided.
    """
    found = find_drift(job, survey, proposal, extent_for(job, survey)).standing
    identities = {one.identity for one in found if one.identity}
    links = job.store.links.of_identities(job.rules.target, identities)
    added = withheld(job.rules, found, overrides, links, job.clock.now())
    merged = dict(overrides)
    for place, given in added.items():
        merged[place] = (*merged.get(place, ()), *given)
    return merged


def withheld(
    rules: JobRules,
    drifts: Iterable[Drift],
    overrides: Overrides,
    links: Mapping[str, Link],
    now: datetime,
) -> dict[tuple[ObjectType, str], tuple[Override, ...]]:
    """Return exceptions for what waits for a decision; planning heeds them as if people gave them.

    An account that we switched off for a leaver is switched off again, whatever the policy: who is
    gone stays gone.

    Args:
        rules: for the policies.
        drifts: what is drifting.
        overrides: what people decided.
        links: by identity.
        now: the moment of the plan.
    """
    found: dict[tuple[ObjectType, str], tuple[Override, ...]] = {}
    for drift in drifts:
        policy = policy_for(rules, drift)
        if policy is DriftPolicy.REPAIR or drift.kind is DriftKind.MADE:
            continue
        link = links.get(drift.identity)
        if link is not None and link.state is LinkState.DISABLED:
            continue
        if decision_on(rules, drift, overrides) is None:
            place = (drift.object_type, drift.key)
            found[place] = (*found.get(place, ()), *_held_back(drift, policy, rules.job, now))
    return found


def _held_back(drift: Drift, policy: DriftPolicy, job: str, now: datetime) -> Iterable[Override]:
    attribute, value = subject_of(drift)
    yield _exception(drift, attribute, value, job, now)
    if policy is DriftPolicy.HOLD and drift.kind not in OF_MEMBERS:
        yield _exception(drift, EVERYTHING, None, job, now)


def _exception(drift: Drift, attribute: str, value: Value, job: str, now: datetime) -> Override:
    return Override(
        id=f"{WITHHELD}{drift.identity}:{attribute}",
        kind=OverrideKind.EXCEPT,
        job=job,
        object_type=drift.object_type,
        key=drift.key,
        attribute=attribute,
        value=value,
        reason="drift that nobody decided about yet",
        author="policy",
        approver="",
        created_at=now,
        expires_at=None,
    )


def waits(rules: JobRules) -> bool:
    """Say whether any drift of the job waits for a decision."""
    own = [m.drift for objects in rules.objects.values() for m in objects.mappings]
    return any(policy not in (None, DriftPolicy.REPAIR) for policy in (rules.drift, *own))

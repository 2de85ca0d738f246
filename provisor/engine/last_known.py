"""What was last known of a target's accounts and memberships, before the look in hand.

Three things tell it, the later one counts: what the last plan read, what we sent since, and drift
that was written down. The first is a cache; without it our own acts remember what we made.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from provisor.domain.action import Action, Operation
from provisor.domain.drift import (
    Drift,
    Evidence,
    Known,
    OwnAct,
    after_acts,
    watched_attributes,
    with_facts,
)
from provisor.domain.link import Link
from provisor.domain.record import ABSENT, Values
from provisor.domain.rules import Apply, ObjectRules
from provisor.domain.schema import ObjectType
from provisor.domain.side import Side
from provisor.engine.job import Job
from provisor.ports.drifts import SentAct
from provisor.ports.knowledge import Cycle

Acts = Mapping[str, Mapping[str, Sequence[OwnAct]]]
"""By identity, then by attribute, oldest first."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What the store remembers of one job's target."""

    job: Job
    cycle: Cycle | None
    sent: tuple[SentAct, ...]
    """What we sent since the last plan read the target; everything where it is not known."""
    facts: tuple[Drift, ...]
    """Drift that was written down, oldest first."""
    acts: Acts = field(default_factory=dict)
    made: Mapping[str, Evidence] = field(default_factory=dict)
    """By identity, the act that made the account."""

    def read(self, object_type: ObjectType) -> Evidence | None:
        """Return the read of the target that the last plan was made from."""
        if self.cycle is None:
            return None
        found = self.cycle.observed.get((Side.TARGET, object_type), "")
        return Evidence(self.cycle.at, f"read {found}" if found else "look")

    def accounts(self, object_type: ObjectType, natives: Collection[str]) -> dict[str, Values]:
        """Return accounts as the last plan read them, by native id."""
        if self.cycle is None or not natives:
            return {}
        known = self.job.store.knowledge.objects(self.cycle, (Side.TARGET, object_type), natives)
        return {key: one.values for key, one in known.items() if one.values is not None}

    def known(self, rules: ObjectRules, link: Link, values: Values | None) -> dict[str, Known]:
        """Return what is known of one linked account, before the look in hand.

        Args:
            rules: of its object type.
            link: whose account it is.
            values: as the last plan read it; None where it did not.
        """
        read = self.read(rules.object_type)
        watched = watched_attributes(rules)
        found: dict[str, Known] = {}
        if values is not None and read is not None:
            found = {name: Known(values.get(name, ABSENT), read) for name in watched}
        acts = self.acts.get(link.identity, {})
        made = self.made.get(link.identity)
        if not found and made is not None:
            # What we left out of a new account, because there was nothing to write, was empty.
            found = {name: Known(ABSENT, made) for name in _kept_equal(rules)}
        found = after_acts(found, acts, link.accepted, rules)
        facts = (one for one in self.facts if one.identity == link.identity and one.attribute)
        return {name: one for name, one in with_facts(found, facts).items() if name in watched}


def remember(job: Job, identities: Collection[str] | None) -> Memory:
    """Return what the store remembers of a job's target.

    Args:
        job: whose target.
        identities: whose accounts and groups will be asked for; None for everybody's.

    Cost: one SELECT for what is known, one pass over our acts since then, and one over the drift
        that was written down.
    """
    cycle = job.store.knowledge.newest(job.rules.job)
    since = cycle.at if cycle is not None else None
    sent = job.store.drifts.acts(job.rules.target, identities, since)
    facts = job.store.drifts.of_job(job.rules.job)
    made = {
        act.action.subject: Evidence(act.at, f"act {act.action_id}")
        for act in sent
        if act.done and act.action.operation is Operation.CREATE
    }
    return Memory(job, cycle, sent, facts, _by_attribute(sent), made)


def _kept_equal(rules: ObjectRules) -> list[str]:
    return [
        one.attribute
        for one in rules.mappings
        if one.apply is Apply.ALWAYS and not rules.is_secret(one.attribute)
    ]


def _by_attribute(sent: Sequence[SentAct]) -> dict[str, dict[str, list[OwnAct]]]:
    found: dict[str, dict[str, list[OwnAct]]] = {}
    for act in sent:
        own = found.setdefault(act.action.subject, {})
        if act.action.operation is Operation.DELETE and act.done:
            own.clear()
        elif act.action.operation is not Operation.MEMBERSHIP:
            _add(own, act, act.action)
    return found


def _add(own: dict[str, list[OwnAct]], act: SentAct, action: Action) -> None:
    evidence = Evidence(act.at, f"act {act.action_id}")
    for change in action.changes:
        # What a reference leads to is told by identity, and the target shows its own id.
        if change.attribute not in action.references:
            own.setdefault(change.attribute, []).append(OwnAct(change.after, evidence, act.done))

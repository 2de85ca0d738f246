"""What was last known of a target's accounts and memberships, before the look in hand.

Three things tell it, the later one counts: what the last plan read, what we sent since, and drift
that was written down. The first is a cache; without it our own acts remember what we made.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from provisor.domain.action import Operation
from provisor.domain.difference import Accepted
from provisor.domain.drift import (
    Drift,
    Evidence,
    Known,
    OwnAct,
    after_acts,
    watched_attributes,
    with_facts,
)
from provisor.domain.flow import Apply
from provisor.domain.link import Link
from provisor.domain.record import ABSENT, Values
from provisor.domain.rules import ObjectRules
from provisor.domain.schema import ObjectType
from provisor.domain.separating import rights_in
from provisor.domain.side import Side
from provisor.engine.doing import Given
from provisor.engine.job import Job
from provisor.engine.referring import (
    Natives,
    identities_in,
    native_value,
    natives_of,
    on_the_wire,
)
from provisor.engine.rights.granting import OF_RIGHTS, granted_to
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
    natives: Natives = field(default_factory=dict)
    """The native ids of everybody to whom an object was told to refer."""

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
        found = after_acts(found, acts, self._accepted(rules, link), rules)
        facts = (one for one in self.facts if one.identity == link.identity and one.attribute)
        return {name: one for name, one in with_facts(found, facts).items() if name in watched}

    def _accepted(self, rules: ObjectRules, link: Link) -> Accepted:
        """Return the forms that the target made of what was sent, as it was sent."""
        names = {one.attribute for one in rules.references} & link.accepted.keys()
        if not names:
            return link.accepted
        own = {name: link.accepted[name] for name in names}
        wrote = {name: native_value(sent, self.natives) for name, (sent, _) in own.items()}
        told = {n: (one, own[n][1]) for n, one in wrote.items() if one is not ABSENT}
        return {**link.accepted, **told}


def remember(job: Job, identities: Collection[str] | None) -> Memory:
    """Return what the store remembers of a job's target.

    Args:
        job: whose target.
        identities: whose accounts and groups will be asked for; None for everybody's.

    Cost: one SELECT for what is known, one pass over our acts since then, and one over the drift
        that was written down.
    """
    cycle = _newest(job)
    since = cycle.at if cycle is not None else None
    sent = job.store.drifts.acts(job.rules.target, identities, since)
    facts = job.store.drifts.of_job(job.rules.job)
    made = {
        act.action.subject: Evidence(act.at, f"act {act.action_id}")
        for act in sent
        if act.done and act.action.operation is Operation.CREATE
    }
    named = {one for act in sent for one in identities_in(act.action)}
    natives = natives_of(job.store.links.of_identities(job.rules.target, named)) if named else {}
    spelt = _spelt(job, sent)
    return Memory(job, cycle, sent, facts, _by_attribute(sent, natives, spelt), made, natives)


def name_of_target(job: str) -> str:
    """Return the name under which a job's target is remembered where nothing else of it is."""
    return f"target of {job}"


def _newest(job: Job) -> Cycle | None:
    """Return the newer one of what is remembered of both sides and of the target alone."""
    names = (job.rules.job, name_of_target(job.rules.job))
    found = [one for one in map(job.store.knowledge.newest, names) if one is not None]
    return max(found, key=lambda one: one.at, default=None)


def _kept_equal(rules: ObjectRules) -> list[str]:
    return [
        one.attribute
        for one in rules.mappings
        if one.apply is Apply.ALWAYS and not rules.is_secret(one.attribute)
    ]


Spelt = Mapping[str, Given]
"""By identity, what we gave, with how the target spells it."""


def _spelt(job: Job, sent: Sequence[SentAct]) -> Spelt:
    people = {one.action.subject for one in sent if one.action.operation in OF_RIGHTS}
    return granted_to(job, people) if people else {}


def _by_attribute(
    sent: Sequence[SentAct], natives: Natives, spelt: Spelt
) -> dict[str, dict[str, list[OwnAct]]]:
    found: dict[str, dict[str, list[OwnAct]]] = {}
    for act in sent:
        own = found.setdefault(act.action.subject, {})
        if act.action.operation is Operation.DELETE and act.done:
            own.clear()
        elif act.action.operation in OF_RIGHTS:
            _add_right(own, act, spelt.get(act.action.subject, {}))
        elif act.action.operation is not Operation.MEMBERSHIP:
            _add(own, act, natives)
    return found


def _add_right(own: dict[str, list[OwnAct]], act: SentAct, given: Given) -> None:
    evidence = Evidence(act.at, f"act {act.action_id}")
    for right in rights_in(act.action):
        kept = given.get(right.attribute, {}).get(right.value)
        value = kept.kept or kept.value if kept is not None else right.value
        moved = OwnAct((value,), evidence, act.done, act.action.operation)
        own.setdefault(right.attribute, []).append(moved)


def _add(own: dict[str, list[OwnAct]], act: SentAct, natives: Natives) -> None:
    evidence = Evidence(act.at, f"act {act.action_id}")
    for change in on_the_wire(act.action, natives).changes:
        own.setdefault(change.attribute, []).append(OwnAct(change.after, evidence, act.done))

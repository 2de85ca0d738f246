"""Values of rights that we gave: for planning, and for what became of acts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from provisor.domain.action import Action, Change, Operation
from provisor.domain.duties import Right, is_of_interest
from provisor.domain.entitlement import GROUP
from provisor.domain.granting import shows_right, spelling
from provisor.domain.holding import GrantedValue, Granting, Grants, Held, nothing_granted
from provisor.domain.plan import PlannedAction
from provisor.domain.record import Values
from provisor.domain.reference import texts_of
from provisor.domain.rules import JobRules
from provisor.domain.schema import Attribute, fold
from provisor.domain.separating import rights_in
from provisor.engine.doing import Doing, Given
from provisor.engine.job import Job
from provisor.ports.store import ActOutcome, ActState, Effect

OF_RIGHTS = frozenset({Operation.GRANT, Operation.REVOKE})


def granting_of(job: Job, *, whole: object) -> Granting:
    """Return what tells which values we gave to an identity.

    Args:
        job: of the target.
        whole: whether everybody will be asked for, so that one look at the store serves all.

    Cost: nothing where no attribute holds rights.
    """
    if not any(rules.rights for rules in job.rules.objects.values()):
        return nothing_granted
    target, known = job.rules.target, dict[str, Grants]()
    if whole:
        known.update(_by_identity(job.store.rights.granted(target)))

    def granting(identity: str) -> Grants:
        if identity not in known:
            found = () if whole else job.store.rights.granted(target, [identity])
            known[identity] = _by_identity(found).get(identity, {})
        return known[identity]

    return granting


def granted_to(job: Job, identities: Collection[str]) -> dict[str, Given]:
    """Return what we gave to some identities."""
    return _by_identity(job.store.rights.granted(job.rules.target, identities))


def _by_identity(values: Iterable[GrantedValue]) -> dict[str, Given]:
    found: dict[str, Given] = {}
    for one in values:
        found.setdefault(one.identity, {}).setdefault(one.attribute, {})[one.value] = one
    return found


# --- what became of an act -----------------------------------------------------------------------


def right_effect(
    doing: Doing, outcome: ActOutcome, rules: JobRules, shown: Values | None
) -> Effect:
    """Return what a right that was given or taken back changes in our memory.

    What the target had already is not ours: somebody else gave it meanwhile.
    """
    given: list[GrantedValue] = []
    taken: list[Held] = []
    joined: list[Held] = []
    parted: list[Held] = []
    draft = doing.planned.draft
    for right in rights_in(draft.action):
        name, value, subject = right.attribute, right.value, draft.action.subject
        known = rules.objects[draft.action.object_type].schema.attribute(name)
        granted = doing.grants.get(name, {})
        if draft.action.operation is Operation.REVOKE:
            taken += [Held(subject, name, one) for one in _meant(value, granted, known)]
            parted.append(Held(subject, name, value))
            continue
        seen = texts_of(shown.get(name)) if shown is not None else ()
        kept = spelling(value, draft.held, seen, granted, known) if seen else ""
        joined.append(Held(subject, name, kept or value))
        if outcome.state is ActState.DONE:
            given.append(GrantedValue(subject, name, value, outcome.at, kept))
    return Effect(
        outcome,
        consumes=doing.decisions,
        given=tuple(given),
        taken=tuple(taken),
        joined=_named(joined, rules),
        parted=_named(parted, rules),
    )


def _meant(value: str, granted: Mapping[str, GrantedValue], known: Attribute | None) -> list[str]:
    """Return which of the values that we gave is the one that the target spells so."""
    form = fold(value, known)
    return [
        one.value
        for one in granted.values()
        if form in (fold(one.value, known), fold(one.kept, known))
    ]


def _named(held: Iterable[Held], rules: JobRules) -> tuple[Held, ...]:
    return tuple(
        one
        for one in held
        if is_of_interest(rules.duties, Right(rules.target, one.attribute, one.value))
    )


def remembered_among(grants: Given, effect: Effect) -> None:
    """Write down among a person's grants what was just given: the next one is told apart by it."""
    for one in effect.given:
        grants.setdefault(one.attribute, {})[one.value] = one


def is_as_meant(job: Job, action: Action, shown: Values) -> bool:
    """Say whether an account shows what was given, however it spells it, and not what was taken."""
    schema = job.rules.objects[action.object_type].schema
    grants = granted_to(job, [action.subject]).get(action.subject, {})
    spelt = replace(action, changes=tuple(_spelt(one, grants) for one in action.changes))
    known = {change.attribute: schema.attribute(change.attribute) for change in action.changes}
    return shows_right(spelt, shown, known)


def _spelt(change: Change, grants: Grants) -> Change:
    own = grants.get(change.attribute, {})
    after = tuple(own[one].kept or one if one in own else one for one in texts_of(change.after))
    return replace(change, after=after)


# --- memberships ---------------------------------------------------------------------------------


def given_memberships(
    planned: PlannedAction, rules: JobRules, members: Iterable[str], at: datetime
) -> tuple[GrantedValue, ...]:
    """Return what is remembered of members of a group in which nobody stays for ever."""
    if not is_limited(rules, planned.draft.name):
        return ()
    key, name = planned.draft.key, planned.draft.name
    return tuple(GrantedValue(member, GROUP, key, at, name) for member in members)


def taken_memberships(
    planned: PlannedAction, rules: JobRules, members: Iterable[str]
) -> tuple[Held, ...]:
    """Return what is forgotten of members who were taken out of such a group."""
    if not is_limited(rules, planned.draft.name):
        return ()
    return tuple(Held(member, GROUP, planned.draft.key) for member in members)


def is_limited(rules: JobRules, group: str) -> object:
    """Say whether nobody stays in a group of that name for ever."""
    entry = rules.catalogue.of(GROUP, group)
    return entry is not None and entry.longest_days

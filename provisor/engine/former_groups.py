"""Groups in which somebody was before leaving: told as proposals, and given by nothing here.

What today's rules give, a plan gives by itself. The rest is for a person to ask for at the source.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from provisor.domain.action import Operation
from provisor.domain.bounds import PRIVILEGED_GRANT, REENABLE
from provisor.domain.plan import Draft
from provisor.ports.store import Store, StoredPlan

_SWITCHED_ON = frozenset({REENABLE, PRIVILEGED_GRANT})
"""Parts with the accounts of people who come back: only then a plan's acts are looked at."""


@dataclass(frozen=True, slots=True)
class FormerGroups:
    """What was taken back from one person who comes back, and is not given again."""

    key: str
    """Of the person, at the source."""
    groups: tuple[str, ...]
    """Their keys at the source, sorted."""


def former_groups(store: Store, stored: StoredPlan) -> tuple[FormerGroups, ...]:
    """Return what a plan does not give back to those whose accounts it switches on again.

    Cost: a look-up for each thousand people who come back, and one for each group they had.
    """
    kinds = {part.part.partition(":")[0].rpartition(".")[2] for part in stored.parts}
    if kinds.isdisjoint(_SWITCHED_ON):
        return ()
    drafts = [one.draft for one in stored.plan.actions]
    back = {draft.action.subject: draft.key for draft in drafts if draft.action.returns is not None}
    target = stored.plan.header.target
    found = lost_groups(store, target, back, drafts)
    return tuple(
        FormerGroups(back[who], found[who]) for who in sorted(found, key=lambda one: back[one])
    )


def lost_groups(
    store: Store, target: str, people: Collection[str], drafts: Iterable[Draft]
) -> Mapping[str, tuple[str, ...]]:
    """Return, by identity, the keys of the groups that people had and are not given again.

    Args:
        store: remembers what was taken back.
        target: the target system's name.
        people: identity ids of those who are here again.
        drafts: what is planned.
    """
    pairs = store.links.former_memberships(target, people)
    given = {
        (draft.action.subject, member)
        for draft in drafts
        if draft.action.operation is Operation.MEMBERSHIP
        for member in draft.action.adds
    }
    left = [pair for pair in pairs if (pair.group, pair.member) not in given]
    links = store.links.of_identities(target, {pair.group for pair in left})
    found: dict[str, list[str]] = {}
    for pair in left:
        if pair.group in links:
            found.setdefault(pair.member, []).append(links[pair.group].key)
    return {member: tuple(sorted(keys)) for member, keys in found.items()}

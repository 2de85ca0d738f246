"""What our own acts did to memberships since the last plan, where the target does not tell it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from provisor.domain.membership import Pair
from provisor.domain.plan import PlannedAction
from provisor.domain.schema import ObjectType
from provisor.engine.knowing.ground import TARGET, Ground
from provisor.ports.store import ActState

_DONE = frozenset({ActState.DONE, ActState.ALREADY_SO})


def own_memberships(ground: Ground, plan: str, actions: Iterable[PlannedAction]) -> None:
    """Lay over what was known which members we put in and took out.

    An outcome is as good as a read: it stands in the store before anything else is planned.

    Args:
        ground: is told of them.
        plan: digest of the last plan.
        actions: its acts on memberships.
    """
    if (TARGET, ObjectType.MEMBERSHIPS) in ground.cycle.watermarks:
        return
    members = list(actions)
    if not members:
        return
    store, target = ground.job.store, ground.job.rules.target
    named = {one.action.subject for one in members}
    named |= {m for one in members for m in (*one.action.adds, *one.action.removes)}
    links = store.links.of_identities(target, named)
    given = store.links.memberships_of(target, {one.action.subject for one in members}, ())
    outcomes = store.acts.outcomes(plan)
    natives = {identity: link.native_id for identity, link in links.items()}
    joined = ground.news.joined.setdefault(TARGET, set())
    parted = ground.news.parted.setdefault(TARGET, set())
    for one in members:
        group = natives.get(one.action.subject)
        if group is not None:
            ended = outcomes.get(one.id)
            done = ended is not None and ended.state in _DONE
            inside = {pair.member for pair in given if pair.group == one.action.subject}
            joined |= {(group, natives[m]) for m in one.action.adds if m in natives and m in inside}
            parted |= _parted(one, group, natives, inside) if done else set()


def _parted(
    one: PlannedAction, group: str, natives: Mapping[str, str], inside: Collection[str]
) -> set[Pair]:
    action = one.action
    gone = {(group, natives[m]) for m in action.removes if m in natives and m not in inside}
    return gone | {(group, native) for native in action.outsiders}

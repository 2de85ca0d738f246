"""Rights beside plans and stories: how grave they are, who answers for them, how many gain them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from provisor.config.entitling import catalogue_of
from provisor.domain.action import Action, Operation
from provisor.domain.duties import Right, of_group
from provisor.domain.event import moment
from provisor.domain.plan import PlannedAction
from provisor.domain.separating import rights_in
from provisor.engine.rights.held_rights import HeldRight
from provisor.ports.store import StoredPlan
from provisor.wiring import Wiring

MOST_SUMMED = 10_000
"""Acts of a plan that are looked at; of a larger one `--jsonl` has them all."""


@dataclass(frozen=True, slots=True)
class PlannedRight:
    """One right of a plan, with what its catalogue says."""

    right: Right
    level: str
    owner: str
    reviewer: str
    gained: int
    lost: int


def planned_rights(wiring: Wiring, stored: StoredPlan) -> tuple[PlannedRight, ...]:
    """Return the rights that a plan gives or takes, of which the catalogue speaks, sorted."""
    target = stored.plan.header.target
    catalogue = catalogue_of(wiring.configuration.settings, target)
    if not catalogue or len(stored.plan.actions) > MOST_SUMMED:
        return ()
    gained, lost = Counter[Right](), Counter[Right]()
    for one in stored.plan.actions:
        for right, more, less in _moved(one):
            gained[right] += more
            lost[right] += less
    found = []
    for right in sorted({*gained, *lost}):
        level = catalogue.level(right.attribute, right.value)
        if level is None:
            continue
        entry = catalogue.of(right.attribute, right.value)
        owner, reviewer = (entry.owner, entry.reviewer) if entry is not None else ("", "")
        found.append(PlannedRight(right, level.value, owner, reviewer, gained[right], lost[right]))
    return tuple(found)


def _moved(one: PlannedAction) -> Iterator[tuple[Right, int, int]]:
    action: Action = one.action
    if action.operation is Operation.MEMBERSHIP:
        yield of_group(action.target, one.draft.name), len(action.adds), action.members_lost
    elif action.operation in (Operation.GRANT, Operation.REVOKE):
        gives = action.operation is Operation.GRANT
        for right in rights_in(action):
            yield right, int(gives), int(not gives)


def planned_right_shape(one: PlannedRight) -> dict[str, object]:
    """Return one right of a plan for programs."""
    return {
        "right": one.right.words(),
        "level": one.level,
        "owner": one.owner,
        "reviewer": one.reviewer,
        "gained": one.gained,
        "lost": one.lost,
    }


def planned_right_lines(rights: Iterable[PlannedRight]) -> Iterator[str]:
    """Yield what people read of the rights of a plan."""
    for one in rights:
        moved = [f"{one.gained} gain"] if one.gained else []
        moved += [f"{one.lost} lose"] if one.lost else []
        owner = f", owner {one.owner}" if one.owner else ", no owner"
        yield f"{one.right.words()}: {one.level}{owner}; {', '.join(moved)}"


def held_right_shape(one: HeldRight) -> dict[str, object]:
    """Return one right of a person for programs."""
    return {
        "right": one.right.words(),
        "level": one.level,
        "owner": one.owner,
        "reviewer": one.reviewer,
        "ours": one.ours,
        "since": moment(one.since) if one.since is not None else None,
        "ends": moment(one.ends) if one.ends is not None else None,
    }


def held_right_line(one: HeldRight) -> str:
    """Return what people read of one right of a person."""
    said = [one.level, f"owner {one.owner}" if one.owner else "no owner"]
    said.append("given by us" if one.ours else "given by others")
    said += [f"since {one.since:%Y-%m-%d}"] if one.since is not None else []
    said += [f"ends {one.ends:%Y-%m-%d}"] if one.ends is not None else []
    return f"{one.right.words()}: {', '.join(said)}"

"""What came, what went and what changed from one plan of a job to another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from provisor.domain.action import Action, Change, Operation, Wave
from provisor.domain.plan import PlannedAction
from provisor.domain.record import ABSENT, Presence
from provisor.domain.schema import ObjectType
from provisor.domain.separating import rights_in

Place = tuple[ObjectType, str, Operation, Wave, str, int]
"""What makes two actions of two plans the same errand; numbered where there are several."""

MEMBERS = "members"
RULE = "rule"


@dataclass(frozen=True, slots=True)
class Facet:
    """One attribute of an errand that both plans have: what each of them would do about it."""

    attribute: str
    was: Change | None
    """None where the earlier plan leaves the attribute alone."""
    now: Change | None


@dataclass(frozen=True, slots=True)
class Turn:
    """An errand that both plans have, and that they do differently."""

    was: PlannedAction
    now: PlannedAction
    facets: tuple[Facet, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """Everything that differs between two plans."""

    came: tuple[PlannedAction, ...]
    went: tuple[PlannedAction, ...]
    changed: tuple[Turn, ...]
    unchanged: int

    def counts(self) -> dict[str, dict[str, int]]:
        """Return how many of each operation came, went and changed."""
        parted = {
            "came": (one.action for one in self.came),
            "went": (one.action for one in self.went),
            "changed": (one.now.action for one in self.changed),
        }
        return {
            word: dict(sorted(Counter(act.operation.value for act in acts).items()))
            for word, acts in parted.items()
        }


def difference(now: Iterable[PlannedAction], was: Iterable[PlannedAction]) -> Difference:
    """Compare two plans by object, key and operation, never by digest alone.

    Cost: one look at each action of both.
    """
    earlier, later = dict(_placed(was)), dict(_placed(now))
    turns: list[Turn] = []
    unchanged = 0
    for place, action in later.items():
        before = earlier.get(place)
        if before is None:
            continue
        facets = tuple(_facets(before.action, action.action))
        if facets:
            turns.append(Turn(before, action, facets))
        else:
            unchanged += 1
    came = tuple(action for place, action in later.items() if place not in earlier)
    went = tuple(action for place, action in earlier.items() if place not in later)
    return Difference(came, went, tuple(turns), unchanged)


def _placed(actions: Iterable[PlannedAction]) -> Iterator[tuple[Place, PlannedAction]]:
    seen: Counter[tuple[ObjectType, str, Operation, Wave, str]] = Counter()
    for planned in actions:
        action, draft = planned.action, planned.draft
        right = "; ".join(one.words() for one in rights_in(action)) if is_right(action) else ""
        errand = (action.object_type, draft.key, action.operation, draft.wave, right)
        yield (*errand, seen[errand]), planned
        seen[errand] += 1


def is_right(action: Action) -> bool:
    """Say whether an act gives or takes back rights by value."""
    return action.operation in (Operation.GRANT, Operation.REVOKE)


def _facets(was: Action, now: Action) -> Iterator[Facet]:
    before, after = _raw(was), _raw(now)
    shown_before, shown_after = _shown(was), _shown(now)
    names = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
    # Other attributes have other rules; the rule is news only where it is all that differs.
    for name in [name for name in names if name != RULE] or names:
        yield Facet(name, shown_before.get(name), shown_after.get(name))


def _raw(action: Action) -> dict[str, Change]:
    return {**{change.attribute: change for change in action.changes}, **_besides(action)}


def _shown(action: Action) -> dict[str, Change]:
    return {**{change.attribute: change for change in action.shown()}, **_besides(action)}


def _besides(action: Action) -> dict[str, Change]:
    """Return what an action holds besides attributes, in the form of changes."""
    found = {RULE: Change(RULE, ABSENT, action.rule)}
    if action.operation is Operation.MEMBERSHIP:
        leaving: Presence = (*action.removes, *action.outsiders)
        found[MEMBERS] = Change(MEMBERS, leaving, action.adds)
    for draw in action.draws:
        drawn = f"drawn by {draw.generator}, {draw.policy} {draw.deliver}".strip()
        found[draw.attribute] = Change(draw.attribute, ABSENT, drawn)
    return found

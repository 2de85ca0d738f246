"""Which actions of a plan somebody means: by part, key, action id, or a value that is changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from provisor.domain.excerpt import slips_of, some_of
from provisor.domain.focus import parse_name
from provisor.domain.limits import whole_bundles
from provisor.domain.plan import PlannedAction
from provisor.domain.record import as_text
from provisor.domain.schema import ObjectType

FEWEST_DIGITS = 8
"""Of an action id, to be meant by them."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What was meant, and what could not be kept of it."""

    actions: Sequence[PlannedAction]
    """Whole bundles only, in plan order."""
    broken: Sequence[PlannedAction] = ()
    """What was meant and left out: others of the same bundle were not meant."""
    unmatched: tuple[str, ...] = ()
    """Words that mean nothing in this plan."""


def select(
    actions: Sequence[PlannedAction], parts: Sequence[str], only: Sequence[str]
) -> Selection:
    """Return the actions of these parts that any of these words means; of nothing, everything.

    Args:
        actions: the plan's, in order.
        parts: names such as `users.create`; none means every part.
        only: a source key (`E1042`, `groups:G7`), at least 8 digits of an action id, or
            `ATTRIBUTE=VALUE` for what the plan takes away or sets, and for a source attribute by
            which limits are counted; none means everything.

    Cost: one look at each action and word; none where everything is meant.
    """
    if not parts and not only:
        return Selection(actions)
    meant: dict[str, set[str]] = {word: set() for word in (*parts, *only)}
    tests = list(_tests(parts, only))
    for one in actions:
        for word, means in tests:
            if means(one):
                meant[word].add(one.id)
    sets = [set[str]().union(*(meant[word] for word in words)) for words in (parts, only) if words]
    chosen = set.intersection(*sets)
    whole = whole_bundles(slips_of(actions), chosen)
    return Selection(
        some_of(actions, whole),
        some_of(actions, chosen - whole),
        tuple(word for word, found in meant.items() if not found),
    )


def with_bundles(
    actions: Sequence[PlannedAction], chosen: Iterable[PlannedAction]
) -> Sequence[PlannedAction]:
    """Return the chosen actions and all that share a bundle with them, in plan order."""
    ids, bundles = set[str](), set[str]()
    for one in chosen:
        ids.add(one.id)
        bundles |= {one.draft.bundle} - {""}
    if bundles:
        ids |= {one.id for one in actions if one.draft.bundle in bundles}
    return some_of(actions, ids)


Means = Callable[[PlannedAction], bool]


def _tests(parts: Sequence[str], only: Sequence[str]) -> Iterable[tuple[str, Means]]:
    for part in parts:
        yield part, _by_part(part)
    for word in only:
        yield word, _by_word(word)


def _by_part(part: str) -> Means:
    return lambda planned: planned.draft.part == part


def _by_word(word: str) -> Means:
    attribute, equals, value = word.partition("=")

    def means(planned: PlannedAction) -> bool:
        return (
            planned.draft.key == word
            or (len(word) >= FEWEST_DIGITS and planned.id.startswith(word.lower()))
            or _is_named(planned, word)
            or (bool(equals) and _holds(planned, attribute, value))
        )

    return means


def _is_named(planned: PlannedAction, word: str) -> bool:
    object_type = planned.action.object_type
    if ":" not in word:
        return False
    if object_type is ObjectType.MEMBERSHIPS:
        return word == f"{ObjectType.MEMBERSHIPS}:{planned.draft.key}"
    return parse_name(word, object_type) == (object_type, planned.draft.key)


def _holds(planned: PlannedAction, attribute: str, value: str) -> bool:
    """Say whether the action takes this value away or sets it, or is counted by it."""
    return (attribute, value) in planned.draft.about or any(
        change.attribute == attribute and value in (as_text(change.before), as_text(change.after))
        for change in planned.action.shown()
    )


def by_part(actions: Iterable[PlannedAction]) -> Mapping[str, tuple[PlannedAction, ...]]:
    """Return the actions of each part."""
    parts: dict[str, list[PlannedAction]] = {}
    for one in actions:
        parts.setdefault(one.draft.part, []).append(one)
    return {part: tuple(found) for part, found in parts.items()}

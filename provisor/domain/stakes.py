"""Who gains and who loses what, out of acts that come, go and change.

What would no longer be given is lost, and what would no longer be taken away is gained.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from provisor.domain.action import Action, Change, Operation
from provisor.domain.plan import PlannedAction
from provisor.domain.plan_difference import MEMBERS, Difference, Turn
from provisor.domain.schema import ObjectType
from provisor.domain.separating import rights_in

ACCOUNT: Final = "account"
GROUP: Final = "group"
MEMBERSHIP: Final = "membership"
VALUE: Final = "value"
RIGHT: Final = "right"

_GIVES: Final = frozenset({Operation.CREATE, Operation.ENABLE})
_TAKES: Final = frozenset({Operation.DISABLE, Operation.DELETE})


@dataclass(frozen=True, slots=True, order=True)
class Stake:
    """One thing that somebody gains or loses."""

    object_type: ObjectType
    key: str
    """Who: a source key; a native id for members whom nobody knows."""
    what: str
    """`account`, `group`, `membership`, `right` or `value`."""
    of: str
    """The group's key, the attribute's name, or a right's with its value; empty for an account."""
    how: str
    """The operation, `not` before it where it would no longer be done."""


@dataclass(frozen=True, slots=True)
class Stakes:
    """Everything that is gained and lost, in order."""

    gained: tuple[Stake, ...]
    lost: tuple[Stake, ...]


def counted(stakes: Iterable[Stake]) -> dict[str, int]:
    """Return how many of each kind of thing there are."""
    return dict(sorted(Counter(one.what for one in stakes).items()))


def stakes_of(found: Difference, keys: Mapping[str, str]) -> Stakes:
    """Return what people gain and lose by the difference between two plans.

    Args:
        found: from today's plan to the other one.
        keys: identity id to source key, to name the members of groups.
    """
    ups: list[Stake] = []
    downs: list[Stake] = []
    for one in found.came:
        ups += _given(one, keys, "")
        downs += _taken(one, keys, "")
    for one in found.went:
        ups += _taken(one, keys, "not ")
        downs += _given(one, keys, "not ")
    for turn in found.changed:
        more, less = _turned(turn, keys)
        ups += more
        downs += less
    return Stakes(tuple(sorted(ups)), tuple(sorted(downs)))


def stakes_of_plan(actions: Iterable[PlannedAction], keys: Mapping[str, str]) -> Stakes:
    """Return what people gain and lose by a plan itself."""
    return stakes_of(Difference(tuple(actions), (), (), 0), keys)


def _given(one: PlannedAction, keys: Mapping[str, str], sign: str) -> Iterator[Stake]:
    action = one.action
    if action.operation in _GIVES:
        yield _account(one, sign)
    if action.operation is Operation.GRANT:
        yield from _rights(one, sign)
    for member in action.adds:
        yield _member(one, _named(member, keys), f"{sign}join")


def _taken(one: PlannedAction, keys: Mapping[str, str], sign: str) -> Iterator[Stake]:
    action = one.action
    if action.operation in _TAKES:
        yield _account(one, sign)
    if action.operation is Operation.REVOKE:
        yield from _rights(one, sign)
    for member in (*(_named(member, keys) for member in action.removes), *action.outsiders):
        yield _member(one, member, f"{sign}leave")
    if action.operation is Operation.CLEAR:
        for change in action.changes:
            yield Stake(action.object_type, one.draft.key, VALUE, change.attribute, f"{sign}clear")


def _turned(turn: Turn, keys: Mapping[str, str]) -> tuple[list[Stake], list[Stake]]:
    """Return what a group's members gain and lose where two plans move others."""
    ups: list[Stake] = []
    downs: list[Stake] = []
    for facet in turn.facets:
        if facet.attribute != MEMBERS:
            continue
        (left, joined), (leaves, joins) = _ends(facet.was), _ends(facet.now)
        one = turn.now
        ups += [_member(one, _named(m, keys), "join") for m in joins - joined]
        ups += [_member(one, _named(m, keys), "not leave") for m in left - leaves]
        downs += [_member(one, _named(m, keys), "leave") for m in leaves - left]
        downs += [_member(one, _named(m, keys), "not join") for m in joined - joins]
    return ups, downs


def _ends(change: Change | None) -> tuple[frozenset[str], frozenset[str]]:
    """Return who leaves and who joins."""
    if change is None:
        return frozenset(), frozenset()
    sides = (change.before, change.after)
    leaving, joining = (
        frozenset(map(str, side)) if isinstance(side, tuple) else frozenset() for side in sides
    )
    return leaving, joining


def _account(one: PlannedAction, sign: str) -> Stake:
    action: Action = one.action
    how = f"{sign}{action.operation.value}"
    what = GROUP if action.object_type is ObjectType.GROUPS else ACCOUNT
    return Stake(action.object_type, one.draft.key, what, "", how)


def _rights(one: PlannedAction, sign: str) -> Iterator[Stake]:
    how = f"{sign}{one.action.operation.value}"
    for right in rights_in(one.action):
        of = f"{right.attribute} {right.value}"
        yield Stake(one.action.object_type, one.draft.key, RIGHT, of, how)


def _member(group: PlannedAction, member: str, how: str) -> Stake:
    return Stake(ObjectType.USERS, member, MEMBERSHIP, group.draft.key, how)


def _named(member: str, keys: Mapping[str, str]) -> str:
    return keys.get(member, member.removeprefix("new:"))

"""What planning leaves as the target has it: drift that somebody excepted, or nobody decided yet.

An exception is bound to what was seen when it was given. When the target moves on, it is drift
again, and the exception says nothing about it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set

from provisor.domain.action import Change
from provisor.domain.difference import same
from provisor.domain.drafting import Subject
from provisor.domain.membership import GroupChange, Pair
from provisor.domain.override import Override, OverrideKind
from provisor.domain.record import Values
from provisor.domain.rules import ObjectRules
from provisor.domain.schema import ObjectType

ACCOUNT = ""
"""The attribute of an exception that an account which others deleted stays away."""
EVERYTHING = "*"
"""The attribute of an exception that nothing of an account is changed."""
MEMBER = "member"
"""The attribute of an exception about one membership of a group; its value is the identity."""

Overrides = Mapping[tuple[ObjectType, str], tuple[Override, ...]]


def exceptions_in(overrides: Iterable[Override]) -> tuple[Override, ...]:
    """Return the exceptions among some overrides."""
    return tuple(one for one in overrides if one.kind is OverrideKind.EXCEPT)


def excepts_all_of(overrides: Iterable[Override], attribute: str) -> bool:
    """Say whether an exception names all of an account (`ACCOUNT` or `EVERYTHING`)."""
    return any(one.attribute == attribute for one in exceptions_in(overrides))


def excepts_value(
    overrides: Iterable[Override], attribute: str, present: Values, rules: ObjectRules
) -> bool:
    """Say whether the value that an account holds in an attribute is excepted."""
    known = rules.schema.attribute(attribute)
    return any(
        one.attribute == attribute and same(one.value, present.get(attribute), known)
        for one in exceptions_in(overrides)
    )


def without_excepted(
    changes: Iterable[Change], present: Values, overrides: Iterable[Override], rules: ObjectRules
) -> tuple[Change, ...]:
    """Return the changes less those of values that are excepted."""
    given = exceptions_in(overrides)
    if not given:
        return tuple(changes)
    return tuple(one for one in changes if not excepts_value(given, one.attribute, present, rules))


def without_excepted_values(
    wanted: Values, present: Values, overrides: Iterable[Override], rules: ObjectRules
) -> Values:
    """Return wanted values less those of attributes whose present value is excepted."""
    given = exceptions_in(overrides)
    if not given:
        return wanted
    return {
        name: value
        for name, value in wanted.items()
        if not excepts_value(given, name, present, rules)
    }


def without_excepted_members(
    changes: Mapping[str, GroupChange],
    groups: Mapping[str, Subject],
    overrides: Overrides,
    spoken: Set[Pair] = frozenset(),
) -> dict[str, GroupChange]:
    """Return the membership changes less those of memberships that are excepted.

    Args:
        changes: by identity of the group.
        groups: subjects by identity, of all groups that change.
        overrides: by object.
        spoken: memberships that somebody gave or took by name, which no exception holds back.
    """
    kept: dict[str, GroupChange] = {}
    for identity, change in changes.items():
        given = exceptions_in(overrides.get((ObjectType.GROUPS, groups[identity].key), ()))
        members = {
            one.value
            for one in given
            if one.attribute == MEMBER and (identity, one.value) not in spoken
        }
        left = change.without(members) if members else change
        if not left.is_empty:
            kept[identity] = left
    return kept

"""How long rights last: from when we gave one to the day on which it is taken back by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from provisor.domain.entitlement import GROUP, Catalogue, longest
from provisor.domain.holding import GrantedValue, Held
from provisor.domain.override import Override, OverrideKind
from provisor.domain.reference import texts_of
from provisor.domain.schema import ObjectType

ENDED: Final = "term:"
"""What the id of an override begins with that nobody gave: the time of a right has ended."""
ENDING_DAYS: Final = 7
"""So many days before its end people are reminded of a right."""

Overrides = Mapping[tuple[ObjectType, str], tuple[Override, ...]]


@dataclass(frozen=True, slots=True)
class Terms:
    """The rights of a target that do not last for ever."""

    ended: Mapping[Held, datetime] = field(default_factory=dict)
    """What was over, and when; it is given again by a decision only."""
    running: Mapping[Held, datetime] = field(default_factory=dict)
    """What goes on, and until when."""


NO_TERMS: Final = Terms()


def has_terms(catalogue: Catalogue) -> bool:
    """Say whether any right of a target ends by itself."""
    return bool(longest(catalogue.entries))


def shortest_by_attribute(catalogue: Catalogue) -> dict[str, int]:
    """Return after how many days the first right of each kind ends, where any does."""
    found: dict[str, int] = {}
    for one in longest(catalogue.entries):
        days = one.longest_days
        if days is not None:
            found[one.attribute] = min(days, found.get(one.attribute, days))
    return found


def end_of(one: GrantedValue, catalogue: Catalogue) -> datetime | None:
    """Return when a right ends that we gave; None for one that lasts.

    Of a membership `value` is the group's source key, and `kept` its name.
    """
    named = one.kept if one.attribute == GROUP else one.value
    entry = catalogue.of(one.attribute, named)
    if entry is None or entry.longest_days is None:
        return None
    return one.since + timedelta(days=entry.longest_days)


def terms_at(
    now: datetime,
    catalogue: Catalogue,
    granted: Iterable[GrantedValue],
    ended: Mapping[Held, datetime],
) -> Terms:
    """Return which rights are over at a moment, and which go on.

    Args:
        now: the moment.
        catalogue: of the target.
        granted: what we gave there.
        ended: what was over before.
    """
    over, running = dict(ended), dict[Held, datetime]()
    for one in granted:
        end = end_of(one, catalogue)
        held = Held(one.identity, one.attribute, one.value)
        if end is not None and end <= now:
            over.setdefault(held, end)
        elif end is not None and held not in over:
            running[held] = end
    return Terms(over, running)


def is_prolonged(held: Held, given: Iterable[Override]) -> bool:
    """Say whether people decided that somebody has a right, whatever its time."""
    return any(
        one.kind is OverrideKind.GRANT
        and one.attribute == held.attribute
        and held.value.lower() in {text.lower() for text in texts_of(one.value)}
        for one in given
    )


def with_ended(
    overrides: Overrides, terms: Terms, keys: Mapping[str, str], job: str
) -> dict[tuple[ObjectType, str], tuple[Override, ...]]:
    """Return the overrides with a word for every right whose time ended, unless it is prolonged.

    Args:
        overrides: in force.
        terms: of the target.
        keys: identity to source key of people with an account.
        job: whose plan it is.
    """
    found = dict(overrides)
    for held, end in sorted(terms.ended.items()):
        if held.identity not in keys:
            continue
        place = (ObjectType.USERS, keys[held.identity])
        given = overrides.get(place, ())
        if not is_prolonged(held, given):
            found[place] = (*found.get(place, ()), _over(held, end, place[1], job))
    return found


def _over(held: Held, end: datetime, key: str, job: str) -> Override:
    return Override(
        id=f"{ENDED}{end:%Y-%m-%d}",
        kind=OverrideKind.REVOKE,
        job=job,
        object_type=ObjectType.USERS,
        key=key,
        attribute=held.attribute,
        value=held.value,
        reason="its longest time ended; it is given again by a decision only",
        author="catalogue",
        approver="",
        created_at=end,
        expires_at=None,
    )

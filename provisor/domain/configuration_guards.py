"""Which settings are guards, and which way each of them becomes looser."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from math import inf
from typing import Final

from provisor.domain.bounds import DEFAULT_LIMITS, Limit
from provisor.domain.canonical import Json

NOTHING: Final = "\0"
"""Stands for a setting that is not there."""


class Weight(StrEnum):
    """What a change does to a guard."""

    PLAIN = "plain"
    """It is no guard."""
    LOOSER = "looser"
    """More may happen without a word than before: a bound raised, a guard switched off."""
    TIGHTER = "tighter"
    GUARD = "guard"
    """A guard is another one; whether it is looser, only a reader can tell."""


# Numbers by which a guard loosens when they grow, and when they shrink.
_UP: Final = re.compile(
    r"jobs\..+?\.((?:users\.|groups\.)?limits\..*(count|percent|minimum_base|two_approvers_above)"
    r"|urgent\.count|guard\.\w+|cycle\.full_every_hours)|approvals\.\w*expiry_hours"
    r"|revisions\.expiry_hours"
)
_DOWN: Final = re.compile(
    r"jobs\..+?\.(absence\.hours|reserve_names_years|\w+\.on_leave\.\w*days\w*)"
)
_KEPT: Final = re.compile(
    r"jobs\..+?\.(limits\..*(month|by)|(users|groups)\.limits|canaries|privileged)|accounts\."
)
"""Guards by being there."""
_ORDERS: Final[Sequence[tuple[re.Pattern[str], tuple[Json, ...], Json]]] = (
    (re.compile(r"jobs\..+?\.allow_empty"), (False, True), False),
    (re.compile(r"jobs\..+?\.on_partial"), ("refuse", "presence"), "refuse"),
    (re.compile(r"jobs\..+?\.verify"), ("all", "sample", "answer"), "sample"),
    (re.compile(r"jobs\..+?\.anchor_policy"), ("ours", "keep_foreign"), "ours"),
    (
        re.compile(r"jobs\..+?\.groups\.memberships"),
        ("add_only", "ours", "authoritative"),
        NOTHING,
    ),
    (re.compile(r"jobs\..+?\.\w+\.on_leave\.disable"), ("never", "now"), NOTHING),
    (re.compile(r"approvals\.four_eyes"), (True, False), True),
    (re.compile(r"identity\.mode"), ("os", "asserted"), "os"),
    (re.compile(r"revisions\.run"), ("active", "any"), "any"),
)
"""Choices from the tightest to the loosest, with what leaving them out means."""

_FIRST_DEFAULTS: Final = Limit()


def weight_of(place: str, was: Json, now: Json) -> Weight:
    """Return what a change of one setting does to a guard.

    Example:
        >>> weight_of("jobs.hr.limits.disable.count", 25, 50).value
        'looser'
        >>> weight_of("jobs.hr.limits.disable.count", 25, None).value
        'looser'
        >>> weight_of("jobs.hr.users.attributes.title.expression", "a", "b").value
        'plain'
    """
    for pattern, order, unset in _ORDERS:
        if pattern.fullmatch(place):
            return _ordered(
                order, unset if was == NOTHING else was, unset if now == NOTHING else now
            )
    if _DOWN.fullmatch(place):
        return _compared(_number(now), _number(was))
    if _UP.fullmatch(place) and not isinstance(was, Mapping) and not isinstance(now, Mapping):
        return _compared(_number(was), _number(now))
    if _KEPT.match(place):
        if now == NOTHING:
            return Weight.LOOSER
        return Weight.TIGHTER if was == NOTHING else Weight.GUARD
    return Weight.PLAIN


def _ordered(order: tuple[Json, ...], was: Json, now: Json) -> Weight:
    if was in order and now in order:
        return _compared(order.index(was), order.index(now))
    return Weight.GUARD


def _compared(was: float, now: float) -> Weight:
    if was == now:
        return Weight.GUARD
    return Weight.LOOSER if now > was else Weight.TIGHTER


def _number(value: Json) -> float:
    """A bound that is not there binds nothing, a wait that is not there never ends."""
    return value if isinstance(value, int) and not isinstance(value, bool) else inf


def whole_rules(rules: Mapping[str, Json]) -> dict[str, Json]:
    """Return a job's rules with every limit written out that holds by default."""
    written = rules.get("limits")
    limits = written if isinstance(written, Mapping) else {}
    if not limits:
        return dict(rules)
    names = sorted({*DEFAULT_LIMITS, *limits})
    return {**rules, "limits": {name: _whole(name, limits.get(name)) for name in names}}


def _whole(name: str, written: Json) -> dict[str, Json]:
    default = DEFAULT_LIMITS.get(name, _FIRST_DEFAULTS)
    own = dict(written) if isinstance(written, Mapping) else _body(default)
    if default.month is not None:
        own.setdefault("month", _body(default.month))
    if default.two_above is not None:
        own.setdefault("two_above", default.two_above)
    return own


def _body(limit: Limit) -> dict[str, Json]:
    return {"count": limit.count, "percent": limit.percent, "base": limit.minimum_base}

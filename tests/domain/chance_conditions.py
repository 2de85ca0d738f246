"""Conditions by chance: every operator, references, groups, and what goes around them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, tzinfo
from typing import TypeVar
from zoneinfo import ZoneInfo

from provisor.domain.clause import (
    CASED,
    OF_BOUNDS,
    OF_GROUPS,
    OF_LISTS,
    OF_NUMBERS,
    OF_PATTERNS,
    OF_TIMES,
    WITHOUT_VALUE,
    Belonging,
    Case,
    Circle,
    Clause,
    Leaf,
    Operator,
    Quantifier,
    Step,
)
from provisor.domain.record import Value
from provisor.domain.schema import ObjectType
from provisor.domain.scope import AllOf, AnyOf, Condition, Not, Titled

T = TypeVar("T")
ZONES: tuple[tzinfo, ...] = (UTC, ZoneInfo("Europe/Berlin"), ZoneInfo("Pacific/Kiritimati"))
VALUES: tuple[tuple[str, str], ...] = (
    ("status", "active"), ("status", "terminated"), ("end_date", "2031-01-02"), ("level", "2"),
    ("tags", "left"), ("active", "True"), ("note", "a"), ("title", "Clerk"), ("nothing", "x"),
    ("given", "[nN]+"), ("mail", "@x.org"), ("title", "CLERKS"), ("given", "å"), ("tags", "a"),
)  # fmt: skip
LISTS = (("active", "paused"), ("Clerk", "Officer"), ("anna", "ßS", "åSA"), ("2", "3"))
PATTERNS = (".*@x.org", "[nN][0-9]+", "n", "(?<first>a|b).*", "[A-Z].+")
BOUNDS = ("today", "now", "+14 days", "-2 weeks", "2031-04-07", "2031-04-07T12:00:00Z", "tomorrow")
WINDOWS = ("14 days", "last 14 days", "-1 month", "36 hours", "next 1 year")
AGES = ("1 day", "3 months", "12 hours")
TIMES: tuple[Value, ...] = (
    None, "2031-04-07", "2031-04-08", "2031-04-06", "2031-04-20", "2031-04-07T11:59:59Z",
    "2031-04-07T23:30:00+00:00", "2031-04-07 13:00", "20310407", "9999-12-31", "0001-01-01",
)  # fmt: skip
UNREADABLE: tuple[Value, ...] = ("07.04.2031", "soon", 7, True, ("2031-04-07", ""), "2031-02-30")
STRAYS: tuple[Value, ...] = (("E0", "E1"), ("G0", "E9"), (), "nobody", 7)
WAYS = (
    (Step("manager", ObjectType.USERS),),
    (Step("manager", ObjectType.USERS), Step("manager", ObjectType.USERS)),
    (Step("manager", ObjectType.GROUPS),),
    (Step("manager", ObjectType.GROUPS), Step("manager", ObjectType.USERS)),
)
CIRCLES = (
    Circle("G0"), Circle("g0"), Circle("G1", transitive=True), Circle("E1", transitive=True),
    Circle("G0", transitive=True), Circle("Staff 1", "name"), Circle("staff 2", "name", True),
    Circle("a", "tags"), Circle("G9"), Circle("Clerk", "title", True),
)  # fmt: skip


def chance_leaf(chance: random.Random) -> Leaf:
    """Make up a clause that a configuration could hold."""
    one = _Chooser(chance)
    operator = one.of(list(Operator))
    if operator in OF_GROUPS:
        return Belonging(one.of(CIRCLES), operator)
    attribute, value = one.of(VALUES)
    if operator in OF_TIMES:
        attribute = one.of(("start", "start", "end_date"))
        value = one.of(BOUNDS if operator in OF_BOUNDS else WINDOWS)
    if operator is Operator.OLDER_THAN:
        value = one.of(AGES)
    if operator in OF_NUMBERS:
        attribute, value = one.of(("level", "level", "note")), one.of(("2", "-1", "007"))
    if operator in OF_PATTERNS:
        attribute, value = one.of(("mail", "login", "tags")), one.of(PATTERNS)
    return Clause(
        attribute,
        operator,
        "" if operator in WITHOUT_VALUE | OF_LISTS else value,
        one.of(LISTS) if operator in OF_LISTS else (),
        case=one.of(list(Case)) if operator in CASED else Case.EXACT,
        quantifier=one.of(list(Quantifier)),
        anchored=one.of((True, False)) if operator in OF_PATTERNS else True,
        steps=one.of(WAYS) if one.often(0.25) else (),
    )


def chance_condition(chance: random.Random, leaf: Leaf) -> Condition:
    """Put a clause by itself or among others."""
    one = _Chooser(chance)
    if one.often(0.5):
        return leaf
    parts = tuple(chance_condition(chance, chance_leaf(chance)) for _ in range(chance.randrange(2)))
    parts = tuple(one.shuffled([*parts, leaf])) if one.often(0.9) else parts
    group: Condition = AllOf(parts) if one.often(0.5) else AnyOf(parts)
    if one.often(0.2):
        return Not(group)
    return Titled("by chance", group) if one.often(0.1) else group


def referred(chance: random.Random, wildness: float) -> Value:
    """Make up the key of somebody else, of several, or of nobody."""
    one = _Chooser(chance)
    keys: tuple[Value, ...] = tuple(f"{letter}{n}" for letter in "EeG" for n in range(4))
    if one.often(wildness):
        return one.of(STRAYS)
    return one.of((*keys, None, None, ""))


def when(chance: random.Random, wildness: float) -> Value:
    """Make up a date or a time, readable or not."""
    one = _Chooser(chance)
    return one.of(UNREADABLE if one.often(wildness) else TIMES)


class _Chooser:
    def __init__(self, chance: random.Random) -> None:
        self._random = chance

    def often(self, share: float) -> bool:
        return self._random.random() < share

    def of(self, choices: Sequence[T]) -> T:
        return self._random.choice(choices)

    def shuffled(self, items: list[T]) -> list[T]:
        self._random.shuffle(items)
        return items

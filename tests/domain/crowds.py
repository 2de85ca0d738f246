"""Brown fields by chance: people and accounts that share few values, so that all is in doubt."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

from provisor.domain.expressions import Node, parse
from provisor.domain.flow import AttributeMapping
from provisor.domain.link import Link
from provisor.domain.override import NEW_ACCOUNT, Override, OverrideKind
from provisor.domain.record import Value
from provisor.domain.rules import AnchorPolicy, Case, JobRules, MatchRule, MatchTerm, ObjectRules
from provisor.domain.schema import Attribute, AttributeType, ObjectSchema, ObjectType, Switch
from provisor.domain.scope import Clause, Operator
from tests.domain.chance import ChanceWorld, Row
from tests.domain.worlds import NOON

USERS = ObjectType.USERS
T = TypeVar("T")

NUMBERS: tuple[Value, ...] = ("7", "8", "9", None)
NAMES: tuple[Value, ...] = ("Smith", "smith", "Black", "O'Brien (2)*\\", None, "")
PHONES: tuple[Value, ...] = ("11", "12", ("11",), ("11", "12"), None)
PAIRS = (
    ("number", NUMBERS),
    ("surname", NAMES),
    ("phone", PHONES),
    ("country", ("DE", "FR", None)),
)
ATTRIBUTES = tuple(name for name, _ in PAIRS)
SCHEMA = ObjectSchema(
    USERS,
    (
        Attribute("externalId", case_exact=True, identity_key=True),
        Attribute("userName", unique=True),
        *(Attribute(name, case_exact=name == "number") for name in ATTRIBUTES),
        Attribute("active", AttributeType.BOOLEAN),
    ),
    key="id",
    anchor="externalId",
    name="userName",
    switch=Switch("active", on=True, off=False),
)


def crowd(seed: int, people: int, accounts: int) -> ChanceWorld:
    """Make up a brown field; the same arguments make the same one."""
    chance = random.Random(seed)
    world = ChanceWorld(JobRules("hr-to-app", "hr", "app", "0" * 64, {USERS: _rules(chance)}))
    rows = [_person(chance, f"E{number}") for number in range(people)]
    held = [_account(chance, number, people) for number in range(accounts)]
    natives = [f"a{number}" for number in range(accounts)]
    world.rows = {("source", USERS): rows, ("target", USERS): held}
    owners = chance.sample(range(people), min(people, accounts, chance.randrange(3)))
    world.links[USERS] = [
        Link(f"new-E{owner}", USERS, f"E{owner}", native, None)
        for owner, native in zip(owners, natives, strict=False)
    ]
    world.absences[USERS] = {}
    for number in range(people):
        if chance.random() < 0.4:
            said = [_word(chance, f"E{number}", [*natives, "a99"]) for _ in range(2)]
            world.overrides[USERS, f"E{number}"] = tuple(said[: chance.randint(1, 2)])
    return world


def _rules(chance: random.Random) -> ObjectRules:
    mappings = [AttributeMapping(name, parse(f"[{name}]"), f"[{name}]") for name in ATTRIBUTES]
    if chance.random() < 0.7:
        mappings.append(AttributeMapping("externalId", parse("[employee_id]"), "[employee_id]"))
    return ObjectRules(
        USERS,
        "employee_id",
        SCHEMA,
        tuple(mappings),
        tuple(_rule(chance) for _ in range(chance.randint(1, 4))),
        leaver=Clause("status", Operator.EQUALS, "terminated"),
        anchor_policy=chance.choice(list(AnchorPolicy)),
    )


def _rule(chance: random.Random) -> MatchRule:
    names = chance.sample(ATTRIBUTES, _one(chance, (1, 1, 2)))
    first, *also = [MatchTerm(name, _own(chance, name), _case(chance)) for name in names]
    decides = chance.random() < 0.4
    return MatchRule(first.attribute, decides, first.expression, first.case, tuple(also))


def _own(chance: random.Random, name: str) -> Node | None:
    return parse(f"Trim([{name}])") if name != "phone" and chance.random() < 0.3 else None


def _case(chance: random.Random) -> Case:
    return _one(chance, (Case.SCHEMA, Case.SCHEMA, Case.EXACT, Case.IGNORE))


def _person(chance: random.Random, key: str) -> Row:
    row: Row = {"employee_id": key, "status": _one(chance, ("active",) * 4 + ("terminated",))}
    return row | {name: _one(chance, values) for name, values in PAIRS}


def _account(chance: random.Random, number: int, people: int) -> Row:
    row: Row = {"id": f"a{number}", "userName": f"n{number}", "active": True}
    row |= {name: _one(chance, values) for name, values in PAIRS if chance.random() < 0.7}
    key = f"E{chance.randrange(people + 2)}"
    row["externalId"] = _one(chance, (None, None, None, "", key, f"new-{key}", "foreign"))
    return row


def _word(chance: random.Random, key: str, natives: Sequence[str]) -> Override:
    kind = _one(chance, (OverrideKind.LINK, OverrideKind.UNLINK))
    new = kind is OverrideKind.LINK and chance.random() < 0.3
    value = NEW_ACCOUNT if new else _one(chance, natives)
    job = _one(chance, ("", "hr-to-app"))
    return Override(
        f"o-{key}-{kind.value}", kind, job, USERS, key, "", value, "r", "a", "b", NOON, None
    )


def _one(chance: random.Random, choices: Sequence[T]) -> T:
    return chance.choice(choices)

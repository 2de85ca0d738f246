"""Values of another job by chance: confirmed, empty, awaited; and jobs that only add attributes."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

from provisor.domain.expressions import parse
from provisor.domain.flow import AttributeMapping
from provisor.domain.leaving import OnLeave
from provisor.domain.reference import Lack
from provisor.domain.rules import Lifecycle, MatchRule, ObjectRules, sign_of
from provisor.domain.schema import ObjectType

if TYPE_CHECKING:
    from tests.domain.chance import ChanceWorld

NAMES = ("first.mail", "second.login")
TEXTS = ("[first.mail]", "ToLower([first.mail])", 'Coalesce([second.login], "none")', "")
SIGNS = (None, None, "", *(one.value for one in (Lack.UNMADE, Lack.UNSETTLED, Lack.UNREAD)))


def borrow(world: ChanceWorld, chance: random.Random) -> None:
    """Let some mappings of a world read what other jobs write, and some jobs make no account."""
    found = dict(world.rules.objects)
    for kind, rules in world.rules.objects.items():
        found[kind] = _with_loans(rules, chance) if chance.random() < 0.35 else rules
        if chance.random() < 0.15:
            found[kind] = _without_lifecycle(found[kind], chance)
        if found[kind].borrows:
            for row in world.rows["source", kind]:
                for name in found[kind].borrows:
                    if chance.random() < 0.8:
                        row[name] = chance.choice(("Anna", "n7@x.org", "", None))
                    row[sign_of(name)] = chance.choice((*SIGNS, None, None, None))
    world.rules = replace(world.rules, objects=found)


def _with_loans(rules: ObjectRules, chance: random.Random) -> ObjectRules:
    mappings = []
    for mapping in rules.mappings:
        text = chance.choice(TEXTS)
        if chance.random() < 0.3 and mapping.reference is None:
            written: AttributeMapping = mapping
            if text and not rules.is_secret(mapping.attribute):
                written = replace(mapping, expression=parse(text), text=text)
            names = tuple(sorted(chance.sample(NAMES, chance.choice((1, 1, 2)))))
            mappings.append(replace(written, borrows=names))
        else:
            mappings.append(mapping)
    match = rules.match
    if chance.random() < 0.2 and rules.object_type is ObjectType.USERS:
        match = (*match, MatchRule("mail", decides=True, expression=parse("[first.mail]")))
    borrowed = {name for mapping in mappings for name in mapping.borrows}
    borrowed |= {"first.mail"} if match != rules.match else set()
    return replace(rules, mappings=tuple(mappings), match=match, borrows=tuple(sorted(borrowed)))


def _without_lifecycle(rules: ObjectRules, chance: random.Random) -> ObjectRules:
    rules = replace(rules, lifecycle=Lifecycle.NONE)
    if chance.random() < 0.3:
        return rules
    schema = replace(rules.schema, anchor="", switch=None)
    return replace(rules, schema=schema, on_leave=OnLeave(disable=False))

"""References by chance: who names whom at the source, and what accounts show of it."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from provisor.domain.expressions import parse
from provisor.domain.flow import AttributeMapping, WhenEmpty
from provisor.domain.link import Link
from provisor.domain.override import Override, OverrideKind
from provisor.domain.record import ABSENT, Value, as_text
from provisor.domain.reference import Reference
from provisor.domain.rules import ObjectRules
from provisor.domain.schema import Attribute, AttributeType, ObjectType
from tests.domain.worlds import NOON

if TYPE_CHECKING:
    from tests.domain.chance import ChanceWorld

USERS, GROUPS = ObjectType.USERS, ObjectType.GROUPS
T = TypeVar("T")
Row = dict[str, Value]

TEXTS: dict[str, tuple[str, ...]] = {
    "boss": (
        "[boss]", "[boss]", "[boss]", "Trim([boss])", "[peers]", 'IIF([note] = "x", "", [boss])',
        'IIF([note] = "drop", IgnoreAttributeFlow, [boss])', "IgnoreFlowIfNullOrEmpty([boss])",
    ),
    "peers": ("[peers]", "[peers]", 'Split([crew], ",")', "[boss]"),
    "team": ("[team]", "[team]"),
    "aka": ("[peers]", "[boss]", 'IIF([note] = "x", [peers], [boss])'),
}  # fmt: skip
KINDS = (AttributeType.REFERENCE, AttributeType.REFERENCE, AttributeType.INTEGER)


def refer(world: ChanceWorld, chance: random.Random) -> None:
    """Let the objects of a world refer to each other; some worlds stay without."""
    maker = _Maker(chance, world)
    if maker.often(0.25):
        return
    objects = {kind: maker.rules(rules) for kind, rules in world.rules.objects.items()}
    world.rules = replace(world.rules, objects=objects)
    for kind, rules in objects.items():
        maker.tell(kind, rules)


class _Maker:
    def __init__(self, chance: random.Random, world: ChanceWorld) -> None:
        self.random = chance
        self.world = world
        self.keys = {kind: self._keys(kind) for kind in world.rules.objects}
        self.natives = {kind: self._natives(kind) for kind in world.rules.objects}

    def often(self, share: float) -> bool:
        return self.random.random() < share

    def one(self, choices: Sequence[T]) -> T:
        return self.random.choice(choices)

    def _keys(self, kind: ObjectType) -> list[str]:
        key = self.world.rules.objects[kind].key
        rows = self.world.rows["source", kind]
        found = {as_text(row.get(key)) for row in rows} | {
            one.key for one in self.world.links[kind]
        }
        return sorted(found)

    def _natives(self, kind: ObjectType) -> list[str]:
        return sorted({as_text(row.get("id")) for row in self.world.rows["target", kind]})

    # --- rules --------------------------------------------------------------------------------

    def rules(self, rules: ObjectRules) -> ObjectRules:
        names = list(TEXTS) if rules.object_type is USERS else ["boss", "peers"]
        mappings = tuple(self.mapping(name) for name in names if self.often(0.6))
        fields = (
            Attribute(
                "boss", self.one(KINDS), case_exact=self.often(0.5), required=self.often(0.1)
            ),
            Attribute("peers", AttributeType.REFERENCE, multi=True, case_exact=self.often(0.5)),
            Attribute("team", AttributeType.REFERENCE),
        )
        schema = replace(rules.schema, attributes=(*rules.schema.attributes, *fields))
        return replace(rules, schema=schema, mappings=(*rules.mappings, *mappings))

    def mapping(self, name: str) -> AttributeMapping:
        text = self.one(TEXTS[name])
        leads_to = GROUPS if name == "team" and GROUPS in self.keys else USERS
        policies = (WhenEmpty.KEEP, WhenEmpty.CLEAR, WhenEmpty.DEFAULT_ALWAYS)
        return AttributeMapping(
            name,
            parse(text),
            text,
            self.one(["E1", ""]) if self.often(0.1) else ABSENT,
            when_empty=self.one(policies) if self.often(0.3) else None,
            redacted=self.often(0.05),
            reference=Reference(leads_to, self.one(["", "", "", "login", "tags"])),
        )

    # --- rows ---------------------------------------------------------------------------------

    def tell(self, kind: ObjectType, rules: ObjectRules) -> None:
        for row in self.world.rows["source", kind]:
            row["boss"] = self.named(USERS)
            row["team"] = self.named(GROUPS if GROUPS in self.keys else USERS)
            several = tuple(as_text(self.named(USERS)) for _ in range(self.random.randrange(4)))
            row["peers"] = self.one((several, several, several, None, ("",), "E1"))
            row["crew"] = ",".join(several)
            for name in ("boss", "peers"):
                if self.often(0.05):
                    del row[name]
        owners = {link.native_id: link for link in self.world.links[kind]}
        told = {as_text(row.get(rules.key)): row for row in self.world.rows["source", kind]}
        for account in self.world.rows["target", kind]:
            link = owners.get(as_text(account.get("id")))
            row = told.get(link.key, {}) if link is not None else {}
            for mapping in rules.references:
                self.show(account, mapping, row)
        for place, link in enumerate(self.world.links[kind]):
            self.world.links[kind][place] = self.remembered(link, rules)
        self.overrule(kind, rules)

    def named(self, kind: ObjectType) -> Value:
        if self.often(0.15):
            return self.one((None, None, "", "E99", 7, " ", f"native:a{self.random.randrange(4)}"))
        if self.often(0.15):
            return self.one(("n1", "N2", "n3", "a", "left"))
        return self.one(self.keys[kind] or ["E1"])

    def show(self, account: Row, mapping: AttributeMapping, row: Row) -> None:
        """Let an account show nearly what it should."""
        source = {"boss": "boss", "peers": "peers", "team": "team"}.get(mapping.attribute, "boss")
        value = row.get(source)
        kind = mapping.reference.leads_to if mapping.reference is not None else USERS
        natives = [self.native(kind, as_text(one)) for one in _each(value)]
        if self.often(0.25):
            natives = [self.one([*self.natives[kind], "x9"]) for _ in range(self.one((0, 1, 2)))]
        known = tuple(native for native in natives if native)
        if mapping.attribute in ("peers", "aka") and self.often(0.9):
            account[mapping.attribute] = known
        elif known:
            account[mapping.attribute] = known[0]
        elif self.often(0.5):
            account[mapping.attribute] = self.one((None, "", ()))

    def native(self, kind: ObjectType, key: str) -> str:
        found = [link.native_id for link in self.world.links[kind] if link.key == key]
        return found[-1] if found else ""

    def remembered(self, link: Link, rules: ObjectRules) -> Link:
        """Let a target have made another form of a reference."""
        accepted = dict(link.accepted)
        accounts: Mapping[str, Row] = {
            as_text(row.get("id")): row for row in self.world.rows["target", rules.object_type]
        }
        account = accounts.get(link.native_id, {})
        for mapping in rules.references:
            if self.often(0.2):
                owner = self.one(self.world.links[USERS] or [link])
                sent: Value = owner.identity if self.often(0.5) else (owner.identity,)
                if self.often(0.6):
                    account[mapping.attribute] = "x9"
                accepted[mapping.attribute] = (sent, account.get(mapping.attribute))
        return replace(link, accepted=dict(sorted(accepted.items())))

    def overrule(self, kind: ObjectType, rules: ObjectRules) -> None:
        for key in self.keys[kind]:
            if not rules.references or not self.often(0.08):
                continue
            name = self.one(rules.references).attribute
            pin = self.often(0.6)
            value = self.named(USERS) if pin else self.one([*self.natives[kind], None, "x9"])
            word = OverrideKind.PIN if pin else OverrideKind.EXCEPT
            own = Override(
                f"o-ref-{word.value}", word, "", kind, key, name, value,
                "reason", "author", "approver", NOON, None,
            )  # fmt: skip
            known = self.world.overrides.get((kind, key), ())
            self.world.overrides[kind, key] = (*known, own)


def _each(value: Value) -> tuple[Value, ...]:
    return value if isinstance(value, tuple) else (value,)

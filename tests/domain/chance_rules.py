"""Rules by chance: every kind of mapping, condition, match rule and target."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

from provisor.domain.expressions import candidates, parse
from provisor.domain.record import ABSENT, Value
from provisor.domain.rules import (
    AnchorPolicy,
    Apply,
    AttributeMapping,
    Case,
    JobRules,
    MatchRule,
    MatchTerm,
    ObjectRules,
    OnLeave,
    OwnerMode,
)
from provisor.domain.schema import Attribute, AttributeType, ObjectSchema, ObjectType, Switch
from provisor.domain.scope import WITHOUT_VALUE, AllOf, AnyOf, Clause, Condition, Operator

MAPPINGS: dict[str, tuple[str, ...]] = {
    "externalId": (
        "[employee_id]", "[employee_id]", "ToLower([employee_id])", "[note]",
        'IIF([note] = "x", IgnoreAttributeFlow, [employee_id])',
    ),
    "userName": (
        "ToLower([login])", "SelectUniqueValue(ToLower([login]))", "[login]",
        'SelectUniqueValue(ToLower([login]), Join(".", [given], [surname]))', "Left([login], 3)",
    ),
    "mail": (
        "[mail]", "ToLower([mail])", '[login] & "@x.org"', 'Join("@", [login], "x.org")',
        "IIF(IsNullOrEmpty([mail]), IgnoreAttributeFlow, [mail])",
    ),
    "displayName": (
        'Join(" ", [given], [surname])', 'NormalizeDiacritics(Join(" ", [given], [surname]))',
        "PCase([given])", "[given]",
    ),
    "title": (
        "[title]", 'Switch([title], [title], "Clerk", "Officer", "x", "")', "ToUpper([title])",
        'IIF([title] = "drop", IgnoreObjectFlow, [title])',
        'IIF([title] = "drop", IgnoreObjectFlow, [title])', "[tags]", "Left([title], [level])",
    ),
    "active": ("Not([IsSoftDeleted])", "Not([IsSoftDeleted])", "[active]", "IsPresent([login])"),
    "level": ("[level]", "Len([title])", '"12"'),
    "flag": ("[active]", "[status]", "[IsSoftDeleted]"),
    "roles": ("[tags]", 'Split([note], ",")', "[title]"),
    "extra": ("[tags]", "[level]", "[note]", "[active]", 'IIF([active] = "True", [tags], [note])'),
}  # fmt: skip
DEFAULTS: tuple[Value, ...] = ("Employee", "", "7", 7, True, "True", None, ("a", "b"))
CLAUSES: tuple[tuple[str, str], ...] = (
    ("status", "active"), ("status", "terminated"), ("end_date", "2031-01-02"), ("level", "2"),
    ("tags", "left"), ("active", "True"), ("note", "a"), ("title", ""), ("nothing", "x"),
    ("given", "[nN]+"), ("mail", "@x.org"),
)  # fmt: skip
PROTECTED: tuple[frozenset[str], ...] = (
    frozenset(),
    frozenset({"a1"}),
    frozenset({"n3", "åsa", "i̇", "a2"}),
)
SINGLE_RULES = ("externalId", "mail", "displayName", "title", "level", "active", "roles")
T = TypeVar("T")


def chance_rules(chance: random.Random, *, with_groups: object) -> JobRules:
    """Make up the rules of a job."""
    maker = _RuleMaker(chance)
    objects = {ObjectType.USERS: maker.users()}
    if with_groups:
        objects[ObjectType.GROUPS] = maker.groups()
    return JobRules(
        "hr-to-app",
        "hr",
        "app",
        "0" * 64,
        objects,
        memberships=maker.random.choice([None, OwnerMode.OURS, OwnerMode.OURS, OwnerMode.ADD_ONLY]),
        absence_hours=maker.random.choice([0, 24]),
        protected=maker.random.choice(
            [frozenset(), frozenset({"a1"}), frozenset({"n3", "åsa", "i̇", "a2"})]
        ),
    )


class _RuleMaker:
    def __init__(self, chance: random.Random) -> None:
        self.random = chance

    def often(self, share: float) -> bool:
        return self.random.random() < share

    def one(self, choices: Sequence[T]) -> T:
        return self.random.choice(choices)

    def users(self) -> ObjectRules:
        schema = self.schema()
        mappings = [self.mapping(name) for name in MAPPINGS if self.often(0.75)]
        self.random.shuffle(mappings)
        return ObjectRules(
            ObjectType.USERS,
            "employee_id",
            schema,
            tuple(mappings or [self.mapping("mail")]),
            tuple(self.match_rule() for _ in range(self.random.randrange(4))),
            scope=self.random.choice([None, self.clause(), self.condition()]),
            leaver=self.leaver(),
            on_leave=OnLeave(
                disable=self.often(0.85),
                delete_after_days=self.one([None, 0, 30]),
                date=self.one(["", "end_date"]),
            ),
            anchor_policy=self.one([AnchorPolicy.OURS, *AnchorPolicy]),
        )

    def groups(self) -> ObjectRules:
        schema = ObjectSchema(
            ObjectType.GROUPS,
            (Attribute("externalId", case_exact=True), Attribute("displayName", unique=True)),
            key="id",
            anchor=self.one(["externalId", "", "externalId"]),
            name="displayName",
        )
        mappings = (
            AttributeMapping("externalId", parse("[id]"), "[id]"),
            AttributeMapping("displayName", parse("[name]"), "[name]"),
        )
        return ObjectRules(
            ObjectType.GROUPS,
            "id",
            schema,
            mappings,
            (MatchRule("displayName", decides=self.often(0.8)),),
            anchor_policy=self.one(list(AnchorPolicy)),
            scope=Clause("status", Operator.NOT_EQUALS, "paused") if self.often(0.4) else None,
            on_leave=OnLeave(disable=self.often(0.5), delete_after_days=self.one([None, 30])),
        )

    def schema(self) -> ObjectSchema:
        exact = self.random.sample(["externalId", "userName", "mail", "title", "displayName"], 2)
        attributes = [
            Attribute(
                name,
                self.type_of(name),
                multi=name == "roles" or (name == "title" and self.often(0.1)),
                required=self.often(0.1),
                unique=name == "userName" or self.often(0.05),
                case_exact=name in exact,
                identity_key=self.often(0.2),
            )
            for name in MAPPINGS
            if name != "extra"
        ]
        switch = Switch("active", on=True, off=False)
        return ObjectSchema(
            ObjectType.USERS,
            tuple(attributes),
            open=True,
            key="id",
            anchor=self.one(["externalId", "externalId", "", "note"]),
            name=self.one(["userName", "userName", "displayName", ""]),
            switch=self.one([switch, switch, switch, None, Switch("title", "on", "x")]),
        )

    def type_of(self, name: str) -> AttributeType:
        kinds = {
            "active": AttributeType.BOOLEAN,
            "flag": AttributeType.BOOLEAN,
            "level": AttributeType.INTEGER,
        }
        return kinds.get(name, AttributeType.STRING)

    def mapping(self, name: str) -> AttributeMapping:
        text = self.random.choice(MAPPINGS[name])
        tree = parse(text)
        once = (bool(candidates(tree)) and self.often(0.8)) or self.often(0.08)
        default = self.random.choice(DEFAULTS) if self.often(0.12) else ABSENT
        apply = Apply.ON_CREATE if once else Apply.ALWAYS
        return AttributeMapping(name, tree, text, default, apply)

    def match_rule(self) -> MatchRule:
        decides = self.often(0.6)
        first, *also = [self.match_term() for _ in range(self.one([1, 1, 1, 2, 3]))]
        return MatchRule(first.attribute, decides, first.expression, first.case, tuple(also))

    def match_term(self) -> MatchTerm:
        case = self.one([Case.SCHEMA, Case.SCHEMA, Case.EXACT, Case.IGNORE])
        if self.often(0.25):
            text = self.random.choice(
                ['ToLower([login]) & "@x.org"', "[given]", "[tags]", "SelectUniqueValue([given])"]
            )
            attribute = self.random.choice(["mail", "userName", "externalId"])
            return MatchTerm(attribute, parse(text), case)
        return MatchTerm(self.random.choice(SINGLE_RULES), None, case)

    def leaver(self) -> Condition | None:
        plain = Clause("status", Operator.EQUALS, "terminated")
        return self.random.choice([None, plain, plain, plain, self.condition()])

    def condition(self) -> Condition:
        if self.often(0.5):
            return self.clause()
        parts = tuple(self.condition() for _ in range(self.random.randrange(3)))
        return AllOf(parts) if self.often(0.5) else AnyOf(parts)

    def clause(self) -> Clause:
        if self.often(0.6):
            return Clause("status", Operator.EQUALS, "active")
        attribute, value = self.random.choice(CLAUSES)
        operator = self.random.choice(list(Operator))
        return Clause(attribute, operator, "" if operator in WITHOUT_VALUE else value)

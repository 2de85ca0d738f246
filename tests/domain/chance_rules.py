"""Rules by chance: every kind of mapping, condition, match rule and target."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from provisor.domain.clause import Leaf
from provisor.domain.drawing import is_random
from provisor.domain.expressions import candidates, parse
from provisor.domain.flow import Apply, AttributeMapping, WhenEmpty
from provisor.domain.numbering import Compare, Numbering
from provisor.domain.record import ABSENT, Value
from provisor.domain.rules import (
    AnchorPolicy,
    Case,
    JobRules,
    MatchRule,
    MatchTerm,
    ObjectRules,
    OwnerMode,
)
from provisor.domain.schema import Attribute, AttributeType, ObjectSchema, ObjectType, Switch
from provisor.domain.scope import Clause, Condition, Operator
from tests.domain.chance_conditions import ZONES, chance_condition, chance_leaf
from tests.domain.chance_groups import chance_group_protection, chance_group_rules
from tests.domain.chance_leaving import (
    chance_policies,
    chance_protection,
    chance_return,
    chance_tenure,
)

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
        'Join("@", [login], DefaultDomain())',
    ),
    "displayName": (
        'Join(" ", [given], [surname])', 'NormalizeDiacritics(Join(" ", [given], [surname]))',
        "PCase([given])", "[given]", 'With($n, Trim([surname]), Join(", ", $n, [given]))',
    ),
    "title": (
        "[title]", 'Switch([title], [title], "Clerk", "Officer", "x", "")', "ToUpper([title])",
        'IIF([title] = "drop", IgnoreObjectFlow, [title])',
        'IIF([title] = "drop", IgnoreObjectFlow, [title])', "[tags]", "Left([title], [level])",
        'IIF([title] = "x", Error("no " & [title]), Redact([title]))',
        "IgnoreFlowIfNullOrEmpty([title])",
    ),
    "active": ("Not([IsSoftDeleted])", "Not([IsSoftDeleted])", "[active]", "IsPresent([login])"),
    "level": ("[level]", "Len([title])", '"12"'),
    "flag": ("[active]", "[status]", "[IsSoftDeleted]"),
    "roles": (
        "[tags]", 'Split([note], ",")', "[title]", "Select($r, [tags], ToUpper($r))",
        'Where($r, [tags], $r <> "a")',
    ),
    "code": (
        "Guid()", 'Join("-", [login], RandomString(4, 1, 0, 1, 1, ""))',
        "SelectUniqueValue(RandomNum(1, 3))",
    ),
    "password": ('RandomString(12, 2, 2, 2, 2, "")',),
    "extra": (
        "[tags]", "[level]", "[note]", "[active]", 'IIF([active] = "True", [tags], [note])',
        'FormatDateTime(Now(), , "M/d/yyyy h:mm:ss tt", "yyyy-MM-dd")',
    ),
}  # fmt: skip
DEFAULTS: tuple[Value, ...] = ("Employee", "", "7", 7, True, "True", None, ("a", "b"))
NUMBERED = ("userName", "mail", "displayName", "title")
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
        memberships=maker.random.choice([None, OwnerMode.OURS, *OwnerMode]),
        groups=chance_group_rules(chance, maker.condition),
        absence_hours=maker.random.choice([0, 24]),
        zone=maker.one(ZONES),
        default_domain=maker.one(["", "x.org"]),
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
            on_leave=chance_policies(self.random, self.leaving_mapping),
            on_return=chance_return(self.random),
            tenure=chance_tenure(self.random),
            protection=chance_protection(self.random, self.clause),
            anchor_policy=self.one([AnchorPolicy.OURS, *AnchorPolicy]),
            default_domain=self.one(["", "x.org"]),
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
            scope=self.one([None, Clause("status", Operator.NOT_EQUALS, "paused"), self.clause()]),
            on_leave=chance_policies(self.random, lambda: mappings[1]),
            protection=chance_group_protection(self.random),
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
            "password": AttributeType.SECRET,
        }
        return kinds.get(name, AttributeType.STRING)

    def mapping(self, name: str) -> AttributeMapping:
        text = self.random.choice(MAPPINGS[name])
        tree = parse(text)
        once = (bool(candidates(tree)) and self.often(0.6)) or self.often(0.08)
        default = self.random.choice(DEFAULTS) if self.often(0.12) else ABSENT
        apply = Apply.ON_CREATE if once or is_random(tree) else Apply.ALWAYS
        return AttributeMapping(
            name,
            tree,
            text,
            default,
            apply,
            when_empty=self.one(list(WhenEmpty)) if self.often(0.25) else None,
            unique=self.numbering() if name in NUMBERED and self.often(0.2) else None,
            redacted=self.often(0.1),
        )

    def leaving_mapping(self) -> AttributeMapping:
        """What leavers' accounts are given: never drawn, and never chosen."""
        name = self.one(["title", "displayName", "mail", "level", "roles", "extra", "active"])
        mapping = self.mapping(name)
        empty = self.one([WhenEmpty.KEEP, WhenEmpty.KEEP, WhenEmpty.CLEAR, None])
        return replace(mapping, apply=Apply.ALWAYS, when_empty=empty, default=ABSENT, unique=None)

    def numbering(self) -> Numbering:
        return Numbering(
            start=self.one([0, 1, 2]),
            end=self.one([3, 99]),
            pattern=self.one(["{name}{n}", "{name}.{n}", "{n}{name}"]),
            always=self.often(0.3),
            retries=self.one([None, None, 1]),
            never=self.one([frozenset(), frozenset({"n1", "anna2"})]),
            compare=self.one(list(Compare)),
        )

    def match_rule(self) -> MatchRule:
        decides = self.often(0.6)
        first, *also = [self.match_term() for _ in range(self.one([1, 1, 1, 2, 3]))]
        return MatchRule(first.attribute, decides, first.expression, first.case, tuple(also))

    def match_term(self) -> MatchTerm:
        case = self.one([Case.SCHEMA, Case.SCHEMA, Case.EXACT, Case.IGNORE])
        if self.often(0.25):
            text = self.random.choice(
                [
                    'ToLower([login]) & "@x.org"',
                    "[given]",
                    "[tags]",
                    "SelectUniqueValue([given])",
                    'Join("@", [login], DefaultDomain())',
                    "Append([given], Left(Now(), 0))",
                ]
            )
            attribute = self.random.choice(["mail", "userName", "externalId"])
            return MatchTerm(attribute, parse(text), case)
        return MatchTerm(self.random.choice(SINGLE_RULES), None, case)

    def leaver(self) -> Condition | None:
        plain = Clause("status", Operator.EQUALS, "terminated")
        return self.random.choice([None, plain, plain, plain, self.condition()])

    def condition(self) -> Condition:
        return chance_condition(self.random, self.clause())

    def clause(self) -> Leaf:
        if self.often(0.6):
            return Clause("status", Operator.EQUALS, "active")
        return chance_leaf(self.random)

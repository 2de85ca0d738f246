"""A job's rules as planning takes them: compiled once from the configuration, then only read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from provisor.domain.expressions import Node, attributes_of
from provisor.domain.record import ABSENT, Presence
from provisor.domain.schema import ObjectSchema, ObjectType
from provisor.domain.scope import Condition, attributes_of_condition

SOFT_DELETED = "IsSoftDeleted"
"""The one attribute that the engine computes: the person is gone, and why is in the rule."""


class Apply(StrEnum):
    """When a mapping flows."""

    ALWAYS = "always"
    ON_CREATE = "on_create"


@dataclass(frozen=True, slots=True)
class AttributeMapping:
    """One target attribute and the expression that fills it."""

    attribute: str
    expression: Node
    text: str
    """The expression as written; stands in plans as the rule."""
    default: Presence = ABSENT
    """Used whenever the expression gives nothing; `ABSENT` when there is none."""
    apply: Apply = Apply.ALWAYS


class Case(StrEnum):
    """Whether letter case tells two values apart when accounts are recognised."""

    SCHEMA = "schema"
    """As the target compares the attribute."""
    EXACT = "exact"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True)
class MatchTerm:
    """One attribute of the target beside what it is compared with."""

    attribute: str
    expression: Node | None = None
    """What to compare with; None takes the attribute's mapping."""
    case: Case = Case.SCHEMA


@dataclass(frozen=True, slots=True)
class MatchRule:
    """How an account that exists already is recognised."""

    attribute: str
    decides: bool
    """Rules on issued identifiers decide; rules built from names only propose."""
    expression: Node | None = None
    """What to compare with; None takes the attribute's mapping."""
    case: Case = Case.SCHEMA
    also: tuple[MatchTerm, ...] = ()
    """What must be the same besides: a composite rule holds where all of it is."""

    @property
    def terms(self) -> tuple[MatchTerm, ...]:
        """Everything that must be the same."""
        return (MatchTerm(self.attribute, self.expression, self.case), *self.also)

    @property
    def attributes(self) -> tuple[str, ...]:
        """The target attributes that are compared."""
        return tuple(term.attribute for term in self.terms)


class AnchorPolicy(StrEnum):
    """What is done about accounts that carry an anchor which is not ours."""

    OURS = "ours"
    """They are somebody else's: never a candidate. Our own anchor is written."""
    KEEP_FOREIGN = "keep_foreign"
    """They may be recognised and linked by native id; what stands in the anchor stays there."""


class OwnerMode(StrEnum):
    """Which memberships of the target a job may take away."""

    OURS = "ours"
    """Only those that it granted."""
    ADD_ONLY = "add_only"
    """None."""


@dataclass(frozen=True, slots=True)
class OnLeave:
    """What happens to the account of somebody who is gone."""

    disable: bool = True
    delete_after_days: int | None = None
    """Days after our disable; None never deletes."""
    date: str = ""
    """The source attribute with the leave date; orders the urgent part."""


@dataclass(frozen=True, slots=True)
class ObjectRules:
    """The rules for users or for groups."""

    object_type: ObjectType
    key: str
    """The source attribute that is the natural key."""
    schema: ObjectSchema
    """What the target can hold."""
    mappings: tuple[AttributeMapping, ...]
    match: tuple[MatchRule, ...] = ()
    scope: Condition | None = None
    leaver: Condition | None = None
    on_leave: OnLeave = OnLeave()
    anchor_policy: AnchorPolicy = AnchorPolicy.OURS

    def source_attributes(self) -> tuple[str, ...]:
        """Return every source attribute that the rules look at, sorted, the key included."""
        names = {self.key} | attributes_of_condition(self.scope)
        names |= attributes_of_condition(self.leaver)
        for mapping in self.mappings:
            names |= attributes_of(mapping.expression)
        for rule in self.match:
            for term in rule.terms:
                own = term.expression
                names |= attributes_of(own) if own is not None else frozenset()
        names |= {self.on_leave.date} if self.on_leave.date else set()
        return tuple(sorted(names - {SOFT_DELETED}))

    def target_attributes(self) -> tuple[str, ...]:
        """Return every target attribute that planning compares, sorted, special ones included."""
        names = {mapping.attribute for mapping in self.mappings}
        names |= {attribute for rule in self.match for attribute in rule.attributes}
        names |= {self.schema.key, self.schema.anchor, self.schema.name}
        names |= {self.schema.switch.attribute} if self.schema.switch else set()
        return tuple(sorted(names - {""}))


@dataclass(frozen=True, slots=True)
class Limit:
    """A bound on harm: by count and by percent of the managed accounts."""

    count: int | None = None
    percent: int | None = None
    minimum_base: int = 20
    """Below this many managed accounts only the count is judged."""


DEFAULT_LIMITS: Mapping[str, Limit] = {
    "create": Limit(50, 10),
    "update": Limit(500, 25),
    "rename": Limit(10, 2),
    "clear": Limit(20, 1),
    "disable": Limit(20, 5),
    "enable": Limit(50, 10),
    "delete": Limit(0),
    "membership": Limit(500, 25),
    "grant": Limit(500, 25),
    "revoke": Limit(500, 25),
}


@dataclass(frozen=True, slots=True)
class Guard:
    """How much a full read may differ from the last complete one and still be believed.

    Complete only while fewer than `rows` rows and less than `percent` percent are missing, and
    no attribute that the rules use lost more than `null_percent` points of its values.
    """

    rows: int = 10
    percent: int = 5
    null_percent: int = 5
    repeated_percent: int = 1


class OnPartial(StrEnum):
    """What an incomplete read allows."""

    REFUSE = "refuse"
    PRESENCE = "presence"
    """Creates, updates and positive leaver signals; nothing that rests on absence."""


@dataclass(frozen=True, slots=True)
class JobRules:
    """Everything that one job's planning needs to know."""

    job: str
    source: str
    target: str
    configuration: str
    """The digest of the job's configuration."""
    objects: Mapping[ObjectType, ObjectRules]
    """Users, groups, or both."""
    memberships: OwnerMode | None = None
    limits: Mapping[str, Limit] = field(default_factory=lambda: dict(DEFAULT_LIMITS))
    guard: Guard = Guard()
    on_partial: OnPartial = OnPartial.REFUSE
    urgent_count: int = 20
    """Positive leavers whose disables flow per rolling 24 h without anybody's vote."""
    absence_hours: int = 24
    """A leaver by absence must be missing in two complete reads at least this far apart."""
    canaries: tuple[str, ...] = ()
    """Source keys that must be in every complete read."""
    allow_empty: bool = False
    protected: frozenset[str] = frozenset()
    """Names and native ids of accounts that are never touched, folded to lower case."""

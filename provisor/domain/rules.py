"""A job's rules as planning takes them: compiled once from the configuration, then only read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from enum import StrEnum

from provisor.domain.bounds import DEFAULT_LIMITS, Limit
from provisor.domain.duties import Duty
from provisor.domain.entitlement import NO_CATALOGUE, Catalogue
from provisor.domain.expressions import Circumstances, Node, attributes_of
from provisor.domain.flow import AttributeMapping
from provisor.domain.group_rules import PLAIN_GROUPS, GroupRules
from provisor.domain.leaving import APPROVED_ONLY, DISABLED_ONLY, OnLeave, OnReturn
from provisor.domain.oversight import Dormancy, DriftPolicy, OnOrphan
from provisor.domain.protection import UNPROTECTED, Protection
from provisor.domain.registered import Registered
from provisor.domain.schema import AttributeType, ObjectSchema, ObjectType
from provisor.domain.scope import (
    Circle,
    Clause,
    Condition,
    attributes_of_condition,
    circles_of_condition,
    leaves_of,
    lookups_of_condition,
)
from provisor.domain.tenure import NO_TENURE, Tenure

SOFT_DELETED = "IsSoftDeleted"
"""The one attribute that the engine computes: the person is gone, and why is in the rule."""


def sign_of(borrowed: str) -> str:
    """Return the attribute that says why a borrowed one is not there yet; blank once it is.

    Example:
        >>> sign_of("hr-to-directory.mail")
        'hr-to-directory.mail (awaited)'
    """
    return f"{borrowed} (awaited)"


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


class Lifecycle(StrEnum):
    """Whether a job makes, switches and deletes the accounts to which it writes."""

    OWN = "own"
    NONE = "none"
    """It only adds attributes to accounts that are there."""


class OwnerMode(StrEnum):
    """Which memberships, or values of rights, of the target a job may take away."""

    OURS = "ours"
    """Only those that it granted."""
    ADD_ONLY = "add_only"
    """None."""
    AUTHORITATIVE = "authoritative"
    """All that nobody wants; those of others never without a decision."""


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
    on_leave: OnLeave = DISABLED_ONLY
    on_return: OnReturn = APPROVED_ONLY
    tenure: Tenure = NO_TENURE
    anchor_policy: AnchorPolicy = AnchorPolicy.OURS
    default_domain: str = ""
    """What `DefaultDomain()` gives in a match rule; empty where nothing is set."""
    orphans: OnOrphan = OnOrphan.REPORT
    """What happens to accounts that belong to nobody."""
    dormancy: Dormancy | None = None
    """How it is seen that nobody uses an account; None where it cannot be."""
    privileged: Condition | None = None
    """Which accounts give power over others, by what the target holds of them."""
    counted_by: tuple[str, ...] = ()
    """Source attributes for whose values limits hold, each by itself."""
    limits: Mapping[str, Limit] = field(default_factory=dict)
    """Target attributes to what binds the changes of each of them, by whatever operation."""

    protection: Protection = UNPROTECTED
    """Which accounts nobody touches, besides those that stand in the register by name."""
    rights: Mapping[str, OwnerMode] = field(default_factory=dict)
    """The many-valued attributes that hold rights, each with which values a job may take away."""
    lifecycle: Lifecycle = Lifecycle.OWN
    borrows: tuple[str, ...] = ()
    """Attributes of the record that other jobs bring about, sorted; mappings or rules read them."""

    @property
    def timeless(self) -> Circumstances:
        """What recognising an account may depend on besides the record: never on the moment."""
        return Circumstances(default_domain=self.default_domain or None)

    @property
    def leaving_mappings(self) -> tuple[AttributeMapping, ...]:
        """What accounts of people who are gone may be given."""
        return tuple(one for policy in self.on_leave.policies for one in policy.sets)

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """What decides who is here."""
        return tuple(one for one in (self.scope, self.leaver) if one is not None)

    def is_secret(self, attribute: str) -> bool:
        """Say whether a value is drawn when the account is made, and never in a plan."""
        found = self.schema.attribute(attribute)
        return found is not None and found.type is AttributeType.SECRET

    @property
    def references(self) -> tuple[AttributeMapping, ...]:
        """The mappings whose values are other records, by attribute: written in a second pass."""
        found = (m for m in self.mappings if m.reference is not None)
        return tuple(sorted(found, key=lambda mapping: mapping.attribute))

    def is_reference(self, attribute: str) -> bool:
        """Say whether a mapping fills an attribute with other records."""
        return any(m.attribute == attribute and m.reference is not None for m in self.mappings)

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
        names |= self.tenure.attributes
        for mapping in self.leaving_mappings:
            names |= attributes_of(mapping.expression)
        names |= {*self.counted_by, *map(sign_of, self.borrows)}
        return tuple(sorted(names - {SOFT_DELETED}))

    def target_attributes(self) -> tuple[str, ...]:
        """Return every target attribute that planning compares, sorted, special ones included."""
        names = {m.attribute for m in self.mappings if not self.is_secret(m.attribute)}
        names |= {m.attribute for m in self.leaving_mappings}
        names |= {attribute for rule in self.match for attribute in rule.attributes}
        names |= attributes_of_condition(self.privileged)
        names |= self.protection.attributes | self.rights.keys()
        names |= {self.schema.key, self.schema.anchor, self.schema.name}
        names |= {self.schema.switch.attribute} if self.schema.switch else set()
        return tuple(sorted(names - {""}))


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


class Verify(StrEnum):
    """Which acts are looked at again in the target; deletes and privileged ones always are."""

    ANSWER = "answer"
    """None besides: what the answer shows is believed."""
    SAMPLE = "sample"
    """Some of those whose answer shows nothing."""
    ALL = "all"


class OnPartial(StrEnum):
    """What an incomplete read allows."""

    REFUSE = "refuse"
    PRESENCE = "presence"
    """Creates, updates and positive leaver signals; nothing that rests on absence."""


RESERVED_YEARS = 3
"""A mailbox, a list or a log remembers a name for longer than people remember its owner."""


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
    groups: GroupRules = PLAIN_GROUPS
    """What else is done with groups."""
    limits: Mapping[str, Limit] = field(default_factory=lambda: dict(DEFAULT_LIMITS))
    guard: Guard = Guard()
    on_partial: OnPartial = OnPartial.REFUSE
    verify: Verify = Verify.SAMPLE
    urgent_count: int = 20
    """Positive leavers whose disables flow per rolling 24 h without anybody's vote."""
    absence_hours: int = 24
    """A leaver by absence must be missing in two complete reads at least this far apart."""
    canaries: tuple[str, ...] = ()
    """Source keys that must be in every complete read."""
    allow_empty: bool = False
    reserve_names_years: int = RESERVED_YEARS
    """For so long the names of deleted accounts are given to nobody else; 0 for not at all."""
    protected: frozenset[str] = frozenset()
    """Names and native ids of accounts that are never touched, folded to lower case."""
    register: tuple[Registered, ...] = ()
    """What is said of those, and of ranges of them: class, owner, review."""
    privileged_groups: tuple[str, ...] = ()
    """Names of groups whose members have power over others; `*` stands for any characters."""
    catalogue: Catalogue = NO_CATALOGUE
    """What the target's rights are."""
    duties: tuple[Duty, ...] = ()
    """Which rights nobody may hold together, of those that name the target."""
    drift: DriftPolicy = DriftPolicy.REPAIR
    """What happens to what others changed in the target, until somebody decides."""
    zone: tzinfo = UTC
    """Where the days of conditions begin."""
    default_domain: str = ""
    """What `DefaultDomain()` gives; empty where nothing is set."""

    def circumstances(self, now: datetime) -> Circumstances:
        """Return what mappings may depend on besides the record, at a moment in UTC."""
        moment = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return Circumstances(now=moment, default_domain=self.default_domain or None)

    def source_attributes(self, object_type: ObjectType) -> tuple[str, ...]:
        """Return what is read of a source's records: what any rule looks at, sorted."""
        own = self.objects[object_type].source_attributes() if object_type in self.objects else ()
        people = object_type is ObjectType.USERS
        grouped = self.groups.attributes() if people else frozenset[str]()
        return tuple(sorted({*own, *grouped, *self._looked_up(object_type)}))

    def conditions_of(self, object_type: ObjectType) -> tuple[Condition, ...]:
        """Return every condition that is asked about the source's records of a type."""
        own = self.objects[object_type].conditions
        return (*own, *self.groups.conditions) if object_type is ObjectType.USERS else own

    def _looked_up(self, object_type: ObjectType) -> frozenset[str]:
        """Return what conditions and references look at in records that others lead to."""
        conditions = [one for kind in self.objects for one in self.conditions_of(kind)]
        found = {look for condition in conditions for look in lookups_of_condition(condition)}
        named = [m.reference for rules in self.objects.values() for m in rules.references]
        found |= {(one.leads_to, one.by) for one in named if one is not None and one.by}
        return frozenset(attribute for wanted, attribute in found if wanted is object_type)

    def referred_to(self, object_type: ObjectType) -> frozenset[ObjectType]:
        """Return the types of record to which the conditions of a type follow references."""
        leaves = (leaf for one in self.conditions_of(object_type) for leaf in leaves_of(one))
        return frozenset(
            s.leads_to for leaf in leaves if isinstance(leaf, Clause) for s in leaf.steps
        )

    def circles(self, object_type: ObjectType) -> frozenset[Circle]:
        """Return the groups of the source that the conditions of a type ask about."""
        conditions = self.conditions_of(object_type)
        return frozenset[Circle]().union(*(circles_of_condition(one) for one in conditions))

    @property
    def asks_for_groups(self) -> bool:
        """Whether a condition depends on the memberships of the source."""
        return any(self.circles(object_type) for object_type in self.objects)

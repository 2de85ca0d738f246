"""Whether a job's settings fit its two systems: every name known, every mapping writable.

Enters: settings beside descriptions. Leaves: one error per misfit.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from provisor.config.attribute_settings import AttributeSettings, TermSettings
from provisor.config.computed_groups import looks_of_computed, source_schema
from provisor.config.configuration import Configuration
from provisor.config.cross_references import rules_of, unknown_name
from provisor.config.drawings import misdrawn
from provisor.config.leave_settings import ZoneSettings
from provisor.config.model import JobSettings
from provisor.config.object_settings import UserSettings
from provisor.config.places import MARGIN, NOTHING_HAPPENED, Places, SettingPath
from provisor.config.reaching import References, dead_ends, looks, references_of, resolved
from provisor.config.referred import contradiction, looks_by_name, misleading
from provisor.config.register_settings import AccountSettings
from provisor.domain.borrowing import loan_of
from provisor.domain.expressions import Node
from provisor.domain.expressions.nodes import Attribute as Read
from provisor.domain.expressions.nodes import walk
from provisor.domain.record import Scalar
from provisor.domain.rules import SOFT_DELETED
from provisor.domain.schema import Attribute, AttributeType, ObjectSchema, ObjectType, Writable
from provisor.domain.scope import Condition, circles_of_condition
from provisor.errors import ConfigurationError, SettingInvalid, UnknownName
from provisor.ports.connector import Description

_TRUTH = {"true", "false", "1", "0"}


@dataclass(frozen=True, slots=True)
class Lender:
    """Another job whose values may be read."""

    source: str
    """The system whose keys it goes by."""
    schema: ObjectSchema | None
    """What its target holds of the same objects; None where it keeps none of them."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One object type of one job, beside what its two systems say of it."""

    job: str
    object_type: ObjectType
    rules: UserSettings
    source: ObjectSchema
    target: ObjectSchema
    seen: frozenset[str]
    """Columns of the source's last complete read."""
    written: object
    """The rules as they stand in the file."""
    places: Places
    references: References = field(default_factory=dict)
    """What the whole job declares."""
    looks: tuple[tuple[str, SettingPath], ...] = ()
    """The attributes of these records that any condition of the job looks at."""
    deliveries: frozenset[str] = frozenset()
    """The names that `deliver` may say."""
    register: tuple[tuple[SettingPath, AccountSettings], ...] = ()
    """The target's accounts that nobody touches, each with its place in the file."""
    lenders: Mapping[str, Lender] = field(default_factory=dict)
    """The jobs whose values may be read, by name."""

    def path(self, *parts: str | int) -> SettingPath:
        """Return the path of a setting of these rules."""
        return ("jobs", self.job, self.object_type.value, *parts)

    def expression_path(self, *parts: str | int) -> SettingPath:
        """Return the path of an expression, which may stand alone or inside a mapping."""
        inside = self.path(*parts, "expression")
        return inside if inside in self.places.index else self.path(*parts)

    def condition(self, setting: str) -> Condition | None:
        """Return `scope` or `leaver` with its references taken apart."""
        written = self.rules.scope if setting == "scope" else self.rules.leaver
        return resolved(written, self.references, self.object_type)

    def readable(self) -> frozenset[str]:
        """Return every source attribute that is known by name."""
        named = {attribute.name for attribute in self.source.attributes}
        return frozenset(named | self.seen | {self.source.key, SOFT_DELETED})

    def comparable(self) -> frozenset[str]:
        """Return every target attribute that is known by name."""
        named = {attribute.name for attribute in self.target.attributes}
        special = {self.target.key, self.target.anchor, self.target.name}
        return frozenset(named | special) - {""}


def pairs(
    configuration: Configuration,
    job: str,
    source: Description,
    target: Description,
    seen: Mapping[ObjectType, Collection[str]],
    lent: Mapping[str, Description] | None = None,
) -> tuple[Pair, ...]:
    """Return the object types that a job has rules for, each beside its two systems.

    `lent` describes the targets of other jobs whose values this one reads.
    """
    written = configuration.document.value
    for part in ("jobs", job):
        written = written[part]  # type: ignore[assignment]  # the form of the file was checked
    settings = configuration.job(job)
    references = references_of(settings)
    asked = [*looks_by_name(job, settings), *looks_of_computed(job, settings, written, references)]
    asked += [
        look
        for object_type, _ in rules_of(settings)
        for look in looks(
            written[object_type.value], references, object_type, ("jobs", job, object_type.value)
        )
    ]
    return tuple(
        Pair(
            job=job,
            object_type=object_type,
            rules=rules,
            source=source_schema(object_type, settings, source),
            target=target.schemas[object_type],
            seen=frozenset(seen.get(object_type, ())),
            written=written[object_type.value],
            places=configuration.places,
            references=references,
            deliveries=frozenset(configuration.settings.deliveries),
            register=_register(configuration, settings.target),
            looks=tuple(look[1:] for look in asked if look[0] is object_type),
            lenders=_lenders(configuration, settings, lent or {}, object_type),
        )
        for object_type, rules in rules_of(settings)
    )


def _lenders(
    configuration: Configuration,
    settings: JobSettings,
    lent: Mapping[str, Description],
    kind: ObjectType,
) -> dict[str, Lender]:
    found = {}
    for name in settings.after:
        job, target = configuration.job(name), lent.get(name)
        keeps = any(own is kind for own, _ in rules_of(job))
        schema = target.schemas.get(kind) if keeps and target is not None else None
        found[name] = Lender(job.source, schema)
    return found


def _register(
    configuration: Configuration, target: str
) -> tuple[tuple[SettingPath, AccountSettings], ...]:
    entries = configuration.settings.accounts.get(target, ())
    return tuple((("accounts", target, place), one) for place, one in enumerate(entries))


def unusable(
    configuration: Configuration,
    name: str,
    job: JobSettings,
    source: Description,
    target: Description,
) -> Iterator[ConfigurationError]:
    """Yield one error for each kind of object that a system does not have or does not take."""
    places = configuration.places
    if not target.capabilities.writes:
        where = places.where(("jobs", name, "target"))
        yield misfit(f"`{job.target}` can only be read", where, next="name another target")
    for object_type, path, systems in _kinds_used(job, source, target):
        for system, description in systems:
            if object_type not in description.schemas:
                where = places.where(("jobs", name, *path))
                known = ", ".join(sorted(kind.value for kind in description.schemas))
                what = f"the system `{system}` holds no {object_type.value}"
                yield misfit(what, where, found=f"it holds {known or 'nothing'}")


_Uses = Iterator[tuple[ObjectType, SettingPath, tuple[tuple[str, Description], ...]]]


def _kinds_used(job: JobSettings, source: Description, target: Description) -> _Uses:
    """Yield every kind of object that a job uses, where it says so, and in which systems."""
    both = ((job.source, source), (job.target, target))
    for object_type, rules in rules_of(job):
        computed = job.groups is not None and bool(job.groups.computed)
        made = computed and object_type is ObjectType.GROUPS
        yield object_type, (object_type.value,), both[1:] if made else both
        for setting, condition in (("scope", rules.scope), ("leaver", rules.leaver)):
            if circles_of_condition(condition):
                yield ObjectType.MEMBERSHIPS, (object_type.value, setting), both[:1]
    groups = job.groups
    if groups is not None and groups.computed:
        yield ObjectType.MEMBERSHIPS, ("groups", "computed"), both[1:]
        for name, one in groups.computed.items():
            if circles_of_condition(one.where):
                yield ObjectType.MEMBERSHIPS, ("groups", "computed", name), both[:1]
    elif groups is not None and groups.memberships is not None:
        yield ObjectType.MEMBERSHIPS, ("groups", "memberships"), both


def misfits(pair: Pair) -> Iterator[ConfigurationError]:
    """Yield one error for each setting that the two systems cannot follow."""
    for name, path, position in _own_reads(pair):
        if not pair.source.open and name not in pair.readable():
            where = pair.places.where(path, position)
            problem = unknown_name("source attribute", name, pair.readable(), where)
            if position is not None:
                problem.found = f"{pair.places.shown(path, position)}\n{MARGIN}{problem.found}"
            yield _pointing_on(problem, name, pair) if path[-1] == "attribute" else problem
    path = pair.path()
    yield from dead_ends(pair.written, pair.references, pair.object_type, path, pair.places)
    for name, written in pair.rules.attributes.items():
        yield from _unwritable(pair, name, written)
    for term, parts in match_terms(pair):
        where = pair.places.where(pair.path(*parts))
        if not pair.target.open and term.attribute not in pair.comparable():
            yield unknown_name("target attribute", term.attribute, pair.comparable(), where)
        mapping = pair.rules.attributes.get(term.attribute)
        if term.tree is None and mapping is not None and mapping.reference is not None:
            yield misfit(
                f"an account cannot be recognised by the reference `{term.attribute}`",
                where,
                found="a value that is known only when every account is",
                next="match by an issued identifier, such as an employee number",
            )
    yield from _forgotten(pair)


def _pointing_on(problem: UnknownName, path: str, pair: Pair) -> UnknownName:
    """Say how a path of a condition becomes a reference, where its begin could be one."""
    first, _, rest = path.partition(".")
    if rest and first in pair.readable():
        declared = f"references: {{{first}: users}}"
        problem.next = f"if `{first}` holds the key of another record, declare `{declared}`"
    return problem


def match_terms(pair: Pair) -> Iterator[tuple[TermSettings, SettingPath]]:
    """Yield everything that rules of `match` compare, with its place inside the rules."""
    for place, entry in enumerate(pair.rules.match):
        for number, term in enumerate(entry.terms):
            yield term, ("match", place, "all", number) if entry.all else ("match", place)


def _own_reads(pair: Pair) -> Iterator[tuple[str, SettingPath, int | None]]:
    """Yield what is read of the source itself; what other jobs have is asked in `loans`."""
    for read in source_reads(pair):
        if loan_of(read[0], pair.lenders) is None:
            yield read


def source_reads(pair: Pair) -> Iterator[tuple[str, SettingPath, int | None]]:
    """Yield every source attribute that the rules look at, with its place."""
    for name, written in pair.rules.attributes.items():
        path = pair.expression_path("attributes", name)
        yield from _reads_of(written.tree, path)
    for term, parts in match_terms(pair):
        if term.tree is not None:
            yield from _reads_of(term.tree, pair.expression_path(*parts))
    for name, path in pair.looks:
        yield name, path, None
    yield from _leaving_reads(pair)


def _leaving_reads(pair: Pair) -> Iterator[tuple[str, SettingPath, int | None]]:
    leave, dates = pair.rules.on_leave, pair.rules.dates
    if leave.date:
        yield leave.date, pair.path("on_leave", "date"), None
    for inside, policy in leave.policies():
        for name, written in policy.set.items():
            yield from _reads_of(
                written.tree, pair.expression_path("on_leave", *inside, "set", name)
            )
    if dates is None:
        return
    zone = dates.time_zone
    zoned = zone.attribute if isinstance(zone, ZoneSettings) else None
    for setting, named in (("start", dates.start), ("end", dates.end), ("time_zone", zoned)):
        if named:
            yield named, pair.path("dates", setting), None


def _reads_of(tree: Node, path: SettingPath) -> Iterator[tuple[str, SettingPath, int | None]]:
    for node in walk(tree):
        if isinstance(node, Read):
            yield node.name, path, node.position


def _unwritable(pair: Pair, name: str, written: AttributeSettings) -> Iterator[ConfigurationError]:
    where = pair.places.where(pair.path("attributes", name))
    attribute = pair.target.attribute(name)
    yield from misdrawn(name, written, attribute, pair.deliveries, where)
    yield from misleading(written, name, pair.target, pair.references, where)
    yield from contradiction(pair.rules, name, where)
    if attribute is None:
        if not pair.target.open:
            yield unknown_name("target attribute", name, pair.comparable(), where)
        return
    if attribute.writable is Writable.NEVER:
        yield misfit(
            f"the target attribute `{name}` cannot be written",
            where,
            found="an attribute that the target itself fills",
            next="leave it out of `attributes`; `match` may still use it",
        )
    for value in _each(written.default):
        if value is not None and not _fits(value, attribute):
            yield misfit(
                f"the default of `{name}` is not of type {attribute.type.value}",
                where,
                found=f"a text or number; expected {_wanted(attribute)}",
            )


def _each(default: Scalar | tuple[Scalar, ...] | None) -> tuple[Scalar | None, ...]:
    return default if isinstance(default, tuple) else (default,)


def _fits(value: Scalar, attribute: Attribute) -> bool:
    """Say whether a fixed value can be told as the attribute's type."""
    text = str(value).lower()
    if attribute.type is AttributeType.BOOLEAN:
        return isinstance(value, bool) or text in _TRUTH
    if attribute.type is AttributeType.INTEGER:
        return not isinstance(value, bool) and text.removeprefix("-").isdecimal()
    return True


def _wanted(attribute: Attribute) -> str:
    boolean = attribute.type is AttributeType.BOOLEAN
    return '`"true"` or `"false"`' if boolean else "a whole number"


def _forgotten(pair: Pair) -> Iterator[ConfigurationError]:
    """Yield one error for each attribute without which the target creates nothing."""
    for attribute in pair.target.attributes if pair.rules.owns_accounts else ():
        needed = attribute.required and attribute.writable is not Writable.NEVER
        mapped = attribute.name in pair.rules.attributes
        # Provisor fills the anchor itself.
        if needed and not mapped and attribute.name != pair.target.anchor:
            yield misfit(
                f"the target requires `{attribute.name}`, and nothing maps it",
                pair.places.where(pair.path("attributes")),
                next=f"add `{attribute.name}:` with an expression",
            )


def misfit(what: str, where: str, *, found: str = "", next: str = "") -> SettingInvalid:
    """Return the error of a setting that the two systems cannot follow."""
    then = next or "mend the file, then run `provisor check`"
    return SettingInvalid(what, where=where, found=found, safe=NOTHING_HAPPENED, next=then)

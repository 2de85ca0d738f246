"""One job's settings to the rules that planning takes, once its two systems are described.

Enters: a checked configuration and two descriptions. Leaves: `CompiledJob`.
Never: a system is called; a description needs no network.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from zoneinfo import ZoneInfo

from provisor.config.attribute_settings import AttributeSettings, MatchSettings, UniqueSettings
from provisor.config.configuration import Configuration
from provisor.config.doubts import Doubt, Level, doubts
from provisor.config.entitling import (
    catalogue_of,
    duties_of,
    unclassified,
    unfit_rights,
)
from provisor.config.fencing import counted_by, unfenced
from provisor.config.fitting import Pair, misfits, pairs, unusable
from provisor.config.grouping import group_rules, owner_mode, unfit_groups, with_read_only
from provisor.config.leaving import doubtful_leaving, on_leave, on_return, tenure_of, unfit_leaving
from provisor.config.loans import borrowed_by, borrowed_in, unfit_loans
from provisor.config.mapping_checks import doubtful_mappings, impossible_mappings
from provisor.config.model import ConfigurationSettings, JobSettings
from provisor.config.overseeing import unfit_oversight
from provisor.config.protecting import protection_of, register_of, unfit_protection, unowned
from provisor.config.reaching import references_of
from provisor.config.revision import effective_limits, job_document
from provisor.config.right_names import rights_of
from provisor.domain.canonical import canonical, digest
from provisor.domain.expressions import redacts
from provisor.domain.flow import AttributeMapping
from provisor.domain.leaving import OnLeave
from provisor.domain.numbering import Numbering
from provisor.domain.oversight import DriftPolicy, OnOrphan
from provisor.domain.record import ABSENT
from provisor.domain.reference import Reference
from provisor.domain.rules import (
    RESERVED_YEARS,
    AnchorPolicy,
    Case,
    Guard,
    JobRules,
    Lifecycle,
    MatchRule,
    MatchTerm,
    ObjectRules,
    Verify,
)
from provisor.domain.schema import ObjectType
from provisor.errors import ConfigurationError
from provisor.ports.connector import Description

Seen = Mapping[ObjectType, Collection[str]]
"""The columns that the source offered in its last complete read, by object type."""


@dataclass(frozen=True, slots=True)
class CompiledJob:
    """A job that can be planned."""

    rules: JobRules
    document: str
    """Canonical JSON of everything that `rules.configuration` is the digest of."""
    look: Callable[[], Iterable[Doubt]]
    """Looks for doubts; only `check` has the time."""

    @property
    def doubts(self) -> tuple[Doubt, ...]:
        """What is allowed and not wise, in the order of the file's parts."""
        return tuple(self.look())

    @property
    def warnings(self) -> tuple[str, ...]:
        """The doubts that are more than notes, as they are printed, each with its place."""
        return tuple(str(one) for one in self.doubts if one.level is Level.WARNING)


def compile_job(
    configuration: Configuration,
    job: str,
    *,
    source: Description,
    target: Description,
    seen: Seen,
    lent: Mapping[str, Description] | None = None,
) -> CompiledJob:
    """Turn a job's settings into rules, and refuse what the two systems cannot do.

    Args:
        configuration: the whole file, checked.
        job: name of the job.
        source: what the job's source holds.
        target: what the job's target can hold.
        seen: columns of the last complete read; empty before the first.
        lent: what the targets of other jobs hold whose values this one reads, by job.

    Raises:
        UnknownName: there is no such job, or a system has no attribute of a name.
        SettingInvalid: a mapping cannot be written, is missing, or has the wrong type.

    Cost: no I/O; every expression is read once.
    """
    found = job_problems(configuration, job, source=source, target=target, seen=seen, lent=lent)
    if found:
        raise found[0]
    settings = configuration.job(job)
    document = job_document(configuration, job)
    both = pairs(configuration, job, source, target, seen, lent)
    return CompiledJob(
        rules=_rules(job, configuration, both, digest(document), (source, target)),
        document=canonical(document).decode("utf-8"),
        look=partial(_doubts, both, settings, configuration.settings),
    )


def job_problems(
    configuration: Configuration,
    job: str,
    *,
    source: Description,
    target: Description,
    seen: Seen,
    lent: Mapping[str, Description] | None = None,
) -> tuple[ConfigurationError, ...]:
    """Return everything in a job's settings that does not fit its two systems."""
    settings = configuration.job(job)
    found = list(unusable(configuration, job, settings, source, target))
    if not found:
        for pair in pairs(configuration, job, source, target, seen, lent):
            found += misfits(pair)
            found += unfit_loans(pair, settings)
            found += unfit_leaving(pair, settings)
            found += unfit_protection(pair)
            found += unfit_oversight(pair)
            found += unfit_groups(pair, settings, target)
            found += unfit_rights(pair, configuration.settings, settings, target)
            found += unfenced(pair, settings, configuration.document.value)
            rules = _object_rules(pair, settings, configuration.settings)
            found += impossible_mappings(pair, rules)
    return tuple(found)


def _doubts(
    both: tuple[Pair, ...], settings: JobSettings, everything: ConfigurationSettings
) -> Iterator[Doubt]:
    for pair in both:
        yield from doubts(pair)
        yield from unclassified(pair, everything, settings)
        yield from unowned(pair)
        yield from doubtful_leaving(pair, settings.target)
        yield from doubtful_mappings(pair, _object_rules(pair, settings, everything))


def _rules(
    job: str,
    configuration: Configuration,
    both: tuple[Pair, ...],
    revision: str,
    systems: tuple[Description, Description],
) -> JobRules:
    settings = configuration.job(job)
    accounts = configuration.settings.accounts.get(settings.target, ())
    return JobRules(
        job=job,
        source=settings.source,
        target=settings.target,
        configuration=revision,
        objects={p.object_type: _object_rules(p, settings, configuration.settings) for p in both},
        memberships=owner_mode(settings),
        groups=group_rules(settings, *systems, references_of(settings)),
        limits=effective_limits(settings),
        guard=Guard(**settings.guard.model_dump()),
        on_partial=settings.on_partial,
        verify=settings.verify or Verify.SAMPLE,
        urgent_count=settings.urgent.count,
        absence_hours=settings.absence.hours,
        canaries=settings.canaries,
        allow_empty=settings.allow_empty,
        reserve_names_years=_reserved_years(settings),
        protected=frozenset(one.account.lower() for one in accounts if one.account),
        privileged_groups=settings.privileged.groups if settings.privileged else (),
        register=register_of(configuration.settings, settings.target),
        catalogue=catalogue_of(configuration.settings, settings.target),
        duties=duties_of(configuration.settings, settings.target),
        zone=ZoneInfo(configuration.settings.time_zone),
        drift=settings.drift or DriftPolicy.REPAIR,
        default_domain=settings.default_domain or "",
    )


def _reserved_years(settings: JobSettings) -> int:
    written = settings.reserve_names_years
    return RESERVED_YEARS if written is None else written


def _object_rules(
    pair: Pair, settings: JobSettings, everything: ConfigurationSettings
) -> ObjectRules:
    written, users = pair.rules, pair.object_type is ObjectType.USERS
    own = written.owns_accounts
    return ObjectRules(
        object_type=pair.object_type,
        key=pair.source.key,
        # Whoever only adds attributes neither marks an account nor switches it.
        schema=pair.target if own else replace(pair.target, anchor="", switch=None),
        mappings=tuple(_mapping(name, entry, pair) for name, entry in written.attributes.items()),
        match=tuple(_match(entry) for entry in written.match),
        scope=pair.condition("scope"),
        leaver=pair.condition("leaver"),
        on_leave=on_leave(written.on_leave, pair.object_type) if own else OnLeave(disable=False),
        on_return=on_return(written.on_return),
        tenure=tenure_of(written.dates),
        protection=with_read_only(protection_of(pair), written, pair.target),
        anchor_policy=settings.anchor_policy or AnchorPolicy.OURS,
        default_domain=settings.default_domain or "",
        orphans=written.orphans.rule() if written.orphans is not None else OnOrphan.REPORT,
        dormancy=written.dormant.rule() if written.dormant is not None else None,
        privileged=settings.privileged.users if users and settings.privileged else None,
        counted_by=counted_by(settings) if users else (),
        limits={name: bound.limit() for name, bound in written.limits.items()},
        rights=rights_of(everything, settings.target) if users else {},
        lifecycle=written.lifecycle or Lifecycle.OWN,
        borrows=borrowed_by(pair),
    )


def _mapping(name: str, written: AttributeSettings, pair: Pair) -> AttributeMapping:
    return AttributeMapping(
        attribute=name,
        expression=written.tree,
        text=written.expression,
        default=ABSENT if written.default is None else written.default,
        apply=written.apply,
        when_empty=written.when_empty,
        unique=_numbering(written.unique),
        deliver=written.deliver or "",
        redacted=redacts(written.tree),
        drift=written.drift,
        reference=_reference(written),
        borrows=borrowed_in(written.tree, pair),
    )


def _reference(written: AttributeSettings) -> Reference | None:
    if written.reference is None:
        return None
    return Reference(ObjectType(written.reference), written.by or "")


def _numbering(written: UniqueSettings | None) -> Numbering | None:
    if written is None:
        return None
    return Numbering(
        start=written.start,
        end=written.end,
        pattern=written.pattern,
        always=written.always,
        retries=written.retries,
        never=frozenset(written.never),
        compare=written.compare,
    )


def _match(written: MatchSettings) -> MatchRule:
    first, *also = [
        MatchTerm(
            term.attribute,
            term.tree,
            Case(term.case or Case.SCHEMA),
        )
        for term in written.terms
    ]
    return MatchRule(first.attribute, written.decides, first.expression, first.case, tuple(also))

"""Groups by rule, groups in groups, and groups that are only read: from settings to rules.

Enters: settings beside descriptions. Leaves: rules, and one error for each misfit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from provisor.config.cross_references import unknown_name
from provisor.config.fitting import Pair, misfit
from provisor.config.group_settings import GroupSettings
from provisor.config.model import JobSettings
from provisor.config.reaching import References, dead_ends_of, resolved
from provisor.domain.clause import Case, Clause, Operator
from provisor.domain.group_rules import ComputedGroup, GroupRules, Nesting
from provisor.domain.protection import Protection
from provisor.domain.rules import SOFT_DELETED, OwnerMode
from provisor.domain.schema import Mark, ObjectSchema, ObjectType
from provisor.domain.scope import Belonging, Condition, attributes_of_condition, leaves_of
from provisor.errors import ConfigurationError
from provisor.ports.connector import Description

GROUPS: Final = ObjectType.GROUPS


# --- what planning takes ----------------------------------------------------------------------


def group_rules(
    settings: JobSettings, source: Description, target: Description, references: References
) -> GroupRules:
    """Return what a job does with groups besides their attributes.

    Args:
        settings: the job.
        source: whether it has groups of its own.
        target: whether it can hold groups in groups.
        references: what the job declares.
    """
    written = settings.groups
    if written is None:
        return GroupRules()
    able = Nesting.KEEP if target.capabilities.nested_groups else Nesting.FLATTEN
    return GroupRules(
        nesting=written.nested or able,
        computed=tuple(
            ComputedGroup(
                name,
                resolved(one.where, references, ObjectType.USERS),
                tuple(one.values.items()),
            )
            for name, one in written.computed.items()
        ),
        read=GROUPS in source.schemas,
        read_members=ObjectType.MEMBERSHIPS in source.schemas,
    )


def owner_mode(settings: JobSettings) -> OwnerMode | None:
    """Return which memberships a job may take away; None where it touches none."""
    written = settings.groups
    if written is None:
        return None
    return written.memberships or (OwnerMode.OURS if written.computed else None)


def with_read_only(protection: Protection, written: object, target: ObjectSchema) -> Protection:
    """Return the ranges that nobody touches together with the groups that are only read."""
    own = written.read_only if isinstance(written, GroupSettings) else None
    conditions = [*protection.conditions, *map(_marked, target.read_only)]
    conditions += [own] if own is not None else []
    return replace(protection, conditions=tuple(conditions))


def _marked(mark: Mark) -> Condition:
    return Clause(mark.attribute, Operator.IN, values=mark.values, case=Case.IGNORE)


# --- what does not fit ------------------------------------------------------------------------


def unfit_groups(
    pair: Pair, settings: JobSettings, target: Description
) -> Iterator[ConfigurationError]:
    """Yield one error for each setting of groups that the target or the job cannot follow."""
    written = settings.groups
    if pair.object_type is not GROUPS or written is None:
        return
    if written.nested is Nesting.KEEP and not target.capabilities.nested_groups:
        yield misfit(
            f"`{settings.target}` cannot hold groups in groups",
            pair.places.where(pair.path("nested")),
            found="`keep`",
            next="write `flatten`, or leave `nested` out",
        )
    yield from _unfit_read_only(pair, written)
    yield from _unfit_computed(pair, settings, written)


def _unfit_read_only(pair: Pair, written: GroupSettings) -> Iterator[ConfigurationError]:
    where = pair.places.where(pair.path("read_only"))
    for leaf in leaves_of(written.read_only):
        if isinstance(leaf, Belonging) or leaf.steps:
            yield misfit(
                "a group that is only read is told by its own attributes in the target",
                where,
                found="a question about another record",
            )
    known = pair.comparable()
    if not pair.target.open:
        for name in sorted(attributes_of_condition(written.read_only) - known):
            yield unknown_name("target attribute", name, known, where)


def _unfit_computed(
    pair: Pair, settings: JobSettings, written: GroupSettings
) -> Iterator[ConfigurationError]:
    if written.computed and settings.users is None:
        yield misfit(
            "groups are computed from people, and the job has no rules for `users`",
            pair.places.where(pair.path("computed")),
            next="add `users:` to the job",
        )
    listed = pair.written.get("computed") if isinstance(pair.written, Mapping) else None
    for name, one in written.computed.items():
        path = pair.path("computed", name)
        held = listed.get(name) if isinstance(listed, Mapping) else None
        condition = held.get("where") if isinstance(held, Mapping) else None
        yield from dead_ends_of(
            condition, pair.references, ObjectType.USERS, (*path, "where"), pair.places
        )
        if SOFT_DELETED in attributes_of_condition(one.where):
            yield misfit(
                f"a computed group asks for `{SOFT_DELETED}`; only people in scope are in it",
                pair.places.where((*path, "where")),
                next="leave the clause out",
            )

"""What conditions reach beyond the record itself: records that it refers to, and groups.

A path such as `manager.department` is a reference only if the job declares one:
`references: {manager: users}`. Otherwise it is the name of an attribute like any other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Final

from provisor.config.model import JobSettings
from provisor.config.places import NOTHING_HAPPENED, Places, SettingPath
from provisor.config.referred import implied
from provisor.config.written_conditions import written_leaves
from provisor.domain.clause import Belonging, Clause, Step
from provisor.domain.rules import SOFT_DELETED
from provisor.domain.schema import ObjectType
from provisor.domain.scope import AllOf, AnyOf, Condition, Not, Titled
from provisor.errors import SettingInvalid

LONGEST: Final = 5
"""How many references may follow each other."""

References = Mapping[ObjectType, Mapping[str, ObjectType]]
"""Per type of record the attributes that hold keys, and of what."""

Way = tuple[tuple[Step, ...], str]
"""References, one after the other, and the attribute at their end."""


def references_of(job: JobSettings) -> dict[ObjectType, dict[str, ObjectType]]:
    """Return the references that a job declares: by name, or by mapping a key as one."""
    both = ((ObjectType.USERS, job.users), (ObjectType.GROUPS, job.groups))
    return {
        object_type: {
            **implied(rules),
            **{name: ObjectType(kind) for name, kind in rules.references.items()},
        }
        for object_type, rules in both
        if rules is not None
    }


def way_of(attribute: str, references: References, start: ObjectType) -> Way:
    """Take a path apart into references and the attribute at their end.

    Example:
        >>> known = {ObjectType.USERS: {"manager": ObjectType.USERS}}
        >>> steps, last = way_of("manager.name.given", known, ObjectType.USERS)
        >>> [step.attribute for step in steps], last
        (['manager'], 'name.given')
    """
    steps: list[Step] = []
    here = start
    while True:
        declared = references.get(here, {})
        fitting = [name for name in declared if attribute.startswith(f"{name}.")]
        if not fitting:
            return tuple(steps), attribute
        name = max(fitting, key=len)
        here = declared[name]
        steps.append(Step(name, here))
        attribute = attribute[len(name) + 1 :]


def resolved(
    condition: Condition | None, references: References, start: ObjectType
) -> Condition | None:
    """Return a condition whose paths are taken apart."""
    return None if condition is None else _resolved(condition, references, start)


def _resolved(condition: Condition, references: References, start: ObjectType) -> Condition:
    match condition:
        case Clause():
            steps, last = way_of(condition.attribute, references, start)
            return replace(condition, attribute=last, steps=steps)
        case Belonging():
            return condition
        case AllOf(parts):
            return AllOf(tuple(_resolved(part, references, start) for part in parts))
        case AnyOf(parts):
            return AnyOf(tuple(_resolved(part, references, start) for part in parts))
        case Not(part):
            return Not(_resolved(part, references, start))
        case Titled(title, part):
            return Titled(title, _resolved(part, references, start))


Look = tuple[ObjectType, str, SettingPath]
"""The type of a record, an attribute of it, and the place of the clause that asks."""


def looks(
    written: object,
    references: References,
    start: ObjectType,
    path: SettingPath,
) -> Iterator[Look]:
    """Yield every attribute that the conditions of one type look at, in whichever record.

    Args:
        written: the rules of the type as they stand in the file.
        references: what the job declares.
        start: the type.
        path: where the rules stand.
    """
    for setting in _CONDITIONS:
        yield from looks_of(_part(written, setting), references, start, (*path, setting))


def looks_of(
    condition: object, references: References, start: ObjectType, path: SettingPath
) -> Iterator[Look]:
    """Yield every attribute that one condition looks at, in whichever record.

    Args:
        condition: as it stands in the file; None for none.
        references: what the job declares.
        start: the type of the records that are asked about.
        path: where the condition stands.
    """
    for kind, name, place in written_leaves(condition, path):
        if kind == "by":
            yield ObjectType.GROUPS, name, place
        elif kind == "attribute":
            steps, last = way_of(name, references, start)
            kinds = [start, *(step.leads_to for step in steps)]
            names = [*(step.attribute for step in steps), last]
            for object_type, attribute in zip(kinds, names, strict=True):
                yield object_type, attribute, place


_CONDITIONS: Final = ("scope", "leaver")


def _part(written: object, setting: str) -> object:
    return written.get(setting) if isinstance(written, Mapping) else None


def dead_ends(
    written: object,
    references: References,
    start: ObjectType,
    path: SettingPath,
    places: Places,
) -> Iterator[SettingInvalid]:
    """Yield one error for each clause that leads where nothing can be found."""
    for setting in _CONDITIONS:
        condition = _part(written, setting)
        yield from dead_ends_of(condition, references, start, (*path, setting), places)


def dead_ends_of(
    condition: object,
    references: References,
    start: ObjectType,
    path: SettingPath,
    places: Places,
) -> Iterator[SettingInvalid]:
    """Yield one error for each clause of one condition that leads where nothing can be found."""
    read: Collection[ObjectType] = references.keys()
    for kind, name, place in written_leaves(condition, path):
        where = places.where(place)
        if kind == "by" and ObjectType.GROUPS not in read:
            yield _unread(ObjectType.GROUPS, where)
        if kind != "attribute":
            continue
        steps, last = way_of(name, references, start)
        unread = next((step.leads_to for step in steps if step.leads_to not in read), None)
        if unread is not None:
            yield _unread(unread, where)
        if len(steps) > LONGEST:
            yield _too_long(len(steps), where)
        if steps and last == SOFT_DELETED:
            yield _unknowable(where)


def _unread(object_type: ObjectType, where: str) -> SettingInvalid:
    return SettingInvalid(
        f"a condition looks at {object_type.value}, and the job does not read them",
        where=where,
        found=f"a job without rules for `{object_type.value}`",
        safe=NOTHING_HAPPENED,
        next=f"add `{object_type.value}:` to the job, or name a group by its key, without `by`",
    )


def _too_long(steps: int, where: str) -> SettingInvalid:
    return SettingInvalid(
        f"a condition follows {steps} references one after the other",
        where=where,
        found=f"at most {LONGEST} are followed",
        safe=NOTHING_HAPPENED,
        next="shorten the path, or let the source say it in an attribute of its own",
    )


def _unknowable(where: str) -> SettingInvalid:
    return SettingInvalid(
        f"`{SOFT_DELETED}` of another record is not known while scope is judged",
        where=where,
        found="a reference that ends in it",
        safe=NOTHING_HAPPENED,
        next="ask for an attribute of the source",
    )

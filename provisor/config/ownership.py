"""Several jobs on one target: every attribute and every account has one owner.

Enters: settings whose form is right. Leaves: one error for each thing that two jobs would do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from provisor.config.cross_references import rules_of
from provisor.config.group_settings import GroupSettings
from provisor.config.model import JobSettings
from provisor.config.object_settings import UserSettings
from provisor.config.places import NOTHING_HAPPENED, Places, SettingPath
from provisor.domain.rules import Lifecycle
from provisor.domain.schema import ObjectType
from provisor.errors import SettingInvalid

_CORE: Final = "urn:ietf:params:scim:schemas:core:2.0:"
_OF_OWNERS: Final = ("on_leave", "on_return", "dates", "orphans")
"""Settings about making, switching and deleting accounts."""

Jobs = Mapping[str, JobSettings]
Owners = dict[tuple[str, ObjectType], SettingPath]
"""Target and object type to the setting by which the first job has them."""


def disputes(jobs: Jobs, places: Places) -> Iterator[SettingInvalid]:
    """Yield one error for everything that two jobs would do to one target."""
    yield from _attributes(jobs, places)
    yield from _sources(jobs, places)
    yield from _lifecycles(jobs, places)
    yield from _memberships(jobs, places)
    yield from _additions(jobs, places)


def owner_of(jobs: Jobs, target: str, object_type: ObjectType) -> str | None:
    """Return the job that makes, switches and deletes the accounts of a target; None for nobody."""
    for name, job in jobs.items():
        rules = dict(rules_of(job)).get(object_type)
        if job.target == target and rules is not None and rules.owns_accounts:
            return name
    return None


# --- attributes ----------------------------------------------------------------------------------


def overlap(one: str, other: str) -> bool:
    """Say whether two attributes of a target are the same, or one holds the other.

    Example:
        >>> overlap("userName", "USERNAME"), overlap("name", "name.givenName")
        (True, True)
        >>> overlap("name.givenName", "name.familyName"), overlap("mail", "mailbox")
        (False, False)
    """
    first, second = sorted((_plain(one), _plain(other)), key=len)
    return first == second or second.startswith((f"{first}.", f"{first}["))


def _plain(attribute: str) -> str:
    """Return an attribute in one spelling.

    Systems that tell attributes apart by case alone are none that people use.
    """
    lower = attribute.lower()
    if not lower.startswith(_CORE):
        return lower
    return lower.removeprefix(_CORE).partition(":")[2]


def written_attributes(rules: UserSettings) -> Iterator[tuple[str, SettingPath]]:
    """Yield every target attribute that a job writes, with its place inside the rules."""
    for attribute in rules.attributes:
        yield attribute, ("attributes", attribute)
    for inside, policy in rules.on_leave.policies():
        for attribute in policy.set:
            yield attribute, ("on_leave", *inside, "set", attribute)


def _attributes(jobs: Jobs, places: Places) -> Iterator[SettingInvalid]:
    """Yield one error for every attribute of a target that a second job writes, too."""
    known: dict[tuple[str, ObjectType], list[tuple[str, SettingPath]]] = {}
    for name, job in jobs.items():
        for object_type, rules in rules_of(job):
            before = known.setdefault((job.target, object_type), [])
            own = [
                (attribute, ("jobs", name, object_type.value, *inside))
                for attribute, inside in written_attributes(rules)
            ]
            for attribute, path in own:
                first = next((one for one in before if overlap(one[0], attribute)), None)
                if first is not None:
                    yield _second_writer(attribute, first, path, places)
            before += own


def _second_writer(
    attribute: str, first: tuple[str, SettingPath], path: SettingPath, places: Places
) -> SettingInvalid:
    other, written = first
    same = "it" if other.lower() == attribute.lower() else f"`{other}`, which is part of the same,"
    return SettingInvalid(
        f"two jobs write the attribute `{attribute}` of one target",
        where=places.where(path),
        found=f"job `{written[1]}` writes {same} as well, line {places.line(written)}; an "
        "attribute has one owner",
        safe=NOTHING_HAPPENED,
        next="leave the attribute to one of the two jobs",
    )


# --- accounts ------------------------------------------------------------------------------------


def _sources(jobs: Jobs, places: Places) -> Iterator[SettingInvalid]:
    """Refuse two sources for the accounts of one target: each job would miss the other's people."""
    for first, second, kind in _neighbours(jobs):
        one, other = jobs[first], jobs[second]
        if one.source != other.source:
            yield SettingInvalid(
                f"two jobs take the {kind.value} of one target from different sources",
                where=places.where(("jobs", second, "source")),
                found=f"`{other.source}`, and `{one.source}` in job `{first}`, line "
                f"{places.line(('jobs', first, 'source'))}; each would take the people of the "
                "other for gone",
                safe=NOTHING_HAPPENED,
                next="join the sources into one system, and let both jobs read that",
            )


def _neighbours(jobs: Jobs) -> Iterator[tuple[str, str, ObjectType]]:
    """Yield the first job of every target and object type, with each later one."""
    known: dict[tuple[str, ObjectType], str] = {}
    for name, job in jobs.items():
        for object_type, _ in rules_of(job):
            first = known.setdefault((job.target, object_type), name)
            if first != name:
                yield first, name, object_type


def _lifecycles(jobs: Jobs, places: Places) -> Iterator[SettingInvalid]:
    owners: Owners = {}
    for name, job in jobs.items():
        for object_type, rules in rules_of(job):
            path: SettingPath = ("jobs", name, object_type.value)
            if not rules.owns_accounts:
                continue
            first = owners.setdefault((job.target, object_type), path)
            if first != path:
                yield SettingInvalid(
                    f"two jobs own the lifecycle of the {object_type.value} of one target",
                    where=places.where(path),
                    found=f"job `{first[1]}` makes, switches and deletes them as well, line "
                    f"{places.line(first)}; an account has one owner",
                    safe=NOTHING_HAPPENED,
                    next="write `lifecycle: none` in the job that only adds attributes",
                )


def _memberships(jobs: Jobs, places: Places) -> Iterator[SettingInvalid]:
    owners: Owners = {}
    for name, job in jobs.items():
        groups = job.groups
        if groups is None or (groups.memberships is None and not groups.computed):
            continue
        path: SettingPath = ("jobs", name, "groups", "memberships")
        first = owners.setdefault((job.target, ObjectType.MEMBERSHIPS), path)
        if first != path:
            yield SettingInvalid(
                "two jobs keep the memberships of one target",
                where=places.where(path),
                found=f"job `{first[1]}` keeps them as well, line {places.line(first)}; each "
                "would take out whom the other puts in",
                safe=NOTHING_HAPPENED,
                next="leave `memberships` to one of the two jobs",
            )


# --- jobs that only add --------------------------------------------------------------------------


def _additions(jobs: Jobs, places: Places) -> Iterator[SettingInvalid]:
    for name, job in jobs.items():
        for object_type, rules in rules_of(job):
            if not rules.owns_accounts:
                path: SettingPath = ("jobs", name, object_type.value)
                yield from _owners_business(rules, path, places)
                yield from _matching(rules, owner_of(jobs, job.target, object_type), path, places)


def _owners_business(
    rules: UserSettings, path: SettingPath, places: Places
) -> Iterator[SettingInvalid]:
    """Refuse what only an owner of accounts can do."""
    for setting in _OF_OWNERS:
        if setting in rules.model_fields_set and getattr(rules, setting) is not None:
            yield _not_ours(setting, (*path, setting), places)
    if isinstance(rules, GroupSettings) and rules.computed:
        yield _not_ours("computed", (*path, "computed"), places)


def _not_ours(setting: str, path: SettingPath, places: Places) -> SettingInvalid:
    return SettingInvalid(
        f"`{setting}` is for the job that owns the accounts",
        where=places.where(path),
        found=f"`lifecycle: {Lifecycle.NONE.value}`: this job neither makes, switches nor deletes",
        safe=NOTHING_HAPPENED,
        next=f"leave `{setting}` out; `leaver` and `scope` say whose accounts get nothing",
    )


def _matching(
    rules: UserSettings, owner: str | None, path: SettingPath, places: Places
) -> Iterator[SettingInvalid]:
    """Say who finds the accounts: the owner, or where nobody owns them this job."""
    if owner is not None and rules.match:
        yield SettingInvalid(
            "accounts are recognised by the job that owns them",
            where=places.where((*path, "match")),
            found=f"`lifecycle: none`, and job `{owner}` owns the accounts of this target",
            safe=NOTHING_HAPPENED,
            next=f"leave `match` out; whom `{owner}` linked, this job finds",
        )
    if owner is None and not rules.match:
        yield SettingInvalid(
            "nothing says whose accounts these are",
            where=places.where(path),
            found="`lifecycle: none`, no `match`, and no job that owns the accounts of this target",
            safe=NOTHING_HAPPENED,
            next="add `match:` with an issued identifier, such as an employee number",
        )

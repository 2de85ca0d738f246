"""What computed groups look at, and what their records hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from provisor.config.group_settings import GroupSettings
from provisor.config.model import JobSettings
from provisor.config.places import SettingPath
from provisor.config.reaching import Look, References, looks_of
from provisor.domain.group_rules import ComputedGroup
from provisor.domain.schema import Attribute, ObjectSchema, ObjectType
from provisor.ports.connector import Description

GROUPS: Final = ObjectType.GROUPS
KEY: Final = "key"
"""The key attribute of groups where the source has none of its own."""


def source_schema(
    object_type: ObjectType, settings: JobSettings, source: Description
) -> ObjectSchema:
    """Return what the records of a type hold; of groups, read or computed."""
    written = settings.groups
    if object_type is not GROUPS or written is None or not written.computed:
        return source.schemas[object_type]
    return _of_groups(written, source.schemas.get(GROUPS))


def _of_groups(written: GroupSettings, source: ObjectSchema | None) -> ObjectSchema:
    known = source or ObjectSchema(GROUPS, key=KEY)
    names: set[str] = set()
    for name, one in written.computed.items():
        names |= {"name", *ComputedGroup(name).attributes, *one.values}
    added = sorted(names - {attribute.name for attribute in known.attributes})
    return replace(known, attributes=(*known.attributes, *map(Attribute, added)))


def looks_of_computed(
    job: str, settings: JobSettings, written: Mapping[str, object], references: References
) -> Iterator[Look]:
    """Yield every attribute that computed groups look at, with its place."""
    for name, condition, path in _computed(job, settings, written):
        for attribute in ComputedGroup(name).attributes:
            yield ObjectType.USERS, attribute, path
        yield from looks_of(condition, references, ObjectType.USERS, (*path, "where"))


def _computed(
    job: str, settings: JobSettings, written: Mapping[str, object]
) -> Iterator[tuple[str, object, SettingPath]]:
    """Yield each computed group's name, its condition as written, and where it stands."""
    groups = written.get(GROUPS.value)
    listed = groups.get("computed") if isinstance(groups, Mapping) else None
    for name in settings.groups.computed if settings.groups is not None else ():
        one = listed.get(name) if isinstance(listed, Mapping) else None
        condition = one.get("where") if isinstance(one, Mapping) else None
        yield name, condition, ("jobs", job, GROUPS.value, "computed", name)

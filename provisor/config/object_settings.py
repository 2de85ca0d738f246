"""The settings of one kind of object in a job: who is in scope, what is compared, what is written.

Duty: say what may be written. Whether it fits the two systems is asked in `compiling`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field

from provisor.config.attribute_settings import MappedAttribute, MatchEntry, Settings
from provisor.config.field_types import Days, Text, WrittenCondition
from provisor.domain.schema import ObjectType


class Leaving(StrEnum):
    """When the account of somebody who is gone is disabled."""

    NOW = "now"
    NEVER = "never"


class LeaveSettings(Settings):
    """What happens when a person or a group is gone."""

    disable: Leaving | None = Field(
        None, description="`now` or `never`; left out, users are disabled and groups are not."
    )
    delete_after_days: Days | None = Field(
        None, description="Days after the disable until the delete is planned; never if left out."
    )
    date: Text | None = Field(
        None,
        description="Source attribute with the leave date; the oldest dates are disabled first.",
    )

    def disabling(self, object_type: ObjectType) -> Leaving:
        """Return what is done with this type of object when nothing was written about it."""
        users = object_type is ObjectType.USERS
        return self.disable or (Leaving.NOW if users else Leaving.NEVER)


class UserSettings(Settings):
    """The rules for one type of object."""

    references: dict[Text, Literal["users", "groups"]] = Field(
        default_factory=dict,
        description="Source attributes that hold the key of another record, and whether of "
        "`users` or `groups`; conditions then follow paths such as `manager.department`.",
    )
    scope: WrittenCondition | None = Field(
        None, description="Which records get an account; all of them if left out."
    )
    leaver: WrittenCondition | None = Field(
        None,
        description="Which records say by themselves that the person is gone; none if left out.",
    )
    match: tuple[MatchEntry, ...] = Field(
        (),
        description="How existing accounts are recognised, most trusted first; a plain name "
        "decides.",
    )
    attributes: dict[Text, MappedAttribute] = Field(
        min_length=1,
        description="Target attributes by path, each an expression, or a mapping with more.",
    )
    on_leave: LeaveSettings = Field(
        default_factory=LeaveSettings, description="What happens when a record's owner is gone."
    )

"""The settings of one kind of object in a job: who is in scope, what is compared, what is written.

Duty: say what may be written. Whether it fits the two systems is asked in `compiling`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from provisor.config.field_types import (
    Days,
    Expression,
    Text,
    WrittenCondition,
    as_default,
    as_mapped_attribute,
    as_match_entry,
    refusal,
)
from provisor.domain.record import Scalar
from provisor.domain.rules import Apply, OwnerMode
from provisor.domain.schema import ObjectType
from provisor.errors import SettingInvalid


class Settings(BaseModel):
    """A group of settings: an unknown name is refused, and nothing changes after reading."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, defer_build=True
    )


class MatchSettings(Settings):
    """One way to recognise an account that exists already."""

    attribute: Text = Field(description="Target attribute that is compared.")
    decides: bool = Field(
        default=True,
        description="`true`: one hit is the account; `false`: a hit is only proposed to a person.",
    )
    expression: Expression | None = Field(
        None, description="What to compare with; left out, the attribute's mapping is taken."
    )


class AttributeSettings(Settings):
    """How one target attribute is filled."""

    expression: Expression = Field(description="Expression over source attributes.")
    default: Annotated[Scalar | tuple[Scalar, ...] | None, BeforeValidator(as_default)] = Field(
        None, description="Value for records where the expression gives nothing; none if left out."
    )
    apply: Apply = Field(
        Apply.ALWAYS,
        description="`always`: kept equal; `on_create`: written once, with the account.",
    )


MatchEntry = Annotated[
    MatchSettings, BeforeValidator(as_match_entry, json_schema_input_type=Text | MatchSettings)
]
MappedAttribute = Annotated[
    AttributeSettings,
    BeforeValidator(as_mapped_attribute, json_schema_input_type=str | AttributeSettings),
]


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


def _known_owner(written: object) -> object:
    if written != "authoritative":
        return written
    raise refusal(
        SettingInvalid(
            "authoritative memberships are not part of this version",
            found="`authoritative`; `ours` or `add_only` were expected",
            next="use `ours`: only memberships that Provisor granted are removed",
        )
    )


class GroupSettings(UserSettings):
    """The rules for groups."""

    memberships: Annotated[OwnerMode, BeforeValidator(_known_owner)] | None = Field(
        None,
        description="`ours`: members are added, and removed where Provisor added them; "
        "`add_only`: never removed; left out, memberships are not touched.",
    )

"""The settings of groups: what is written of them beside what users have.

Duty: say what may be written. Whether it fits the two systems is asked in `grouping`.
"""

from __future__ import annotations

from pydantic import Field

from provisor.config.attribute_settings import Settings
from provisor.config.field_types import Text, WrittenCondition
from provisor.config.object_settings import UserSettings
from provisor.domain.group_rules import Nesting
from provisor.domain.rules import OwnerMode


class ComputedSettings(Settings):
    """A group of the people in scope who fulfil a condition."""

    where: WrittenCondition | None = Field(
        None, description="Who is in the group, of the people in scope; all of them if left out."
    )
    values: dict[Text, Text] = Field(
        default_factory=dict,
        description="More attributes of the group's record, for `attributes`; `name` is the "
        "group's name if left out. `{department}` stands for the value that the group is for.",
    )


class GroupSettings(UserSettings):
    """The rules for groups."""

    memberships: OwnerMode | None = Field(
        None,
        description="`ours`: members are added, and removed where Provisor added them; "
        "`add_only`: never removed; `authoritative`: members of others are removed, too, and only "
        "by a decision. Left out, memberships are not touched, or `ours` beside `computed`.",
    )
    nested: Nesting | None = Field(
        None,
        description="What becomes of a group in a group: `keep` it as a member, `flatten` it to "
        "its people, or `ignore` it. Left out, `keep` where the target can, else `flatten`.",
    )
    read_only: WrittenCondition | None = Field(
        None,
        description="Which groups of the target are only read: built-in, dynamic and primary "
        "ones, told by attributes of the target.",
    )
    computed: dict[Text, ComputedSettings] = Field(
        default_factory=dict,
        description="Groups by rule, each under its name; a name with `{department}` in it makes "
        "one group for each department of the people in scope.",
    )

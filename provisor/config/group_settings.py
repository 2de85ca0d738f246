"""The settings of groups: what is written of them beside what users have, and who owns members.

Duty: say what may be written. Whether it fits the two systems is asked in `compiling`.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from provisor.config.field_types import refusal
from provisor.config.object_settings import UserSettings
from provisor.domain.rules import OwnerMode
from provisor.errors import SettingInvalid


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

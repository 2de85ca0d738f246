"""The settings of what is done about a target that others change: orphans and unused accounts.

Duty: say what may be written. Whether the target has the attributes is asked in `compiling`.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from provisor.config.attribute_settings import Settings
from provisor.config.field_types import Text
from provisor.domain.oversight import BlankSignIn, Dormancy, OnOrphan


class OrphanSettings(Settings):
    """What follows for accounts that belong to nobody."""

    disable: bool = Field(
        default=False,
        description="Whether every plan offers to switch them off, in the part `users.orphans`, "
        "which always waits for a decision.",
    )

    def rule(self) -> OnOrphan:
        """Return what planning does about an orphan."""
        return OnOrphan.DISABLE if self.disable else OnOrphan.REPORT


class DormantSettings(Settings):
    """How it is seen that nobody uses an account."""

    attribute: Text = Field(
        description="Target attribute with the time of the last sign-in, such as `lastLogin`."
    )
    days: Annotated[int, Field(strict=True, ge=1, le=36_500)] = Field(
        90, description="Days without a sign-in after which an account that is on is dormant."
    )
    created: Text | None = Field(
        None, description="Target attribute with the time when the account was made."
    )
    blank: BlankSignIn = Field(
        BlankSignIn.UNKNOWN,
        description="What it means when the attribute is empty: `unknown`, or `never` signed in.",
    )

    def rule(self) -> Dormancy:
        """Return the rule."""
        return Dormancy(self.attribute, self.days, self.created or "", self.blank)

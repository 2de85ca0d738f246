"""The settings of rights: the catalogue of what people may hold, and what nobody may hold together.

Duty: say what may be written. Whether it fits the systems is asked in `entitling`.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from provisor.config.attribute_settings import Settings
from provisor.config.field_types import Name, Text, refusal
from provisor.domain.duties import Then
from provisor.domain.rules import OwnerMode
from provisor.errors import SettingInvalid

Days = Annotated[int, Field(strict=True, ge=1, le=36_500)]


class RightSettings(Settings):
    """One right of a target: a group, or a value of a many-valued attribute."""

    group: Text | None = Field(
        None, description="Name of a group of the target; `*` stands for any characters."
    )
    attribute: Text | None = Field(
        None, description="Instead, a many-valued attribute of users whose values are rights."
    )
    value: Text | None = Field(
        None, description="The value that `attribute` has; `*` stands for any characters."
    )

    @model_validator(mode="after")
    def _names_one_right(self) -> Self:
        by_value = self.attribute is not None and self.value is not None
        half = (self.attribute is None) != (self.value is None)
        if half or (self.group is not None) == by_value:
            raise refusal(
                SettingInvalid(
                    "a right is a `group`, or an `attribute` with a `value`",
                    found="none of them, or both",
                    next="write `{group: Buyers, …}`, or `{attribute: roles, value: buyer, …}`",
                )
            )
        return self

    @property
    def kind(self) -> str:
        """The attribute that holds it; empty for a group."""
        return self.attribute or ""

    @property
    def pattern(self) -> str:
        """What describes it, in small letters."""
        return (self.group or self.value or "").lower()


class EntitlementSettings(RightSettings):
    """What is known of one right, or of all that a pattern describes."""

    risk: Literal["low", "medium", "high", "privileged"] = Field(
        description="How much harm it does in wrong hands; `privileged` gives power over others, "
        "and is granted by two people."
    )
    owner: Text | None = Field(None, description="Who answers for it.")
    reviewer: Text | None = Field(None, description="Who looks whether people still need it.")
    longest_days: Days | None = Field(
        None, description="Days after which it is taken back; left out, it stays."
    )
    mode: OwnerMode | None = Field(
        None,
        description="Of `attribute`, which of its values a job may take away: `ours`, what it "
        "gave; `add_only`, none; `authoritative`, all that nobody wants, never without a decision. "
        "Left out, `ours`. Of groups `memberships` of the job says it.",
    )

    @model_validator(mode="after")
    def _has_its_mode(self) -> Self:
        if self.group is not None and self.mode is not None:
            raise refusal(
                SettingInvalid(
                    "which members of groups a job may take out is a setting of the job",
                    found="`mode` beside `group`",
                    next="write `memberships:` below the job's `groups:`",
                ),
                ("mode",),
            )
        return self


class ClaimSettings(RightSettings):
    """One right of one target that a duty names."""

    target: Name = Field(description="Name of the system where it is held.")


class DutySettings(Settings):
    """Two sets of rights of which nobody may hold one each, in whatever systems."""

    one: Annotated[tuple[ClaimSettings, ...], Field(min_length=1)] = Field(
        description="The rights on one side."
    )
    other: Annotated[tuple[ClaimSettings, ...], Field(min_length=1)] = Field(
        description="The rights on the other side."
    )
    then: Then = Field(
        Then.REFUSE,
        description="What becomes of a grant that would bring two of them together: `refuse` "
        "leaves it out of the plan, `ask` lets it wait for a decision of its own.",
    )
    owner: Text | None = Field(None, description="Who answers for the rule.")

    def claims(self) -> tuple[ClaimSettings, ...]:
        """Return everything that it names."""
        return (*self.one, *self.other)

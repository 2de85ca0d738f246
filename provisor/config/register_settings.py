"""The settings of the register: accounts of a target that belong to no person of a source.

Duty: say what may be written. Whether it fits the target is asked in `protecting`.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from provisor.config.attribute_settings import Settings
from provisor.config.field_types import Text, WrittenCondition, refusal
from provisor.errors import SettingInvalid


def _day(written: str) -> str:
    try:
        date.fromisoformat(written)
    except ValueError:
        raise refusal(
            SettingInvalid(
                "a day cannot be read",
                found="another form",
                next="write year, month and day, such as `2031-04-07`",
            )
        ) from None
    return written


Day = Annotated[Text, AfterValidator(_day)]


class AccountKind(StrEnum):
    """Why an account belongs to no person of a source."""

    SERVICE = "service"
    SHARED = "shared"
    PROTECTED = "protected"
    BREAK_GLASS = "break_glass"


class AccountSettings(Settings):
    """One account of a target that Provisor never touches, or a range of them."""

    account: Text | None = Field(None, description="Name or native id of the account.")
    match: Text | None = Field(
        None,
        description="Instead, a pattern of names and native ids; `*` stands for any characters.",
    )
    where: WrittenCondition | None = Field(
        None, description="Instead, a condition about attributes of the target's accounts."
    )
    object: Literal["users", "groups"] | None = Field(
        None,
        description="What the entry is about: `users` or `groups`; left out, both, and for a "
        "condition users.",
    )
    kind: AccountKind = Field(description="`service`, `shared`, `protected` or `break_glass`.")
    owner: Text | None = Field(None, description="Who answers for the account.")
    purpose: Text | None = Field(None, description="What the account is for.")
    reviewer: Text | None = Field(
        None, description="Who looks whether the account is still needed."
    )
    reviewed: Day | None = Field(
        None,
        description="The day on which somebody last looked, such as `2031-04-07`; to change it "
        "needs no new approval.",
    )
    review_days: Annotated[int, Field(strict=True, ge=1, le=3_650)] | None = Field(
        None, description="Days after which somebody must look again; left out, never."
    )

    @model_validator(mode="after")
    def _names_something(self) -> Self:
        named = [self.account, self.match, self.where]
        if sum(one is not None for one in named) != 1:
            raise refusal(
                SettingInvalid(
                    "an entry of `accounts` is one `account`, a `match` or a `where`",
                    found="none of them, or several",
                    next='write `{account: backup, …}`, or `{match: "svc-*", …}`',
                )
            )
        return self

"""The settings of limits: how much harm may be done, to whom, and within which time.

Duty: say what may be written. Whether it fits the two systems is asked in `compiling`.
"""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from provisor.config.attribute_settings import Settings
from provisor.config.field_types import Count, Names, Percent, Text, WrittenCondition, refusal
from provisor.domain.bounds import Limit
from provisor.domain.scope import Clause, leaves_of
from provisor.errors import SettingInvalid


class BoundSettings(Settings):
    """A bound over 30 days; without one of the two numbers, that one does not bind."""

    count: Count | None = Field(None, description="Most actions in this time.")
    percent: Percent | None = Field(
        None, description="Most actions in this time, in percent of the accounts concerned."
    )
    minimum_base: Count = Field(20, description="Below this number of accounts only `count` binds.")

    @model_validator(mode="after")
    def _binds(self) -> Self:
        if self.count is None and self.percent is None and not self._binds_otherwise():
            raise refusal(
                SettingInvalid(
                    "a limit has neither `count` nor `percent`, and would bind nothing",
                    next="give one of them, or leave the operation out to keep its default",
                )
            )
        return self

    def _binds_otherwise(self) -> object:
        return False

    def limit(self) -> Limit:
        """Return the bound as rules take it."""
        return Limit(self.count, self.percent, self.minimum_base)


class ShareSettings(BoundSettings):
    """A bound for each value of a source attribute: every department by itself."""

    count: Count | None = Field(
        None, description="Most actions among the people of one value, in 24 hours."
    )
    percent: Percent | None = Field(
        None, description="Most actions in 24 hours, in percent of the accounts of one value."
    )
    month: BoundSettings | None = Field(
        None, description="The same over a rolling 30 days; unbound if left out."
    )

    def _binds_otherwise(self) -> object:
        return self.month

    def limit(self) -> Limit:
        """Return the bound as rules take it."""
        month = self.month.limit() if self.month is not None else None
        return Limit(self.count, self.percent, self.minimum_base, month)


class ChangeSettings(ShareSettings):
    """A bound on the changes of one attribute of accounts that are there."""

    count: Count | None = Field(
        None, description="Most accounts of which the attribute changes, in 24 hours."
    )
    percent: Percent | None = Field(
        None,
        description="Most of them in 24 hours, in percent of the accounts that the job manages.",
    )


class LimitSettings(BoundSettings):
    """A bound on one operation; without one of the two numbers, that one does not bind."""

    count: Count | None = Field(None, description="Most actions in one plan and in 24 hours.")
    percent: Percent | None = Field(
        None,
        description="Most actions, in percent of the accounts that the job manages; for "
        "`members_lost` of the group's members.",
    )
    minimum_base: Count = Field(
        20, description="Below this number of managed accounts only `count` binds."
    )
    month: BoundSettings | None = Field(
        None,
        description="The same over a rolling 30 days; left out, the operation keeps its default.",
    )
    by: dict[Text, ShareSettings] = Field(
        default_factory=dict,
        description="Source attributes of users, each with a bound that holds for every one of "
        "its values; a department that crosses it waits alone.",
    )
    two_approvers_above: Count | None = Field(
        None,
        description="More actions than this in one plan need two approvers; left out, the "
        "operation keeps its default.",
    )

    def _binds_otherwise(self) -> object:
        return self.month or self.by

    def limit_over(self, default: Limit) -> Limit:
        """Return the bound as rules take it; what is not written about it is the default's."""
        above = self.two_approvers_above
        return Limit(
            count=self.count,
            percent=self.percent,
            minimum_base=self.minimum_base,
            month=self.month.limit() if self.month is not None else default.month,
            by={name: share.limit() for name, share in self.by.items()},
            two_above=default.two_above if above is None else above,
        )


class UrgentSettings(Settings):
    """Disables that wait for nobody."""

    count: Count = Field(
        20, description="Leavers with a positive sign that are disabled per target and 24 hours."
    )


class PrivilegedSettings(Settings):
    """Accounts and groups of the target that give power over others."""

    users: WrittenCondition | None = Field(
        None,
        description="Which accounts are privileged: a condition over target attributes, such as "
        "`{attribute: userName, operator: STARTS WITH, value: adm-}`.",
    )
    groups: Names = Field(
        (),
        description="Names of privileged groups of the target; `*` stands for any characters.",
    )

    @model_validator(mode="after")
    def _is_about_accounts(self) -> Self:
        for leaf in leaves_of(self.users):
            if not isinstance(leaf, Clause):
                raise refusal(
                    SettingInvalid(
                        "a condition on accounts asks for a group of the source",
                        found="`group`; clauses over attributes of the target were expected",
                        next="name privileged groups of the target in `privileged.groups`",
                    ),
                    ("users",),
                )
        return self

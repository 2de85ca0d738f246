"""The settings of one kind of object in a job: who is in scope, what is compared, what is written.

Duty: say what may be written. Whether it fits the two systems is asked in `compiling`.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from provisor.config.attribute_settings import MappedAttribute, MatchEntry, Settings
from provisor.config.field_types import Text, WrittenCondition
from provisor.config.leave_settings import DateSettings, LeaveSettings, ReturnSettings
from provisor.config.limit_settings import ChangeSettings
from provisor.config.oversight_settings import DormantSettings, OrphanSettings
from provisor.domain.rules import Lifecycle


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
    on_return: ReturnSettings | None = Field(
        None, description="What happens when somebody who had left is here again."
    )
    dates: DateSettings | None = Field(
        None, description="Between which days somebody works here; no dates act if left out."
    )
    limits: dict[Text, ChangeSettings] = Field(
        default_factory=dict,
        description="Target attributes, each with a bound on the accounts of which it changes, by "
        "whatever operation; unbound but by the job's `limits` if left out.",
    )
    lifecycle: Lifecycle | None = Field(
        None,
        description="`own`: this job makes, switches and deletes the accounts; `none`: it only "
        "adds attributes to accounts that are there. Left out, `own`; of the jobs with one target "
        "one owns them.",
    )
    orphans: OrphanSettings | None = Field(
        None, description="What follows for accounts that belong to nobody; they are only listed."
    )
    dormant: DormantSettings | None = Field(
        None, description="How `provisor dormant` sees that nobody uses an account."
    )

    @property
    def owns_accounts(self) -> bool:
        """Whether the job makes, switches and deletes them."""
        return self.lifecycle is not Lifecycle.NONE

"""What people write about leaving, coming back, and the dates between which somebody works."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from provisor.config.attribute_settings import Settings
from provisor.config.field_types import Days, Expression, Text, TimeZone, refusal
from provisor.domain.expressions import Dialect, Node, parse
from provisor.domain.leaving import CountedFrom, Gone
from provisor.domain.schema import ObjectType
from provisor.errors import SettingInvalid

NOTHING = "nothing"
"""What is written where nothing shall follow."""


class Leaving(StrEnum):
    """When the account of somebody who is gone is disabled."""

    NOW = "now"
    NEVER = "never"


class SetSettings(Settings):
    """What an attribute of a leaver's account is given."""

    dialect: Dialect | None = Field(
        None, description="`connect` for functions as Connect sync has them; left out, `entra`."
    )
    expression: Expression | None = Field(
        None, description="Expression over source attributes; left out, the attribute is cleared."
    )

    @property
    def tree(self) -> Node:
        """What the expression says; an empty text where the attribute is cleared."""
        return parse(self.expression or '""', self.dialect or Dialect.ENTRA)


def _as_set(written: object) -> object:
    """Take a bare expression as a mapping that holds nothing else, and null as clearing."""
    if written is None:
        return {}
    return written if isinstance(written, Mapping) else {"expression": written}


SetEntry = Annotated[
    SetSettings, BeforeValidator(_as_set, json_schema_input_type=str | SetSettings | None)
]


class PolicySettings(Settings):
    """What follows from one reason to be gone."""

    disable: Leaving | None = Field(
        None, description="`now` or `never`; left out, users are disabled and groups are not."
    )
    delete_after_days: Days | None = Field(
        None, description="Days after the disable until the delete is planned; never if left out."
    )
    delete: Literal["now"] | None = Field(
        None,
        description="`now`: the delete is planned as soon as the account is disabled, and at once "
        "where nothing is disabled.",
    )
    count_from: CountedFrom | None = Field(
        None,
        description="Where `delete_after_days` begin: `disable` (if left out), or `leaving`, the "
        "cycle that first saw the person gone.",
    )
    wait_days: Days | None = Field(
        None, description="Days after leaving for which nothing follows at all; 0 if left out."
    )
    set: dict[Text, SetEntry] = Field(
        default_factory=dict,
        description="Target attributes that leavers' accounts are given, each an expression, or "
        "`null` to clear it.",
    )

    memberships: Literal["keep", "remove"] | None = Field(
        None,
        description="`remove` takes back the memberships that this job gave; `keep` (if left out) "
        "leaves them until the account is deleted or the person is back.",
    )

    def disabling(self, object_type: ObjectType) -> Leaving:
        """Return what is done with this type of object when nothing was written about it."""
        users = object_type is ObjectType.USERS
        return self.disable or (Leaving.NOW if users else Leaving.NEVER)

    @property
    def deletes(self) -> bool:
        """Whether accounts are ever deleted."""
        return self.delete is not None or self.delete_after_days is not None

    @model_validator(mode="after")
    def _deletes_once(self) -> Self:
        if self.delete is not None and self.delete_after_days is not None:
            raise refusal(
                SettingInvalid(
                    "a delete is planned `now` or after days, not both",
                    next="leave `delete` or `delete_after_days` out",
                ),
                ("delete",),
            )
        if self.count_from is not None and self.delete_after_days is None:
            raise refusal(
                SettingInvalid(
                    "`count_from` has no days to count",
                    next="add `delete_after_days:`, or leave `count_from` out",
                ),
                ("count_from",),
            )
        return self


def _as_policy(written: object) -> object:
    return {"disable": "never"} if written == NOTHING else written


PolicyEntry = Annotated[
    PolicySettings,
    BeforeValidator(_as_policy, json_schema_input_type=Literal["nothing"] | PolicySettings),
]


class LeaveSettings(PolicySettings):
    """What happens when a person or a group is gone, for whatever reason none is written apart."""

    date: Text | None = Field(
        None,
        description="Source attribute with the leave date; the oldest dates are disabled first.",
    )
    leaver: PolicyEntry | None = Field(
        None,
        description="Instead, when the source says so: `leaver` holds, or the last day passed; "
        "`nothing`, or settings as above, which take nothing from those above.",
    )
    out_of_scope: PolicyEntry | None = Field(
        None, description="Instead, when the record is there and `scope` does not hold any more."
    )
    absent: PolicyEntry | None = Field(
        None, description="Instead, when the record is deleted at the source."
    )
    denied: PolicyEntry | None = Field(
        None, description="Instead, when a person said so (`provisor override add --kind deny`)."
    )

    def apart(self) -> Iterator[tuple[Gone, PolicySettings]]:
        """Yield every reason with a policy of its own."""
        for why in Gone:
            own = getattr(self, why.value, None)
            if isinstance(own, PolicySettings):
                yield why, own

    def policies(self) -> Iterator[tuple[tuple[str, ...], PolicySettings]]:
        """Yield every policy with its place inside these settings."""
        yield (), self
        for why, own in self.apart():
            yield (why.value,), own


class ReturnSettings(Settings):
    """What happens when somebody who had left is here again."""

    rehire_after_days: Days | None = Field(
        None,
        description="Gone for as many days is a re-hire; left out, only a start date after the "
        "leave is (`dates.start`).",
    )
    reinstate: Literal["approve", "freely"] | None = Field(
        None,
        description="Whether the account of a leave that was withdrawn is switched on after a "
        "decision (`approve`, if left out) or `freely`, under the limit of `enable`; a re-hire "
        "always waits.",
    )


class ZoneSettings(Settings):
    """Where people's days begin."""

    attribute: Text = Field(
        description="Source attribute with the name of the person's time zone; where it is empty, "
        "the configuration's counts."
    )


class DateSettings(Settings):
    """Between which days somebody works here; they act when they come."""

    start: Text | None = Field(
        None,
        description="Source attribute with the first day: before it there is no account, or one "
        "that is switched off.",
    )
    pre_start_days: Days | None = Field(
        None,
        description="Days before `start` from which on the account is made, switched off; 0 if "
        "left out.",
    )
    end: Text | None = Field(
        None,
        description="Source attribute with the last day: once it has passed the person is a "
        "leaver.",
    )
    time_zone: TimeZone | ZoneSettings | None = Field(
        None,
        description="Where these days begin: a time zone, or `{attribute: …}`; left out, the "
        "configuration's `time_zone`.",
    )

    @model_validator(mode="after")
    def _looks_at_something(self) -> Self:
        if self.start is None and self.end is None:
            raise refusal(
                SettingInvalid(
                    "`dates` names neither `start` nor `end`",
                    next="name the source attribute with the first or the last day",
                )
            )
        if self.pre_start_days is not None and self.start is None:
            raise refusal(
                SettingInvalid("`pre_start_days` has no start to count from", next="add `start:`"),
                ("pre_start_days",),
            )
        return self

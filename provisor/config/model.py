"""The settings of one configuration file: names, types, defaults, and a sentence for each.

Duty: say what may be written. Whether it fits the two systems is asked in `compiling`.
Never: a file, a secret or a system is touched.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, ConfigDict, Discriminator, Field, Tag, model_validator

from provisor.config.attribute_settings import Settings
from provisor.config.field_types import (
    Address,
    Cron,
    Hours,
    Name,
    Names,
    Operation,
    Text,
    TimeZone,
    Years,
    refusal,
)
from provisor.config.group_settings import GroupSettings
from provisor.config.guard_settings import GuardSettings
from provisor.config.history_settings import HistorySettings
from provisor.config.limit_settings import LimitSettings, PrivilegedSettings, UrgentSettings
from provisor.config.object_settings import UserSettings
from provisor.config.people_settings import PEOPLE, PeopleSettings
from provisor.config.register_settings import AccountSettings
from provisor.config.revision_settings import RevisionSettings
from provisor.config.right_settings import DutySettings, EntitlementSettings
from provisor.domain.oversight import DriftPolicy
from provisor.domain.rules import AnchorPolicy, OnPartial, Verify
from provisor.errors import SettingInvalid


class StoreSettings(Settings):
    """Where Provisor keeps its memory."""

    url: Address = Field(
        "sqlite:///state/provisor.db",
        description="Address of the database; a relative SQLite file starts beside this file.",
    )


class IdentityMode(StrEnum):
    """How Provisor knows who acts."""

    OS = "os"
    ASSERTED = "asserted"


def _known_mode(written: object) -> object:
    if written != "oidc":
        return written
    raise refusal(
        SettingInvalid(
            "signing in with OpenID Connect is not part of this version",
            found="`oidc`; `os` or `asserted` were expected",
            next="use `os`: the user of the operating system is who acts",
        )
    )


class IdentitySettings(Settings):
    """Who acts when a command is given."""

    mode: Annotated[IdentityMode, BeforeValidator(_known_mode)] = Field(
        IdentityMode.OS,
        description="`os`: the user of the operating system; `asserted`: whoever `--as` names, "
        "for trials, and shown on every plan.",
    )


class ApprovalSettings(Settings):
    """How votes on plans work."""

    four_eyes: bool = Field(
        default=True,
        description="Whether a second person must approve; without it every plan says that it is "
        "no evidence of separation.",
    )
    expiry_hours: Hours = Field(24, description="Hours until an approval loses its force.")
    destructive_expiry_hours: Hours = Field(
        8, description="Hours until the approval of deletes and other final acts loses its force."
    )


class SystemSettings(Settings):
    """A system that is read or written; beside `connector` stand the connector's own settings."""

    model_config = ConfigDict(extra="allow")

    connector: Text = Field(
        description="Name of the connector: `files`, `ldap`, `scim`, `sql`, or an installed one."
    )

    calls_per_minute: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] | None = Field(
        None,
        description="Calls that the system's owner allows in a minute: plans say how long they "
        "take for it, and writing keeps to it; unlimited if left out.",
    )

    def own(self) -> dict[str, Any]:
        """Return the connector's own settings as they are written."""
        return dict(self.model_extra or {})


def _kind_of_system(written: object) -> str:
    """Say whether a system stands for itself, or is made of others."""
    connector = (
        written.get("connector")
        if isinstance(written, Mapping)
        else getattr(written, "connector", None)
    )
    return "joined" if connector == PEOPLE else "single"


AnySystem = Annotated[
    Annotated[PeopleSettings, Tag("joined")] | Annotated[SystemSettings, Tag("single")],
    Discriminator(_kind_of_system),
]


class AbsenceSettings(Settings):
    """When being missing counts as being gone."""

    hours: Hours = Field(
        24, description="Hours between two complete reads that both miss the record."
    )


class CycleSettings(Settings):
    """When everything is read, although what changed would be enough."""

    full_every_hours: Hours = Field(
        24,
        description="Hours after which both sides are read as a whole again; in between only "
        "what changed is, where the source tells it.",
    )
    part_rows: int = Field(
        1_000_000,
        ge=1,
        description="Most people in memory at a time: when more are linked, both sides go through "
        "files and are planned in parts. The plan is the same.",
    )


class JobSettings(Settings):
    """One source, one target, and the rules between them."""

    source: Name = Field(description="Name of the system that is read.")
    target: Name = Field(description="Name of the system that is kept right.")
    schedule: Cron | None = Field(
        None, description="When to run, as five cron fields in `time_zone`; by hand if left out."
    )
    after: Names = Field(
        (),
        description="Jobs that run before this one in the same cycle, and whose values it may "
        "read: `[JOB.ATTRIBUTE]`.",
    )
    users: UserSettings | None = Field(None, description="The rules for users.")
    groups: GroupSettings | None = Field(None, description="The rules for groups.")
    limits: dict[Operation, LimitSettings] = Field(
        default_factory=dict,
        description="Bounds per operation; operations left out keep their defaults.",
    )
    privileged: PrivilegedSettings | None = Field(
        None, description="Which accounts and groups of the target give power over others."
    )
    guard: GuardSettings = Field(
        default_factory=GuardSettings, description="When a full read is believed to be complete."
    )
    anchor_policy: AnchorPolicy | None = Field(
        None,
        description="`ours`: an account that carries an anchor of somebody else is never taken; "
        "`keep_foreign`: it may be, by its native id, and its anchor is left as it is. Left out, "
        "`ours`.",
    )
    on_partial: OnPartial = Field(
        OnPartial.REFUSE,
        description="After an incomplete read: `refuse` everything, or go on with what rests on "
        "`presence`.",
    )
    verify: Verify | None = Field(
        None,
        description="Which acts are looked at again once they were done: none besides deletes and "
        "privileged ones (`answer`), 20 of those whose answer shows nothing (`sample`), or `all`. "
        "Left out, `sample`.",
    )
    urgent: UrgentSettings = Field(
        default_factory=UrgentSettings, description="Disables that wait for nobody."
    )
    absence: AbsenceSettings = Field(
        default_factory=AbsenceSettings, description="When being missing counts as being gone."
    )
    cycle: CycleSettings | None = Field(
        None,
        description="When everything is read, although what changed would be enough; left out, "
        "every 24 hours.",
    )
    canaries: Names = Field(
        (), description="Keys of source records that every complete read must hold."
    )
    reserve_names_years: Years | None = Field(
        None,
        description="Years for which the names of deleted accounts are given to nobody else; "
        "3 if left out, 0 for none.",
    )
    allow_empty: bool = Field(
        default=False, description="Whether a source without any record is believed."
    )
    default_domain: Text | None = Field(
        None, description="What `DefaultDomain()` gives in expressions, such as `example.org`."
    )
    drift: DriftPolicy | None = Field(
        None,
        description="What others changed in the target, until somebody decides: `repair` it in the "
        "ordinary plan, `report` it and leave the value, or `hold` the whole account; left out, "
        "`repair`.",
    )

    @model_validator(mode="after")
    def _has_rules(self) -> Self:
        if self.users is None and self.groups is None:
            raise refusal(
                SettingInvalid(
                    "a job has rules for neither `users` nor `groups`",
                    next="add `users:` with `attributes:`",
                )
            )
        return self


class DeliverySettings(Settings):
    """How a secret that was drawn reaches its person: a program of yours."""

    command: Annotated[tuple[Text, ...], Field(min_length=1)] = Field(
        description="Program and arguments, started without a shell; it reads one JSON object "
        "from its standard input."
    )
    seconds: Annotated[int, Field(strict=True, ge=1, le=600)] = Field(
        30, description="Seconds after which the program is stopped and counts as failed."
    )


class ConfigurationSettings(Settings):
    """Everything that a configuration file says."""

    version: Literal[1] = Field(description="Version of this format; always 1.")
    time_zone: TimeZone = Field(
        "UTC", description="Time zone of schedules, days and reports, such as `Europe/Berlin`."
    )
    store: StoreSettings = Field(
        default_factory=StoreSettings, description="Where Provisor keeps its memory."
    )
    identity: IdentitySettings = Field(
        default_factory=IdentitySettings, description="Who acts when a command is given."
    )
    approvals: ApprovalSettings = Field(
        default_factory=ApprovalSettings, description="How votes on plans work."
    )
    revisions: RevisionSettings = Field(
        default_factory=RevisionSettings, description="How a configuration comes into force."
    )
    history: HistorySettings = Field(
        default_factory=HistorySettings, description="What is kept of earlier days."
    )
    systems: dict[Name, AnySystem] = Field(
        default_factory=dict, description="Systems by name: sources and targets."
    )
    jobs: dict[Name, JobSettings] = Field(default_factory=dict, description="Jobs by name.")
    deliveries: dict[Name, DeliverySettings] = Field(
        default_factory=dict,
        description="Programs by name that are handed the secrets which mappings draw.",
    )
    entitlements: dict[Name, tuple[EntitlementSettings, ...]] = Field(
        default_factory=dict,
        description="Per system the catalogue of what people may hold there.",
    )
    duties: dict[Name, DutySettings] = Field(
        default_factory=dict,
        description="Separation of duties by name: rights that nobody may hold together.",
    )
    accounts: dict[Name, tuple[AccountSettings, ...]] = Field(
        default_factory=dict,
        description="Per system the accounts that Provisor never touches.",
    )

"""What ties an identity to an account, and what we remember of both sides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from provisor.domain.leaving import Leave
from provisor.domain.minting import swiftly
from provisor.domain.record import Value
from provisor.domain.schema import ObjectType

LINK_COLUMNS: Final = (
    *("identity", "key", "native_id", "anchor", "state", "since", "accepted"),
    *("left_since", "left_as", "back_since"),
)
"""What there is of a link, where links stand as columns."""


class LinkState(StrEnum):
    """Whether the account serves its person now."""

    ACTIVE = "active"
    DISABLED = "disabled"
    """By us; `since` says when, and a delayed delete counts from there."""


@swiftly
@dataclass(frozen=True, slots=True)
class Link:
    """The one account of one identity in one target."""

    identity: str
    """The identity id."""
    object_type: ObjectType
    key: str
    """The natural key of the source record at the time of linking; kept up to date."""
    native_id: str
    anchor: str | None
    state: LinkState = LinkState.ACTIVE
    since: datetime | None = None
    """When the state began."""
    accepted: Mapping[str, tuple[Value, Value]] = field(default_factory=dict)
    """Attribute to what was sent and what the target kept instead: not fought over."""
    leave: Leave | None = None
    """What is remembered of the person's leaving; None for somebody who is here."""


@dataclass(frozen=True, slots=True)
class Absence:
    """A linked person whose row was missing from a complete read."""

    identity: str
    object_type: ObjectType
    key: str
    since: datetime
    """The first complete read without the row; an earlier sighting ends it."""
    reads: int
    """Complete reads without the row so far."""
    said: bool = False
    """Whether the source said itself that it deleted the row."""


@dataclass(frozen=True, slots=True)
class Membership:
    """One membership that we granted, so that owner mode `ours` may take it back."""

    group: str
    """Identity id of the group."""
    member: str
    """Identity id of the member."""


@dataclass(frozen=True, slots=True)
class HeldName:
    """A value of a unique attribute that belongs to somebody although no account shows it now."""

    attribute: str
    name: str
    identity: str
    """Whose it is: for this identity it is free."""

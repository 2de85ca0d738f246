"""An entry of a provisioning log: which source object it speaks of, and which account is its.

The names are those of Graph's `provisioningObjectSummary` and of the Log Analytics table
`AADProvisioningLogs`; in a CSV file the parts of an identity are columns of their own.
Source: Microsoft Graph, resource types provisioningObjectSummary and provisionedIdentity; Azure
Monitor, table AADProvisioningLogs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from provisor.config.places import NOTHING_HAPPENED
from provisor.domain.schema import ObjectType
from provisor.errors import SettingInvalid

Told = Mapping[str, object]
"""One entry; names folded by `folded`."""

_SOURCES: Final = ("sourceidentityid", "sourceid", "sourceobjectid")
_TARGETS: Final = ("targetidentityid", "targetid", "targetobjectid")
_TIMES: Final = ("activitydatetime", "timegenerated", "dateutc", "date")
_ACTIONS: Final = ("provisioningaction", "action")
_STATES: Final = ("provisioningstatusinfostatus", "statusinfostatus", "resulttype", "status")
_KINDS: Final = ("identitytype", "identityidentitytype", "type")
_FAILED: Final = "failure"
_DELETED: Final = "delete"


@dataclass(frozen=True, slots=True)
class Claim:
    """What one line of a file says about one source object."""

    line: int
    key: str
    """The source's id of the object."""
    account: str
    """The target's id; empty when the account was deleted."""
    at: datetime | None = None
    """When it was so; None in a plain list, where nothing is newer than anything else."""


def folded(name: str) -> str:
    """Return a name without what exports write differently: case, dots, spaces, underscores.

    Example:
        >>> folded("sourceIdentity.id"), folded("Date (UTC)")
        ('sourceidentityid', 'dateutc')
    """
    return "".join(character for character in name.lower() if character.isalnum())


def is_log_header(names: frozenset[str]) -> bool:
    """Say whether folded column names are those of a provisioning log."""
    has_source = names & {*_SOURCES, "sourceidentity"}
    has_target = names & {*_TARGETS, "targetidentity"}
    return bool(has_source and has_target and names & set(_TIMES))


def claim_of(written: Told, line: int, file: str, wanted: ObjectType) -> Claim | None:
    """Return what an entry says about a link, or None when it says nothing.

    A failed entry says nothing; neither does one about another type of object, or one without
    both ids. Only a delete that was carried out ends a link.

    Raises:
        SettingInvalid: an entry that matters has no time, so that nobody knows the newest.
    """
    told = _inner(written)
    key = _text(told, _SOURCES) or _part(told, "sourceidentity", "id")
    account = _text(told, _TARGETS) or _part(told, "targetidentity", "id")
    state = _text(told, _STATES) or _part(told, "provisioningstatusinfo", "status")
    state = state or _part(told, "statusinfo", "status")
    if not key or state.lower() == _FAILED or _kind(told) is not wanted:
        return None
    # Staged and skipped deletes leave the account where it is.
    gone = _text(told, _ACTIONS).lower() == _DELETED and state.lower() in ("success", "")
    if not gone and not account:
        return None
    return Claim(line, key, "" if gone else account, _moment(told, line, file))


def _inner(written: Told) -> Told:
    """Return the entry itself, which diagnostic settings put into an envelope."""
    told = {folded(name): value for name, value in written.items()}
    inside = told.get("properties")
    if not isinstance(inside, dict):
        return told
    return told | {folded(name): value for name, value in inside.items()}


def _text(told: Told, names: tuple[str, ...]) -> str:
    for name in names:
        value = told.get(name)
        if isinstance(value, str) and value.strip():
            return value.strip()
    return ""


def _part(told: Told, whole: str, part: str) -> str:
    """Return a part of an identity, which is an object, or JSON text in one cell."""
    value = told.get(whole)
    if isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return ""
    if not isinstance(value, dict):
        return ""
    parts = {folded(str(name)): inner for name, inner in value.items()}
    return _text(parts, (part,))


def _kind(told: Told) -> ObjectType | None:
    """Return users or groups; None for roles and whatever else a target holds."""
    names = [
        _text(told, tuple(f"{side}{name}" for name in _KINDS))
        or _part(told, f"{side}identity", "identitytype")
        for side in ("target", "source")
    ]
    types = [name.lower() for name in [*names, _text(told, ("identitytype",))] if name]
    if any(name.endswith("group") for name in types):
        return ObjectType.GROUPS
    if not types or any(name.endswith("user") for name in types):
        return ObjectType.USERS
    return None


def _moment(told: Told, line: int, file: str) -> datetime:
    written = _text(told, _TIMES)
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        pass
    else:
        return at if at.tzinfo else at.replace(tzinfo=UTC)
    raise SettingInvalid(
        "an entry of the log has no time, so nobody knows whether it is the newest",
        where=f"{file} line {line}",
        found="a time like `2026-03-01T12:00:00Z` was expected in `activityDateTime`",
        safe=NOTHING_HAPPENED,
        next="export the log as JSON, or write a CSV file with the columns `key,account`",
    )

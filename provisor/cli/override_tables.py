"""Overrides as they are listed: what they say, whether they bind, and until when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from rich.table import Table
from rich.text import Text

from provisor.cli.rooms import console, print_json
from provisor.domain.event import moment
from provisor.domain.hiding import hidden, hidden_in_target
from provisor.domain.override import Override, OverrideKind
from provisor.domain.record import Value
from provisor.errors import ConfigurationError
from provisor.wiring import Wiring

_OF_VALUES = frozenset({OverrideKind.PIN, OverrideKind.EXCEPT, OverrideKind.REPAIR})


def expiring(overrides: Iterable[Override], now: datetime, days: int) -> list[Override]:
    """Return those in force that time ends within some days, the soonest first."""
    until = now + timedelta(days=days)
    found = [
        (one.lasts_until, one)
        for one in overrides
        if one.is_in_force(now) and one.lasts_until is not None
    ]
    return [one for end, one in sorted(found, key=lambda pair: pair[0]) if end <= until]


def print_overrides(wiring: Wiring, overrides: Iterable[Override], *, as_json: bool) -> None:
    """Print overrides with their ends; values that are not shown elsewhere are not shown here."""
    listed, now = list(overrides), wiring.clock.now()
    if as_json:
        secret = _hidden(wiring, listed)
        print_json({"overrides": [shape_of(one, now, secret) for one in listed]})
        return
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("id", "kind", "object", "key", "job", "state", "author", "reason"):
        table.add_column(heading, overflow="fold")
    for o in listed:
        kind = f"{o.kind.value} {o.attribute}".strip()
        where = o.job or "every job"
        cells = (o.id, kind, o.object_type.value, o.key, where, state(o, now), o.author, o.reason)
        table.add_row(*(Text(cell) for cell in cells))
    console().print(table if listed else "no overrides")


Hidden = frozenset[tuple[str, str]]
"""Object type and attribute of what no job shows."""


def _hidden(wiring: Wiring, listed: Iterable[Override]) -> Hidden:
    """Return which attributes a mapping of any job redacts; nothing is asked where none matters."""
    if not any(one.kind in _OF_VALUES for one in listed):
        return frozenset()
    found: set[tuple[str, str]] = set()
    for name in wiring.configuration.jobs:
        try:
            rules = wiring.compiled(name).rules
        except ConfigurationError:
            continue  # a list is shown whatever is wrong with a job
        for object_type, own in rules.objects.items():
            found |= {(object_type.value, attribute) for attribute in hidden_in_target(own)}
    return frozenset(found)


def state(override: Override, now: datetime) -> str:
    """Return in words whether an override binds, and until when."""
    if override.ended_at is not None:
        return f"ended {moment(override.ended_at)}"
    end = override.lasts_until
    if end is not None and end <= now:
        return f"expired {moment(end)}"
    waits = "waits for a second person" if override.waits else ""
    if not override.is_in_force(now):
        return waits
    until = f"until {moment(end)}" if end is not None else "in force"
    event = f"until {override.until.value}" if override.until else ""
    return "; ".join(filter(None, [until, event, waits]))


def shape_of(override: Override, now: datetime, secret: Hidden = frozenset()) -> dict[str, object]:
    """Return the JSON shape of an override."""
    consent, end = override.consent, override.lasts_until
    return {
        "id": override.id,
        "kind": override.kind.value,
        "object": override.object_type.value,
        "key": override.key,
        "job": override.job,
        "attribute": override.attribute,
        "value": _shown(override, secret),
        "reason": override.reason,
        "author": override.author,
        "approver": override.approver,
        "state": state(override, now),
        "in_force": override.is_in_force(now),
        "waits": override.waits and override.ended_at is None,
        "agreed_by": consent.approver if consent is not None else None,
        "agreed_at": moment(consent.at) if consent is not None else None,
        "created_at": moment(override.created_at),
        "lasts_until": moment(end) if end is not None else None,
        "until": override.until.value,
        "ended_at": moment(override.ended_at) if override.ended_at is not None else None,
    }


def _shown(override: Override, secret: Hidden) -> Value:
    of_value = override.kind in _OF_VALUES
    if of_value and (override.object_type.value, override.attribute) in secret:
        return hidden(override.value)
    return override.value

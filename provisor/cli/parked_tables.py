"""What failed and waits to be tried again, and targets that are left alone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from rich.table import Table
from rich.text import Text

from provisor.cli.rooms import console, print_json
from provisor.domain.canonical import Json
from provisor.domain.event import Event, EventKind, moment
from provisor.errors import CommandInvalid
from provisor.ports.troubles import Parked, Quarantine
from provisor.wiring import Wiring


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a command is about."""

    job: str = ""
    target: str = ""
    keys: tuple[str, ...] = ()
    every: bool = False


def park_chosen(wiring: Wiring, chosen: Chosen, owner: str, reason: str) -> tuple[Parked, ...]:
    """Let acts wait for a person; return them as they are now.

    Raises:
        CommandInvalid: nothing of that failed, or no reason is given.
    """
    _refuse_unsaid(chosen, reason)
    found = [
        replace(one, next_at=None, owner=owner.strip() or one.owner)
        for one in _found(wiring, chosen)
    ]
    _keep(wiring, found, EventKind.PARKED, reason)
    return tuple(found)


def retry_chosen(wiring: Wiring, chosen: Chosen, reason: str) -> tuple[Parked, ...]:
    """Let acts be tried in the next run, and end a target's quarantine; return the acts.

    Raises:
        CommandInvalid: nothing of that waits, or no reason is given.
    """
    ended = _end_quarantine(wiring, chosen.target, reason) if chosen.target else False
    if ended and not chosen.keys and not chosen.every:
        return ()
    _refuse_unsaid(chosen, reason)
    now = wiring.clock.now()
    found = [replace(one, next_at=now) for one in _found(wiring, chosen)]
    _keep(wiring, found, EventKind.RETRIED, reason)
    return tuple(found)


def _end_quarantine(wiring: Wiring, target: str, reason: str) -> bool:
    """Let the next run ask the target how it is; the first act still goes alone."""
    wiring.configuration.system(target)
    found = wiring.store.troubles.quarantined(target)
    if found is None:
        return False
    now = wiring.clock.now()
    facts: dict[str, Json] = {"target": target, "reason": _digest(reason)}
    event = Event(EventKind.RETRIED, now, wiring.actor.name, facts)
    wiring.store.troubles.isolate(replace(found, until=now), [event])
    return True


def _refuse_unsaid(chosen: Chosen, reason: str) -> None:
    named = bool(chosen.keys) or chosen.every
    missing = [
        word for word, given in (("--reason", reason.strip()), ("--key", named)) if not given
    ]
    if missing:
        raise CommandInvalid(
            f"it is not said {'which acts' if '--key' in missing else 'why'}",
            where=" and ".join(missing),
            safe="nothing was changed",
            next=f"say {' and '.join(missing)}; `provisor parked` lists what waits",
        )


def _found(wiring: Wiring, chosen: Chosen) -> list[Parked]:
    listed = wiring.store.troubles.parked(chosen.target, chosen.job)
    found = [one for one in listed if chosen.every or one.key in chosen.keys]
    if not found:
        raise CommandInvalid(
            "nothing of that failed and waits",
            where=" ".join(f"--key {key}" for key in chosen.keys) or "--all",
            found=f"{len(listed)} act(s) wait",
            safe="nothing was changed",
            next="`provisor parked` lists what waits",
        )
    return found


def _keep(wiring: Wiring, parked: Sequence[Parked], kind: EventKind, reason: str) -> None:
    now, actor = wiring.clock.now(), wiring.actor.name
    for target, acts in groupby(sorted(parked, key=lambda one: one.target), lambda one: one.target):
        listed = list(acts)
        facts: dict[str, Json] = {
            "target": target,
            "actions": [one.action_id for one in listed],
            "reason": _digest(reason),
        }
        wiring.store.troubles.park(listed, [Event(kind, now, actor, facts)])


def _digest(reason: str) -> str:
    return hashlib.sha256(reason.encode()).hexdigest()


def print_parked(wiring: Wiring, parked: Iterable[Parked], *, as_json: bool) -> None:
    """Print what waits, the oldest first, with the targets that are left alone."""
    listed, now = list(parked), wiring.clock.now()
    quarantines = wiring.store.troubles.quarantines()
    if as_json:
        shapes = [parked_shape(one, now) for one in listed]
        print_json({"parked": shapes, "quarantines": [quarantine_shape(q) for q in quarantines]})
        return
    out = console()
    for line in quarantine_lines(quarantines):
        out.print(Text(line, style="red"))
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("job", "key", "operation", "age", "attempts", "next", "owner", "why"):
        table.add_column(heading, overflow="fold")
    for one in listed:
        age, when = f"{(now - one.since).days} d", _when(one, now)
        names = (one.job, one.key, f"{one.object_type} {one.operation}", age, str(one.attempts))
        why = f"{one.code}: {one.message}" if one.message else one.code
        table.add_row(*(Text(cell) for cell in (*names, when, one.owner or "nobody", why)))
    out.print(table if listed else "nothing waits to be tried again")


def _when(one: Parked, now: datetime) -> str:
    if one.next_at is None:
        return "when somebody says retry"
    return "in the next run" if one.next_at <= now else f"{one.next_at:%Y-%m-%d %H:%M} UTC"


def parked_shape(one: Parked, now: datetime) -> dict[str, object]:
    """Return the JSON shape of an act that waits."""
    return {
        "action": one.action_id,
        "target": one.target,
        "job": one.job,
        "object": one.object_type.value,
        "key": one.key,
        "operation": one.operation,
        "since": moment(one.since),
        "age_days": (now - one.since).days,
        "attempts": one.attempts,
        "last_at": moment(one.last_at),
        "next_at": moment(one.next_at) if one.next_at is not None else None,
        "code": one.code,
        "message": one.message,
        "owner": one.owner,
    }


def quarantine_shape(one: Quarantine) -> dict[str, object]:
    """Return the JSON shape of a quarantine."""
    return {
        "target": one.target,
        "reason": one.reason,
        "since": moment(one.since),
        "until": moment(one.until),
        "series": one.series,
    }


def quarantine_lines(quarantines: Iterable[Quarantine]) -> list[str]:
    """Say which targets are left alone, since when, and until when."""
    return [
        f"quarantine: {one.target} since {moment(one.since)}, asked again at "
        f"{moment(one.until)}: {one.reason}"
        for one in quarantines
    ]


def trouble_shape(wiring: Wiring) -> dict[str, object]:
    """Return what `status` tells of targets that are left alone and acts that wait."""
    troubles = wiring.store.troubles
    quarantines = [quarantine_shape(one) for one in troubles.quarantines()]
    return {"quarantines": quarantines, "parked": len(troubles.parked())}


def trouble_lines(wiring: Wiring) -> list[Text]:
    """Say the same in lines; none while all is well."""
    troubles = wiring.store.troubles
    lines = [Text(line, style="red") for line in quarantine_lines(troubles.quarantines())]
    count = len(troubles.parked())
    if count:
        words = f"{count} action(s) failed and wait to be tried again: `provisor parked`"
        lines.append(Text(words, style="yellow"))
    return lines

"""What people switch: freezes and overrides, each with its leaf in the log."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from rich.table import Table
from rich.text import Text

from provisor.cli.rooms import console, print_json
from provisor.domain.event import Event, EventKind, moment
from provisor.domain.override import Override, OverrideKind
from provisor.domain.schema import ObjectType
from provisor.engine.journal import override_added, override_ended
from provisor.errors import CommandInvalid, UnknownName, nearest
from provisor.ports.store import EVERYWHERE, Freeze
from provisor.wiring import Wiring


def freeze_writing(wiring: Wiring, target: str, reason: str) -> str:
    """Stop writing to one target, or everywhere; return the sentence to print."""
    if target != EVERYWHERE:
        wiring.configuration.system(target)
    now = wiring.clock.now()
    freeze = Freeze(target, wiring.actor.name, reason, now)
    facts = {"target": target}
    wiring.store.controls.freeze(freeze, [Event(EventKind.FROZEN, now, freeze.actor, facts)])
    where = "everywhere" if target == EVERYWHERE else f"to {target}"
    return f"writing {where} is frozen; `provisor unfreeze` lifts it"


def unfreeze_writing(wiring: Wiring, target: str, reason: str) -> str:
    """Lift a freeze; return the sentence to print."""
    now = wiring.clock.now()
    facts = {"target": target, "reason": hashlib.sha256(reason.encode()).hexdigest()}
    event = Event(EventKind.UNFROZEN, now, wiring.actor.name, facts)
    lifted = wiring.store.controls.unfreeze(target, [event])
    return "the freeze is lifted" if lifted else "there was no such freeze"


@dataclass(frozen=True, slots=True)
class Wish:
    """An override as the command line words it."""

    kind: str
    key: str
    reason: str
    job: str
    of_group: bool
    attribute: str
    value: str
    approver: str
    days: int


def add_override(wiring: Wiring, wish: Wish, *, as_json: bool) -> None:
    """Keep an override and print it."""
    override = _override(wiring, wish)
    wiring.store.overrides.add(override, [override_added(override)])
    print_overrides([override], override.created_at, as_json=as_json)


def _override(wiring: Wiring, wish: Wish) -> Override:
    _refuse_incomplete(wiring, wish)
    if wish.kind == OverrideKind.PIN:
        _refuse_secret(wiring, wish)
    now = wiring.clock.now()
    return Override(
        id=secrets.token_hex(8),
        kind=OverrideKind(wish.kind),
        job=wish.job,
        object_type=ObjectType.GROUPS if wish.of_group else ObjectType.USERS,
        key=wish.key,
        attribute=wish.attribute,
        value=wish.value if wish.kind in ("pin", "unlink") else None,
        reason=wish.reason.strip(),
        author=wiring.actor.name,
        approver=wish.approver,
        created_at=now,
        expires_at=now + timedelta(days=wish.days) if wish.days > 0 else None,
    )


def _refuse_incomplete(wiring: Wiring, wish: Wish) -> None:
    kinds = [kind.value for kind in OverrideKind]
    if wish.kind not in kinds:
        near = nearest(wish.kind, kinds)
        raise UnknownName(
            f"no override is called `{wish.kind}`",
            where="--kind",
            found=f"there are {', '.join(kinds)}",
            safe="nothing was kept",
            next=f"did you mean `{near}`?" if near else "choose one of them",
        )
    if wish.kind == OverrideKind.LINK:
        _refuse_answer(wish)
    if wish.job:
        wiring.configuration.job(wish.job)
    missing = [
        option
        for option, needed, given in (
            ("--reason", True, wish.reason.strip()),
            ("--attribute", wish.kind == "pin", wish.attribute),
            ("--job", wish.kind == "unlink", wish.job),
            ("--value", wish.kind == "unlink", wish.value),
        )
        if needed and not given
    ]
    if missing:
        raise CommandInvalid(
            f"an override of kind `{wish.kind}` needs {' and '.join(missing)}",
            where="override add",
            safe="nothing was kept",
            next=f"say {' and '.join(missing)}",
        )


def _refuse_answer(wish: Wish) -> None:
    """Whether an account is free, and whose word that is, is looked up by `provisor link`."""
    raise CommandInvalid(
        "whose account it is is said by `provisor link`",
        where="--kind link",
        found="an answer that nobody would hold against accounts and links",
        safe="nothing was kept",
        next=f"`provisor link {wish.job or 'JOB'} KEY ACCOUNT --reason TEXT`",
    )


def _refuse_secret(wiring: Wiring, wish: Wish) -> None:
    """A pinned secret would stand in the store and in every plan."""
    object_type = ObjectType.GROUPS if wish.of_group else ObjectType.USERS
    for job in [wish.job] if wish.job else wiring.configuration.jobs:
        rules = wiring.compiled(job).rules.objects.get(object_type)
        if rules is not None and rules.is_secret(wish.attribute):
            raise CommandInvalid(
                f"`{wish.attribute}` is a secret, and no value of it can be pinned",
                where="--attribute",
                found="an attribute that is drawn when an account is made",
                safe="nothing was kept; the value is not shown here",
                next="set the secret in the target itself",
            )


def end_override(wiring: Wiring, override_id: str, reason: str) -> str:
    """End an override; return the sentence to print."""
    now = wiring.clock.now()
    event = override_ended(override_id, now, wiring.actor.name, reason)
    ended = wiring.store.overrides.end(override_id, now, [event])
    return f"the override `{ended.kind.value}` on {ended.key} has ended"


def print_overrides(overrides: Iterable[Override], now: datetime, *, as_json: bool) -> None:
    """Print overrides with their ends."""
    listed = list(overrides)
    if as_json:
        print_json({"overrides": [_shape(override, now) for override in listed]})
        return
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("id", "kind", "object", "key", "job", "state", "author", "reason"):
        table.add_column(heading, overflow="fold")
    for o in listed:
        kind = f"{o.kind.value} {o.attribute}".strip()
        where = o.job or "every job"
        cells = (o.id, kind, o.object_type.value, o.key, where, _state(o, now), o.author, o.reason)
        table.add_row(*(Text(cell) for cell in cells))
    console().print(table if listed else "no overrides")


def _state(override: Override, now: datetime) -> str:
    if override.ended_at is not None:
        return f"ended {moment(override.ended_at)}"
    if override.expires_at is None:
        return "in force"
    if override.expires_at <= now:
        return f"expired {moment(override.expires_at)}"
    return f"until {moment(override.expires_at)}"


def _shape(override: Override, now: datetime) -> dict[str, object]:
    return {
        "id": override.id,
        "kind": override.kind.value,
        "object": override.object_type.value,
        "key": override.key,
        "job": override.job,
        "attribute": override.attribute,
        "value": override.value,
        "reason": override.reason,
        "author": override.author,
        "approver": override.approver,
        "state": _state(override, now),
    }

"""How a system wants to be spoken to: asked, or tried out with accounts made for that."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from provisor.domain.canonical import Json
from provisor.domain.event import Event, EventKind
from provisor.errors import CommandInvalid, Frozen, Unsupported
from provisor.ports.connector import Connector, Detected, Detects, Manner
from provisor.ports.store import Store


class Now(Protocol):
    """What gives the moment."""

    def now(self) -> datetime:
        """Return the moment, in UTC."""
        ...


@dataclass(frozen=True, slots=True)
class Asked:
    """Who wants to know how which system is spoken to, and how far it may be tried."""

    system: str
    manner: Manner
    actor: str
    reason: str = ""


def ask_manners(asked: Asked, connector: Connector, store: Store, clock: Now) -> Detected:
    """Return how a system wants to be spoken to.

    A trial writes, so it has a reason, keeps to freezes, and stands in the log before its first
    call and after its last one.

    Raises:
        Unsupported: the connector knows one manner only.
        CommandInvalid: a trial without a reason.
        Frozen: a trial while writing is frozen.
        TargetProblem: the system does not answer.
    """
    where = f"system {asked.system}"
    if not isinstance(connector, Detects):
        raise Unsupported(
            "this kind of system is spoken to in one way only",
            where=where,
            safe="nothing was sent",
            next="`provisor check --connect` says whether it lets us in",
        )
    if asked.manner is Manner.LOOKING:
        return connector.detect(asked.manner)
    _refuse(asked, store, where)
    reason = hashlib.sha256(asked.reason.encode()).hexdigest()
    store.log.append([_tried(asked, clock, {"reason": reason})])
    found = connector.detect(asked.manner)
    store.log.append([_tried(asked, clock, {"left_behind": len(found.left_behind)})])
    return found


def _refuse(asked: Asked, store: Store, where: str) -> None:
    if not asked.reason.strip():
        raise CommandInvalid(
            "a trial makes accounts, and needs a reason",
            where="--try",
            safe="nothing was sent",
            next="say why with `--reason TEXT`",
        )
    freeze = store.controls.frozen(asked.system)
    if freeze is not None:
        raise Frozen(
            f"writing is frozen since {freeze.at:%Y-%m-%dT%H:%M:%SZ} by {freeze.actor}",
            where=where,
            safe="nothing was sent",
            next="leave out `--try`, or lift the freeze when its reason is gone",
        )


def _tried(asked: Asked, clock: Now, facts: dict[str, Json]) -> Event:
    told: dict[str, Json] = {"target": asked.system, **facts}
    return Event(EventKind.SYSTEM_TRIED, clock.now(), asked.actor, told)

"""Where people speak about configurations: who they are, where revisions stand, and each step.

A step is taken from everything that stands, and again where somebody else took one meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from provisor.domain.approval import ApprovalPolicy
from provisor.domain.charter import Charter
from provisor.domain.configuration_life import (
    OPEN,
    Chronicle,
    ConfigurationRevision,
    Fact,
    Results,
    Stage,
    approvers_of,
    needed_for,
    stage_of,
)
from provisor.domain.event import Event
from provisor.engine.job import Actor
from provisor.engine.revisions.naming_revisions import found_in
from provisor.errors import CommandInvalid, LeaseHeld, RevisionClosed
from provisor.ports.clock import Clock
from provisor.ports.store import Store

_TRIES = 8


@dataclass(frozen=True, slots=True)
class Desk:
    """Where people speak about configurations: who they are, and by which rules."""

    store: Store
    clock: Clock
    actor: Actor
    policy: ApprovalPolicy
    charter: Charter
    reached: Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Standing:
    """One revision, and where it stands."""

    revision: ConfigurationRevision
    stage: Stage
    needed: int
    approvers: tuple[str, ...]
    results: Results | None
    chronicle: Chronicle


def standing(desk: Desk, reference: str) -> Standing:
    """Return where a revision stands now.

    Raises:
        RevisionUnknown: nothing is called that.
    """
    chronicle = desk.store.configurations.chronicle()
    return standing_in(desk, chronicle, found_in(chronicle, reference))


def standing_in(desk: Desk, chronicle: Chronicle, revision: ConfigurationRevision) -> Standing:
    """Return where a revision of a chronicle stands now."""
    now, number = desk.clock.now(), revision.number
    needed = needed_for(revision, desk.policy)
    return Standing(
        revision,
        stage_of(chronicle, number, needed, now),
        needed,
        approvers_of(chronicle, number, now),
        chronicle.results_of(number),
        chronicle,
    )


_CLOSED = {
    Stage.REJECTED: "somebody rejected it",
    Stage.WITHDRAWN: "its author withdrew it",
    Stage.OVERTAKEN: "another revision became active since: what was shown of it is no longer so",
    Stage.SUPERSEDED: "another revision took its place",
    Stage.ACTIVE: "it is the active one",
}


def refuse_closed(one: Standing) -> None:
    """Refuse to speak about a revision whose time is over.

    Raises:
        RevisionClosed: it is active, superseded, overtaken, rejected or withdrawn.
    """
    if one.stage in OPEN:
        return
    number = one.revision.number
    raise RevisionClosed(
        f"revision {number} is {one.stage.value}",
        where=f"revision {number}",
        found=_CLOSED[one.stage],
        safe="nothing was decided and nothing was changed",
        next=f"propose it anew: `provisor config propose --from {number} --reason TEXT`",
    )


def refuse_without_reason(reason: str, what: str) -> None:
    """Refuse words without a reason.

    Raises:
        CommandInvalid: it is blank.
    """
    if not reason.strip():
        raise CommandInvalid(
            f"{what} needs a reason",
            where="--reason",
            safe="nothing was kept and nothing was changed",
            next="say why with `--reason TEXT`",
        )


Step = Callable[[Chronicle], tuple[tuple[Fact, ...], tuple[Event, ...]]]


def keep(desk: Desk, step: Step) -> Chronicle:
    """Take a step from what stands, again where somebody else took one meanwhile.

    Returns:
        What stood before the step.

    Raises:
        LeaseHeld: somebody else was quicker, again and again.
    """
    for _ in range(_TRIES):
        chronicle = desk.store.configurations.chronicle()
        facts, events = step(chronicle)
        if not facts or desk.store.configurations.add(facts, chronicle.length, events):
            return chronicle
    raise LeaseHeld(
        "others keep changing revisions at this moment",
        where="revisions of this store",
        found=f"{_TRIES} tries, and something new each time",
        safe="nothing of this command was kept",
        next="run it again",
    )

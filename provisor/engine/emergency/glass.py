"""Gates that somebody broke open: what goes through them, and what never does.

An opening stands for the votes that limits and risk ask for, on one target and for one class of
acts, until its hour is over. It stands for nothing else: a first run and a configuration that
nobody approved, duties, what only an undo gives, rejections, refused plans and freezes are what
they were.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from provisor.domain.excerpt import Standing
from provisor.domain.plan import PlannedAction, Ruling
from provisor.domain.separating import SEPARATION
from provisor.domain.undoing import UNDONE
from provisor.engine.carrying.obstacles import Obstacle
from provisor.ports.openings import Opening, Openings
from provisor.ports.store import StoredPlan

NEVER_OPENED: Final = frozenset({"first_run", "new_revision", SEPARATION, UNDONE})
"""Verdicts that wait for people, however urgent it is."""
_SHUT = Obstacle("", "opening_over", "the gate that was broken open is shut again")


def opened_actions(
    openings: Iterable[Opening], stored: StoredPlan, acts: Mapping[str, Standing], now: datetime
) -> dict[str, Opening]:
    """Return which acts of a plan may go through a broken gate now.

    Args:
        openings: all that there are.
        stored: the plan.
        acts: what its acts stand under, by action id.
        now: the moment.
    """
    target = stored.plan.header.target
    standing = {one.part: one for one in openings if one.target == target and one.is_open(now)}
    if not standing or stored.verdict is Ruling.REFUSED:
        return {}
    shut = {one.part for one in stored.verdicts if _holds(one.name) and one.result is _WAITS}
    return {
        action: standing[one.kind]
        for action, one in acts.items()
        if one.kind in standing and one.part not in shut and one.kind not in shut
    }


_WAITS = Ruling.NEEDS_DECISION


def _holds(name: str) -> bool:
    return name in NEVER_OPENED


def as_they_stand(
    opened: Mapping[str, Opening], actions: Iterable[PlannedAction], openings: Openings
) -> Mapping[str, Opening]:
    """Return the gates through which acts would go, by action id, as people have left them by now.

    Cost: nothing where none of these acts goes through a gate.
    """
    if not opened or all(one.id not in opened for one in actions):
        return opened
    known = {one.id: one for one in openings.all()}
    return {action: known[one.id] for action, one in opened.items()}


def shut_gates(
    opened: Mapping[str, Opening], actions: Iterable[PlannedAction], now: datetime
) -> dict[str, Obstacle]:
    """Return which acts come too late for the gate through which they would go, by action id."""
    listed = [one.id for one in actions] if opened else []
    return {one: _SHUT for one in listed if one in opened and not opened[one].is_open(now)}

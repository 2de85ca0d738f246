"""In which order acts go out: wave by wave, kind by kind, batch by batch."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence

from provisor.domain.costing import Kind
from provisor.domain.excerpt import Excerpt
from provisor.domain.plan import PlannedAction
from provisor.engine.carrying.breaking import Breaker
from provisor.engine.carrying.carry_members import parcels

BATCH = 500
"""Acts whose intents are made durable together, and sent in one call of the connector."""


def waves(actions: Sequence[PlannedAction]) -> Iterator[list[Excerpt]]:
    """Yield the acts of each wave, kind by kind: many connectors do those in one call.

    Cost: one look at each action; four bytes for each are held.
    """
    found: dict[int, dict[Kind, array[int]]] = {}
    for place, planned in enumerate(actions):
        action = planned.action
        kinds = found.setdefault(int(planned.draft.wave), {})
        kinds.setdefault((action.object_type, action.operation), array("I")).append(place)
    for number in sorted(found):
        yield [Excerpt(actions, places) for places in found[number].values()]


def batches(acts: Excerpt, breaker: Breaker, room: int) -> Iterator[Sequence[PlannedAction]]:
    """Yield acts of one kind together; to a target on trial the first goes alone.

    Args:
        acts: of one kind in a wave.
        breaker: knows whether the target is on trial.
        room: members that are sent together.
    """
    first = 1 if breaker.on_trial else 0
    yield from parcels(acts[:first], BATCH, room)
    yield from parcels(acts[first:], BATCH, room)

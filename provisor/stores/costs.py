"""What plans and runs take, as JSON text and back."""

from __future__ import annotations

import json

from provisor.domain.action import Operation
from provisor.domain.budget import NO_PAUSES, Pauses
from provisor.domain.costing import Basis, Cost, CostLine
from provisor.domain.schema import ObjectType


def cost_text(cost: Cost, pauses: Pauses = NO_PAUSES) -> str:
    """Return cost lines as JSON text, with the pauses that were asked for where there were any."""
    lines = [_row(line) for line in cost]
    if not pauses.count:
        return json.dumps(lines)
    return json.dumps({"lines": lines, "pauses": [pauses.count, pauses.seconds]})


def pauses_of(text: str | None) -> Pauses:
    """Return the pauses of a text; none where none were kept."""
    loaded = json.loads(text or "[]")
    return Pauses(*loaded["pauses"]) if isinstance(loaded, dict) else Pauses()


def _row(line: CostLine) -> tuple[str, str, int, int, int, float | None, str]:
    kind = (line.object_type.value, line.operation.value)
    return (*kind, line.actions, line.calls, line.looks, line.seconds, line.basis.value)


def cost_of(text: str | None) -> Cost:
    """Return cost lines from their text; none where nothing was kept."""
    loaded = json.loads(text or "[]")
    return tuple(_line(*row) for row in (loaded["lines"] if isinstance(loaded, dict) else loaded))


def _line(
    object_type: str,
    operation: str,
    actions: int,
    calls: int,
    looks: int,
    seconds: float | None,
    basis: str,
) -> CostLine:
    kind = (ObjectType(object_type), Operation(operation))
    return CostLine(*kind, actions, calls, looks, seconds, Basis(basis))

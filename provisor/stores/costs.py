"""What plans and runs take, as JSON text and back."""

from __future__ import annotations

import json

from provisor.domain.action import Operation
from provisor.domain.costing import Basis, Cost, CostLine
from provisor.domain.schema import ObjectType


def cost_text(cost: Cost) -> str:
    """Return cost lines as JSON text."""
    return json.dumps([_row(line) for line in cost])


def _row(line: CostLine) -> tuple[str, str, int, int, int, float | None, str]:
    kind = (line.object_type.value, line.operation.value)
    return (*kind, line.actions, line.calls, line.looks, line.seconds, line.basis.value)


def cost_of(text: str | None) -> Cost:
    """Return cost lines from their text; none where nothing was kept."""
    return tuple(_line(*row) for row in json.loads(text or "[]"))


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

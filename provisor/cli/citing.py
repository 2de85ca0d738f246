"""Under which revision a plan was made, by whose word, and what its first plan gives and takes."""

from __future__ import annotations

from collections.abc import Mapping

from rich.text import Text

from provisor.cli.budgets import budget_shape
from provisor.cli.revision_shapes import cited_shape, cited_words
from provisor.cli.revision_tables import print_sides
from provisor.cli.rooms import console
from provisor.cli.shapes import Shape
from provisor.cli.undo_shapes import undo_lines, undo_shape
from provisor.domain import sealing
from provisor.domain.stakes import stakes_of_plan
from provisor.domain.undoing import Undo
from provisor.engine.revisions.consequences import stakes_body
from provisor.ports.store import StoredPlan
from provisor.wiring import Wiring

NEW_REVISION = "new_revision"


def citing_shape(wiring: Wiring, stored: StoredPlan, keys: Mapping[str, str]) -> Shape:
    """Return the keys of a plan that tell of its revision."""
    return {
        "revision": cited_shape(wiring, stored.revision),
        "stakes": _stakes(stored, keys),
        "undoes": undo_shape(undone_by(wiring, stored)),
        "budget": budget_shape(wiring, stored),
    }


def undone_by(wiring: Wiring, stored: StoredPlan) -> Undo | None:
    """Return what a plan takes back; None of other plans."""
    undo_id = stored.plan.header.undoes
    return wiring.store.undos.get(undo_id) if undo_id else None


def print_citing(wiring: Wiring, stored: StoredPlan, keys: Mapping[str, str]) -> None:
    """Print the configuration that a plan was made under; of its first plan, who loses what."""
    out = console()
    words = cited_words(cited_shape(wiring, stored.revision)) or "no revision"
    out.print(Text(f"configuration {stored.plan.header.configuration[:12]}: {words}", style="dim"))
    undo = undone_by(wiring, stored)
    for line in undo_lines(undo) if undo is not None else ():
        out.print(Text(line, style="yellow"))
    sides = _stakes(stored, keys)
    if sides is not None:
        out.print(Text("the first plan under this configuration:", style="yellow"))
        print_sides(sides)


def _stakes(stored: StoredPlan, keys: Mapping[str, str]) -> Shape | None:
    """Return what a first plan gives and takes; None of later plans, and of large ones."""
    first = any(verdict.name == NEW_REVISION for verdict in stored.verdicts)
    if not first or len(stored.plan.actions) > sealing.MANY:
        return None
    return dict(stakes_body(stakes_of_plan(stored.plan.actions, keys)))

"""What undos look like with `--json`, and in one line."""

from __future__ import annotations

from collections import Counter

from typing_extensions import TypedDict

from provisor.cli.plan_schemas import PlanShape
from provisor.domain.action import Reversible
from provisor.domain.undoing import Deed, Fate, Undo

Shape = dict[str, object]


class CarriedShape(TypedDict):
    """What is taken back: a plan, and the runs that carried it out."""

    plan: str
    runs: list[str]


class DeedShape(TypedDict):
    """One thing that a run did, and what becomes of it; no value in it."""

    object: str
    key: str
    action: str
    operation: str
    attribute: str
    member: str
    fate: str
    reversible: str
    why: str
    overrides: list[str]


class UndoneShape(TypedDict):
    """`undo`: everything that a run did, and the plan that brings back what can come back."""

    undo: str | None
    job: str
    undoes: CarriedShape
    counts: dict[str, int]
    deeds: list[DeedShape]
    overrides: list[str]
    plan: PlanShape | None


def deed_shape(deed: Deed) -> Shape:
    """Return one thing that a run did."""
    return {
        "object": deed.object_type.value,
        "key": deed.key,
        "action": deed.action,
        "operation": deed.operation.value,
        "attribute": deed.attribute,
        "member": deed.member_key,
        "fate": deed.fate.value,
        "reversible": deed.reversible.value,
        "why": deed.why,
        "overrides": list(deed.overrides),
    }


def carried_shape(undo: Undo) -> Shape:
    """Return what an undo takes back."""
    return {"undo": undo.id, "plan": undo.plan, "runs": list(undo.runs)}


def undo_shape(undo: Undo | None) -> Shape | None:
    """Return what a plan takes back; null where it takes nothing back."""
    if undo is None:
        return None
    fates = Counter(deed.fate.value for deed in undo.deeds)
    return {
        "undo": undo.id,
        "plan": undo.plan,
        "runs": list(undo.runs),
        "reason": undo.reason,
        "author": undo.author,
        "counts": {fate.value: fates[fate.value] for fate in Fate},
        "lossy": sum(one.reversible is Reversible.LOSSY for one in undo.back),
    }


def undo_words(undo: Undo) -> str:
    """Return what a plan takes back, in one line.

    Example:
        >>> from datetime import datetime
        >>> undo_words(Undo("undo-1", "j", "t", "ab" * 32, ("cd" * 16,), "x", "ann",
        ...                 datetime(2031, 1, 1), ()))
        'undoes run cdcdcdcdcdcd of plan abababababab, asked for by ann: x'
    """
    runs = ", ".join(run[:12] for run in undo.runs)
    return f"undoes run {runs} of plan {undo.plan[:12]}, asked for by {undo.author}: {undo.reason}"


def undo_lines(undo: Undo) -> list[str]:
    """Return what an approver has to know of an undo: what it is, and what it does not bring."""
    lossy = sum(one.reversible is Reversible.LOSSY for one in undo.back)
    left = Counter(one.fate for one in undo.deeds if one.fate is not Fate.BACK)
    told = [f"{count} {fate.value.replace('_', ' ')}" for fate, count in left.items()]
    told += [f"{lossy} of what goes back is lossy"] if lossy else []
    return [undo_words(undo), *([f"  besides: {', '.join(told)}"] if told else [])]

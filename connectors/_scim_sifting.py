"""Finding the attribute that a system refuses, so that the others need not wait for it.

A PATCH is done wholly or not at all, so one refused value holds up all that travel with it. The
refused call is cut in halves until what is left is one attribute. Source: RFC 7644 section 3.5.2.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from connectors._scim_editing import Carried, Editor
from connectors._scim_edits import Setting
from connectors._scim_patch import FieldChange
from connectors._scim_values import Resource
from connectors._scim_wanted import names_of
from provisor.errors import InvalidValue

_SWITCH = "active"


@dataclass(slots=True)
class Sifted:
    """What was written, and what was refused and why."""

    kept: list[FieldChange] = field(default_factory=list)
    refused: list[FieldChange] = field(default_factory=list)
    reasons: list[InvalidValue] = field(default_factory=list)
    shown: Resource | None = None

    def keep(self, part: Sequence[FieldChange], carried: Carried) -> None:
        """Note that these were written."""
        self.kept.extend(part)
        self.shown = carried.shown or self.shown

    def refuse(self, change: FieldChange, reason: InvalidValue, suspects: set[str]) -> None:
        """Note that this one was refused."""
        self.refused.append(change)
        self.reasons.append(reason)
        suspects.add(change.field.attribute.name)

    def problem(self) -> InvalidValue:
        """Return what to say of the refused attributes; one or more were refused."""
        first, names = self.reasons[0], names_of(self.refused)
        told = ", ".join(f"`{name}`" for name in names)
        return InvalidValue(
            f"the system refused {told}",
            attribute=names[0],
            where=first.where,
            found=f"{first.what}; {first.found}",
            safe=f"the other {len(self.kept)} attributes were written",
            next="map it otherwise, or declare it as not writable under `attributes`",
        )


async def sifted(
    editor: Editor, native_id: str, wanted: Sequence[FieldChange], first: InvalidValue
) -> Sifted:
    """Write what the system takes of changes that it refused together.

    The switch goes first: whoever is to be switched off is not kept in by a refused title.

    Args:
        editor: carries the parts.
        native_id: the object's.
        wanted: the changes; at least two.
        first: how they were refused together; what the system blamed there is not sent again.

    Raises:
        TargetProblem: a part met another problem than a refused value; the rest was not sent.

    Cost: a call per half; two for each refused attribute and level.
    """
    found, left = _without_the_blamed(editor, wanted, first)
    parts = _parts(left, editor.errand.suspects)
    if len(parts) == 1 and len(left) == len(wanted):
        # What was refused together is not sent together again.
        parts = _halves(left)
    return await _sift(editor, native_id, parts, found)


async def added(
    editor: Editor, native_id: str, rest: Sequence[FieldChange], first: InvalidValue | None
) -> Sifted:
    """Write what is left of a new object that was made without it.

    Args:
        editor: carries the parts.
        native_id: the object's.
        rest: the changes; at least one.
        first: how the object with everything was refused; None where that was not tried.

    Raises:
        TargetProblem: a part met another problem than a refused value; the rest was not sent.
    """
    found, left = _without_the_blamed(editor, rest, first)
    return await _sift(editor, native_id, _parts(left, editor.errand.suspects), found)


def _without_the_blamed(
    editor: Editor, wanted: Sequence[FieldChange], first: InvalidValue | None
) -> tuple[Sifted, list[FieldChange]]:
    found = Sifted()
    blamed = first.attribute if first is not None else ""
    for change in wanted:
        if first is not None and change.field.attribute.name == blamed:
            found.refuse(change, first, editor.errand.suspects)
    return found, [change for change in wanted if change not in found.refused]


async def _sift(
    editor: Editor, native_id: str, parts: Sequence[Sequence[FieldChange]], found: Sifted
) -> Sifted:
    waiting = deque(parts)
    while waiting:
        part = waiting.popleft()
        try:
            carried = await editor.carry(native_id, Setting(part))
        except InvalidValue as refused:
            if len(part) == 1:
                found.refuse(part[0], refused, editor.errand.suspects)
            else:
                waiting.extendleft(reversed(_halves(part)))
        else:
            found.keep(part, carried)
    return found


def _parts(left: Sequence[FieldChange], suspects: Collection[str]) -> list[Sequence[FieldChange]]:
    """Return what to try next: those under suspicion apart, everything else together."""
    apart = [change for change in left if change.field.attribute.name in suspects]
    others = [change for change in left if change not in apart]
    return [part for part in (others, *([change] for change in apart)) if part]


def _halves(part: Sequence[FieldChange]) -> list[Sequence[FieldChange]]:
    switch = [change for change in part if str(change.path) == _SWITCH]
    if switch and len(switch) < len(part):
        return [switch, [change for change in part if change not in switch]]
    middle = len(part) // 2
    return [part[:middle], part[middle:]]

"""Bodies of PATCH in the RFC's own forms: lower-case verbs, one operation per path.

What it never makes: an operation that could mean "remove all members".
Source: RFC 7644 section 3.5.2.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from connectors._scim_paths import Path, Selector
from connectors._scim_schema import Field
from connectors._scim_values import Resource, has_element, wire_value
from provisor.domain.record import Missing, Presence, is_blank
from provisor.domain.reference import texts_of
from provisor.errors import InvalidValue

PATCH_OP: Final = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

Operation = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field before and after."""

    field: Field
    before: Presence
    after: Presence

    @property
    def path(self) -> Path:
        """Where in the resource it stands."""
        return self.field.path

    @property
    def clears(self) -> bool:
        """Whether the value is taken away; empty text is a value."""
        return self.after is None or self.after == () or isinstance(self.after, Missing)


def message(operations: Sequence[Operation]) -> dict[str, object]:
    """Return the whole body of a PATCH."""
    return {"schemas": [PATCH_OP], "Operations": list(operations)}


def is_guesswork(changes: Sequence[FieldChange]) -> bool:
    """Say whether the before-values leave open if an element exists.

    An address without a city may still exist with its street; a mail address without its value
    does not exist. Only a look at the resource tells the first two apart.
    """
    return any(
        _seems_absent(group) and not any(c.path.sub == "value" for c in group)
        for _, group in _elements(changes)
    )


def operations(
    changes: Sequence[FieldChange], present: Mapping[str, bool] | None = None
) -> tuple[Operation, ...]:
    """Return one operation per changed path.

    A part of an element that does not exist yet is added with its element, for `replace` on a
    selector without a match is `noTarget` (RFC 7644 section 3.5.2.3).

    Args:
        changes: at least one.
        present: by element path, whether it exists; None trusts the before-values.
    """
    plain = [_plain(change) for change in changes if change.path.selector is None]
    return (*plain, *_element_operations(changes, present))


def value_operations(changes: Sequence[FieldChange]) -> tuple[Operation, ...]:
    """Return one operation for each value that is given or taken away; the others stay.

    Source: RFC 7644 section 3.5.2.1 (add to a many-valued attribute), section 3.5.2.2 (remove by
    a filter).
    """
    steps: list[Operation] = []
    for change in changes:
        path = change.path.whole
        gone = [f"{path}[{Selector('value', one)}]" for one in texts_of(change.before)]
        steps += [{"op": "remove", "path": one} for one in gone]
        given = texts_of(change.after)
        if given:
            wrapped = [{"value": one} for one in given] if change.field.wraps_value else [*given]
            steps.append({"op": "add", "path": path, "value": wrapped})
    return tuple(steps)


def elements_in(resource: Resource, changes: Sequence[FieldChange]) -> Mapping[str, bool]:
    """Return for every selected element of the changes whether the resource has it."""
    return {element: has_element(resource, group[0].field) for element, group in _elements(changes)}


def _plain(change: FieldChange) -> Operation:
    if isinstance(change.after, Missing) or change.clears:
        return {"op": "remove", "path": _target(change)}
    return {
        "op": "replace",
        "path": _target(change),
        "value": wire_value(change.after, change.field),
    }


def _target(change: FieldChange) -> str:
    """Many plain values are replaced as one list, a reference as one object."""
    return change.path.whole if change.field.wraps_value else str(change.path)


def _element_operations(
    changes: Sequence[FieldChange], present: Mapping[str, bool] | None
) -> Iterator[Operation]:
    for element, group in _elements(changes):
        exists = not _seems_absent(group) if present is None else present.get(element, False)
        if exists:
            yield from _changed_parts(element, group)
        elif any(not change.clears for change in group):
            yield _added_element(group)
        elif present is None:
            yield from _changed_parts(element, group)


def _changed_parts(element: str, group: Sequence[FieldChange]) -> Iterator[Operation]:
    # Without its value an element is an empty shell that a later `add` would stand beside.
    if any(change.clears and change.path.sub == "value" for change in group):
        yield {"op": "remove", "path": element}
        return
    for change in group:
        yield _plain(change)


def _added_element(group: Sequence[FieldChange]) -> Operation:
    path = group[0].path
    element = {c.path.sub: c.after for c in group if not c.clears}
    selected = {path.selector.attribute: path.selector.value} if path.selector else {}
    return {"op": "add", "path": path.whole, "value": [{**selected, **element}]}


def _elements(changes: Iterable[FieldChange]) -> Iterator[tuple[str, tuple[FieldChange, ...]]]:
    chosen = sorted(
        (change for change in changes if change.path.selector is not None),
        key=lambda change: change.path.element,
    )
    for element, group in groupby(chosen, key=lambda change: change.path.element):
        yield element, tuple(group)


def _seems_absent(group: Sequence[FieldChange]) -> bool:
    return all(is_blank(change.before) for change in group)


# --- members --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MemberChunk:
    """The members of one PATCH."""

    adds: tuple[str, ...]
    removes: tuple[str, ...]

    @property
    def size(self) -> int:
        """How many members it names."""
        return len(self.adds) + len(self.removes)

    def operations(self) -> tuple[Operation, ...]:
        """Return the operations; each removal names its one member."""
        joining = [{"value": native_id} for native_id in self.adds]
        added = [{"op": "add", "path": "members", "value": joining}] if joining else []
        return (*(_removal(native_id) for native_id in self.removes), *added)

    def left_to_do(self, members: Collection[str]) -> MemberChunk:
        """Return what a group with these members still lacks."""
        return MemberChunk(
            tuple(native_id for native_id in self.adds if native_id not in members),
            tuple(native_id for native_id in self.removes if native_id in members),
        )


def member_chunks(
    adds: Sequence[str], removes: Sequence[str], room: int
) -> tuple[MemberChunk, ...]:
    """Return a membership change in chunks of at most `room` members; leaving comes first."""
    everyone = [(native_id, False) for native_id in removes] + [(i, True) for i in adds]
    return tuple(
        MemberChunk(
            tuple(native_id for native_id, joins in some if joins),
            tuple(native_id for native_id, joins in some if not joins),
        )
        for start in range(0, len(everyone), room)
        if (some := everyone[start : start + room])
    )


def _removal(native_id: str) -> Operation:
    if not native_id:
        raise InvalidValue("a member without an id would stand for all", attribute="members")
    return {"op": "remove", "path": f"members[{Selector('value', native_id)}]"}

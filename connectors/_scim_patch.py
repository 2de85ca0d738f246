"""Bodies of PATCH for attributes, in the forms of a dialect.

Source: RFC 7644 section 3.5.2.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from connectors._scim_dialect import RFC, Cleared, Dialect, PatchStyle, Wrapping
from connectors._scim_paths import Path, Selector
from connectors._scim_schema import Field
from connectors._scim_values import Resource, has_element, nested, spelled, wire_value
from provisor.domain.record import Missing, Presence, is_blank
from provisor.domain.reference import texts_of
from provisor.domain.schema import AttributeType

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
    changes: Sequence[FieldChange],
    present: Mapping[str, bool] | None = None,
    dialect: Dialect = RFC,
) -> tuple[Operation, ...]:
    """Return the operations that make the changes.

    A part of an element that does not exist yet is added with its element, for `replace` on a
    selector without a match is `noTarget` (RFC 7644 section 3.5.2.3).

    Args:
        changes: at least one.
        present: by element path, whether it exists; None trusts the before-values.
        dialect: the form.
    """
    plain = [change for change in changes if change.path.selector is None]
    steps = (*_plain_operations(plain, dialect), *_element_operations(changes, present, dialect))
    return tuple(_in_form(step, dialect) for step in steps)


def value_operations(
    changes: Sequence[FieldChange], dialect: Dialect = RFC
) -> tuple[Operation, ...]:
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
    return tuple(_in_form(step, dialect) for step in steps)


def style_of(changes: Sequence[FieldChange], dialect: Dialect) -> PatchStyle:
    """Return how these changes are sent; the switch alone may have a style of its own."""
    switches = dialect.switch is not None and all(str(c.path) == "active" for c in changes)
    return dialect.switch if switches and dialect.switch is not None else dialect.patch


def _in_form(step: Operation, dialect: Dialect) -> Operation:
    formed = {**step, "op": dialect.verb(str(step["op"]))}
    if "value" in step:
        formed["value"] = spelled(step["value"], dialect)
    return formed


def _plain_operations(changes: Sequence[FieldChange], dialect: Dialect) -> Iterator[Operation]:
    style = style_of(changes, dialect)
    joined = [c for c in changes if not c.clears] if style in _PATHLESS else []
    if joined:
        yield {"op": "replace", "value": _joined(joined, style, dialect)}
    for change in changes:
        if change not in joined:
            yield _plain(change, dialect)


_PATHLESS: Final = {PatchStyle.NESTED, PatchStyle.MERGED}


def _joined(changes: Sequence[FieldChange], style: PatchStyle, dialect: Dialect) -> object:
    if style is PatchStyle.NESTED:
        return nested(((change.field, change.after) for change in changes), dialect)
    return {
        _target(change): wire_value(change.after, change.field, dialect)
        for change in changes
        if not isinstance(change.after, Missing)
    }


def elements_in(resource: Resource, changes: Sequence[FieldChange]) -> Mapping[str, bool]:
    """Return for every selected element of the changes whether the resource has it."""
    return {element: has_element(resource, group[0].field) for element, group in _elements(changes)}


def _plain(change: FieldChange, dialect: Dialect) -> Operation:
    target = _target(change)
    if isinstance(change.after, Missing) or change.clears:
        return _clearing(change, target, dialect)
    value = wire_value(change.after, change.field, dialect)
    reference = change.field.attribute.type is AttributeType.REFERENCE
    adds = reference and dialect.reference in (Wrapping.TEXT, Wrapping.LIST)
    return {"op": "add" if adds else "replace", "path": target, "value": value}


def _clearing(change: FieldChange, target: str, dialect: Dialect) -> Operation:
    """Taking a value away; empty text stands for text only."""
    attribute = change.field.attribute
    of_text = attribute.type is AttributeType.STRING and not attribute.multi
    if dialect.cleared is Cleared.NULL:
        return {"op": "replace", "path": target, "value": None}
    if dialect.cleared is Cleared.EMPTY and of_text:
        return {"op": "replace", "path": target, "value": ""}
    return {"op": "remove", "path": target}


def _target(change: FieldChange) -> str:
    """Many plain values are replaced as one list, a reference as one object."""
    return change.path.whole if change.field.wraps_value else str(change.path)


def _element_operations(
    changes: Sequence[FieldChange], present: Mapping[str, bool] | None, dialect: Dialect
) -> Iterator[Operation]:
    for element, group in _elements(changes):
        exists = not _seems_absent(group) if present is None else present.get(element, False)
        if exists:
            yield from _changed_parts(element, group, dialect)
        elif any(not change.clears for change in group):
            yield _added_element(group)
        elif present is None:
            yield from _changed_parts(element, group, dialect)


def _changed_parts(
    element: str, group: Sequence[FieldChange], dialect: Dialect
) -> Iterator[Operation]:
    # Without its value an element is an empty shell that a later `add` would stand beside.
    if any(change.clears and change.path.sub == "value" for change in group):
        yield {"op": "remove", "path": element}
        return
    for change in group:
        yield _plain(change, dialect)


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

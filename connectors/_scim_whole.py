"""Whole objects for PUT: what was read, with the changes in it and without what is not ours.

Nothing that was read is left out, for a system may take what is missing as cleared.
Source: RFC 7644 section 3.5.1.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from connectors._scim_dialect import Dialect
from connectors._scim_patch import FieldChange
from connectors._scim_paths import Path, Selector
from connectors._scim_values import Resource, spelled, wire_value
from provisor.domain.record import Missing
from provisor.domain.reference import texts_of
from provisor.domain.schema import Attribute, fold

_READ_ONLY: Final = {"meta", "groups"}

_Holder = dict[str, object]


def whole_set(resource: Resource, changes: Iterable[FieldChange], dialect: Dialect) -> Resource:
    """Return the object with every changed attribute as it shall be."""
    whole = _ours(resource)
    for change in changes:
        _set(whole, change, dialect)
    return _in_form(whole, dialect)


def whole_turned(resource: Resource, changes: Iterable[FieldChange], dialect: Dialect) -> Resource:
    """Return the object with single values given and taken away; the others stay."""
    whole = _ours(resource)
    for change in changes:
        holder = _holder(whole, change.path)
        held = holder.get(_key(holder, change.path.attribute))
        elements = list(held) if isinstance(held, list) else []
        holder[_key(holder, change.path.attribute)] = _turned(elements, change)
    return _in_form(whole, dialect)


def whole_group(resource: Resource, members: Sequence[str], dialect: Dialect) -> Resource:
    """Return the group with exactly these members."""
    whole = _ours(resource)
    whole[_key(whole, "members")] = [{"value": native_id} for native_id in members]
    return _in_form(whole, dialect)


def _ours(resource: Resource) -> _Holder:
    kept = {name: value for name, value in resource.items() if name.lower() not in _READ_ONLY}
    return copy.deepcopy(kept)


def _in_form(whole: _Holder, dialect: Dialect) -> Resource:
    """Name every extension that the object has, and spell its truth values."""
    told = whole.get(_key(whole, "schemas"))
    named = [one for one in told if isinstance(one, str)] if isinstance(told, list) else []
    known = {one.lower() for one in named}
    added = [n for n in whole if n.lower().startswith("urn:") and n.lower() not in known]
    whole[_key(whole, "schemas")] = [*named, *added]
    return {name: spelled(value, dialect) for name, value in whole.items()}


def _set(whole: _Holder, change: FieldChange, dialect: Dialect) -> None:
    path = change.path
    holder = _holder(whole, path)
    key = _key(holder, path.attribute)
    if path.selector is not None:
        holder[key] = _with_element(holder.get(key), path.selector, change)
    elif path.sub and not change.field.wraps_value:
        inner = holder.get(key)
        within = dict(inner) if isinstance(inner, Mapping) else {}
        _put_or_take(within, _key(within, path.sub), change, dialect)
        holder[key] = within
    else:
        _put_or_take(holder, key, change, dialect)


def _put_or_take(holder: _Holder, key: str, change: FieldChange, dialect: Dialect) -> None:
    if change.clears or isinstance(change.after, Missing):
        holder.pop(key, None)
    else:
        holder[key] = wire_value(change.after, change.field, dialect)


def _with_element(held: object, selector: Selector, change: FieldChange) -> list[object]:
    elements = list(held) if isinstance(held, list) else []
    at = next((n for n, one in enumerate(elements) if _is_selected(one, selector)), None)
    found = elements[at] if at is not None else None
    element = dict(found) if isinstance(found, Mapping) else {selector.attribute: selector.value}
    if change.clears:
        if at is not None and change.path.sub == "value":
            return elements[:at] + elements[at + 1 :]
        element.pop(_key(element, change.path.sub), None)
    else:
        element[_key(element, change.path.sub)] = change.after
    if at is None:
        return elements if change.clears else [*elements, element]
    return [*elements[:at], element, *elements[at + 1 :]]


def _is_selected(element: object, selector: Selector) -> bool:
    if not isinstance(element, Mapping):
        return False
    shown = element.get(_key(element, selector.attribute))
    return str(shown).lower() == str(selector.value).lower()


def _turned(elements: Sequence[object], change: FieldChange) -> list[object]:
    attribute = change.field.attribute
    taken = {fold(one, attribute) for one in texts_of(change.before)}
    stay = [one for one in elements if _text_of(one, attribute) not in taken]
    there = {_text_of(one, attribute) for one in stay}
    new = [one for one in texts_of(change.after) if fold(one, attribute) not in there]
    return [*stay, *({"value": one} if change.field.wraps_value else one for one in new)]


def _text_of(element: object, attribute: Attribute) -> object:
    shown = element.get(_key(element, "value")) if isinstance(element, Mapping) else element
    return fold(str(shown), attribute)


def _holder(whole: _Holder, path: Path) -> _Holder:
    """Return the mapping in which the attribute stands: the object, or one of its extensions."""
    if not path.schema:
        return whole
    key = _key(whole, path.schema)
    inner = whole.get(key)
    holder = dict(inner) if isinstance(inner, Mapping) else {}
    whole[key] = holder
    return holder


def _key(holder: Mapping[str, object], name: str) -> str:
    """Return the name as the object writes it; its letter case does not count."""
    if name in holder:
        return name
    lowered = name.lower()
    return next((key for key in holder if key.lower() == lowered), name)

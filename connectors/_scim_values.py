"""Resources to values and back: nested JSON of the wire, flat paths of the engine.

Reading is generous (letter case of keys, booleans as text, one value where many may be, an object
where its `value` is meant); writing is strict.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote

from connectors._scim_dialect import RFC, Booleans, Dialect, Wrapping
from connectors._scim_paths import Path, Selector
from connectors._scim_schema import Field
from provisor.domain.record import ABSENT, Missing, Presence, Scalar, Value, is_blank
from provisor.domain.schema import Attribute, AttributeType, fold
from provisor.errors import InvalidValue

Resource = Mapping[str, object]

_TRUTH: Final = {"true": True, "false": False}


def member(holder: Resource, name: str) -> object:
    """Return what stands under a name, whatever its letter case; `ABSENT` when nothing does.

    Source: RFC 7643 section 2.1: names of attributes are case-insensitive.
    """
    if name in holder:
        return holder[name]
    lowered = name.lower()
    return next((value for key, value in holder.items() if key.lower() == lowered), ABSENT)


def lowered(resource: Resource) -> Resource:
    """Return the resource with its own keys in lower case, for many look-ups."""
    return {key.lower(): value for key, value in resource.items()}


@dataclass(frozen=True, slots=True)
class Columns:
    """The fields that a read shows, ready to be taken out of each resource."""

    fields: tuple[Field, ...]

    def row(self, resource: Resource) -> dict[str, Value]:
        """Return the values that the resource holds; what is absent has no key."""
        folded = lowered(resource)
        row: dict[str, Value] = {}
        for field in self.fields:
            value = _value_of(folded, field)
            if not isinstance(value, Missing):
                row[field.attribute.name] = value
        return row


def has_element(resource: Resource, field: Field) -> bool:
    """Say whether the resource has the element that the field's selector names."""
    raw = _whole(lowered(resource), field.path)
    return field.path.selector is not None and _selected(raw, field.path.selector) is not ABSENT


def _value_of(folded: Resource, field: Field) -> Presence:
    raw = _whole(folded, field.path)
    return raw if isinstance(raw, Missing) or raw is None else _inside(raw, field)


def _whole(folded: Resource, path: Path) -> object:
    """Return what the attribute holds as a whole; the resource's own keys are in lower case."""
    if not path.schema:
        return folded.get(path.attribute.lower(), ABSENT)
    extension = folded.get(path.schema.lower())
    return member(extension, path.attribute) if isinstance(extension, Mapping) else ABSENT


def _inside(raw: object, field: Field) -> Presence:
    path, attribute = field.path, field.attribute
    if path.selector is not None:
        return _part(_selected(raw, path.selector), path.sub, attribute)
    if attribute.multi:
        parts = (_part(element, path.sub, attribute) for element in _elements(raw))
        return tuple(p for p in parts if isinstance(p, str | int))
    return _part(_single(raw), path.sub, attribute)


def _elements(raw: object) -> Sequence[object]:
    return raw if isinstance(raw, list) else [raw]


def _selected(raw: object, selector: Selector) -> object:
    """Return the primary element of those that fit, else the first; `ABSENT` when none does."""
    fitting = [e for e in _elements(raw) if isinstance(e, Mapping) and _fits(e, selector)]
    return _single(fitting) if fitting else ABSENT


def _fits(element: Resource, selector: Selector) -> bool:
    value = member(element, selector.attribute)
    if isinstance(selector.value, bool):
        return _boolean(value) is selector.value
    return isinstance(value, str) and value.lower() == selector.value.lower()


def _single(raw: object) -> object:
    """Return one element where some system sends a list: the primary one, else the first."""
    if not isinstance(raw, list):
        return raw
    primary = (e for e in raw if isinstance(e, Mapping) and _boolean(member(e, "primary")) is True)
    return next(primary, raw[0] if raw else ABSENT)


def _part(element: object, sub: str, attribute: Attribute) -> Presence:
    if isinstance(element, Mapping):
        element = member(element, sub or "value")
    elif sub not in {"", "value"}:
        return ABSENT
    return _scalar(element, attribute.type)


def _scalar(raw: object, kind: AttributeType) -> Presence:
    """Return the value in the type that the schema gives it; what cannot be stays as it came."""
    if raw is None or isinstance(raw, Missing):
        return raw
    if isinstance(raw, list | Mapping):
        return ABSENT
    match kind:
        case AttributeType.BOOLEAN:
            truth = _boolean(raw)
            return str(raw) if truth is None else truth
        case AttributeType.INTEGER:
            return _integer(raw)
        case AttributeType.TIME:
            return _time(str(raw))
        case _:
            return raw if isinstance(raw, str) else str(raw)


def _boolean(raw: object) -> bool | None:
    if isinstance(raw, bool):
        return raw
    return _TRUTH.get(raw.lower()) if isinstance(raw, str) else None


def _integer(raw: object) -> Scalar:
    if isinstance(raw, int):
        return raw
    text = str(raw)
    return int(text) if text.removeprefix("-").isdecimal() else text


def _time(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    if moment.tzinfo is None:
        return text
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


# --- onto the wire --------------------------------------------------------------------------


def wire_value(value: Value, field: Field, dialect: Dialect = RFC) -> object:
    """Return a value as a resource holds it under the field's path."""
    if isinstance(value, tuple):
        return [{"value": item} for item in value] if field.wraps_value else list(value)
    return _wrapped(value, dialect) if field.wraps_value else value


def _wrapped(value: Scalar | None, dialect: Dialect) -> object:
    match dialect.reference:
        case Wrapping.TEXT:
            return value
        case Wrapping.LIST:
            return [{"$ref": None, "value": value}]
        case Wrapping.WITH_REF:
            return {"value": value, "$ref": f"..{dialect.users}/{quote(str(value), safe='')}"}
        case _:
            return {"value": value}


def spelled(value: object, dialect: Dialect) -> object:
    """Return a part of a body with its truth values in the form of the dialect.

    Example:
        >>> from dataclasses import replace
        >>> spelled({"active": False}, replace(RFC, booleans=Booleans.TEXT))
        {'active': 'False'}
    """
    if dialect.booleans is Booleans.JSON:
        return value
    match value:
        case bool():
            return str(value)
        case list():
            return [spelled(one, dialect) for one in value]
        case dict():
            return {name: spelled(one, dialect) for name, one in value.items()}
        case _:
            return value


def nested(values: Iterable[tuple[Field, Presence]], dialect: Dialect = RFC) -> dict[str, object]:
    """Return the values as the nested body of a new resource; null and absent are left out."""
    body: dict[str, object] = {}
    for field, value in values:
        if not isinstance(value, Missing) and value is not None and value != ():
            _put(body, field, value, dialect)
    return body


def _put(body: dict[str, object], field: Field, value: Value, dialect: Dialect) -> None:
    path = field.path
    holder = _inner(body, path.schema) if path.schema else body
    if path.selector is not None:
        _element(_list(holder, path.attribute), path.selector)[path.sub] = value
    elif field.wraps_value and isinstance(value, tuple):
        _list(holder, path.attribute).extend({"value": item} for item in value)
    elif path.sub and not field.wraps_value:
        _inner(holder, path.attribute)[path.sub] = value
    else:
        holder[path.attribute] = wire_value(value, field, dialect)


def _inner(holder: dict[str, object], name: str) -> dict[str, object]:
    inner = holder.setdefault(name, {})
    if not isinstance(inner, dict):
        raise _claimed_twice(name)
    return inner


def _list(holder: dict[str, object], name: str) -> list[dict[str, object]]:
    elements = holder.setdefault(name, [])
    if not isinstance(elements, list):
        raise _claimed_twice(name)
    return elements


def _element(elements: list[dict[str, object]], selector: Selector) -> dict[str, object]:
    for element in elements:
        if element.get(selector.attribute) == selector.value:
            return element
    elements.append({selector.attribute: selector.value})
    return elements[-1]


def _claimed_twice(name: str) -> InvalidValue:
    what = f"two attributes claim the place of `{name}` in the resource"
    return InvalidValue(what, attribute=name, next="map one of them only")


# --- comparing ------------------------------------------------------------------------------


def same(wanted: Presence, seen: Presence, attribute: Attribute) -> bool:
    """Say whether two values are one under the attribute's rules; blank is blank."""
    if is_blank(wanted) or is_blank(seen):
        return is_blank(wanted) and is_blank(seen)
    return _folded(wanted, attribute) == _folded(seen, attribute)


def _folded(value: Presence, attribute: Attribute) -> frozenset[Scalar]:
    items = value if isinstance(value, tuple) else (value,)
    return frozenset(fold(item, attribute) for item in items if isinstance(item, str | int))

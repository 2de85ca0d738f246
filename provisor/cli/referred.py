"""How references look: people are shown keys, programs keys and identity ids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from provisor.domain.action import Action, Change
from provisor.domain.plan import ReferenceTallies
from provisor.domain.record import ABSENT, Presence
from provisor.domain.reference import LACK_WORDS, Pending, is_native
from provisor.engine.explain import NEW

Shape = dict[str, object]
Keys = Mapping[str, str]
"""Identity id to source key."""


def named(value: Presence, keys: Keys) -> Presence:
    """Return a reference with source keys in the place of identity ids.

    Example:
        >>> named(("i1", "native:u9"), {"i1": "E1"})
        ('E1', 'native:u9')
    """
    if isinstance(value, tuple):
        return tuple(_name(str(one), keys) for one in value)
    return _name(value, keys) if isinstance(value, str) else value


def _name(identity: str, keys: Keys) -> str:
    if is_native(identity):
        return identity
    return keys.get(identity, identity.removeprefix(f"{NEW}:"))


def shown_changes(action: Action, keys: Keys) -> tuple[Change, ...]:
    """Return the changes of an action as people may see them, with names for identities."""
    return tuple(shown_change(change, action, keys) for change in action.shown())


def shown_change(change: Change, action: Action, keys: Keys) -> Change:
    """Return one change of an action, with names for identities where it is a reference."""
    if change.attribute not in action.references:
        return change
    return Change(change.attribute, named(change.before, keys), named(change.after, keys))


def identities_shape(change: Change) -> Shape:
    """Return the identity ids behind a reference, as the action seals them."""
    return {"before": _plain(change.before), "after": _plain(change.after)}


def _plain(value: Presence) -> object:
    return None if value is ABSENT else list(value) if isinstance(value, tuple) else value


def references_shape(tallies: ReferenceTallies) -> Shape:
    """Return what became of everything that is referred to, by object type and attribute."""
    return {
        kind.value: {name: {"in": one.seen, **one.classes} for name, one in attributes.items()}
        for kind, attributes in tallies.items()
    }


def pending_shape(one: Pending) -> Shape:
    """Return one reference that is left out for now."""
    return {
        "object": one.object_type.value,
        "key": one.key,
        "attribute": one.attribute,
        "value": one.value,
        "reason": one.lack.value,
    }


def pending_words(pending: Iterable[Pending]) -> Iterable[str]:
    """Yield a sentence for each reference that is left out for now."""
    for one in pending:
        place = f"{one.object_type.value} {one.key}, {one.attribute} {one.value}"
        yield f"left out: {place}: {LACK_WORDS[one.lack]}"

"""The bytes of an action, written at once: what `canonical(action.body())` gives, and sooner.

A first load seals a million actions; building a dictionary for each of their changes, and sorting
its keys, would take longer than planning them.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from json.encoder import encode_basestring as _quoted
from operator import attrgetter

from provisor.domain.action import SCHEMA, Action, Change, Operation, Reversible, Risk
from provisor.domain.canonical import Json, canonical, canonical_text, keyed_digest
from provisor.domain.record import ABSENT, Presence, Value

RARE = ("draws", "redacted", "outsiders", "expels", "returns")
"""Fields that stand in a body only where they are used; then the body is written the long way."""


def action_bytes(action: Action) -> bytes:
    """Return the canonical bytes of an action's body.

    Raises:
        ValueError, TypeError: as for `canonical`.

    Cost: a third of what `canonical(action.body())` takes, and half of that for a plain create;
        nothing where they were written already.
    """
    if action.written is not None:
        return action.written
    if _unusual(action) == _USUAL:
        text = _plain_create(action)
        if text is not None:
            return text.encode("utf-8")
    if any(getattr(action, name) for name in RARE):
        return canonical(action.body())
    anchor, native = action.anchor, action.native_id
    text = (
        f'{{"adds":{_texts(action.adds)},"adopts":{"true" if action.adopts else "false"}'
        f',"anchor":{"null" if anchor is None else _quoted(anchor)}'
        f',"changes":[{",".join([_change(one) for one in action.changes])}]'
        f',"native_id":{"null" if native is None else _quoted(native)}'
        f"{_kind(action.object_type, action.operation)}"
        f"{_referring(action.references)}"
        f',"removes":{_texts(action.removes)}{_grade(action.reversible, action.risk)}'
        f',"rule":{_quoted(action.rule)},"schema":"{SCHEMA}"'
        f',"subject":{_quoted(action.subject)},"target":{_quoted(action.target)}}}'
    )
    return text.encode("utf-8")


def kept_bytes(action: Action) -> bytes:
    """Return the canonical bytes, and keep them with the action: whoever stores it asks again.

    Raises:
        ValueError, TypeError: as for `canonical`.
    """
    body = action_bytes(action)
    # The one thing that is told to a frozen action later: it says nothing that was not said.
    object.__setattr__(action, "written", body)
    return body


def action_digest(action: Action, subject_key: bytes) -> bytes:
    """Return the 32-byte keyed digest that votes, intents and outcomes bind to."""
    return keyed_digest(subject_key, action_bytes(action))


def label_digest(subject_key: bytes, key: str, name: str, leave_date: str) -> bytes:
    """Return the keyed digest of what names a person beside an action."""
    # The canonical bytes of four texts, written at once: it is done for every action.
    text = f'["provisor.label/1",{_quoted(key)},{_quoted(name)},{_quoted(leave_date)}]'
    return keyed_digest(subject_key, text.encode())


# --- creates: nearly everything that a first load does ------------------------------------------

_unusual = attrgetter(
    "operation",
    *("adds", "removes", "native_id", "references", "adopts", "risk", "reversible"),
    *RARE,
)
_USUAL = (
    Operation.CREATE,
    *((), (), None, (), False, Risk.ORDINARY, Reversible.REVERSIBLE),
    *((), (), (), False, None),
)
_WORDS = {True: "true", False: "false", None: "null"}


def _plain_create(action: Action) -> str | None:
    """Return the text of a create that says nothing but values; None for any other one."""
    changes = action.changes
    if [change.before for change in changes].count(ABSENT) != len(changes):
        return None
    names = tuple([change.attribute for change in changes])
    # The words of enumerations are told as text: an enumeration's own hash takes far longer.
    text = _creation(names, action.object_type._value_, action.rule, action.target)
    anchor = action.anchor
    values = [
        _quoted(after) if type(after := change.after) is str else _written(after)
        for change in changes
    ]
    if None in values:
        return None
    return text % ("null" if anchor is None else _quoted(anchor), *values, _quoted(action.subject))


def _written(value: Presence) -> str | None:
    return None if value is ABSENT else value_text(value)


def value_text(value: Value) -> str:
    """Return the canonical text of a value that something has afterwards."""
    return _WORDS[value] if type(value) is bool or value is None else _value(value)


@lru_cache(maxsize=4_096)
def _creation(names: tuple[str, ...], object_type: str, rule: str, target: str) -> str:
    """Return a create's text with a place for anchor, each value and subject."""
    opening, middle, rest, end = map(_escaped, creation_frame(object_type, rule, target))
    changes = ",".join("%s".join(map(_escaped, change_frame(name))) for name in names)
    return f"{opening}%s{middle}{changes}{rest}%s{end}"


def creation_frame(object_type: str, rule: str, target: str) -> tuple[str, str, str, str]:
    """Return the text of a plain create around its anchor, its changes and its subject."""
    grade = _grade(Reversible.REVERSIBLE, Risk.ORDINARY)
    return (
        '{"adds":[],"adopts":false,"anchor":',
        ',"changes":[',
        f'],"native_id":null{_kind(object_type, Operation.CREATE)},"removes":[]{grade}'
        f',"rule":{_quoted(rule)},"schema":"{SCHEMA}","subject":',
        f',"target":{_quoted(target)}}}',
    )


def change_frame(attribute: str) -> tuple[str, str]:
    """Return the text of a create's change around its value."""
    return '{"after":', f",{_named(attribute)}}}"


def _escaped(text: str) -> str:
    return text.replace("%", "%%")


# --- pieces -------------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def _kind(object_type: str, operation: str) -> str:
    return f',"object_type":"{object_type!s}","operation":"{operation!s}"'


@lru_cache(maxsize=64)
def _referring(attributes: tuple[str, ...]) -> str:
    return f',"references":{_texts(attributes)}' if attributes else ""


@lru_cache(maxsize=64)
def _grade(reversible: str, risk: str) -> str:
    return f',"reversible":"{reversible!s}","risk":"{risk!s}"'


def _texts(values: Iterable[str]) -> str:
    return f"[{','.join(map(_quoted, values))}]"


def _change(change: Change) -> str:
    before, after = change.before, change.after
    if before is ABSENT and type(after) is str:
        return f'{{"after":{_quoted(after)},{_named(change.attribute)}}}'
    if before is ABSENT:
        if after is ABSENT:
            return f"{{{_named(change.attribute)}}}"
        return f'{{"after":{_value(after)},{_named(change.attribute)}}}'
    if after is ABSENT:
        return f'{{{_named(change.attribute)},"before":{_value(before)}}}'
    return f'{{"after":{_value(after)},{_named(change.attribute)},"before":{_value(before)}}}'


@lru_cache(maxsize=4_096)
def _named(attribute: str) -> str:
    return f'"attribute":{_quoted(attribute)}'


def _value(value: Presence) -> str:
    # Exact types first: nearly every value is text.
    if type(value) is str:
        return _quoted(value)
    if isinstance(value, tuple):
        items: list[Json] = sorted(value, key=canonical)
        return canonical_text(items)
    return canonical_text(None if value is ABSENT else value)

"""One clause of a condition as people write it, about an attribute or about a group."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Final, TypeVar

from provisor.config.places import MEND, SettingPath
from provisor.config.yaml_document import WrittenFraction
from provisor.domain.clause import (
    CASED,
    OF_BOUNDS,
    OF_GROUPS,
    OF_LISTS,
    OF_NUMBERS,
    OF_PATTERNS,
    WITHOUT_VALUE,
    Belonging,
    Case,
    Circle,
    Clause,
    Leaf,
    Operator,
    Quantifier,
)
from provisor.domain.comparison import pattern_of, whole_number
from provisor.domain.expressions.patterns import PatternInvalid
from provisor.domain.relative_time import TimeUnreadable, read_age, read_bound, read_window
from provisor.errors import ConfigurationError, SettingInvalid, UnknownName, nearest

CLAUSE: Final = ("attribute", "operator", "value", "case", "quantifier", "anchored")
BELONGING: Final = ("group", "by", "operator", "transitive")
EXAMPLE: Final = "write it like {attribute: status, operator: EQUALS, value: active}"

_NO_QUANTIFIER: Final = frozenset({Operator.IS_NULL, Operator.IS_NOT_NULL})
# A source may carry the boolean as `True` or as the text `true`; both are meant.
_CONSTANTS: Final = {
    (Operator.EQUALS, True): Operator.IS_TRUE,
    (Operator.EQUALS, False): Operator.IS_FALSE,
    (Operator.NOT_EQUALS, True): Operator.IS_FALSE,
    (Operator.NOT_EQUALS, False): Operator.IS_TRUE,
}
_SWITCHES: Final = {
    "true": True,
    "yes": True,
    "on": True,
    "false": False,
    "no": False,
    "off": False,
}
_Word = TypeVar("_Word", bound=StrEnum)


class ConditionFault(Exception):
    """What is wrong with a condition, and where inside it."""

    def __init__(self, path: SettingPath, error: ConfigurationError) -> None:
        super().__init__(error.what)
        self.path = path
        self.error = error


def fault(path: SettingPath, what: str, *, found: str = "", next: str = MEND) -> ConditionFault:
    """Return the fault of a setting that cannot be used."""
    return ConditionFault(path, SettingInvalid(what, found=found, next=next))


def unknown(path: SettingPath, kind: str, name: str, known: Collection[str]) -> ConditionFault:
    """Return the fault of a name that is not known, with the nearest one that is."""
    near = nearest(name, known)
    return ConditionFault(
        path,
        UnknownName(
            f"no {kind} is called `{name}`" if name else f"the {kind} is not text",
            found=f"known here: {', '.join(known)}",
            next=f"did you mean `{near}`?" if near else MEND,
        ),
    )


def as_written(value: object) -> str | None:
    """Return a single value as the text that stands in the file; None for anything else.

    Example:
        >>> as_written(True), as_written(12), as_written(None), as_written([])
        ('true', '12', None, None)
    """
    match value:
        case bool():
            return "true" if value else "false"
        case WrittenFraction():
            return value.text
        case str() | int():
            return str(value)
        case _:
            return None


def read_leaf(written: Mapping[str, object], path: SettingPath) -> Leaf:
    """Return the clause that a mapping describes.

    Raises:
        ConditionFault: it describes none; the first fault in reading order.
    """
    return _belonging(written, path) if "group" in written else _clause(written, path)


# --- groups --------------------------------------------------------------------------------


def _belonging(written: Mapping[str, object], path: SettingPath) -> Belonging:
    _know_keys(written, path, BELONGING)
    texts = {key: as_written(written[key]) for key in ("group", "by") if key in written}
    for key, text in texts.items():
        if not text:
            example = "write it like {group: G-100, operator: MEMBER OF}"
            raise fault((*path, key), f"`{key}` names nothing", next=example)
    operator = _operator(written.get("operator", Operator.MEMBER_OF), (*path, "operator"))
    if operator not in OF_GROUPS:
        known = ", ".join(sorted(OF_GROUPS, reverse=True))
        raise fault((*path, "operator"), f"`{operator}` does not ask for a group", found=known)
    transitive = _switch(written, "transitive", path, otherwise=_SWITCHES["no"])
    return Belonging(Circle(texts["group"] or "", texts.get("by") or "", transitive), operator)


# --- attributes ----------------------------------------------------------------------------


def _clause(written: Mapping[str, object], path: SettingPath) -> Clause:
    _know_keys(written, path, (*CLAUSE, "group", "any", "all", "not", "title"))
    for key in CLAUSE[:2]:
        if key not in written:
            raise fault(path, f"a clause has no `{key}`", next=EXAMPLE)
    attribute = as_written(written["attribute"])
    if not attribute:
        raise fault((*path, "attribute"), "a clause names no attribute", next=EXAMPLE)
    operator = _operator(written["operator"], (*path, "operator"))
    if operator in OF_GROUPS:
        example = "write it like {group: G-100, operator: MEMBER OF}"
        raise fault((*path, "operator"), f"`{operator}` asks for a `group`", next=example)
    value = written.get("value")
    if isinstance(value, bool) and (operator, value) in _CONSTANTS:
        operator, value = _CONSTANTS[operator, value], None
    clause = Clause(
        attribute,
        operator,
        case=_word(written, "case", path, Case.EXACT),
        quantifier=_word(written, "quantifier", path, Quantifier.ANY),
        anchored=_switch(written, "anchored", path, otherwise=_SWITCHES["yes"]),
    )
    _refuse_idle(written, operator, path)
    return _valued(clause, value, path)


def _know_keys(written: Mapping[str, object], path: SettingPath, known: Collection[str]) -> None:
    for key in written:
        if key not in known:
            raise unknown((*path, key), "key of a condition", key, known)


def _operator(written: object, path: SettingPath) -> Operator:
    known = {_folded(operator): operator for operator in Operator}
    name = written if isinstance(written, str) else ""
    if _folded(name) not in known:
        raise unknown(path, "operator", name, [operator.value for operator in Operator])
    return known[_folded(name)]


def _folded(name: str) -> str:
    return "".join(name.upper().replace("_", " ").replace("-", " ").split())


def _word(written: Mapping[str, object], key: str, path: SettingPath, default: _Word) -> _Word:
    """Return one of a few words."""
    name = written.get(key, default.value)
    words = {word.value: word for word in type(default)}
    if not isinstance(name, str) or name not in words:
        raise unknown((*path, key), key, name if isinstance(name, str) else "", list(words))
    return words[name]


def _switch(written: Mapping[str, object], key: str, path: SettingPath, *, otherwise: bool) -> bool:
    value = written.get(key, otherwise)
    name = (as_written(value) or "").lower()
    if name not in _SWITCHES:
        raise fault((*path, key), f"`{key}` is neither `true` nor `false`")
    return _SWITCHES[name]


def _refuse_idle(written: Mapping[str, object], operator: Operator, path: SettingPath) -> None:
    """Refuse what would change nothing: whoever wrote it meant something."""
    idle = {
        "case": operator not in CASED,
        "anchored": operator not in OF_PATTERNS,
        "quantifier": operator in _NO_QUANTIFIER,
    }
    for key, useless in idle.items():
        if useless and key in written:
            what = f"`{key}` says nothing about `{operator}`"
            raise fault((*path, key), what, next=f"leave `{key}` out")


# --- values --------------------------------------------------------------------------------


def _valued(clause: Clause, written: object, path: SettingPath) -> Clause:
    """Return the clause with its value, if the operator can do something with it."""
    place = (*path, "value")
    if clause.operator in WITHOUT_VALUE:
        if written is not None:
            raise fault(place, f"`{clause.operator}` takes no value", next="leave `value` out")
        return clause
    if isinstance(written, bool) or (isinstance(written, list) and _has_boolean(written)):
        raise fault(
            place, f"`{clause.operator}` compares texts", found="a boolean", next="quote it"
        )
    if clause.operator in OF_LISTS:
        return replace(clause, values=_values(clause.operator, written, path))
    value = as_written(written)
    if not value:
        raise fault(path, f"a clause with `{clause.operator}` has no value", next=EXAMPLE)
    _check(clause.operator, value, place)
    valued = replace(clause, value=value)
    if clause.operator in OF_PATTERNS:
        _check_pattern(valued, place)
    return valued


def _has_boolean(items: list[object]) -> bool:
    return any(isinstance(item, bool) for item in items)


def _values(operator: Operator, written: object, path: SettingPath) -> tuple[str, ...]:
    items = written if isinstance(written, list) else [written]
    values = [as_written(item) for item in items]
    if not all(values) or not values:
        example = "write it like {attribute: country, operator: IN, value: [SE, NO]}"
        raise fault(path, f"a clause with `{operator}` has no list of values", next=example)
    return tuple(value or "" for value in values)


def _check(operator: Operator, value: str, place: SettingPath) -> None:
    if operator in OF_NUMBERS and whole_number(value) is None:
        raise fault(place, f"`{operator}` compares whole numbers, and the value is none")
    readers = {
        Operator.WITHIN: read_window,
        Operator.OLDER_THAN: read_age,
        **dict.fromkeys(OF_BOUNDS, read_bound),
    }
    if operator not in readers:
        return
    try:
        readers[operator](value)
    except TimeUnreadable as wrong:
        problem = fault(place, f"the time of `{operator}` cannot be read", found=str(wrong))
    else:
        return
    raise problem


def _check_pattern(clause: Clause, place: SettingPath) -> None:
    try:
        pattern_of(clause)
    except PatternInvalid as wrong:
        problem = fault(place, "a regular expression cannot be read", found=str(wrong))
    else:
        return
    raise problem

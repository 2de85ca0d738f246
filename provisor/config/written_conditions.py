"""Scope and leaver conditions as people write them, to the condition that planning judges."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import regex

from provisor.config.places import MEND, SettingPath
from provisor.config.yaml_document import WrittenFraction
from provisor.domain.scope import WITHOUT_VALUE, AllOf, AnyOf, Clause, Condition, Operator
from provisor.errors import ConfigurationError, SettingInvalid, UnknownName, nearest

_GROUPS: Final[dict[str, type[AnyOf | AllOf]]] = {"any": AnyOf, "all": AllOf}
_CLAUSE: Final = ("attribute", "operator", "value")
_WHOLE_NUMBERS: Final = {Operator.GREATER_THAN, Operator.GREATER_THAN_OR_EQUALS}
_PATTERNS: Final = {Operator.REGEX_MATCH, Operator.NOT_REGEX_MATCH}
_CONSTANTS: Final = {True: Operator.IS_TRUE, False: Operator.IS_FALSE}
_EXAMPLE: Final = "write it like {attribute: status, operator: EQUALS, value: active}"


class ConditionFault(Exception):
    """What is wrong with a condition, and where inside it."""

    def __init__(self, path: SettingPath, error: ConfigurationError) -> None:
        super().__init__(error.what)
        self.path = path
        self.error = error


def read_condition(written: object, path: SettingPath = ()) -> Condition:
    """Return the condition that a setting describes.

    Args:
        written: `{any: […]}`, `{all: […]}`, one clause, or a list, which means all of it.
        path: where `written` stands inside the whole condition.

    Raises:
        ConditionFault: it is none of these; the first fault in reading order.

    Example:
        >>> read_condition({"attribute": "country", "operator": "not equals", "value": "NO"})
        Clause(attribute='country', operator=<Operator.NOT_EQUALS: 'NOT EQUALS'>, value='NO')
    """
    match written:
        case list():
            return AllOf(_parts(written, path))
        case Mapping() if len(written) == 1 and (word := next(iter(written))) in _GROUPS:
            inside = written[word]
            if not isinstance(inside, list):
                raise _fault((*path, word), f"`{word}` is not a list", next=f"{word}: [ … ]")
            return _GROUPS[word](_parts(inside, (*path, word)))
        case Mapping():
            return _clause(written, path)
        case _:
            raise _fault(path, "a condition is not a mapping or a list", next=_EXAMPLE)


def _parts(written: list[object], path: SettingPath) -> tuple[Condition, ...]:
    if not written:
        raise _fault(
            path,
            "a condition holds no clause, and would be true for everybody",
            next="add a clause, or leave the whole condition out",
        )
    return tuple(read_condition(part, (*path, place)) for place, part in enumerate(written))


def _clause(written: Mapping[str, object], path: SettingPath) -> Clause:
    for key in written:
        if key not in _CLAUSE:
            raise _unknown((*path, key), "key of a condition", key, (*_CLAUSE, *_GROUPS))
    for key in _CLAUSE[:2]:
        if key not in written:
            raise _fault(path, f"a clause has no `{key}`", next=_EXAMPLE)
    attribute = as_written(written["attribute"])
    if not attribute:
        raise _fault((*path, "attribute"), "a clause names no attribute", next=_EXAMPLE)
    operator = _operator(written["operator"], (*path, "operator"))
    value = written.get("value")
    if operator is Operator.EQUALS and isinstance(value, bool):
        # A source may carry the boolean as `True` or as the text `true`; both are meant.
        return Clause(attribute, _CONSTANTS[value])
    return Clause(attribute, operator, _value(operator, value, path))


def _operator(written: object, path: SettingPath) -> Operator:
    known = {_folded(operator): operator for operator in Operator}
    name = written if isinstance(written, str) else ""
    if _folded(name) not in known:
        raise _unknown(path, "operator", name, [operator.value for operator in Operator])
    return known[_folded(name)]


def _folded(name: str) -> str:
    return "".join(name.upper().replace("_", " ").replace("-", " ").split())


def _value(operator: Operator, written: object, path: SettingPath) -> str:
    value = as_written(written)
    place = (*path, "value")
    if operator in WITHOUT_VALUE:
        if written is not None:
            raise _fault(place, f"`{operator}` takes no value", next="leave `value` out")
        return ""
    if not value:
        raise _fault(path, f"a clause with `{operator}` has no value", next=_EXAMPLE)
    if operator in _WHOLE_NUMBERS and not _is_whole(value):
        raise _fault(place, f"`{operator}` compares whole numbers, and the value is none")
    if operator in _PATTERNS:
        _compile(value, place)
    return value


def _is_whole(text: str) -> bool:
    try:
        int(text)
    except ValueError:
        return False
    return True


def _compile(pattern: str, path: SettingPath) -> None:
    try:
        regex.compile(pattern)
    except (regex.error, OverflowError, RecursionError) as wrong:
        reason = getattr(wrong, "msg", None) or "too large"
        problem = _fault(path, "a regular expression cannot be read", found=str(reason))
    else:
        return
    raise problem


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


def _fault(path: SettingPath, what: str, *, found: str = "", next: str = MEND) -> ConditionFault:
    return ConditionFault(path, SettingInvalid(what, found=found, next=next))


def _unknown(
    path: SettingPath, kind: str, name: str, known: list[str] | tuple[str, ...]
) -> ConditionFault:
    near = nearest(name, known)
    return ConditionFault(
        path,
        UnknownName(
            f"no {kind} is called `{name}`" if name else f"the {kind} is not text",
            found=f"known here: {', '.join(known)}",
            next=f"did you mean `{near}`?" if near else MEND,
        ),
    )

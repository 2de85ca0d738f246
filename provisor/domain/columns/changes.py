"""Functions that change one text, on whole columns.

Where polars gives the answer of the definition for some texts only, the rows with other texts are
computed again by the definition.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from provisor.domain.columns.operand import (
    Column,
    Constant,
    Kind,
    Operand,
    computed,
    is_plain,
    text_of,
)
from provisor.domain.columns.parts import FALSE, Kernel, Parts
from provisor.domain.columns.regexes import both_read
from provisor.domain.expressions import Blank, Call
from provisor.domain.expressions.bounds import VALUE_BYTES
from provisor.domain.expressions.replacing import Mode, mode_of
from provisor.domain.expressions.text import WHITE_SPACE
from provisor.domain.record import Value, as_text

_BEYOND_ASCII: Final = r"[^\x00-\x7f]"
_BEYOND_PRINTABLE: Final = r"[^\x20-\x7e]"
_MARKS_GROWTH: Final = 4


@dataclass(frozen=True, slots=True)
class Change:
    """What polars does to a text column."""

    apply: Callable[[pl.Expr], pl.Expr]
    size: int
    """At least the bytes of the longest result."""
    except_for: str | None = None
    """The texts, by a regular expression, for which the definition must be asked."""


def _changed(parts: Parts, call: Call) -> Operand | None:
    source = parts.operand(call.arguments[0])
    rest = [parts.operand(argument) for argument in call.arguments[1:]]
    if not isinstance(source, Column) or not is_plain(source):
        return None
    constants = [one.value for one in rest if isinstance(one, Constant) and one.signal is None]
    change = _change(call, constants, source.size) if len(constants) == len(rest) else None
    if change is None or change.size > VALUE_BYTES:
        return None
    text = text_of(source)
    column = Column(computed(change.apply(text)), Kind.TEXT, change.size, source.signals)
    if change.except_for is None:
        return column
    others = computed(text.str.contains(change.except_for).fill_null(FALSE))
    return parts.patched(call, column, others) if others.any() else column


def _change(call: Call, constants: Sequence[Value], size: int) -> Change | None:
    match (call.name, *constants):
        case ("Left", count):
            return _cut(1, count, size)
        case ("Mid", start, length):
            return _cut(start, length, size)
        case ("StripSpaces",):
            return Change(lambda text: text.str.replace_all(" ", "", literal=True), size)
        case ("Trim",):
            return Change(lambda text: text.str.strip_chars(WHITE_SPACE), size)
        case ("Replace", *_):
            return _replacement(call, constants, size)
        case (str() as name,) if name in _ASCII:
            return Change(_ASCII[name], size * _MARKS_GROWTH, _BEYOND_ASCII)
        case _:
            return None


def _cut(start: Value, length: Value, size: int) -> Change | None:
    if type(start) is not int or type(length) is not int:
        return None
    if start < 1 or length < 0:
        return Change(lambda text: text.fill_null(""), size)
    return Change(lambda text: text.fill_null("").str.slice(start - 1, length), size)


def _replacement(call: Call, constants: Sequence[Value], size: int) -> Change | None:
    given = [n for n, node in enumerate(call.arguments) if n and not isinstance(node, Blank)]
    mode = mode_of(frozenset(given))
    if mode not in {Mode.LITERAL, Mode.REGEX}:
        return None
    old, new = (as_text(constants[place - 1]) for place in given)
    if mode is Mode.REGEX:
        found = both_read(old, new, size)
        if found is None:
            return None
        return Change(
            lambda text: text.str.replace_all(found.pattern, found.replacement),
            found.size,
            _BEYOND_PRINTABLE,
        )
    if not old:
        return Change(lambda text: text, size)
    longest = size * max(1, len(new.encode()))
    return Change(lambda text: text.str.replace_all(old, new, literal=True), longest)


_ASCII: Final[Mapping[str, Callable[[pl.Expr], pl.Expr]]] = {
    "NormalizeDiacritics": lambda text: text,
    "ToLower": lambda text: text.str.to_lowercase(),
    "ToUpper": lambda text: text.str.to_uppercase(),
}


def _length(parts: Parts, call: Call) -> Operand | None:
    value = parts.operand(call.arguments[0])
    if not isinstance(value, Column) or not is_plain(value):
        return None
    counted = text_of(value).fill_null("").str.len_chars().cast(pl.Int64)
    return Column(computed(counted), Kind.WHOLE, len(str(VALUE_BYTES)), value.signals)


TEXTS: Final[Mapping[str, Kernel]] = {
    "Len": _length,
    **dict.fromkeys(("Left", "Mid", "Replace", "StripSpaces", "Trim", *_ASCII), _changed),
}
"""The kernels of this file by the name of their function."""

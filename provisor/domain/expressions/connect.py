"""What Connect sync calls by a name that application provisioning uses too, and means otherwise.

Every function here belongs to the dialect `connect`; all others mean the same everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from provisor.domain.expressions.bounds import check_count, joined, refuse
from provisor.domain.expressions.condition import is_true
from provisor.domain.expressions.function import (
    Argument,
    Dialect,
    Function,
    Later,
    Parameter,
    Tier,
    Trait,
    Type,
    each,
    whole,
)
from provisor.domain.expressions.letters import lower, upper
from provisor.domain.expressions.lists import values_of
from provisor.domain.expressions.replacing import replace_literally
from provisor.domain.expressions.text import WHITE_SPACE, is_nothing, nothing_as_empty
from provisor.domain.record import ABSENT, Value, as_text

_MONIKERS: Final = {"\\n": "\n", "\\r": "\r", "\\t": "\t"}
_MONIKER: Final = re.compile(r"\\[nrt]")
_WORD: Final = re.compile(f"[^{WHITE_SPACE}]+")


def join_list(attribute: Argument, delimiter: Argument = ABSENT) -> Value:
    """Joins the values of a list with a delimiter between them, a space if none is given.

    An empty delimiter joins them without one.
    A single value is a list of one, and null gives empty text.

    Source: Connect sync, "Join".

    Example:
        >>> join_list(("a", "b"), ","), join_list(("a", "b")), join_list(("a", "b"), "")
        ('a,b', 'a b', 'ab')
    """
    between = " " if delimiter is ABSENT else as_text(delimiter)
    return joined(between, map(as_text, values_of(attribute)))


def middle(source: Argument, start: Argument, length: Argument = ABSENT) -> Value:
    """Gives `length` characters from `start`, counted from 1 and clipped at the end.

    Without a length it gives the rest.
    A null source gives empty text.
    A negative length, a start below 1 or a start behind the end give the source unchanged.

    Source: Connect sync, "Mid"; the form without a length is in the samples of "Item".

    Example:
        >>> middle("John Doe", 3, 5), middle("J", 2, 64), middle("SMTP:j@x", 6)
        ('hn Do', 'J', 'j@x')
    """
    first = whole(start, "Mid")
    size = None if length is ABSENT else whole(length, "Mid")
    return each(nothing_as_empty(source), lambda text: _middle(text, first, size))


def _middle(text: str, start: int, size: int | None) -> str:
    if size == 0:
        return ""
    if start < 1 or start > len(text) or (size is not None and size < 0):
        return text
    return text[start - 1 :] if size is None else text[start - 1 : start - 1 + size]


def proper_words(source: Argument) -> Value:
    """Gives every word a capital and makes the rest of it small; words end at white space.

    A word that is all capitals stays as it is.

    Source: Connect sync, "PCase".

    Example:
        >>> proper_words("TEsT"), proper_words("john DOE o'brien-smith IT")
        ('Test', "John DOE O'brien-smith IT")
    """
    return each(source, lambda text: _WORD.sub(_proper, text))


def _proper(match: re.Match[str]) -> str:
    word = match.group()
    if len(word) > 1 and word == upper(word) and word != lower(word):
        return word
    return upper(word[0]) + lower(word[1:])


def replace_text(source: Argument, old: Argument, new: Argument) -> Value:
    r"""Replaces every occurrence of one text by another, case-sensitive.

    In both, `\n`, `\r` and `\t` stand for the end of a line, carriage return and tab.

    Source: Connect sync, "Replace".

    Example:
        >>> replace_text("a-b-c", "-", "+"), replace_text("One Way\r\nRedmond", r"\r\n", ", ")
        ('a+b+c', 'One Way, Redmond')
    """
    sought, put = _with_monikers(as_text(old)), _with_monikers(as_text(new))
    return each(source, lambda text: replace_literally(text, sought, put))


def _with_monikers(text: str) -> str:
    return _MONIKER.sub(lambda match: _MONIKERS[match.group()], text)


def split_limited(source: Argument, delimiter: Argument, limit: Argument = ABSENT) -> Value:
    """Cuts a text at every delimiter, into `limit` values at most; they are not trimmed.

    The last value holds what is left. Null gives null, empty text an empty list.

    Source: Connect sync, "Split".

    Example:
        >>> split_limited("a, b,c", ","), split_limited("a,b,c", ",", 2)
        (('a', ' b', 'c'), ('a', 'b,c'))
    """
    if is_nothing(source):
        return None
    text, cut = as_text(source), as_text(delimiter)
    most = -1
    if limit is not ABSENT:
        most = whole(limit, "Split")
        if most < 1:
            refuse("`Split` is asked for less than one value")
    if text == "":
        return ()
    values = text.split(cut, most - 1 if most > 0 else -1) if cut else [text]
    check_count(values)
    return tuple(values)


def switch_conditions(*pairs: Later) -> Value:
    """Gives the value behind the first condition that holds, or null when none does.

    Conditions behind it are not computed; Connect sync computes all of them.

    Source: Connect sync, "Switch".

    Example:
        >>> switch_conditions(lambda: False, lambda: "a", lambda: True, lambda: "b")
        'b'
        >>> switch_conditions(lambda: False, lambda: "a") is None
        True
    """
    for condition, value in zip(pairs[::2], pairs[1::2], strict=True):
        if is_true(condition()):
            return value()
    return None


def _function(
    name: str,
    parameters: tuple[Parameter, ...],
    minimum: int,
    scalar: Callable[..., Value],
    example: str,
    gives: Type = Type.TEXT,
    traits: Trait = Trait.NONE,
) -> Function:
    return Function(
        name,
        parameters,
        minimum,
        scalar,
        example,
        traits,
        gives=gives,
        tier=Tier.CONNECT_SYNC,
        dialect=Dialect.CONNECT,
    )


_SOURCE = Parameter("source", type=Type.TEXT)

CONNECT: Final = (
    _function(
        "Join",
        (
            Parameter("attribute", type=Type.LIST),
            Parameter("delimiter", required=False, type=Type.TEXT),
        ),
        1,
        join_list,
        'Join(Split("a,b", ","), "; ")',
    ),
    _function(
        "Mid",
        (
            _SOURCE,
            Parameter("start", type=Type.WHOLE),
            Parameter("length", required=False, type=Type.WHOLE),
        ),
        2,
        middle,
        'Mid("John Doe", 3, 5)',
    ),
    _function("PCase", (_SOURCE,), 1, proper_words, 'PCase("TEsT")'),
    _function(
        "Replace",
        (_SOURCE, Parameter("old", type=Type.TEXT), Parameter("new", type=Type.TEXT)),
        3,
        replace_text,
        'Replace("070-123", "-", "")',
    ),
    _function(
        "Split",
        (
            _SOURCE,
            Parameter("delimiter", type=Type.TEXT),
            Parameter("limit", required=False, type=Type.WHOLE),
        ),
        2,
        split_limited,
        'Split("a,b,c", ",", 2)',
        Type.LIST,
    ),
    _function(
        "Switch",
        (
            Parameter("condition", repeating=True, condition=True, type=Type.TRUTH),
            Parameter("value", required=False, repeating=True),
        ),
        2,
        switch_conditions,
        'Switch("a" = "b", "one", True, "other")',
        Type.ANY,
        Trait.LAZY,
    ),
)
"""The functions of this file, for the registry."""

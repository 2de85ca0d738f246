"""Functions that work on the ends of a text: cut off, take away, fill up, put before."""

from __future__ import annotations

from typing import Final

from provisor.domain.expressions.bounds import check_size, joined, refuse
from provisor.domain.expressions.function import (
    Argument,
    Function,
    Parameter,
    Tier,
    Type,
    each,
    kind,
    whole,
)
from provisor.domain.expressions.text import WHITE_SPACE, is_nothing, nothing_as_empty
from provisor.domain.record import Value, as_text


def right(source: Argument, count: Argument) -> Value:
    """Gives the last `count` characters; a negative count gives the source unchanged.

    A null source gives empty text.

    Source: Connect sync, "Right".

    Example:
        >>> right("John Doe", 3), right("John Doe", -1), right("Doe", 99), right(None, 3)
        ('Doe', 'John Doe', 'Doe', '')
    """
    size = whole(count, "Right")
    return each(
        nothing_as_empty(source),
        lambda text: text if size < 0 or size > len(text) else text[len(text) - size :],
    )


def trim_left(value: Argument) -> Value:
    """Removes white space before the first other character.

    Source: Connect sync, "LTrim".

    Example:
        >>> trim_left(" Test ")
        'Test '
    """
    return each(value, lambda text: text.lstrip(WHITE_SPACE))


def trim_right(value: Argument) -> Value:
    """Removes white space behind the last other character.

    Source: Connect sync, "RTrim".

    Example:
        >>> trim_right(" Test ")
        ' Test'
    """
    return each(value, lambda text: text.rstrip(WHITE_SPACE))


def pad_left(source: Argument, length: Argument, character: Argument) -> Value:
    """Puts a character before a text as often as it takes to reach a length.

    A text that is as long already stays as it is; null gives empty text.

    Source: Connect sync, "PadLeft".

    Example:
        >>> pad_left("User", 10, "0"), pad_left("User", 2, "0"), pad_left(None, 3, "0")
        ('000000User', 'User', '')
    """
    size, filling = _padding(length, character, "PadLeft")
    return "" if is_nothing(source) else each(source, lambda text: text.rjust(size, filling))


def pad_right(source: Argument, length: Argument, character: Argument) -> Value:
    """Puts a character behind a text as often as it takes to reach a length.

    A text that is as long already stays as it is; null gives empty text.

    Source: Connect sync, "PadRight".

    Example:
        >>> pad_right("User", 10, "0"), pad_right("User", 2, "0"), pad_right(None, 3, "0")
        ('User000000', 'User', '')
    """
    size, filling = _padding(length, character, "PadRight")
    return "" if is_nothing(source) else each(source, lambda text: text.ljust(size, filling))


def _padding(length: Argument, character: Argument, asked_by: str) -> tuple[int, str]:
    size, filling = whole(length, asked_by), as_text(character)
    if len(filling) != 1:
        refuse(f"`{asked_by}` pads with a single character", found=kind(character))
    check_size(size)
    return size, filling


def prepend(prefix: Argument, source: Argument) -> Value:
    """Puts `prefix` before `source`; nothing counts as empty text.

    Source: the list of functions of Microsoft Graph, "Prepend"; by its name and its parameters.

    Example:
        >>> prepend("smtp:", "elin@example.org"), prepend("x", None)
        ('smtp:elin@example.org', 'x')
    """
    beginning = as_text(prefix)
    return each(nothing_as_empty(source), lambda text: joined("", (beginning, text)))


_SOURCE = Parameter("source", type=Type.TEXT)
_PADDING = (
    _SOURCE,
    Parameter("length", type=Type.WHOLE),
    Parameter("character", type=Type.TEXT),
)

EDGES: Final = (
    Function(
        "LTrim",
        (Parameter("value", type=Type.TEXT),),
        1,
        trim_left,
        'LTrim(" Test ")',
        gives=Type.TEXT,
        tier=Tier.CONNECT_SYNC,
    ),
    Function(
        "PadLeft",
        _PADDING,
        3,
        pad_left,
        'PadLeft("User", 10, "0")',
        gives=Type.TEXT,
        tier=Tier.CONNECT_SYNC,
    ),
    Function(
        "PadRight",
        _PADDING,
        3,
        pad_right,
        'PadRight("User", 10, "0")',
        gives=Type.TEXT,
        tier=Tier.CONNECT_SYNC,
    ),
    Function(
        "Prepend",
        (Parameter("prefix", type=Type.TEXT), _SOURCE),
        2,
        prepend,
        'Prepend("smtp:", "elin@example.org")',
        gives=Type.TEXT,
        tier=Tier.GRAPH,
    ),
    Function(
        "RTrim",
        (Parameter("value", type=Type.TEXT),),
        1,
        trim_right,
        'RTrim(" Test ")',
        gives=Type.TEXT,
        tier=Tier.CONNECT_SYNC,
    ),
    Function(
        "Right",
        (_SOURCE, Parameter("count", type=Type.WHOLE)),
        2,
        right,
        'Right("John Doe", 3)',
        gives=Type.TEXT,
        tier=Tier.CONNECT_SYNC,
    ),
)
"""The functions of this file, for the registry."""

"""Functions that say where something is found; places are counted from 1, and 0 is nowhere."""

from __future__ import annotations

from typing import Final

from provisor.domain.expressions.bounds import check_count, refuse
from provisor.domain.expressions.function import (
    Argument,
    Function,
    Parameter,
    Tier,
    Type,
    kind,
    whole,
)
from provisor.domain.expressions.letters import lower
from provisor.domain.record import ABSENT, Value, as_text

TEXT_COMPARE: Final = "vbTextCompare"
_COMPARE: Final = ("vbBinaryCompare", TEXT_COMPARE)
_ANY_CASE: Final = "CaseInsensitive"
_CASES: Final = ("CaseSensitive", _ANY_CASE)


def position_of(
    value: Argument, sought: Argument, start: Argument = ABSENT, compare: Argument = ABSENT
) -> Value:
    """Gives the place where a text first holds another one, at or behind `start`; 0 for nowhere.

    `vbTextCompare` lets upper and lower case count as the same; without it, or with
    `vbBinaryCompare`, they differ.
    The empty text is found where the search starts, but nowhere in an empty text.

    Source: Entra, "InStr"; the rules for the empty text are those of Visual Basic.

    Example:
        >>> position_of("The quick brown fox", "quick"), position_of("repEated", "e", 3)
        (5, 7)
        >>> position_of("repEated", "e", 3, "vbTextCompare"), position_of(None, "e")
        (4, 0)
    """
    text, part = _folded(value, sought, compare, "InStr")
    first = 1 if start is ABSENT else _place(start, "InStr")
    if not text or first > len(text):
        return 0
    return text.find(part, first - 1) + 1


def last_position_of(
    value: Argument, sought: Argument, start: Argument = ABSENT, compare: Argument = ABSENT
) -> Value:
    """Gives the place where a text last holds another one that ends at or before `start`.

    0 is nowhere.
    Without a start, or with -1, the whole text is searched; a start behind its end finds nothing.
    `vbTextCompare` lets upper and lower case count as the same.

    Source: Connect sync, "InStrRev"; what `start` means is as in Visual Basic.

    Example:
        >>> last_position_of("abbcdbbbef", "bb"), last_position_of("abbcdbbbef", "bb", 4)
        (7, 2)
        >>> last_position_of("abc", "x"), last_position_of("aXbx", "X", -1, "vbTextCompare")
        (0, 4)
    """
    text, part = _folded(value, sought, compare, "InStrRev")
    last = len(text)
    if start is not ABSENT and whole(start, "InStrRev") != -1:
        last = _place(start, "InStrRev")
    if not text or last > len(text):
        return 0
    if not part:
        return last
    return text.rfind(part, 0, last) + 1


def contains(attribute: Argument, search: Argument, casetype: Argument = ABSENT) -> Value:
    """Gives the place of the first value of a list that holds a text; 0 for none.

    A single value is a list of one.
    `CaseInsensitive` lets upper and lower case count as the same.

    Source: Connect sync, "Contains".

    Example:
        >>> contains(("smtp:jd@x.org", "SMTP:j.doe@x.org"), "SMTP:"), contains(None, "SMTP:")
        (2, 0)
        >>> contains(("smtp:jd@x.org", "SMTP:j.doe@x.org"), "SMTP:", "CaseInsensitive")
        1
    """
    any_case = _word(casetype, _CASES, "Contains") == _ANY_CASE
    sought = lower(as_text(search)) if any_case else as_text(search)
    values = attribute if isinstance(attribute, tuple) else (attribute,)
    check_count(values)
    for place, value in enumerate(values, 1):
        text = as_text(value)
        if text and sought in (lower(text) if any_case else text):
            return place
    return 0


def _folded(value: Argument, sought: Argument, compare: Argument, name: str) -> tuple[str, str]:
    text, part = as_text(value), as_text(sought)
    if _word(compare, _COMPARE, name) == TEXT_COMPARE:
        return lower(text), lower(part)
    return text, part


def _word(given: Argument, known: tuple[str, ...], asked_by: str) -> str:
    """Return the word that is given, the first one by default."""
    word = known[0] if given is ABSENT else as_text(given)
    if word not in known:
        refuse(f"`{asked_by}` knows only the words {', '.join(known)}", found=kind(given))
    return word


def _place(given: Argument, asked_by: str) -> int:
    place = whole(given, asked_by)
    if place < 1:
        refuse(f"`{asked_by}` counts places from 1", found="a start below 1")
    return place


def _places(name: str) -> tuple[Parameter, ...]:
    return (
        Parameter(name, type=Type.TEXT),
        Parameter("sought", type=Type.TEXT),
        Parameter("start", required=False, type=Type.WHOLE),
        Parameter("compare", required=False, type=Type.TEXT, words=_COMPARE),
    )


SEARCHING: Final = (
    Function(
        "Contains",
        (
            Parameter("attribute", type=Type.LIST),
            Parameter("search", type=Type.TEXT),
            Parameter("casetype", required=False, type=Type.TEXT, words=_CASES),
        ),
        2,
        contains,
        'Contains(Split("smtp:jd,SMTP:j.doe", ","), "SMTP:")',
        gives=Type.WHOLE,
        tier=Tier.CONNECT_SYNC,
    ),
    Function(
        "InStr",
        _places("value"),
        2,
        position_of,
        'InStr("repEated", "e", 3, vbBinaryCompare)',
        gives=Type.WHOLE,
    ),
    Function(
        "InStrRev",
        _places("value"),
        2,
        last_position_of,
        'InStrRev("abbcdbbbef", "bb")',
        gives=Type.WHOLE,
        tier=Tier.CONNECT_SYNC,
    ),
)
"""The functions of this file, for the registry."""

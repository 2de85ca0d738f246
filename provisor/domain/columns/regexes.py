"""Patterns that mean the same to the definition's engine and to polars' engine.

Both take the leftmost match and, among several there, the one that a backtracking search finds
first. They differ in notation, in what is white space, in the end of a line and in empty matches.
So this holds for the notation listed here, for texts of printable ASCII characters only, and for
patterns that never match the empty text. Repetitions are never nested, and few enough that the
definition's search ends long before its time limit.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from provisor.domain.expressions.dotnet_classes import PatternInvalid
from provisor.domain.expressions.effort import Effort
from provisor.domain.expressions.patterns import compiled, template

_ESCAPE: Final = r"\\[dwsDWS.+*?^$(){}\[\]|/@-]"
_INSIDE: Final = r"[A-Za-z0-9]-[A-Za-z0-9]|[A-Za-z0-9 _@.,;:'/()+*?=!%<>#]"
ONE_CLASS: Final = rf"\[\^?(?:{_ESCAPE}|{_INSIDE})+-?\]"
ONE_CHARACTER: Final = rf"(?:{ONE_CLASS}|{_ESCAPE}|[A-Za-z0-9 _@,;:'/=!%<>#-])"
_REPETITION: Final = r"(?:(?:[*+?]|\{[0-9]{1,2}(?:,[0-9]{0,2})?\})\??)"
_GROUP: Final = r"\((?:\?:|\?<[A-Za-z][A-Za-z0-9]*>|(?!\?))"

# Possessive, so that the check itself cannot explode; a repetition never follows another.
_NOTATION: Final = re.compile(
    rf"(?:(?:{ONE_CHARACTER}|\.){_REPETITION}?+(?![*+?{{])|{_GROUP}|\)(?![*+?{{])|[|^$](?![*+?{{]))*+"
)


@dataclass(frozen=True, slots=True)
class Shared:
    """A replacement that both engines carry out alike."""

    pattern: str
    replacement: str
    """In polars' notation."""
    size: int
    """At least the bytes of the longest result."""


def both_read(pattern: str, replacement: str, size: int) -> Shared | None:
    r"""Return a replacement as polars carries it out, or None where the engines may differ.

    Args:
        pattern: in .NET's notation.
        replacement: in .NET's notation.
        size: the bytes of the longest text.

    Example:
        >>> both_read("(?<code>[+][0-9]+) (.*)", "$1 (${code})", 20).replacement
        '${2} (${1})'
        >>> both_read("(?i)x", "", 20) is None, both_read("x*", "", 20) is None
        (True, True)
    """
    if not _NOTATION.fullmatch(pattern):
        return None
    try:
        found = compiled(pattern)
    except PatternInvalid:
        return None
    longest = "x" * size
    named = sum(not name.isdigit() for name in found.numbers)
    if pattern.count("(?<") != named:  # one name, several groups
        return None
    if not found.is_quick(longest) or any(found.matches("", Effort())):
        return None
    filled = template(replacement, found)
    if not filled.is_plain:
        return None
    written = "".join(
        part.replace("$", "$$") if isinstance(part, str) else f"${{{part}}}"
        for part in filled.parts
    )
    return Shared(pattern, written, filled.largest(longest) * _BYTES)


_BYTES: Final = 4  # of one character at most

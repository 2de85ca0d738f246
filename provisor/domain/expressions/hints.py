"""What was probably meant: advice for those who write expressions as other languages have them.

Advice only; what is refused, and where, is decided by the reader.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from provisor.errors import nearest

_AND: Final = "nest `IIF`: for AND the second condition stands where the first one holds"
_OR: Final = "nest `IIF`: for OR the second condition stands where the first one does not hold"

_BETWEEN: Final = {
    "&&": _AND,
    "||": _OR,
    "!=": "two values that differ are compared with `<>`",
    "+": "texts are put together with `&`",
    ";": "write `,` between arguments",
}
"""Signs of other languages, by how they begin."""

_DOUBLED: Final = {
    "==": "write `=`",
    "&&": _AND,
    "=>": "write `>=`",
    "=<": "write `<=`",
    "<<": "write `<`",
    ">>": "write `>`",
}
"""Two signs, the second of which is where the reader stops."""

_FUNCTIONS: Final = {
    "AND": _AND,
    "OR": _OR,
    "CONCAT": "write `Join` or `Append`",
    "CONCATENATE": "write `Join` or `Append`",
    "ISBLANK": "write `IsNullOrEmpty`",
    "ISEMPTYORNULL": "write `IsNullOrEmpty`",
    "SUBSTRING": "write `Mid`",
}
"""Functions of other languages whose nearest name here would mislead."""


def for_joint(text: str, position: int) -> str:
    """Return the advice for what stands behind a value and joins nothing; empty for none.

    Example:
        >>> for_joint('[a] != "x"', 4)
        'two values that differ are compared with `<>`'
        >>> for_joint('IIF([a] = "x" or [b] = "y", 1, 2)', 14)[:19]
        'nest `IIF`: for OR '
    """
    rest = text[position:]
    for sign, advice in _BETWEEN.items():
        if rest.startswith(sign):
            return advice
    word = "".join(rest[:4].split(None, 1)[:1]).upper()
    if word in {"AND", "OR"}:
        return _FUNCTIONS[word]
    if rest[0].isalnum() or rest[0] in '["$':
        return 'write `,` between arguments, `&` between texts, and `\\"` for a quote in a text'
    return ""


def for_start(text: str, position: int) -> str:
    """Return the advice for a character that begins no value; empty for none.

    Example:
        >>> for_start('IIF([a] == "x", 1, 2)', 9), for_start('= Left("x", 1)', 0)
        ('write `=`', 'leave out the `=` at the beginning')
    """
    if text[position] == "=" and not text[:position].strip():
        return "leave out the `=` at the beginning"
    if text[position] in "{$":
        return "an attribute stands in `[` and `]`"
    return _DOUBLED.get(text[max(position - 1, 0) : position + 1], "")


def for_function(name: str, known: Iterable[str]) -> str:
    """Return the advice for a function that nobody knows.

    Example:
        >>> for_function("Substring", ["Mid", "IsString"]), for_function("tolower", ["ToLower"])
        ('write `Mid`', 'did you mean `ToLower`?')
    """
    meant = _FUNCTIONS.get(name.upper())
    if meant is not None:
        return meant
    similar = nearest(name, known)
    return f"did you mean `{similar}`?" if similar else "see the reference of functions"


def for_word(name: str, functions: Iterable[str], flows: Iterable[str]) -> str:
    """Return the advice for a bare word that means nothing.

    Example:
        >>> for_word("Now", ["Now"], []), for_word("true", [], [])
        ('write `Now(…)` for the function', 'write "True"')
    """
    small = name.lower()
    if name in functions:
        return f"write `{name}(…)` for the function"
    if small in {"null", "nothing"}:
        return "leave the argument blank for null; `IsNull(…)` asks for it"
    if small in {"true", "false"}:
        return f'write "{small.capitalize()}"'
    meant = {flow.lower(): flow for flow in flows}.get(small)
    if meant is not None:
        return f"did you mean `{meant}`?"
    return f'write "{name}" for a text, [{name}] for an attribute'

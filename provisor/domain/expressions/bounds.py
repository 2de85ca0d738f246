"""How much an expression may cost, and the one way to say that a limit is reached.

Nearly every limit is local to one text, one value or one call, so that a value has the same fate
however an expression is cut into pieces for computing it; `effort` says where the others are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NoReturn

from provisor.domain.record import Scalar, Value
from provisor.errors import ExpressionFailed

EXPRESSION_CHARACTERS: Final = 10_000
"""The longest expression; the same number as in Microsoft Entra."""
DEPTH: Final = 200
"""How deep calls and brackets may nest."""
VALUE_BYTES: Final = 65_536
"""The longest text that a function may build, in UTF-8."""
VALUES: Final = 10_000
"""The longest list that one function works on."""
LIST_CHARACTERS: Final = 1_000_000
"""How many characters the texts of a list may have together that a function builds."""
STEPS: Final = 9_000
"""How many calls one evaluation may make; large texts and long lists count as several.

An expression without `Select` and `Where` cannot make so many calls, so that a value below
`SMALL_BYTES` has the same fate however an expression is cut into pieces for computing it.
"""
SMALL_BYTES: Final = 512
"""Texts up to this size, and lists whose texts are no longer together, cost no steps."""
REGEX_SECONDS: Final = 0.03
"""How long the regular expressions of one evaluation may search in all."""
SEARCHES: Final = 3_000
"""How many searches of unknown length one evaluation may make; slow ones count as several."""
PATTERN_CHARACTERS: Final = 4_000
"""The longest regular expression."""
PATTERN_PARTS: Final = 5_000
"""How many parts a regular expression may have once its counted repetitions are written out."""
PATTERN_DEPTH: Final = 30
"""How deep the groups of a regular expression may nest."""
WHOLE_DIGITS: Final = 18
"""Numbers with more digits may not fit into 64 bits and stay text."""
HEX_DIGITS: Final = 15
"""The same for hexadecimal numbers."""

_LONGEST_CHARACTER = 4  # bytes of UTF-8
_MEND = "mend the value at its source, or guard the expression with `IIF` or `Coalesce`"


def refuse(what: str, *, found: str = "", then: str = _MEND) -> NoReturn:
    """Set the record aside; `what` names functions, limits and kinds of values, never contents."""
    raise ExpressionFailed(
        what,
        found=found,
        safe="the record is set aside and counts as present; the others continue",
        next=then,
    )


def check_size(size: int) -> None:
    """Refuse a text of `size` characters or bytes before it is built."""
    if size > VALUE_BYTES:
        refuse(
            "a function would build a value beyond the limit",
            found=f"more than {VALUE_BYTES} bytes",
        )


def bounded(value: Value) -> Value:
    """Return what a function built, or refuse it when it is too large.

    Raises:
        ExpressionFailed: a text is longer than `VALUE_BYTES`, or a list than `VALUES`.

    Example:
        >>> bounded("x" * 10)
        'xxxxxxxxxx'
    """
    if isinstance(value, str):
        if len(value) * _LONGEST_CHARACTER > VALUE_BYTES:
            check_size(len(value.encode("utf-8", "surrogatepass")))
    elif isinstance(value, tuple):
        check_count(value)
        for item in value:
            bounded(item)
    return value


def check_count(values: Sequence[object]) -> None:
    """Refuse a list that is too long for one function."""
    if len(values) > VALUES:
        refuse("a list is too long for one function", found=f"{len(values)} values, limit {VALUES}")


def check_together(texts: Iterable[Scalar]) -> Iterator[Scalar]:
    """Yield texts one by one, refusing before they need too much memory together.

    Example:
        >>> tuple(check_together(iter(("a", True))))
        ('a', True)
    """
    room = LIST_CHARACTERS
    for text in texts:
        room -= len(text) if isinstance(text, str) else 0
        if room < 0:
            refuse(
                "a function would build a list beyond the limit",
                found=f"more than {LIST_CHARACTERS:,} characters",
            )
        yield text


def joined(separator: str, parts: Iterable[str]) -> str:
    """Join texts, refusing before the memory is taken.

    Example:
        >>> joined("-", ["a", "b"])
        'a-b'
    """
    listed = list(parts)
    check_size(sum(map(len, listed)) + len(separator) * max(len(listed) - 1, 0))
    return separator.join(listed)

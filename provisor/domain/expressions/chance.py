"""Functions whose answer nobody can foresee; where the bytes come from is an argument."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from uuid import UUID

from provisor.domain.expressions.bounds import refuse
from provisor.domain.expressions.function import (
    Argument,
    Function,
    Need,
    Parameter,
    Tier,
    Trait,
    Type,
    whole,
)
from provisor.domain.record import ABSENT, Value, as_text

Draw = Callable[[int], bytes]
"""Gives so many bytes that nobody can foresee."""

LONGEST: Final = 256
"""The longest text of `RandomString`."""

_NUMBERS: Final = "0123456789"
_SPECIAL: Final = "~!@#$%^&*_-+=`|\\(){}[]:;\"'<>,.?/"
_CAPITALS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SMALL: Final = "abcdefghijklmnopqrstuvwxyz"
_KINDS: Final = ("numbers", "special characters", "capital letters", "small letters")

_BYTE = 8
_TRIES = 1_000  # each is useless with a probability below one half


def random_guid(draw: Draw | None) -> Value:
    """Gives a new random GUID, in small letters.

    Source: Entra, "Guid".

    Example:
        >>> random_guid(lambda size: bytes(range(size)))
        '00010203-0405-4607-8809-0a0b0c0d0e0f'
    """
    return str(UUID(bytes=_drawn(draw, "Guid")(16), version=4))


def random_number(draw: Draw | None, start: Argument, end: Argument) -> Value:
    """Gives a random whole number between two others, both included.

    Every number between them is equally likely.

    Source: Connect sync, "RandomNum".

    Example:
        >>> random_number(lambda size: bytes(size), 100, 999)
        100
    """
    first, last = whole(start, "RandomNum"), whole(end, "RandomNum")
    if last < first:
        refuse("`RandomNum` ends before it starts")
    return first + _below(last - first + 1, _drawn(draw, "RandomNum"))


def random_string(
    draw: Draw | None,
    length: Argument,
    numbers: Argument,
    special: Argument,
    capitals: Argument,
    small: Argument,
    avoid: Argument = ABSENT,
) -> Value:
    r"""Gives a random text of a length with at least so many characters of four kinds.

    It has at most 256 characters, out of those that Windows counts for its password rule: digits,
    letters A to Z in both cases, and ``~!@#$%^&*_-+=`|\(){}[]:;"'<>,.?/``, without those to
    avoid.
    Every text that fulfils the minimums in some order of drawing is possible, and no place in it
    is more likely to hold one kind than another.

    Source: Entra, "RandomString".

    Example:
        >>> random_string(lambda size: bytes(size), 6, 3, 0, 0, 3)
        '00aaa0'
    """
    source = _drawn(draw, "RandomString")
    size = whole(length, "RandomString")
    least = [whole(number, "RandomString") for number in (numbers, special, capitals, small)]
    if not 1 <= size <= LONGEST or min(least) < 0 or sum(least) > size:
        refuse(
            "`RandomString` is asked for lengths that do not go together",
            found=f"1 to {LONGEST} characters, and no more in the minimums together",
            then="change the numbers in the expression",
        )
    pools = [_without(pool, as_text(avoid)) for pool in (_NUMBERS, _SPECIAL, _CAPITALS, _SMALL)]
    drawn: list[str] = []
    for name, pool, count in zip(_KINDS, pools, least, strict=True):
        drawn += _some(pool, count, name, source)
    drawn += _some("".join(pools), size - len(drawn), "characters", source)
    return "".join(_shuffled(drawn, source))


def _without(pool: str, avoided: str) -> str:
    return "".join(character for character in pool if character not in avoided)


def _some(pool: str, count: int, name: str, draw: Draw) -> list[str]:
    if count and not pool:
        refuse(
            f"`RandomString` has no {name} left to draw",
            found="all of them are to be avoided",
            then="change the list of characters to avoid",
        )
    return [pool[_below(len(pool), draw)] for _ in range(count)]


def _shuffled(drawn: list[str], draw: Draw) -> list[str]:
    shuffled = list(drawn)
    for last in range(len(shuffled) - 1, 0, -1):
        other = _below(last + 1, draw)
        shuffled[last], shuffled[other] = shuffled[other], shuffled[last]
    return shuffled


def _below(end: int, draw: Draw) -> int:
    """Return a number from 0 up to `end`, each equally likely: what does not fit is drawn anew."""
    bits = (end - 1).bit_length()
    size = -(-bits // _BYTE)
    for _ in range(_TRIES):
        number = int.from_bytes(draw(size), "big") >> (size * _BYTE - bits) if bits else 0
        if number < end:
            return number
    return refuse("the source of random bytes gives the same bytes again and again")


def _drawn(draw: Draw | None, asked_by: str) -> Draw:
    if draw is None:
        refuse(
            f"`{asked_by}` gives another value every time, and this value must not change",
            then="use it where a value is drawn once: with `apply: on_create`, or for a secret",
        )
    return draw


_RANDOM = Trait.IMPURE

CHANCE: Final = (
    Function(
        "Guid",
        (),
        0,
        random_guid,
        "Guid()",
        _RANDOM,
        gives=Type.TEXT,
        needs=Need.CHANCE,
    ),
    Function(
        "RandomNum",
        (Parameter("start", type=Type.WHOLE), Parameter("end", type=Type.WHOLE)),
        2,
        random_number,
        "RandomNum(100, 999)",
        _RANDOM,
        gives=Type.WHOLE,
        tier=Tier.CONNECT_SYNC,
        needs=Need.CHANCE,
    ),
    Function(
        "RandomString",
        (
            *(
                Parameter(name, type=Type.WHOLE)
                for name in ("length", "numbers", "special", "capitals", "small")
            ),
            Parameter("avoid", required=False, type=Type.TEXT),
        ),
        5,
        random_string,
        'RandomString(10, 2, 2, 2, 1, "?,")',
        _RANDOM,
        gives=Type.TEXT,
        needs=Need.CHANCE,
    ),
)
"""The functions of this file, for the registry."""

"""Records and their values: what one row of the world says, normalised and immutable.

Absent, null and empty are three different things: an attribute that is absent is missing from the
mapping, a null one is `None`, an empty one is `""` or `()`.
Times are text (RFC 3339, UTC, `Z`); numbers are whole; anything finer travels as text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Final

from provisor.domain.minting import swiftly

Scalar = str | int | bool
Value = Scalar | tuple[Scalar, ...] | None
Values = Mapping[str, Value]

NOTHING: Final[Values] = MappingProxyType({})


class Missing(Enum):
    """The one sign for an attribute that is not there at all."""

    ABSENT = "absent"


ABSENT: Final = Missing.ABSENT
Presence = Value | Missing


@swiftly
@dataclass(frozen=True, slots=True)
class Record:
    """One row of a source or one account of a target.

    Example:
        >>> Record("E1", {"title": None}).value("title") is None
        True
        >>> Record("E1", {}).value("title")
        <Missing.ABSENT: 'absent'>
    """

    key: str
    """The natural key in a source; the native id in a target."""
    values: Values

    def value(self, attribute: str) -> Presence:
        """Return the attribute's value, or `ABSENT` when the record does not have it."""
        return self.values.get(attribute, ABSENT)


def is_blank(value: Presence) -> bool:
    """Say whether a value carries nothing: absent, null, empty text or an empty list.

    Example:
        >>> [is_blank(v) for v in (ABSENT, None, "", (), 0, False, " ")]
        [True, True, True, True, False, False, False]
    """
    return value is ABSENT or value is None or value == "" or value == ()


def each_of(value: Presence) -> tuple[Scalar, ...]:
    """Return the values of a list, the single value, or none.

    Example:
        >>> each_of(("a", "b")), each_of("a"), each_of(None)
        (('a', 'b'), ('a',), ())
    """
    if isinstance(value, tuple):
        return value
    return () if value is ABSENT or value is None else (value,)


def as_text(value: Presence) -> str:
    """Return the one text form of a value: booleans as `True`/`False`, lists by comma.

    Example:
        >>> as_text(True), as_text(7), as_text(None), as_text(("a", "b"))
        ('True', '7', '', 'a,b')
    """
    match value:
        case Missing() | None:
            return ""
        case str():
            return value
        case tuple():
            return ",".join(as_text(item) for item in value)
        case _:
            return str(value)

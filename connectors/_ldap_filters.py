"""Filters as trees, written down in one place; a value cannot become a part of the filter.

Source: RFC 4515 section 3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_PLAIN: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._@")


@dataclass(frozen=True, slots=True)
class Equal:
    """The attribute has the value."""

    attribute: str
    value: str | bytes


@dataclass(frozen=True, slots=True)
class AtLeast:
    """The attribute has the value, or one that comes after it."""

    attribute: str
    value: str


@dataclass(frozen=True, slots=True)
class Present:
    """The attribute has any value."""

    attribute: str


@dataclass(frozen=True, slots=True)
class AllOf:
    """All of them hold."""

    filters: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One of them holds, or several."""

    filters: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """It does not hold."""

    filter: Filter


Filter = Equal | AtLeast | Present | AllOf | AnyOf | Not


def written(tree: Filter) -> str:
    r"""Return the filter as text.

    Raises:
        ValueError: an attribute is no name.

    Example:
        >>> written(AllOf((Equal("cn", "a*(b)"), Not(Present("mail")))))
        '(&(cn=a\\2a\\28b\\29)(!(mail=*)))'
    """
    match tree:
        case Equal(attribute, value):
            return f"({_named(attribute)}={_escaped(value)})"
        case AtLeast(attribute, value):
            return f"({_named(attribute)}>={_escaped(value)})"
        case Present(attribute):
            return f"({_named(attribute)}=*)"
        case AllOf(filters):
            return f"(&{''.join(map(written, filters))})"
        case AnyOf(filters):
            return f"(|{''.join(map(written, filters))})"
        case Not(inner):
            return f"(!{written(inner)})"


def _named(attribute: str) -> str:
    letters = attribute.replace("-", "").replace(";", "").replace(".", "")
    if not (letters.isascii() and letters.isalnum()):
        raise ValueError("an attribute in a filter has no name that LDAP allows")
    return attribute


def _escaped(value: str | bytes) -> str:
    # More than the standard asks for: readers strip blanks at the ends, ldap3 among them, and an
    # id of sixteen octets may end in one.
    octets = value.encode() if isinstance(value, str) else value
    return "".join(chr(one) if one in _PLAIN else f"\\{one:02x}" for one in octets)

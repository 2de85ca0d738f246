"""What a system can hold: attribute types, and the few attributes with a special duty.

Source: RFC 7643 sections 2 and 7 for the attribute characteristics.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from provisor.domain.record import Scalar


class ObjectType(StrEnum):
    """The three kinds of object that a job carries."""

    USERS = "users"
    GROUPS = "groups"
    MEMBERSHIPS = "memberships"


class AttributeType(StrEnum):
    """The type of one value of an attribute."""

    STRING = "string"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    TIME = "time"
    REFERENCE = "reference"
    SECRET = "secret"  # noqa: S105 - the name of a type, not a secret


class Writable(StrEnum):
    """When an attribute may be written."""

    ALWAYS = "always"
    ON_CREATE = "on_create"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of an object type, by its path."""

    name: str
    type: AttributeType = AttributeType.STRING
    multi: bool = False
    required: bool = False
    unique: bool = False
    """No two objects of the target may share a value."""
    case_exact: bool = False
    """Whether `Anna` and `anna` are two values; a difference in case alone is no change if not."""
    writable: Writable = Writable.ALWAYS
    identity_key: bool = False
    """A change can cut people off or hand them over: login name, mail address, anchor."""


@dataclass(frozen=True, slots=True)
class Switch:
    """The attribute that switches an account on and off, with its two values."""

    attribute: str
    on: Scalar
    off: Scalar


@dataclass(frozen=True, slots=True)
class Mark:
    """What shows that the system itself keeps an object: it is read, and never touched."""

    attribute: str
    values: tuple[str, ...]
    """Texts, one of which the attribute has, without regard to case."""
    why: str
    """What such an object is: `built-in`, `dynamic`, `primary`."""


@dataclass(frozen=True, slots=True)
class ObjectSchema:
    """What one object type of a system holds."""

    object_type: ObjectType
    attributes: tuple[Attribute, ...] = ()
    open: bool = False
    """True when the system takes attributes beyond those named here."""
    key: str = ""
    """Source: the attribute that is the natural key. Target: the native id's name."""
    anchor: str = ""
    """The searchable attribute that holds our immutable id; empty when there is none."""
    name: str = ""
    """The attribute that people log in with or see; unique in the target."""
    switch: Switch | None = None
    read_only: tuple[Mark, ...] = ()
    """What the system keeps itself: primary, dynamic and built-in groups."""
    _named: Mapping[str, Attribute] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Sort the attributes by name: they are asked for with every value."""
        named = {one.name: one for one in reversed(self.attributes)}
        object.__setattr__(self, "_named", named)

    def attribute(self, name: str) -> Attribute | None:
        """Return the attribute of that name, or None."""
        return self._named.get(name)


def fold(value: Scalar, attribute: Attribute | None) -> Scalar:
    """Return the value as the target compares it: lower case unless the attribute is case-exact.

    Example:
        >>> fold("Anna", Attribute("userName")), fold("Anna", Attribute("id", case_exact=True))
        ('anna', 'Anna')
    """
    exact = attribute is not None and attribute.case_exact
    return value.lower() if isinstance(value, str) and not exact else value

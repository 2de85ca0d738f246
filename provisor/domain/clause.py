"""The smallest questions of a condition: about one attribute, or about one group.

Source: the operators from `EQUALS` to `!&` are those that Microsoft Entra documents for scoping
filters, with its rules for case and null; the others go beyond.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from provisor.domain.schema import ObjectType


class Operator(StrEnum):
    """How a clause compares."""

    EQUALS = "EQUALS"
    NOT_EQUALS = "NOT EQUALS"
    IN = "IN"
    NOT_IN = "NOT IN"
    INCLUDES = "INCLUDES"
    STARTS_WITH = "STARTS_WITH"
    ENDS_WITH = "ENDS_WITH"
    INSIDE = "&"
    NOT_INSIDE = "!&"
    REGEX_MATCH = "REGEX MATCH"
    NOT_REGEX_MATCH = "NOT REGEX MATCH"
    GREATER_THAN = "GREATER_THAN"
    GREATER_THAN_OR_EQUALS = "GREATER_THAN_OR_EQUALS"
    LESS_THAN = "LESS_THAN"
    LESS_THAN_OR_EQUALS = "LESS_THAN_OR_EQUALS"
    BEFORE = "BEFORE"
    ON_OR_BEFORE = "ON_OR_BEFORE"
    ON = "ON"
    ON_OR_AFTER = "ON_OR_AFTER"
    AFTER = "AFTER"
    WITHIN = "WITHIN"
    OLDER_THAN = "OLDER_THAN"
    IS_TRUE = "IS TRUE"
    IS_FALSE = "IS FALSE"
    IS_NULL = "IS NULL"
    IS_NOT_NULL = "IS NOT NULL"
    MEMBER_OF = "MEMBER OF"
    NOT_MEMBER_OF = "NOT MEMBER OF"


WITHOUT_VALUE: Final = frozenset(
    {Operator.IS_TRUE, Operator.IS_FALSE, Operator.IS_NULL, Operator.IS_NOT_NULL}
)
OF_GROUPS: Final = frozenset({Operator.MEMBER_OF, Operator.NOT_MEMBER_OF})
OF_LISTS: Final = frozenset({Operator.IN, Operator.NOT_IN})
OF_PATTERNS: Final = frozenset({Operator.REGEX_MATCH, Operator.NOT_REGEX_MATCH})
OF_NUMBERS: Final = frozenset(
    {
        Operator.GREATER_THAN,
        Operator.GREATER_THAN_OR_EQUALS,
        Operator.LESS_THAN,
        Operator.LESS_THAN_OR_EQUALS,
    }
)
OF_BOUNDS: Final = frozenset(
    {
        Operator.BEFORE,
        Operator.ON_OR_BEFORE,
        Operator.ON,
        Operator.ON_OR_AFTER,
        Operator.AFTER,
    }
)
OF_TIMES: Final = OF_BOUNDS | {Operator.WITHIN, Operator.OLDER_THAN}
OF_TEXTS: Final = OF_LISTS | {
    Operator.EQUALS,
    Operator.NOT_EQUALS,
    Operator.INCLUDES,
    Operator.STARTS_WITH,
    Operator.ENDS_WITH,
    Operator.INSIDE,
    Operator.NOT_INSIDE,
}
CASED: Final = OF_TEXTS | OF_PATTERNS
"""Operators for which capitals make a difference."""


class Case(StrEnum):
    """Whether `Anna` and `anna` are two texts."""

    EXACT = "exact"
    IGNORE = "ignore"


class Quantifier(StrEnum):
    """How many values of a list have to fulfil a clause."""

    ANY = "any"
    EVERY = "every"


@dataclass(frozen=True, slots=True)
class Step:
    """An attribute that holds the key of another record of the source."""

    attribute: str
    leads_to: ObjectType


@dataclass(frozen=True, slots=True)
class Clause:
    """One comparison of one attribute, of the record itself or of one that it refers to."""

    attribute: str
    operator: Operator
    value: str = ""
    values: tuple[str, ...] = ()
    """For `IN` and `NOT IN`, in place of `value`."""
    case: Case = Case.EXACT
    quantifier: Quantifier = Quantifier.ANY
    anchored: bool = True
    """Whether a regular expression has to fit the whole value; else any part of it."""
    steps: tuple[Step, ...] = ()
    """How to get from the record to the one that has the attribute."""

    @property
    def path(self) -> str:
        """The attribute as it is written, with the references that lead to it."""
        return ".".join([*(step.attribute for step in self.steps), self.attribute])

    def __str__(self) -> str:
        subject = f"every {self.path}" if self.quantifier is Quantifier.EVERY else self.path
        words = [subject, self.operator.value, self.value or ", ".join(self.values)]
        words += ["(any case)"] if self.case is Case.IGNORE else []
        words += ["(any part)"] if not self.anchored else []
        return " ".join(filter(None, words))


@dataclass(frozen=True, slots=True)
class Circle:
    """Everybody in a group."""

    group: str
    """The group's key, or its value of the attribute `by`."""
    by: str = ""
    """The attribute by which the group is named; empty for its key."""
    transitive: bool = False
    """Whether members of groups in the group belong to it."""

    def __str__(self) -> str:
        named = f"the group with {self.by} {self.group}" if self.by else self.group
        return f"{named} (transitive)" if self.transitive else named


@dataclass(frozen=True, slots=True)
class Belonging:
    """Whether the record is in a group, or is not."""

    circle: Circle
    operator: Operator = Operator.MEMBER_OF

    def __str__(self) -> str:
        return f"{self.operator} {self.circle}"


Leaf = Clause | Belonging

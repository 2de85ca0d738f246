"""Is this record ours for this target, and by which clause.

Source: the operators and their rules for case and null are those that Microsoft Entra documents
for scoping filters; any/all may nest, which Entra's cannot.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import regex

from provisor.domain.record import Presence, Scalar, Values, as_text, is_blank

REGEX_SECONDS = 0.1


class Operator(StrEnum):
    """How a clause compares; text is compared with its case."""

    EQUALS = "EQUALS"
    NOT_EQUALS = "NOT EQUALS"
    INCLUDES = "INCLUDES"
    ENDS_WITH = "ENDS_WITH"
    REGEX_MATCH = "REGEX MATCH"
    NOT_REGEX_MATCH = "NOT REGEX MATCH"
    GREATER_THAN = "GREATER_THAN"
    GREATER_THAN_OR_EQUALS = "GREATER_THAN_OR_EQUALS"
    IS_TRUE = "IS TRUE"
    IS_FALSE = "IS FALSE"
    IS_NULL = "IS NULL"
    IS_NOT_NULL = "IS NOT NULL"


WITHOUT_VALUE = frozenset(
    {Operator.IS_TRUE, Operator.IS_FALSE, Operator.IS_NULL, Operator.IS_NOT_NULL}
)


@dataclass(frozen=True, slots=True)
class Clause:
    """One comparison of one attribute."""

    attribute: str
    operator: Operator
    value: str = ""

    def __str__(self) -> str:
        return f"{self.attribute} {self.operator} {self.value}".rstrip()


@dataclass(frozen=True, slots=True)
class AllOf:
    """True when every part is; of none it is true."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """True when at least one part is; of none it is true, because nothing was asked."""

    parts: tuple[Condition, ...]


Condition = Clause | AllOf | AnyOf


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether a condition holds, and the clause that decided."""

    holds: bool
    clause: str


_UNASKED = Answer(holds=True, clause="no condition")


def attributes_of_condition(condition: Condition | None) -> frozenset[str]:
    """Return every attribute that a condition looks at."""
    match condition:
        case None:
            return frozenset()
        case Clause():
            return frozenset({condition.attribute})
        case AllOf() | AnyOf():
            return frozenset().union(*(attributes_of_condition(p) for p in condition.parts))


def judge(condition: Condition, values: Values) -> Answer:
    """Say whether a record fulfils a condition, and which clause decided.

    Cost: one look at each clause until the answer is certain.

    Example:
        >>> judge(Clause("status", Operator.EQUALS, "active"), {"status": "Active"})
        Answer(holds=False, clause='status EQUALS active')
    """
    match condition:
        case Clause():
            return Answer(clause_holds(condition, values.get(condition.attribute)), str(condition))
        case AllOf():
            return _all(condition, values)
        case AnyOf():
            return _any(condition, values)


def _all(condition: AllOf, values: Values) -> Answer:
    last = _UNASKED
    for part in condition.parts:
        last = judge(part, values)
        if not last.holds:
            return last
    return last


def _any(condition: AnyOf, values: Values) -> Answer:
    first_no: Answer | None = None
    for part in condition.parts:
        answer = judge(part, values)
        if answer.holds:
            return answer
        first_no = first_no or answer
    return first_no or _UNASKED


def clause_holds(clause: Clause, value: Presence) -> bool:
    """Say whether one clause holds for one value; every comparison with nothing is false.

    A list fulfils a clause when one of its values does.
    """
    if clause.operator is Operator.IS_NULL:
        return is_blank(value)
    if is_blank(value):
        return False
    if clause.operator is Operator.IS_NOT_NULL:
        return True
    if isinstance(value, tuple):
        return any(_compare(clause, item) for item in value)
    return _compare(clause, value) if isinstance(value, str | int) else False


def _compare(clause: Clause, value: Scalar) -> bool:
    text = as_text(value)
    match clause.operator:
        case Operator.EQUALS:
            return text == clause.value
        case Operator.NOT_EQUALS:
            return text != clause.value
        case Operator.INCLUDES:
            return clause.value in text
        case Operator.ENDS_WITH:
            return text.endswith(clause.value)
        case Operator.REGEX_MATCH | Operator.NOT_REGEX_MATCH:
            return _matches(clause.value, text) is (clause.operator is Operator.REGEX_MATCH)
        case Operator.IS_TRUE | Operator.IS_FALSE:
            return text.lower() == ("true" if clause.operator is Operator.IS_TRUE else "false")
        case _:
            return _exceeds(clause, text)


def _matches(pattern: str, text: str) -> bool:
    """Match anywhere in the text; a value on which the engine runs too long does not match."""
    try:
        return regex.search(pattern, text, timeout=REGEX_SECONDS) is not None
    except TimeoutError:
        return False


def _exceeds(clause: Clause, text: str) -> bool:
    try:
        number, bound = int(text), int(clause.value)
    except ValueError:
        return False
    equal_counts = clause.operator is Operator.GREATER_THAN_OR_EQUALS
    return number > bound or (equal_counts and number == bound)

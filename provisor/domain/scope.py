"""Is this record ours for this target, and by which clause.

Three answers: yes, no, and that it cannot be said. Who is asked about an unreadable date or an
unread membership is neither in nor out; the record is set aside, and counts as present.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum

from provisor.domain.clause import (
    WITHOUT_VALUE,
    Belonging,
    Case,
    Circle,
    Clause,
    Leaf,
    Operator,
    Quantifier,
    Step,
)
from provisor.domain.comparison import Truth, compare, doubt_about, negated
from provisor.domain.minting import swiftly
from provisor.domain.record import ABSENT, Presence, Record, Values, as_text, each_of, is_blank
from provisor.domain.schema import ObjectType
from provisor.domain.surroundings import NOBODY_KNOWN, NOTHING_READ, Surroundings

__all__ = [
    "WITHOUT_VALUE",
    "AllOf",
    "Answer",
    "AnyOf",
    "Belonging",
    "Case",
    "Circle",
    "Clause",
    "Condition",
    "Not",
    "Operator",
    "Quantifier",
    "Step",
    "Titled",
    "attributes_of_condition",
    "circles_of_condition",
    "decisive",
    "judge",
    "leaves_of",
    "lookups_of_condition",
]


@dataclass(frozen=True, slots=True)
class AllOf:
    """True when every part is; of none it is true."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """True when at least one part is; of none it is true, because nothing was asked."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """True when its part is false; where that cannot be said, this cannot either."""

    part: Condition


@dataclass(frozen=True, slots=True)
class Titled:
    """A condition with a name that people gave it; it decides what the condition decides."""

    title: str
    part: Condition


Condition = Leaf | AllOf | AnyOf | Not | Titled


@swiftly
@dataclass(frozen=True, slots=True)
class Answer:
    """Whether a condition holds, and the clause that decided."""

    holds: Truth
    leaf: Leaf | None = None
    """None when nothing was asked."""
    negations: int = 0
    """How many `not` stand around the clause."""
    titles: tuple[str, ...] = ()
    """What people call the conditions around the clause, the outermost first."""
    found: Presence = ABSENT
    """What the clause looked at; for a group, whether the record is in it."""
    doubt: str = ""
    """What was found, without the value, where it cannot be said."""

    @property
    def clause(self) -> str:
        """The clause as people read it."""
        if self.leaf is None:
            return "no condition"
        text = str(self.leaf)
        return f"not ({text})" if self.negations % 2 else text

    def opposite(self) -> Answer:
        """Return the answer of `not`."""
        return replace(self, holds=negated(self.holds), negations=self.negations + 1)


_UNASKED = Answer(holds=True)


# --- what a condition looks at -------------------------------------------------------------


def leaves_of(condition: Condition | None) -> Iterator[Leaf]:
    """Yield every clause of a condition, in reading order."""
    match condition:
        case Clause() | Belonging():
            yield condition
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from leaves_of(part)
        case Not(part) | Titled(_, part):
            yield from leaves_of(part)


def attributes_of_condition(condition: Condition | None) -> frozenset[str]:
    """Return every attribute that a condition looks at in the record itself."""
    clauses = (leaf for leaf in leaves_of(condition) if isinstance(leaf, Clause))
    return frozenset(
        clause.steps[0].attribute if clause.steps else clause.attribute for clause in clauses
    )


def lookups_of_condition(condition: Condition | None) -> frozenset[tuple[ObjectType, str]]:
    """Return every attribute that a condition looks at in other records, with their type."""
    found: set[tuple[ObjectType, str]] = set()
    for leaf in leaves_of(condition):
        if isinstance(leaf, Belonging):
            found |= {(ObjectType.GROUPS, leaf.circle.by)} if leaf.circle.by else set()
            continue
        names = [*(step.attribute for step in leaf.steps[1:]), leaf.attribute]
        found |= {(step.leads_to, name) for step, name in zip(leaf.steps, names, strict=False)}
    return frozenset(found)


def circles_of_condition(condition: Condition | None) -> frozenset[Circle]:
    """Return every group that a condition asks about."""
    return frozenset(leaf.circle for leaf in leaves_of(condition) if isinstance(leaf, Belonging))


# --- judging -------------------------------------------------------------------------------


def judge(condition: Condition, record: Record, surroundings: Surroundings) -> Answer:
    """Say whether a record fulfils a condition, and which clause decided.

    Cost: one look at each clause until the answer is certain.

    Example:
        >>> from datetime import UTC, datetime
        >>> from provisor.domain.relative_time import Moment
        >>> around = Surroundings(Moment(datetime(2031, 4, 7, tzinfo=UTC)))
        >>> sales = Clause("department", Operator.EQUALS, "sales")
        >>> answer = judge(Not(sales), Record("E1", {"department": "sales"}), around)
        >>> answer.holds, answer.clause, answer.found
        (False, 'not (department EQUALS sales)', 'sales')
    """
    match condition:
        case Clause():
            return _of_clause(condition, record, surroundings)
        case Belonging():
            return _of_belonging(condition, record, surroundings)
        case AllOf(parts):
            return _first((judge(part, record, surroundings) for part in parts), settles=False)
        case AnyOf(parts):
            return _first((judge(part, record, surroundings) for part in parts), settles=True)
        case Not(part):
            return judge(part, record, surroundings).opposite()
        case Titled(title, part):
            answer = judge(part, record, surroundings)
            return replace(answer, titles=(title, *answer.titles))


def _first(answers: Iterator[Answer], *, settles: bool) -> Answer:
    """Return the answer that settles it, else the first in doubt, else the last or first one.

    The last part completes `all`; the first of the parts that failed stands for `any`.
    """
    plain: Answer | None = None
    doubtful: Answer | None = None
    for answer in answers:
        if answer.holds is settles:
            return answer
        if answer.holds is None:
            doubtful = doubtful or answer
        elif plain is None or not settles:
            plain = answer
    return doubtful or plain or _UNASKED


def _of_clause(clause: Clause, record: Record, surroundings: Surroundings) -> Answer:
    value = record.value(clause.attribute)
    if clause.steps:
        reached = _reached(clause, record, surroundings)
        if isinstance(reached, _Unsure):
            return Answer(None, clause, doubt="a reference to a record that was not read for sure")
        value = reached
    holds = compare(clause, value, surroundings.moment)
    doubt = doubt_about(clause) if holds is None else ""
    return Answer(holds, clause, found=value, doubt=doubt)


class _Unsure(Enum):
    """The one sign for a record that may exist or not."""

    UNSURE = "unsure"


def _reached(clause: Clause, record: Record, surroundings: Surroundings) -> Presence | _Unsure:
    """Follow the references of a clause; several records give the list of their values."""
    reached: list[Values] = [record.values]
    many = False
    for step in clause.steps:
        shelf = surroundings.shelves.get(step.leads_to, NOTHING_READ)
        held = [values.get(step.attribute) for values in reached]
        many = many or any(isinstance(value, tuple) for value in held)
        keys = [as_text(key) for value in held for key in each_of(value) if not is_blank(key)]
        missing = [key for key in keys if key not in shelf.records]
        if not all(shelf.lacks(key) for key in missing):
            return _Unsure.UNSURE
        reached = [shelf.records[key] for key in dict.fromkeys(keys) if key in shelf.records]
    found = [values.get(clause.attribute, ABSENT) for values in reached]
    if not many:
        return found[0] if found else ABSENT
    return tuple(item for value in found if value is not ABSENT for item in each_of(value))


def _of_belonging(belonging: Belonging, record: Record, surroundings: Surroundings) -> Answer:
    roll = surroundings.rolls.get(belonging.circle, NOBODY_KNOWN)
    is_in: Truth = record.key in roll.members or (None if not roll.complete else False)
    asked = belonging.operator is Operator.MEMBER_OF
    return Answer(
        is_in if asked else negated(is_in),
        belonging,
        found=ABSENT if is_in is None else is_in,
        doubt="" if is_in is not None else "memberships that were not read for sure",
    )


def decisive(
    condition: Condition, record: Record, surroundings: Surroundings
) -> tuple[Answer, ...]:
    """Return the answers of all clauses that are needed to see why a condition holds or not.

    Of parts of which one settles the whole it is the first such one; else all of them.

    Example:
        >>> from datetime import UTC, datetime
        >>> from provisor.domain.relative_time import Moment
        >>> around = Surroundings(Moment(datetime(2031, 4, 7, tzinfo=UTC)))
        >>> both = AllOf((Clause("a", Operator.EQUALS, "1"), Clause("b", Operator.IS_NULL)))
        >>> [answer.clause for answer in decisive(both, Record("E1", {"a": "1"}), around)]
        ['a EQUALS 1', 'b IS NULL']
    """
    match condition:
        case AllOf(parts) | AnyOf(parts) if parts:
            settles = isinstance(condition, AnyOf)
            answers = [judge(part, record, surroundings).holds for part in parts]
            whole = judge(condition, record, surroundings).holds
            if whole is settles:
                return decisive(parts[answers.index(settles)], record, surroundings)
            chosen = [part for part, holds in zip(parts, answers, strict=True) if holds is whole]
            return tuple(a for part in chosen for a in decisive(part, record, surroundings))
        case Not(part):
            return tuple(answer.opposite() for answer in decisive(part, record, surroundings))
        case Titled(title, part):
            inner = decisive(part, record, surroundings)
            return tuple(replace(answer, titles=(title, *answer.titles)) for answer in inner)
        case _:
            return (judge(condition, record, surroundings),)

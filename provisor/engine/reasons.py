"""Why somebody is in scope or not: the clauses that decided, with what they looked at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from provisor.domain.comparison import Truth
from provisor.domain.leaving import Gone
from provisor.domain.lifecycle import Departure, departure_of
from provisor.domain.override import Override
from provisor.domain.record import ABSENT, Presence, Record, as_text, is_blank
from provisor.domain.rules import ObjectRules
from provisor.domain.scope import Answer, Belonging, Clause, Condition, decisive, judge
from provisor.domain.surroundings import Surroundings
from provisor.errors import ConditionUndecided

_SHOWN: Final = 80


@dataclass(frozen=True, slots=True)
class Reason:
    """One clause that decided."""

    rule: str
    """`scope` or `leaver`; `start` or `end` for a date."""
    titles: tuple[str, ...]
    """What people call the conditions around it, the outermost first."""
    clause: str
    found: str
    """The value that it looked at, in words."""
    holds: Truth


@dataclass(frozen=True, slots=True)
class Reasons:
    """Whether somebody is in scope, and why."""

    summary: str
    clauses: tuple[Reason, ...] = ()
    departure: Departure | None = None
    """Why the person counts as gone."""


MISSING: Final = Reasons("the row is missing from the source")


def reasons_of(
    rules: ObjectRules,
    record: Record,
    overrides: Iterable[Override],
    surroundings: Surroundings,
) -> Reasons:
    """Tell whether somebody is in scope, and by which clauses.

    Args:
        rules: of the object type.
        record: the source row.
        overrides: what people decided about this key.
        surroundings: what conditions look at besides the record.
    """
    asked = _Asked(rules, record, surroundings)
    try:
        departure = departure_of(rules, record, overrides, surroundings)
    except ConditionUndecided as problem:
        undecided = (*asked.clauses("leaver", None), *asked.clauses("scope", None))
        return Reasons(f"cannot be said: {problem.where}", undecided)
    if departure is None:
        summary = "every record is" if rules.scope is None else asked.answer(rules.scope).clause
        return Reasons(f"in scope: {summary}", asked.clauses("scope", truth=True))
    return Reasons(departure.rule, asked.of(departure), departure)


@dataclass(frozen=True, slots=True)
class _Asked:
    """The questions about one record."""

    rules: ObjectRules
    record: Record
    surroundings: Surroundings

    def of(self, departure: Departure) -> tuple[Reason, ...]:
        """Return the clauses that decided that somebody is gone."""
        tenure = self.rules.tenure
        if departure.why is Gone.LEAVER:
            return self.clauses("leaver", truth=True) or self.dated("end", tenure.has_passed)
        if departure.why is Gone.OUT_OF_SCOPE:
            return self.clauses("scope", truth=False)
        return self.dated("start", tenure.is_far) if departure.why is Gone.EARLY else ()

    def dated(self, rule: str, clause: Clause) -> tuple[Reason, ...]:
        """Return what a date said that decided."""
        found = _value_words(self.record.value(clause.attribute))
        return (Reason(rule, (), str(clause), found, holds=True),)

    def answer(self, condition: Condition) -> Answer:
        return judge(condition, self.record, self.surroundings)

    def clauses(self, rule: str, truth: Truth) -> tuple[Reason, ...]:
        """Return what decided a rule, if it was answered so."""
        condition = self.rules.leaver if rule == "leaver" else self.rules.scope
        if condition is None or self.answer(condition).holds is not truth:
            return ()
        answers = decisive(condition, self.record, self.surroundings)
        return tuple(
            Reason(rule, answer.titles, answer.clause, found_words(answer), answer.holds)
            for answer in answers
        )


def found_words(answer: Answer) -> str:
    """Say what a clause looked at; an operator may see the values of a record.

    Example:
        >>> found_words(Answer(holds=False, found="")), found_words(Answer(None, doubt="a maybe"))
        ('nothing: empty', 'nothing: absent; a maybe')
    """
    if isinstance(answer.leaf, Belonging):
        return answer.doubt or ("a member" if answer.found is True else "not a member")
    found = _value_words(answer.found)
    return f"{found}; {answer.doubt}" if answer.doubt else found


def _value_words(value: Presence) -> str:
    if value is ABSENT:
        return "nothing: absent"
    if is_blank(value):
        return "nothing: null" if value is None else "nothing: empty"
    text = as_text(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"

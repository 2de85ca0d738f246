"""Whether one value fulfils one clause: yes, no, or it cannot be said.

The null rule: every comparison with nothing is false, `IS NULL` excepted. A value that is there
and is not what the clause compares (no number, no date, neither true nor false) is neither yes nor
no: bad data must throw nobody out, and let nobody in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final

from provisor.domain.clause import (
    OF_LISTS,
    OF_NUMBERS,
    OF_PATTERNS,
    OF_TIMES,
    Case,
    Clause,
    Operator,
    Quantifier,
)
from provisor.domain.expressions.patterns import Pattern, compiled
from provisor.domain.record import Presence, as_text, is_blank
from provisor.domain.relative_time import (
    Moment,
    When,
    order,
    read_age,
    read_bound,
    read_when,
    read_window,
)

Truth = bool | None
"""Three values; None is what cannot be said."""


def all_of(truths: Iterable[Truth]) -> Truth:
    """Return whether all are true; one that is false decides, whatever the unknown ones are.

    Example:
        >>> all_of([True, None]), all_of([False, None]), all_of([])
        (None, False, True)
    """
    answer: Truth = True
    for truth in truths:
        if truth is False:
            return False
        answer = answer and truth
    return answer


def any_of(truths: Iterable[Truth]) -> Truth:
    """Return whether one is true; one that is true decides, whatever the unknown ones are.

    Example:
        >>> any_of([True, None]), any_of([False, None]), any_of([])
        (True, None, False)
    """
    return negated(all_of(negated(truth) for truth in truths))


def negated(truth: Truth) -> Truth:
    """Return the opposite; that of the unknown is unknown.

    Example:
        >>> negated(True), negated(None)
        (False, None)
    """
    return None if truth is None else not truth


def compare(clause: Clause, value: Presence, moment: Moment) -> Truth:
    """Say whether a value fulfils a clause.

    Args:
        clause: what is asked; its references were followed already.
        value: one value, a list, or nothing.
        moment: the time of the plan.

    Cost: one comparison for each value; texts of rules are read once and remembered.

    Example:
        >>> from datetime import UTC, datetime
        >>> noon = Moment(datetime(2031, 4, 7, 12, tzinfo=UTC))
        >>> compare(Clause("level", Operator.GREATER_THAN, "5"), 6, noon)
        True
        >>> compare(Clause("level", Operator.GREATER_THAN, "5"), "high", noon) is None
        True
    """
    if clause.operator is Operator.IS_NULL:
        return is_blank(value)
    if is_blank(value):
        return False
    if clause.operator is Operator.IS_NOT_NULL:
        return True
    if isinstance(value, tuple):
        truths = (compare(clause, item, moment) for item in value)
        return all_of(truths) if clause.quantifier is Quantifier.EVERY else any_of(truths)
    if not isinstance(value, str | int):
        return False
    return _ANSWERS[clause.operator](clause, as_text(value), moment)


# --- texts ---------------------------------------------------------------------------------

_TESTS: Final[dict[Operator, Callable[[str, str], bool]]] = {
    Operator.EQUALS: str.__eq__,
    Operator.NOT_EQUALS: str.__ne__,
    Operator.INCLUDES: str.__contains__,
    Operator.STARTS_WITH: str.startswith,
    Operator.ENDS_WITH: str.endswith,
    Operator.INSIDE: lambda text, given: text in given,
    Operator.NOT_INSIDE: lambda text, given: text not in given,
}


def _textual(clause: Clause, text: str, _: Moment) -> Truth:
    given = clause.value
    if clause.case is Case.IGNORE:
        text, given = text.lower(), given.lower()
    return _TESTS[clause.operator](text, given)


def _listed(clause: Clause, text: str, _: Moment) -> Truth:
    values = clause.values
    if clause.case is Case.IGNORE:
        text, values = text.lower(), tuple(one.lower() for one in values)
    return (text in values) is (clause.operator is Operator.IN)


def _patterned(clause: Clause, text: str, _: Moment) -> Truth:
    found = _fits(clause, text)
    return found if clause.operator is Operator.REGEX_MATCH else negated(found)


def pattern_of(clause: Clause) -> Pattern:
    """Return the regular expression of a clause, in .NET's notation.

    Raises:
        PatternInvalid: it cannot be compiled.
    """
    return compiled(f"(?i){clause.value}" if clause.case is Case.IGNORE else clause.value)


def _fits(clause: Clause, text: str) -> Truth:
    """Look for the pattern; a search that takes too long says nothing."""
    pattern = pattern_of(clause)
    try:
        return pattern.covers(text) if clause.anchored else pattern.occurs_in(text)
    except TimeoutError:
        return None


# --- numbers, booleans, times --------------------------------------------------------------


def whole_number(text: str) -> int | None:
    """Return the whole number that a text says, or None.

    Example:
        >>> whole_number(" -7 "), whole_number("007"), whole_number("5.5"), whole_number("1_0")
        (-7, 7, None, None)
    """
    return int(text) if _WHOLE.fullmatch(text.strip()) else None


# Python turns no longer digits into a number, and no honest feed has them.
_WHOLE: Final = re.compile(r"[+-]?[0-9]{1,400}")


def _ordered(clause: Clause, text: str, _: Moment) -> Truth:
    number, bound = whole_number(text), whole_number(clause.value)
    if number is None or bound is None:
        return None
    match clause.operator:
        case Operator.GREATER_THAN:
            return number > bound
        case Operator.GREATER_THAN_OR_EQUALS:
            return number >= bound
        case Operator.LESS_THAN:
            return number < bound
        case _:
            return number <= bound


_BOOLEANS: Final = {"true": True, "1": True, "false": False, "0": False}


def _is_boolean(clause: Clause, text: str, _: Moment) -> Truth:
    found = _BOOLEANS.get(text.lower())
    return found if clause.operator is Operator.IS_TRUE else negated(found)


def ends_of(clause: Clause, moment: Moment) -> tuple[When, ...]:
    """Return the days or instants with which a clause compares: one, or begin and end."""
    match clause.operator:
        case Operator.WITHIN:
            return tuple(bound.at(moment) for bound in read_window(clause.value))
        case Operator.OLDER_THAN:
            return (read_age(clause.value).at(moment),)
        case _:
            return (read_bound(clause.value).at(moment),)


def _timely(clause: Clause, text: str, moment: Moment) -> Truth:
    value = read_when(text)
    if value is None:
        return None
    places = [order(value, end, moment.zone) for end in ends_of(clause, moment)]
    place = places[0]
    match clause.operator:
        case Operator.WITHIN:
            return place >= 0 >= places[1]
        case Operator.BEFORE | Operator.OLDER_THAN:
            return place < 0
        case Operator.ON_OR_BEFORE:
            return place <= 0
        case Operator.ON:
            return place == 0
        case Operator.ON_OR_AFTER:
            return place >= 0
        case _:
            return place > 0


_ANSWERS: Final[dict[Operator, Callable[[Clause, str, Moment], Truth]]] = {
    **dict.fromkeys(_TESTS, _textual),
    **dict.fromkeys(OF_LISTS, _listed),
    **dict.fromkeys(OF_PATTERNS, _patterned),
    **dict.fromkeys(OF_NUMBERS, _ordered),
    **dict.fromkeys(OF_TIMES, _timely),
    Operator.IS_TRUE: _is_boolean,
    Operator.IS_FALSE: _is_boolean,
}

_EXPECTED: Final = (
    (OF_NUMBERS, "a value that is no whole number"),
    (OF_TIMES, "a value that is no date or time"),
    (OF_PATTERNS, "a value on which the regular expression takes too long"),
)


def doubt_about(clause: Clause) -> str:
    """Say what kept a clause from being answered, without the value itself.

    Example:
        >>> doubt_about(Clause("start_date", Operator.ON, "today"))
        'a value that is no date or time'
    """
    found = (words for operators, words in _EXPECTED if clause.operator in operators)
    return next(found, "a value that is neither true nor false")

"""When the passing of time alone may change what a plan says of a record.

A rule that compares a date with the clock answers alike until the clock passes one moment. Until
then nobody has to look at the record again. What is told here may be too early, never too late.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from provisor.domain.clause import OF_TIMES, Clause
from provisor.domain.comparison import ends_of
from provisor.domain.expressions import FUNCTIONS, Call, Node
from provisor.domain.expressions.function import Need
from provisor.domain.expressions.nodes import children
from provisor.domain.flow import Apply, AttributeMapping
from provisor.domain.record import Presence, Values, as_text, each_of
from provisor.domain.relative_time import Moment, When, order, read_when
from provisor.domain.rules import JobRules, ObjectRules
from provisor.domain.schema import ObjectType
from provisor.domain.scope import leaves_of

_ZONES: Final = timedelta(hours=27)
"""The day of one moment begins this much earlier or later around the world."""
_STEP: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class TimedLook:
    """One question of the rules that compares a date of a record with the clock."""

    clause: Clause
    """About an attribute of the record itself."""
    local: bool = False
    """Whether days begin where the person is, which the record says."""


def timed_looks(rules: JobRules) -> dict[ObjectType, tuple[TimedLook, ...]]:
    """Return, by the type of the record that has the date, the questions about time."""
    found: dict[ObjectType, list[TimedLook]] = {}
    for object_type, own in rules.objects.items():
        for condition in own.conditions:
            for leaf in leaves_of(condition):
                if isinstance(leaf, Clause) and leaf.operator in OF_TIMES:
                    holder = leaf.steps[-1].leads_to if leaf.steps else object_type
                    found.setdefault(holder, []).append(TimedLook(leaf))
        for clause in _tenure(own):
            found.setdefault(object_type, []).append(TimedLook(clause, local=True))
    return {object_type: tuple(looks) for object_type, looks in found.items()}


def _tenure(rules: ObjectRules) -> Iterator[Clause]:
    tenure = rules.tenure
    if tenure.end:
        yield tenure.has_passed
    if tenure.start:
        yield tenure.is_far
        yield tenure.is_ahead


def turns_at(
    looks: Iterable[TimedLook], values: Values, moment: Moment, until: datetime
) -> datetime | None:
    """Return from when on a record has to be looked at again; None for not before `until`.

    Args:
        looks: the questions about time.
        values: of the record.
        moment: of this plan.
        until: how far ahead anybody needs to know.

    Cost: two comparisons per question and date; some thirty where one turns.

    Example:
        >>> from datetime import UTC
        >>> from provisor.domain.clause import Operator
        >>> noon = Moment(datetime(2031, 4, 7, 12, tzinfo=UTC))
        >>> look = TimedLook(Clause("start", Operator.ON_OR_BEFORE, "today"))
        >>> turns_at([look], {"start": "2031-04-08"}, noon, noon.now + timedelta(days=1)).hour
        23
    """
    found = [
        when
        for look in looks
        for when in _turns(look, values.get(look.clause.attribute), moment, until)
    ]
    return min(found, default=None)


def _turns(look: TimedLook, value: Presence, moment: Moment, until: datetime) -> Iterator[datetime]:
    margin = _ZONES if look.local else timedelta(0)
    first, last = moment.now - margin, until + margin
    for text in map(as_text, each_of(value)):
        read = read_when(text)
        if read is None:
            continue
        for end in range(len(_places(look, read, moment, first))):
            if _places(look, read, moment, first)[end] != _places(look, read, moment, last)[end]:
                found = moment.now if margin else _search(look, read, moment, (first, last), end)
                yield found


def _places(look: TimedLook, read: When, moment: Moment, at: datetime) -> list[int]:
    there = Moment(at, moment.zone)
    return [order(read, bound, moment.zone) for bound in ends_of(look.clause, there)]


def _search(
    look: TimedLook, read: When, moment: Moment, between: tuple[datetime, datetime], end: int
) -> datetime:
    """Return the last moment, to the minute, at which the answer still is the first one."""
    low, high = between
    before = _places(look, read, moment, low)[end]
    while high - low > _STEP:
        middle = low + (high - low) / 2
        if _places(look, read, moment, middle)[end] == before:
            low = middle
        else:
            high = middle
    return low


def due_text(at: datetime) -> str:
    """Return a moment as text that sorts as it stands, to the microsecond.

    Example:
        >>> from datetime import UTC
        >>> due_text(datetime(2031, 4, 7, 12, tzinfo=UTC))
        '2031-04-07T12:00:00.000000Z'
    """
    return at.astimezone(UTC).isoformat("T", "microseconds")[:-6] + "Z"


def reads_the_clock(rules: JobRules) -> bool:
    """Say whether what an account should hold depends on the moment, for whoever it is."""
    return any(
        _asks_for_time(mapping.expression)
        for own in rules.objects.values()
        for mapping in (*own.mappings, *_leave_mappings(own))
        if mapping.apply is Apply.ALWAYS
    )


def _leave_mappings(rules: ObjectRules) -> Iterator[AttributeMapping]:
    yield from rules.on_leave.sets
    for policy in rules.on_leave.apart.values():
        yield from policy.sets


def _asks_for_time(tree: Node) -> bool:
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Call) and FUNCTIONS[node.name].needs is Need.CLOCK:
            return True
        waiting.extend(children(node))
    return False

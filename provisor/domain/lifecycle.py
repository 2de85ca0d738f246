"""Joiner, mover, leaver: which state follows which, and on what evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from provisor.domain.link import Absence, Link, LinkState
from provisor.domain.override import Override, OverrideKind
from provisor.domain.record import Record, as_text
from provisor.domain.rules import ObjectRules
from provisor.domain.scope import Answer, Condition, judge
from provisor.domain.surroundings import Surroundings
from provisor.errors import ConditionUndecided


class Gone(StrEnum):
    """Why a person counts as gone for this target."""

    LEAVER = "leaver"
    """The source says so: a positive signal."""
    DENIED = "denied"
    """A person said so: an override."""
    OUT_OF_SCOPE = "out_of_scope"
    ABSENT = "absent"
    """Missing from two complete reads far enough apart, and from a look by key."""


@dataclass(frozen=True, slots=True)
class Departure:
    """That a person is gone, why, and by which rule."""

    why: Gone
    rule: str
    leave_date: str = ""
    by_absence: bool = False
    """Whether the source says so only by not naming the person in a group."""

    @property
    def positive(self) -> bool:
        """Whether somebody or something said so, rather than saying nothing."""
        return self.why in (Gone.LEAVER, Gone.DENIED) and not self.by_absence


def departure_of(
    rules: ObjectRules,
    record: Record,
    overrides: Iterable[Override],
    surroundings: Surroundings,
) -> Departure | None:
    """Return why this record's person is gone, or None for somebody who is here and in scope.

    Raises:
        ConditionUndecided: nothing says for sure that they are gone, and not that they are here.
    """
    denied = next((o for o in overrides if o.kind is OverrideKind.DENY), None)
    leave_date = as_text(record.values.get(rules.on_leave.date)) if rules.on_leave.date else ""
    if denied is not None:
        return Departure(Gone.DENIED, f"override {denied.id}", leave_date)
    open_question: Answer | None = None
    if rules.leaver is not None:
        answer = judge(rules.leaver, record, surroundings)
        if answer.holds:
            rule = f"leaver: {answer.clause}"
            absent = _rests_on_absence(rules.leaver, record, surroundings)
            return Departure(Gone.LEAVER, rule, leave_date, absent)
        open_question = answer if answer.holds is None else None
    if rules.scope is not None:
        answer = judge(rules.scope, record, surroundings)
        if answer.holds is False:
            return Departure(Gone.OUT_OF_SCOPE, f"out of scope: {answer.clause}")
        open_question = open_question or (answer if answer.holds is None else None)
    if open_question is not None:
        raise undecided(open_question)
    return None


def _rests_on_absence(leaver: Condition, record: Record, surroundings: Surroundings) -> bool:
    """Say whether somebody left only because a group does not name them."""
    if not surroundings.rolls:
        return False
    return judge(leaver, record, surroundings.as_seen()).holds is not True


def undecided(answer: Answer) -> ConditionUndecided:
    """Return the problem of a record about which a condition says neither yes nor no."""
    return ConditionUndecided(
        "it cannot be said whether this record is in scope",
        where=f"clause `{answer.clause}`",
        found=answer.doubt,
        safe="the record is set aside and counts as present; its account stays as it is",
        next="mend the record at its source, or ask the condition for something else",
    )


@dataclass(frozen=True, slots=True)
class Judged:
    """What conditions and people say of some records."""

    departures: Mapping[str, Departure]
    """Key to why the person is gone."""
    undecided: Mapping[str, ConditionUndecided]
    """Key to why nothing can be said."""


def judge_all(
    rules: ObjectRules,
    records: Iterable[Record],
    overrides: Callable[[str], Iterable[Override]],
    surroundings: Surroundings,
) -> Judged:
    """Judge some records; those in neither answer are here and in scope."""
    departures: dict[str, Departure] = {}
    undecided_ones: dict[str, ConditionUndecided] = {}
    for record in records:
        try:
            departure = departure_of(rules, record, overrides(record.key), surroundings)
        except ConditionUndecided as problem:
            undecided_ones[record.key] = problem
        else:
            if departure is not None:
                departures[record.key] = departure
    return Judged(departures, undecided_ones)


def absence_is_proven(absence: Absence | None, now: datetime, hours: int) -> bool:
    """Say whether a missing row makes a leaver.

    Args:
        absence: what earlier complete reads said, this one included; None when nothing is known.
        now: the moment of this plan.
        hours: two complete reads without the row must be at least this far apart.
    """
    if absence is None or absence.reads < 2:
        return False
    return now - absence.since >= timedelta(hours=hours)


def deletion_is_due(link: Link, rules: ObjectRules, now: datetime) -> bool:
    """Say whether the account that we disabled has waited its days.

    The day is decided again in every cycle: any positive sign of the person cancels it.
    """
    days = rules.on_leave.delete_after_days
    if days is None or link.state is not LinkState.DISABLED or link.since is None:
        return False
    return now - link.since >= timedelta(days=days)

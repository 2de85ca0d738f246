"""Joiner, mover, leaver: which state follows which, and on what evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from provisor.domain.comparison import doubt_about
from provisor.domain.leaving import CountedFrom, Gone, Leave, LeavePolicy
from provisor.domain.link import Absence, Link, LinkState
from provisor.domain.minting import swiftly
from provisor.domain.override import Override, OverrideKind
from provisor.domain.person import IN_QUESTION
from provisor.domain.record import Record, as_text
from provisor.domain.rules import ObjectRules
from provisor.domain.scope import Answer, Clause, Condition, judge
from provisor.domain.surroundings import Surroundings
from provisor.domain.tenure import Tenure, has_ended, is_early, moment_of
from provisor.errors import ConditionUndecided, PersonInQuestion


@swiftly
@dataclass(frozen=True, slots=True)
class Departure:
    """That a person is gone, why, and by which rule."""

    why: Gone
    rule: str
    leave_date: str = ""
    by_absence: bool = False
    """Whether the source says so only by not naming the person in a group, or at all."""

    @property
    def positive(self) -> bool:
        """Whether somebody or something said so, rather than saying nothing."""
        return self.why in (Gone.LEAVER, Gone.DENIED, Gone.ABSENT) and not self.by_absence


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
    dated = rules.on_leave.date or rules.tenure.end
    leave_date = as_text(record.values.get(dated)) if dated else ""
    if denied is not None:
        return Departure(Gone.DENIED, f"override {denied.id}", leave_date)
    refuse_in_question(record)
    doubts: list[Answer] = []
    for ask in (_left, _ended, _outside, _not_begun):
        found = ask(rules, record, surroundings)
        if isinstance(found, Departure):
            left = found.why is Gone.LEAVER
            return replace(found, leave_date=leave_date) if left else found
        doubts += [found] if found is not None else []
    if doubts:
        raise undecided(doubts[0])
    return None


def refuse_in_question(record: Record) -> None:
    """Judge nobody of whom only people can say who it is.

    Raises:
        PersonInQuestion: the record waits for an answer.
    """
    asked = as_text(record.values.get(IN_QUESTION))
    if asked:
        raise PersonInQuestion(
            f"whose record this is has to be said by people: {asked}",
            where=f"record {record.key}",
            safe="the record is set aside and counts as present; the others continue",
            next="`provisor matches JOB` shows it; `provisor identity merge` says that it is the "
            "same person, `provisor identity split` that it is another one",
        )


Said = Departure | Answer | None
"""What one question gave: that somebody is gone, that it cannot be said, or nothing."""


def _left(rules: ObjectRules, record: Record, surroundings: Surroundings) -> Said:
    if rules.leaver is None:
        return None
    answer = judge(rules.leaver, record, surroundings)
    if answer.holds:
        absent = _rests_on_absence(rules.leaver, record, surroundings)
        return Departure(Gone.LEAVER, f"leaver: {answer.clause}", by_absence=absent)
    return answer if answer.holds is None else None


def _ended(rules: ObjectRules, record: Record, surroundings: Surroundings) -> Said:
    tenure = rules.tenure
    ended = has_ended(tenure, record.values, surroundings.moment)
    if ended:
        return Departure(Gone.LEAVER, f"leaver: `{tenure.end}` has passed")
    return _doubt(tenure.has_passed, rules, record, surroundings) if ended is None else None


def _outside(rules: ObjectRules, record: Record, surroundings: Surroundings) -> Said:
    if rules.scope is None:
        return None
    answer = judge(rules.scope, record, surroundings)
    if answer.holds is False:
        return Departure(Gone.OUT_OF_SCOPE, f"out of scope: {answer.clause}")
    return answer if answer.holds is None else None


def _not_begun(rules: ObjectRules, record: Record, surroundings: Surroundings) -> Said:
    tenure = rules.tenure
    early = is_early(tenure, record.values, surroundings.moment)
    if early:
        return Departure(Gone.EARLY, early_rule(tenure))
    return _doubt(tenure.is_far, rules, record, surroundings) if early is None else None


def early_rule(tenure: Tenure) -> str:
    """Return the words that stand as the rule of somebody who has not begun."""
    if not tenure.pre_start_days:
        return f"not begun: `{tenure.start}` is ahead"
    return f"not begun: `{tenure.start}` is more than {tenure.pre_start_days} days ahead"


def _doubt(
    clause: Clause, rules: ObjectRules, record: Record, surroundings: Surroundings
) -> Answer:
    """Return the answer of a date that says nothing."""
    zoned = moment_of(rules.tenure, record.values, surroundings.moment) is not None
    doubt = doubt_about(clause) if zoned else "a time zone that is none"
    return Answer(None, clause, found=record.value(clause.attribute), doubt=doubt)


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
    if absence is not None and absence.said:
        return True
    if absence is None or absence.reads < 2:
        return False
    return now - absence.since >= timedelta(hours=hours)


def deletion_is_due(link: Link, leave: Leave, policy: LeavePolicy, now: datetime) -> bool:
    """Say whether an account has waited its days.

    The day is decided again in every cycle: any positive sign of the person cancels it.

    Args:
        link: of the account.
        leave: since when its person is gone.
        policy: what follows from that.
        now: the moment of the plan.
    """
    due = deletion_due(link, leave, policy)
    return due is not None and due <= now


def deletion_due(link: Link, leave: Leave, policy: LeavePolicy) -> datetime | None:
    """Return when an account may be deleted; None while that cannot be said, or never."""
    days = policy.delete_after_days
    if days is None:
        return None
    if policy.counted_from is CountedFrom.LEAVING:
        return leave.since + timedelta(days=max(days, policy.wait_days))
    if link.state is not LinkState.DISABLED or link.since is None:
        return None
    # Somebody may have been switched off for another reason long before they left.
    return max(link.since, leave.since) + timedelta(days=days)

"""Another configuration over earlier days: who would have gained and who would have lost.

Enters: the history. Leaves: one comparison per day that was seen as a whole, and the reason for
each that was not. Never: a day in between is filled in, a system is asked, or anything is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from provisor.domain.plan_difference import difference
from provisor.domain.stakes import Stakes, stakes_of
from provisor.domain.stretches import Stretches, stretches_of
from provisor.engine.job import Job
from provisor.engine.past.past import as_of, why_not
from provisor.engine.revisions.consequences import keys_of
from provisor.engine.what_if import WhatIf, foreseen_from
from provisor.errors import CommandInvalid, DayUnknown
from provisor.ports.history import Look

ONE_DAY = timedelta(days=1)
MOST_DAYS = 3_660


@dataclass(frozen=True, slots=True)
class Day:
    """One day, in the time zone of the configuration."""

    date: date
    look: Look | None
    """The last look of the day that shows both sides whole; None for a gap."""
    gap: str
    """Why there is none; empty where there is one."""


@dataclass(frozen=True, slots=True)
class PastWhatIf:
    """Two configurations on one earlier day."""

    look: Look
    links_at: datetime | None
    """When the links were read that both plans take."""
    found: WhatIf


@dataclass(frozen=True, slots=True)
class ComparedDay:
    """One day of a period, and what would have been gained and lost; None for a gap."""

    day: Day
    links_at: datetime | None
    stakes: Stakes | None


@dataclass(frozen=True, slots=True)
class OverTime:
    """Two configurations over a period."""

    days: tuple[ComparedDay, ...]
    stretches: Stretches
    begins: datetime | None
    """When the history of the job begins; None without any."""


def what_if_on(job: Job, other: Job, day: date) -> PastWhatIf:
    """Work out the plans of both configurations as of the end of a day.

    Raises:
        DayUnknown: both sides were not seen as a whole on that day.

    Cost: every kept row of both sides, and two passes of an executor.
    """
    (found,) = days_of(job, other, day, day)
    if found.look is None:
        raise _unknown(job, found)
    return compared(job, other, found.look)


def compared(job: Job, other: Job, look: Look) -> PastWhatIf:
    """Work out the plans of both configurations from what one look showed."""
    now, then = as_of(job, look), as_of(other, look)
    today, beside = foreseen_from(now.job, now.survey), foreseen_from(then.job, then.survey)
    found = WhatIf(today, beside, difference(beside.actions, today.actions))
    return PastWhatIf(look, now.links_at, found)


def over_time(job: Job, other: Job, since: date, until: date) -> OverTime:
    """Compare both configurations on every day of a period.

    Raises:
        CommandInvalid: the period ends before it begins, or is longer than ten years.

    Cost: per day that can be answered that of `what_if_on`.
    """
    keys = keys_of(job)
    days: list[ComparedDay] = []
    listed = days_of(job, other, since, until)
    job.progress.begin("comparing days", len(listed))
    for day in listed:
        if day.look is None:
            days.append(ComparedDay(day, None, None))
        else:
            one = compared(job, other, day.look)
            days.append(ComparedDay(day, one.links_at, stakes_of(one.found.difference, keys)))
        job.progress.advance(1)
    job.progress.end()
    told = [(one.day.date, one.stakes) for one in days if one.stakes is not None]
    return OverTime(tuple(days), stretches_of(told), job.store.history.begins(job.rules.job))


def days_of(job: Job, other: Job, since: date, until: date) -> tuple[Day, ...]:
    """Return every day of a period with its look, or why it has none.

    Raises:
        CommandInvalid: the period ends before it begins, or is longer than ten years.
    """
    length = (until - since).days
    if not 0 <= length < MOST_DAYS:
        raise CommandInvalid(
            "the period cannot be compared",
            where="--since, --until",
            found=f"from {since} to {until}: {length} days",
            safe="nothing was read or written",
            next=f"name a period of 0 to {MOST_DAYS:,} days that ends after it begins",
        )
    return tuple(_days(job, other, since, until))


def _days(job: Job, other: Job, since: date, until: date) -> Iterator[Day]:
    history, zone = job.store.history, job.rules.zone
    begins = history.begins(job.rules.job)
    for number in range((until - since).days + 1):
        day = since + number * ONE_DAY
        starts = datetime.combine(day, time(), zone)
        ends = datetime.combine(day + ONE_DAY, time(), zone)
        if begins is None or ends <= begins:
            yield Day(day, None, "the history begins later" if begins else "there is no history")
        elif starts > job.clock.now():
            yield Day(day, None, "the day has not come")
        else:
            yield _day(day, history.looks(job.rules.job, starts, ends), (job, other))


def _day(day: date, looks: Sequence[Look], jobs: Sequence[Job]) -> Day:
    """Return the newest look that can answer; one that cannot never hides an earlier one."""
    gap = "nothing was read"
    for number, look in enumerate(reversed(looks)):
        why = why_not(jobs[0].store.history, look, jobs)
        if not why:
            return Day(day, look, "")
        gap = why if not number else gap
    return Day(day, None, gap)


def _unknown(job: Job, day: Day) -> DayUnknown:
    begins = job.store.history.begins(job.rules.job)
    kept = (
        f"the history begins on {begins.astimezone(job.rules.zone):%Y-%m-%d}"
        if begins
        else "no history is kept"
    )
    return DayUnknown(
        f"both sides were not seen as a whole on {day.date}",
        where=f"job {job.rules.job}",
        found=f"{day.gap}; {kept}",
        safe="nothing was read or written, and no other day was taken instead",
        next="name another day; `--since DATE` lists which days can be answered",
    )

"""plan --what-if: on today's data, on an earlier day, over a period."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from provisor.cli.differences import print_what_if
from provisor.cli.past import print_over_time, print_past
from provisor.domain.plan import Ruling
from provisor.engine.job import Job
from provisor.engine.on_demand import on_demand
from provisor.engine.past.over_time import over_time, what_if_on
from provisor.engine.revisions.consequences import keys_of
from provisor.engine.what_if import WhatIf, what_if
from provisor.errors import DONE, REFUSED_OR_WAITING, CommandInvalid
from provisor.wiring import Wiring


@dataclass(frozen=True, slots=True)
class Question:
    """What is compared, and when; moments as they were written."""

    job: str
    other: Path | None
    only: tuple[str, ...]
    as_of: str
    since: str
    until: str


def answer(wiring: Wiring, question: Question, *, as_json: bool) -> int:
    """Print the plan beside the one under another configuration.

    Returns:
        The exit code.

    Raises:
        CommandInvalid: the options do not go together.
        DayUnknown: the day cannot be answered for.
    """
    _refuse_mixed(question)
    as_of, since = _day(question.as_of, "--as-of"), _day(question.since, "--since")
    with _jobs(wiring, question) as (job, other):
        if since is not None:
            today = job.clock.now().astimezone(job.rules.zone).date()
            until = _day(question.until, "--until") or today
            print_over_time(over_time(job, other, since, until), job, as_json=as_json)
            return DONE
        keys = keys_of(job)
        if as_of is not None:
            past = what_if_on(job, other, as_of)
            print_past(past, job, keys, as_json=as_json)
            return _code(past.found)
        found = what_if(job, other)
    print_what_if(found, question.job, keys, as_json=as_json)
    return _code(found)


def _code(found: WhatIf) -> int:
    refused = Ruling.REFUSED in (found.today.verdict, found.other.verdict)
    return REFUSED_OR_WAITING if refused else DONE


@contextmanager
def _jobs(wiring: Wiring, question: Question) -> Iterator[tuple[Job, Job]]:
    if question.other is None:
        raise RuntimeError("asked without another configuration")
    with wiring.what_if(question.other) as beside:
        only = list(question.only)
        job = on_demand(wiring.job(question.job), only)
        yield job, on_demand(beside.job(question.job), only)


def _refuse_mixed(question: Question) -> None:
    checks = (
        ("the past is asked about with `--what-if` only", question.other is None),
        ("a day and a period were both named", bool(question.as_of and question.since)),
        ("a period ends that does not begin", bool(question.until and not question.since)),
    )
    for found, holds in checks:
        if holds:
            raise CommandInvalid(
                "the options do not go together",
                where="--what-if, --as-of, --since, --until",
                found=found,
                safe="nothing was read or written",
                next="`--what-if OTHER.yaml --as-of DATE`, or `--since DATE [--until DATE]`",
            )


def _day(written: str, option: str) -> date | None:
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        raise CommandInvalid(
            "this is no day",
            where=option,
            found=f"`{written}`; a day such as 2031-04-07 was expected",
            safe="nothing was read or written",
            next=f"write `{option} YYYY-MM-DD`",
        ) from None

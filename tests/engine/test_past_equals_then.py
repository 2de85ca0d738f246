"""What is rebuilt of an earlier day is what was seen that day, history after history."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from provisor.domain.rules import OwnerMode
from provisor.domain.schema import ObjectType
from provisor.domain.scope import Clause, Operator
from provisor.domain.side import Side
from provisor.engine.job import CyclePolicy, Executor, HistoryPolicy, Job
from provisor.engine.objectwise import ObjectAssembly
from provisor.engine.past.past import as_of, why_not
from provisor.engine.run import plan_job
from provisor.engine.survey import foresee
from provisor.engine.what_if import Foreseen, foreseen, foreseen_from
from provisor.errors import ProvisorError
from provisor.ports.history import Look
from tests.engine.histories import History, happen, history

KEPT = HistoryPolicy(days=400)
USERS = ObjectType.USERS


def job_of(made: History, hours: int) -> Job:
    """The job as it is, with a history, read as a whole after so many hours."""
    return replace(made.office.job(), cycle=CyclePolicy(full_every_hours=hours))


def other_than(job: Job) -> Job:
    """The same job under narrower rules."""
    users = replace(
        job.rules.objects[USERS], scope=Clause("employee_id", Operator.NOT_EQUALS, "E2")
    )
    objects = {**job.rules.objects, USERS: users}
    return replace(job, rules=replace(job.rules, objects=objects, configuration="e" * 64))


def told(job: Job, found: Foreseen) -> Sequence[str]:
    """A plan as text, with keys in the place of identities: those of newcomers are drawn later."""
    names = {
        identity: f"new:{key}"
        for kind in job.rules.objects
        for key, identity in job.store.identities.known(job.rules.source, kind).items()
    }
    texts = []
    for one in found.actions:
        # Members stand in the order of identities, which are drawn by chance.
        adds, removes = (
            tuple(sorted(names.get(member, member) for member in members))
            for members in (one.action.adds, one.action.removes)
        )
        action = replace(one.action, adds=adds, removes=removes)
        text = repr(replace(one.draft, action=action))
        for identity, name in names.items():
            text = text.replace(identity, name)
        texts.append(text)
    return sorted(texts)


def newest(job: Job) -> Look:
    now = job.clock.now()
    return job.store.history.looks(job.rules.job, now, now + timedelta(seconds=1))[-1]


def carry_out(made: History, job: Job) -> Look:
    """Plan for real, and carry out what may be; return the look of the plan."""
    stored = plan_job(job).stored
    look = newest(job)
    if stored.plan.actions and made.often(0.7):
        with suppress(ProvisorError):
            made.office.approve(stored.plan.digest)
            made.office.apply(stored.plan.digest)
    return look


def give_only(made: History) -> None:
    """Which memberships and rights we gave is not rebuilt, so here it decides nothing."""
    changes = made.office.changes
    if changes["memberships"] is not None:
        changes["memberships"] = OwnerMode.ADD_ONLY
    objects = dict(changes["objects"])  # type: ignore[call-overload]  # a story's fields are free
    users = objects[USERS]
    modes = dict.fromkeys(users.rights, OwnerMode.ADD_ONLY)
    if modes:
        # What leavers gave back of memberships is remembered, of rights it is not.
        leave = replace(users.on_leave, takes_memberships=False)
        users = replace(users, rights=modes, on_leave=leave)
    changes["objects"] = {**objects, USERS: users}


def tell_full(seed: int) -> int:
    """Tell one history of full reads; return how many days were compared."""
    with tempfile.TemporaryDirectory() as folder:
        made = history(Path(folder), seed)
        made.office.history = KEPT
        give_only(made)
        made.office.changes["reserve_names_years"] = 0
        days: list[tuple[Look, Sequence[str]]] = []
        try:
            for _ in range(4):
                job = job_of(made, 0)
                other = other_than(job)
                expected = told(other, foreseen(other))
                days.append((carry_out(made, job), expected))
                made.office.pass_hours(made.one((1, 7, 24, 30)))
                for _ in range(made.one((0, 1, 2, 4))):
                    happen(made)
            other = other_than(job_of(made, 0))
            for look, expected in days:
                assert why_not(other.store.history, look, [other]) == ""
                then = as_of(other, look)
                assert told(other, foreseen_from(then.job, then.survey)) == expected, seed
        finally:
            made.office.close()
        return len(days)


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 2**40))
def test_a_plan_over_an_earlier_day_is_the_plan_that_was_possible_that_day(seed: int) -> None:
    assert tell_full(seed) == 4


def rows_of(job: Job, assembly: object) -> dict[str, object]:
    """Every row of both sides as text, so that 1 and True are two things."""
    assert isinstance(assembly, ObjectAssembly)
    found: dict[str, object] = {}
    for side in Side:
        for kind in job.rules.objects:
            read = assembly.read(side, kind)
            rows = sorted(repr((one.key, sorted(one.values.items()))) for one in read.records)
            found[f"{side} {kind}"] = rows
            if side is Side.SOURCE:
                found[f"{side} {kind} aside"] = (dict(read.repeated), read.unkeyed)
        found[f"{side} members"] = sorted(set(assembly.pairs(side)))
    return found


def tell_deltas(seed: int) -> int:
    """Tell one history of deltas; return how many looks were compared."""
    with tempfile.TemporaryDirectory() as folder:
        made = history(Path(folder), seed)
        made.office.history = KEPT
        made.office.executor = Executor.OBJECTS
        compared = 0
        try:
            for _ in range(6):
                job = job_of(made, 10_000)
                full = foresee(job)
                plan_job(job)
                look = newest(job)
                if not why_not(job.store.history, look, [job]):
                    then = as_of(job, look)
                    rebuilt = rows_of(job, then.survey.assembly)
                    assert rebuilt == rows_of(job, full.assembly), f"seed {seed}"
                    compared += not look.full
                stored = job.store.plans.newest(job.rules.job)
                if stored is not None and stored.plan.actions and made.often(0.5):
                    try:
                        made.office.approve(stored.plan.digest)
                        made.office.apply(stored.plan.digest)
                    except ProvisorError:
                        pass
                made.office.pass_hours(made.one((1, 7, 24)))
                for _ in range(made.one((0, 1, 2, 4))):
                    happen(made)
        finally:
            made.office.close()
        return compared


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 2**40))
def test_deltas_and_full_reads_give_the_same_history(seed: int) -> None:
    tell_deltas(seed)

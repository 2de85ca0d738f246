"""A full cycle that remembers fingerprints plans as one that remembers nothing."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provisor.domain.columns import prints as making
from provisor.domain.columns.prints import NOTHING_KNOWN, unpacked
from provisor.domain.columns.proposing import PlannedColumns
from provisor.domain.override import Override, OverrideKind
from provisor.domain.plan import Proposal
from provisor.domain.schema import ObjectType
from provisor.engine.columnwise import ColumnAssembly
from provisor.engine.job import CyclePolicy, Executor, Job
from provisor.engine.knowing.recalling import recalling
from provisor.engine.propose import propose_actions
from provisor.engine.run import plan_job
from provisor.engine.survey import foresee
from provisor.errors import ProvisorError
from provisor.ports.prints import Printed
from tests.engine.histories import ACTIVE, History, happen, hire, history
from tests.engine.test_incremental_equals_full import shown
from tests.stories.workplace import Office

USERS = ObjectType.USERS


def full(office: Office) -> Job:
    """The job, everything read and planned in columns."""
    return replace(office.job(), cycle=CyclePolicy(full=True), executor=Executor.COLUMNS)


def known(job: Job) -> int:
    """How many fingerprints of people hold now."""
    prints = recalling(job.store)(job.rules)[USERS].known
    return len(prints.unchanged) + len(prints.ignored) + len(prints.outside)


def proposed(job: Job) -> tuple[Proposal, int]:
    """What a full cycle proposes, and how many people it left in peace."""
    survey = foresee(job)
    proposal = propose_actions(job, survey)
    assert isinstance(survey.assembly, ColumnAssembly)
    assert survey.assembly.planned is not None
    return proposal, _left(survey.assembly.planned)


def _left(planned: PlannedColumns) -> int:
    return planned.peace[USERS].left if USERS in planned.peace else 0


def blindly(job: Job) -> Proposal:
    """What a full cycle proposes that remembers nothing."""
    kept = {kind: job.store.prints.of(job.rules.job, kind.value) for kind in ObjectType}
    job.store.prints.forget(job.rules.job)
    try:
        return proposed(job)[0]
    finally:
        for kind, printed in kept.items():
            if printed is not None:
                job.store.prints.keep(job.rules.job, kind.value, printed)


def check(made: History) -> int:
    """Compare both at one moment; return how many were left in peace."""
    job = full(made.office)
    quiet, left = proposed(job)
    assert shown(quiet) == shown(blindly(job)), f"seed {made.seed}"
    return left


def cycle(made: History) -> None:
    office = made.office
    stored = plan_job(full(office)).stored
    if stored.plan.actions and made.often(0.8):
        with suppress(ProvisorError):
            office.approve(stored.plan.digest)
            office.apply(stored.plan.digest)


def _simplify(made: History) -> None:
    """Ask of people nothing but their own status: else everybody is looked at every time."""
    objects = dict(made.office.job().rules.objects)
    objects[USERS] = replace(objects[USERS], scope=ACTIVE)
    made.office.changes["objects"] = objects
    for _ in range(6):
        hire(made)


def tell(seed: int) -> int:
    """Tell one history; return how many were left in peace."""
    with tempfile.TemporaryDirectory() as folder:
        made = history(Path(folder), seed)
        if seed % 3:
            _simplify(made)
        left = 0
        try:
            for _ in range(3):
                cycle(made)
                left += check(made)
                made.office.pass_hours(made.one((0, 1, 24, 24 * 40)))
                for _ in range(made.one((0, 1, 2))):
                    happen(made)
                left += check(made)
        finally:
            made.office.close()
        return left


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 2**40))
def test_a_cycle_by_fingerprints_gives_the_plan_of_everybody(seed: int) -> None:
    tell(seed)


def test_histories_leave_people_in_peace() -> None:
    assert sum(tell(seed) for seed in range(4)) > 5


# --- what fingerprints hold for ------------------------------------------------------------------


@pytest.fixture
def office(tmp_path: Path):
    """An office where everybody has the account that they should have."""
    office = Office(tmp_path)
    for number in range(5):
        office.hire(f"E{number}")
    plan_and_apply(office)
    plan_job(full(office))
    assert proposed(full(office))[1] == 5
    yield office
    office.close()


def plan_and_apply(office: Office) -> None:
    stored = plan_job(full(office)).stored
    office.approve(stored.plan.digest)
    office.apply(stored.plan.digest)


def test_one_changed_record_is_looked_at_and_one_changed_back_is_not(office):
    office.change("E1", surname="Cy")
    assert proposed(full(office))[1] == 4
    plan_job(full(office))
    office.change("E1", surname="SurE1")
    assert proposed(full(office))[1] == 4
    plan_job(full(office))
    assert proposed(full(office))[1] == 5


def test_who_is_decided_about_is_always_looked_at(office):
    override = Override(
        "o1", OverrideKind.HOLD, "", USERS, "E2", "", None, "why", "ann", "bob",
        office.clock.now(), None,
    )  # fmt: skip
    office.store.overrides.add(override, [])
    assert proposed(full(office))[1] == 4


def test_another_configuration_or_other_rules_leave_nobody_in_peace(office):
    job = full(office)
    other = replace(job, rules=replace(job.rules, configuration="f" * 64))
    assert proposed(other)[1] == 0
    users = replace(job.rules.objects[USERS], leaver=None)
    objects = {**job.rules.objects, USERS: users}
    assert proposed(replace(job, rules=replace(job.rules, objects=objects)))[1] == 0
    protected = replace(job.rules, protected=frozenset({"u1"}))
    assert proposed(replace(job, rules=protected))[1] == 0


def test_numbers_made_in_another_way_say_nothing(office, monkeypatch):
    def otherwise(frame: pl.DataFrame, seed: bytes) -> pl.Series:
        return frame.hash_rows(7)

    monkeypatch.setattr(making, "_frame_prints", otherwise)
    assert known(full(office)) == 0


def test_lost_or_broken_fingerprints_only_cost_time(office):
    job = full(office)
    printed = job.store.prints.of(job.rules.job, "users")
    assert printed is not None
    broken = Printed(printed.seal, printed.body[: len(printed.body) // 2])
    job.store.prints.keep(job.rules.job, "users", broken)
    assert proposed(job)[1] == 0
    assert unpacked(b"") is None

    job.store.prints.forget(job.rules.job)
    assert recalling(job.store)(job.rules)[USERS].known is NOTHING_KNOWN
    plan_job(job)
    assert proposed(job)[1] == 5

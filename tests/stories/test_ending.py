"""Real processes: one that is asked to end, and two that want to carry out one plan."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections import Counter

import pytest

from provisor.domain.approval import DecisionKind
from provisor.engine.decide import Vote, vote
from provisor.engine.job import Actor
from provisor.engine.run import plan_job
from provisor.ports.store import PlanStatus
from provisor.stores.database import open_store
from provisor.system_clock import SystemClock
from tests.house.tree import ROOT
from tests.stories.ending_run import PEOPLE, job_of

pytestmark = pytest.mark.outer


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'provisor.db'}"
        return
    with request.getfixturevalue("postgresql_server").database() as address:
        yield address


@pytest.fixture
def planned(url, tmp_path):
    """A plan that somebody approved, and the target's own account of what it was sent."""
    job = job_of(url, tmp_path, "plan")
    stored = plan_job(job).stored
    vote(job, stored, Actor("bob", asserted=True), Vote(DecisionKind.APPROVE, "fine"))
    job.store.close()
    return stored.plan.digest


def worker(url, home, mode):
    command = [sys.executable, "-m", "tests.stories.ending_run", url, str(home), mode]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=ROOT)


def sent(home):
    return Counter((home / "sent.txt").read_text(encoding="utf-8").split())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_what_is_under_way_and_begins_nothing_new(url, planned, tmp_path, number):
    process = worker(url, tmp_path, "wait")
    assert process.stdout.readline() == "writing\n"
    process.send_signal(number)
    told, _ = process.communicate("\n", timeout=120)
    store = open_store(url, clock=SystemClock())
    outcomes = Counter(one.state.value for one in store.acts.outcomes(planned).values())
    (run,) = store.acts.runs_of_plan(planned)
    held = store.controls.acquire("app", "me", run.started_at, 1.0)

    assert process.returncode == 4
    assert told == f"{signal.Signals(number).name} came\n"
    assert 0 < len(sent(tmp_path)) < PEOPLE
    assert outcomes["done"] == len(sent(tmp_path))
    assert store.acts.unfinished("app") == ()
    assert run.ended_at is not None
    assert store.plans.find(planned).status is PlanStatus.PARTLY_APPLIED
    assert held.epoch == 2
    store.close()


def test_two_workers_never_carry_out_one_plan(url, planned, tmp_path):
    first = worker(url, tmp_path, "wait")
    assert first.stdout.readline() == "writing\n"
    second = worker(url, tmp_path, "go")
    refused, _ = second.communicate(timeout=120)
    first.communicate("\n", timeout=120)
    store = open_store(url, clock=SystemClock())

    assert (refused, second.returncode) == ("lease_held\n", 4)
    assert first.returncode == 0
    assert sent(tmp_path) == Counter({f"E{number:04d}": 1 for number in range(PEOPLE)})
    assert len(store.acts.runs_of_plan(planned)) == 1
    store.close()


def test_of_many_workers_at_once_one_carries_out_a_plan(url, planned, tmp_path):
    workers = [worker(url, tmp_path, "go") for _ in range(3)]
    for one in workers:
        one.communicate(timeout=200)

    assert sorted(one.returncode for one in workers) == [0, 4, 4]
    assert set(sent(tmp_path).values()) == {1}
    assert len(sent(tmp_path)) == PEOPLE

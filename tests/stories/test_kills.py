"""The kill in the middle: a real process, a real SIGKILL, a real database; then it converges."""

from __future__ import annotations

import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from provisor.domain.approval import DecisionKind
from provisor.engine.decide import Vote, vote
from provisor.engine.run import plan_job, run_job
from provisor.errors import LeaseHeld
from provisor.verifier import verify
from provisor.wiring import open_wiring

pytestmark = pytest.mark.outer

ROOT = Path(__file__).parents[2]
JOB = "hr-to-app"

KILLS = (
    ("run", "source.read", 1),
    ("run", "target.read", 1),
    ("run", "reads.kept", 1),
    ("run", "proposal.made", 1),
    ("run", "plan.kept", 1),
    ("apply", "verified", 1),
    ("apply", "lease.taken", 1),
    ("apply", "apply.begun", 1),
    ("apply", "intents.kept", 1),
    ("apply", "first.answer", 1),
    ("apply", "batch.answered", 1),
    ("apply", "outcomes.known", 1),
    ("apply", "outcomes.kept", 1),
    ("apply", "batch.done", 1),
    ("apply", "intents.kept", 2),
    ("apply", "outcomes.known", 2),
    ("apply", "wave.done", 1),
    ("apply", "confirmed", 1),
    ("apply", "run.ended", 1),
)


@pytest.fixture
def company(tmp_path):
    """The first example, its first plan approved and not yet applied."""
    folder = tmp_path / "first"
    skipped = shutil.ignore_patterns("*.db", "state")
    shutil.copytree(ROOT / "examples" / "first", folder, ignore=skipped)
    with closing(sqlite3.connect(folder / "app.db")) as database:
        database.executescript((folder / "app.sql").read_text(encoding="utf-8"))
    with open_wiring(folder / "provisor.yaml", {}, "ann") as wiring:
        stored = plan_job(wiring.job(JOB)).stored
    with open_wiring(folder / "provisor.yaml", {}, "ben") as wiring:
        vote(wiring.job(JOB), stored, wiring.actor, Vote(DecisionKind.APPROVE, "checked"))
    return folder


def rows(folder: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(folder / "app.db")) as database:
        return database.execute(query).fetchall()


def killed(folder: Path, command: str, milestone: str, nth: int) -> int:
    """Run until the milestone; return the process's code, negative when it was killed."""
    script = ROOT / "tests" / "stories" / "killed_run.py"
    words = [sys.executable, str(script), str(folder / "provisor.yaml"), JOB]
    ended = subprocess.run(
        [*words, command, milestone, str(nth)],
        cwd=ROOT,
        capture_output=True,
        check=False,
        timeout=120,
    )
    return ended.returncode


def run_when_the_lease_is_over(folder: Path):
    """The dead process's lease ends by itself; whoever waits for it goes on."""
    deadline = time.monotonic() + 60
    while True:
        try:
            with open_wiring(folder / "provisor.yaml", {}, "ann") as wiring:
                return run_job(wiring.job(JOB))
        except LeaseHeld:
            assert time.monotonic() < deadline, "the lease of a dead process never ended"
            time.sleep(0.05)


@pytest.mark.parametrize(("command", "milestone", "nth"), KILLS, ids=str)
def test_a_kill_anywhere_converges_without_a_duplicate(company, command, milestone, nth):
    assert killed(company, command, milestone, nth) == -signal.SIGKILL

    for _ in range(2):
        result = run_when_the_lease_is_over(company)
    names = rows(company, "select staff_no from users where staff_no is not null")
    logins = rows(company, "select lower(login) from users")

    assert result.stored.plan.actions == ()
    assert len(names) == len(set(names))
    assert len(logins) == len(set(logins))
    assert len(names) >= 9
    assert verify(company / "state" / "provisor.db").problems == ()

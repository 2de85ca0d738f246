"""Two real processes: a cycle that holds the lease, and somebody who must be out meanwhile."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from provisor.verifier import verify
from tests.cli.conftest import Shell

pytestmark = pytest.mark.outer

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "tests" / "cli" / "paused_run.py"
PERSON = "E1005"
WHOSE = f"(select id from users where staff_no = '{PERSON}')"  # noqa: S608 - a constant
WAIT = 300
"""Seconds after which a process hangs; nothing waits for so long."""

ACTIVE = """active: {expression: 'Switch([IsSoftDeleted], "1", "True", "0")'}"""
SWITCH = "        disable: {column: active, on: 1, off: 0}\n"
TITLE = "        title: {expression"


def command(shell: Shell, *words: str, by: str) -> subprocess.CompletedProcess[str]:
    """Run one command in a process of its own."""
    own = [sys.executable, "-c", "from provisor.cli import main; main()"]
    named = ["--config", str(shell.folder / "provisor.yaml"), "--as", by]
    return subprocess.run(
        [*own, *named, *words], cwd=ROOT, capture_output=True, text=True, check=False, timeout=WAIT
    )


@contextmanager
def cycle_at(shell: Shell, milestone: str, nth: int) -> Iterator[None]:
    """Another process runs the job, and stands still there; it goes on to its end afterwards."""
    words = [str(shell.folder / "provisor.yaml"), "hr-to-app", milestone, str(nth)]
    with subprocess.Popen(
        [sys.executable, str(SCRIPT), *words],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        try:
            assert said == "reached\n", process.wait(WAIT)
            yield
        finally:
            process.communicate("\n" if process.poll() is None else None, timeout=WAIT)
        assert process.returncode in (0, 3), process.returncode


def settled_by(shell: Shell, *edits: tuple[str, str]) -> Shell:
    """The example, its file edited, its first plan carried out, and somebody put out by hand."""
    for old, new in edits:
        shell.edit("provisor.yaml", old, new)
    assert shell("plan", "hr-to-app").code in (3, 4)
    assert shell("approve", "latest", "--reason", "checked", by="ben").code == 0
    assert shell("apply", "latest").code in (0, 3)
    with closing(sqlite3.connect(shell.folder / "app.db")) as database:
        database.execute(f"delete from members where user_id in {WHOSE}")  # noqa: S608 - a constant
        database.execute(f"update users set active = 0 where id in {WHOSE}")  # noqa: S608 - a constant
        database.commit()
    return shell


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """What was settled once for all stories here: by name."""
    return tmp_path_factory.mktemp("settled")


def again(shell: Shell, kept: Path, *edits: tuple[str, str]) -> Shell:
    """The example as the first story left it settled."""
    if not kept.exists():
        shutil.copytree(settled_by(shell, *edits).folder, kept)
    shutil.copytree(kept, shell.folder, dirs_exist_ok=True)
    return shell


@pytest.fixture
def switched(shell, folders):
    """The rules switch the account on, and put the person back into the group."""
    return again(shell, folders / "switched", (TITLE, f"        {ACTIVE}\n{TITLE}"))


@pytest.fixture
def bare(shell, folders):
    """Nothing switches accounts off: whoever is in the group can work there."""
    return again(shell, folders / "bare", (SWITCH, ""))


def is_leased(shell: Shell) -> bool:
    """Whether somebody holds the lease of the target now."""
    with closing(sqlite3.connect(shell.folder / "state" / "provisor.db")) as database:
        rows = database.execute("select expires_at from lease where holder <> ''").fetchall()
    return [end for (end,) in rows if end > datetime.now(UTC).isoformat()] != []


def kill_beside(shell: Shell, milestone: str, nth: int) -> None:
    """Kill in one process while another one has the lease and is at the milestone."""
    with cycle_at(shell, milestone, nth):
        assert is_leased(shell), "nobody else is at work"
        killed = command(shell, "kill", PERSON, "--reason", "theft", "--json", by="eve")
        assert killed.returncode in (0, 3), killed.stderr


def groups_of(shell: Shell):
    return shell.rows(f"select group_id from members where user_id in {WHOSE}")  # noqa: S608 - a constant


def account_of(shell: Shell):
    return shell.rows(f"select * from users where staff_no = '{PERSON}'")  # noqa: S608 - a constant


def nothing_more_is_written(shell: Shell) -> None:
    """Two more cycles have nothing to do about the person, or about anybody."""
    before = (account_of(shell), groups_of(shell))
    for _ in range(2):
        told = shell("run", "hr-to-app", "--full", "--json").json
        assert told["actions"] == []
    assert (account_of(shell), groups_of(shell)) == before
    assert verify(shell.folder / "state" / "provisor.db").problems == ()


@pytest.mark.parametrize(
    ("milestone", "nth"),
    [
        ("lease.taken", 1),
        ("intents.kept", 1),
        ("first.answer", 1),
        ("outcomes.known", 1),
        ("intents.kept", 2),
    ],
    ids=str,
)
def test_whoever_is_killed_beside_a_cycle_is_off_when_it_ends(switched, milestone, nth):
    """From before the first intent to after the account was switched on by the cycle."""
    kill_beside(switched, milestone, nth)

    active = f"select active from users where staff_no = '{PERSON}'"  # noqa: S608 - a constant
    assert switched.rows(active) == [(0,)]
    nothing_more_is_written(switched)


@pytest.mark.parametrize("milestone", ["lease.taken", "intents.kept", "outcomes.kept"])
def test_where_nothing_switches_off_the_cycle_leaves_no_membership_behind(bare, milestone):
    kill_beside(bare, milestone, 1)

    assert groups_of(bare) == []
    nothing_more_is_written(bare)

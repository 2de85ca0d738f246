"""The example with three sources and four targets does what its page says, and comes to rest."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import Shell
from tests.connectors.scim_server import TOKEN, running_server

pytestmark = pytest.mark.outer

EXAMPLE = Path(__file__).parents[2] / "examples" / "organisation"
JOBS = (
    "people-to-directory",
    "phones-to-directory",
    "people-to-access",
    "people-to-intranet",
    "mail-to-hr",
)


@pytest.fixture(scope="module")
def intranet():
    with running_server() as server:
        yield server


@pytest.fixture
def shell(tmp_path, capsys, intranet):
    intranet.reset()
    folder = tmp_path / "organisation"
    shutil.copytree(EXAMPLE, folder)
    for name in ("hr", "directory", "access"):
        with closing(sqlite3.connect(folder / f"{name}.db")) as database:
            database.executescript((folder / f"{name}.sql").read_text(encoding="utf-8"))
    token = folder / "intranet.token"
    token.write_text(TOKEN, encoding="utf-8")
    token.chmod(0o600)
    made = Shell(folder, capsys)
    made.edit("provisor.yaml", "http://127.0.0.1:8766/v2", intranet.url)
    assert made("upgrade", by=None).code == 0
    return made


def ask(shell, system, query):
    with closing(sqlite3.connect(shell.folder / f"{system}.db")) as database:
        found = database.execute(query).fetchall()
        database.commit()
        return found


def settle(shell, job):
    """The first plan of a job, looked at by a second person."""
    assert shell("plan", job).code in (0, 4)
    shell("approve", "latest", "--reason", "looked at", by="ben")
    done = shell("apply", "latest", "--json")
    assert done.code == 0, done.out + done.err
    return done.json


def test_the_page_walks_from_nothing_to_rest(shell):
    assert shell("check").code == 0
    first = shell("run", "--all", "--json")
    assert (first.code, [one["outcomes"] for one in first.json["runs"]]) == (4, [{}] * 5)
    waiting = {job["job"]: job["waits_for"] for job in shell("status", "--json").json["jobs"]}
    assert waiting["people-to-access"] == {"people-to-directory": 6}

    for job in JOBS:
        settle(shell, job)
    assert dict(ask(shell, "hr", "SELECT employee_id, mail FROM people")) == {
        "E2001": "elin.ek@example.org",
        "E2002": "jun.sato@example.org",
        "E2003": "aylin.demir@example.org",
        "E2004": None,
        "E2005": "noor.haddad@example.org",
    }
    assert ask(shell, "directory", "SELECT count(*), count(phone) FROM accounts") == [(6, 3)]
    assert ask(shell, "access", "SELECT count(*), count(contact) FROM holders") == [(6, 6)]

    for _ in range(2):
        again = shell("run", "--all", "--json")
        assert again.code == 0
        assert [one["actions"] for one in again.json["runs"]] == [[]] * 5


def test_a_hire_goes_down_the_chain_in_one_run_and_a_kill_up_to_hr(shell):
    for job in JOBS:
        settle(shell, job)
    ask(
        shell,
        "hr",
        "INSERT INTO people VALUES ('E2006', 'Ada', 'Vey', 'N-556', 'B06', 'Lab', 'active', NULL)",
    )
    done = shell("run", "--all", "--only", "E2006", "--json")

    assert done.code == 0
    assert [one["outcomes"].get("done", 0) for one in done.json["runs"]] == [1, 0, 1, 1, 1]
    assert ask(shell, "hr", "SELECT mail FROM people WHERE employee_id = 'E2006'") == [
        ("ada.vey@example.org",)
    ]

    assert shell("kill", "E2006", "--reason", "stolen laptop").code == 0
    assert ask(shell, "directory", "SELECT active FROM accounts WHERE person = 'E2006'") == [(0,)]
    assert ask(shell, "access", "SELECT active FROM holders WHERE person = 'E2006'") == [(0,)]
    assert shell("run", "--all").code == 0
    assert ask(shell, "hr", "SELECT mail FROM people WHERE employee_id = 'E2006'") == [
        ("ada.vey@example.org",)
    ]


def test_its_cases_come_out_as_they_say(shell):
    said = shell("test", by=None)

    assert said.code == 0, said.out + said.err
    assert "4 case(s) passed" in said.out

"""A configuration to begin with: right as it is written, and walked on real databases."""

import sqlite3
from contextlib import closing

import pytest
import sqlalchemy

from provisor.presets import DEFAULT, PRESETS, laid_out
from tests.cli.conftest import Shell
from tests.services.slapd import PASSWORD, SUFFIX

pytestmark = pytest.mark.outer


@pytest.fixture
def begin(tmp_path, capsys):
    """What `init` made of a preset, and a way to call commands there."""

    def begun(preset):
        shell = Shell(tmp_path / "begun", capsys)
        assert shell("init", str(shell.folder), "--preset", preset).code == 0
        shell.edit("provisor.yaml", "{mode: os}", "{mode: asserted}")
        return shell

    return begun


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_is_right_as_it_is_written(begin, preset):
    shell = begin(preset)

    written = {str(at.relative_to(shell.folder)) for at in shell.folder.rglob("*") if at.is_file()}
    tried = shell("test")

    assert written == set(laid_out(PRESETS[preset]))
    assert shell("check").code == 0
    assert (tried.code, "5 case(s) passed" in tried.out) == (0, True)


def test_a_folder_with_something_in_it_is_left_alone(shell):
    before = sorted(shell.folder.rglob("*"))

    refused = shell("init", str(shell.folder))

    assert (refused.code, "nothing was written" in refused.err) == (2, True)
    assert sorted(shell.folder.rglob("*")) == before


def test_an_unknown_preset_is_answered_with_the_nearest(shell):
    refused = shell("init", str(shell.folder / "new"), "--preset", "postgres")

    assert (refused.code, "did you mean `postgresql`?" in refused.err) == (2, True)
    assert not (shell.folder / "new").exists()


def walk(shell):
    """First plan, approval, apply, second plan: the codes, and how many acts are left."""
    codes = [shell("check", "--connect").code, shell("plan", "people").code]
    codes += [shell("approve", "latest", "--reason", "list checked", by="ben").code]
    codes += [shell("apply", "latest").code]
    return codes, sum(shell("plan", "people", "--json").json["counts"].values())


def test_the_first_preset_is_walked_on_a_file(begin):
    shell = begin(DEFAULT)
    with closing(sqlite3.connect(shell.folder / "application.db")) as application:
        application.executescript((shell.folder / "application.sql").read_text())

        assert walk(shell) == ([0, 4, 0, 0], 0)
        assert application.execute("SELECT count(*) FROM accounts").fetchone() == (10,)


def test_the_postgresql_preset_is_walked_with_the_least_rights(begin, postgresql, monkeypatch):
    shell = begin("postgresql")
    owner = sqlalchemy.create_engine(postgresql, isolation_level="AUTOCOMMIT")
    with owner.connect() as application:
        application.exec_driver_sql((shell.folder / "application.sql").read_text())
    monkeypatch.setenv("APP_DATABASE", postgresql.replace("postgres@", "provisor@", 1))

    assert walk(shell) == ([0, 4, 0, 0], 0)
    with owner.connect() as application:
        assert application.exec_driver_sql("SELECT count(*) FROM accounts").scalar() == 10
    owner.dispose()


def _anchored(slapd, ldif):
    """Load the schema of a preset, unless a test before did."""
    fields = [line.split(": ", 1) for line in ldif.splitlines() if line and line[0] != "#"]
    (_, place), (_, kind), *rest = fields
    connection = slapd.configure()
    connection.add(place, [kind], {name: [value] for name, value in rest})
    assert connection.result["description"] in ("success", "entryAlreadyExists")
    connection.unbind()


def test_the_openldap_preset_is_walked_on_a_directory(begin, slapd, monkeypatch):
    shell, trial = begin("openldap"), slapd.trial()
    _anchored(slapd, (shell.folder / "application.ldif").read_text())
    for old, new in (
        ("ldap://directory.example.org", slapd.url),
        ("uid=provisor,ou=system,dc=example,dc=org", trial.account),
        ("cn=nobody,dc=example,dc=org", f"cn=nobody,{SUFFIX}"),
        ("ou=people,dc=example,dc=org", trial.people),
        ("ou=groups,dc=example,dc=org", trial.groups),
    ):
        shell.edit("provisor.yaml", old, new)
    monkeypatch.setenv("LDAP_PASSWORD", PASSWORD)

    assert walk(shell) == ([0, 4, 0, 0], 0)
    directory = slapd.admin()
    directory.search(trial.people, "(objectClass=provisorAccount)", attributes=["provisorId"])
    found = [entry.provisorId.value for entry in directory.entries]
    directory.unbind()
    assert len(found) == len(set(found)) == 10

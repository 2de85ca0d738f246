"""The first example from the command line, with its memory on PostgreSQL."""

import pytest

pytestmark = pytest.mark.outer


@pytest.fixture
def on_a_server(shell, postgresql):
    shell.edit("provisor.yaml", "sqlite:///state/provisor.db", postgresql)
    return shell


def test_the_first_example_is_walked_with_the_memory_on_a_server(on_a_server):
    planned = on_a_server("plan", "hr-to-app")
    approved = on_a_server("approve", "latest", "--reason", "checked", by="ben")
    applied = on_a_server("apply", "latest")
    again = on_a_server("run", "hr-to-app", "--json")

    assert planned.code in (3, 4)
    assert (approved.code, approved.err) == (0, "")
    assert applied.code in (0, 3)
    assert again.code in (0, 3)
    assert len(on_a_server.rows("select * from users")) >= 10
    assert not (on_a_server.folder / "state").exists()


def test_status_log_and_upgrade_work_on_a_server(on_a_server):
    on_a_server("plan", "hr-to-app")

    assert on_a_server("status").code in (0, 3, 4)
    assert on_a_server("upgrade").code == 0
    verified = on_a_server("audit", "verify", "--json")
    assert (verified.code, verified.json["intact"], verified.json["problems"]) == (0, True, [])
    assert verified.json["size"] > 0

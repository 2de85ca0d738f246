"""Jobs in a row: what one brought about, another reads, once it is confirmed."""

import pytest

from tests.stories.chains import (
    TO_APP,
    TO_DIRECTORY,
    TO_HR,
    classes,
    laid,
    waiting,
)

pytestmark = pytest.mark.both_executors


@pytest.fixture
def chain(tmp_path, executor):
    return laid(tmp_path, executor)


def test_before_the_first_job_ran_nobody_gets_an_account_of_the_second(chain):
    found = chain.plan(TO_APP)

    assert found.stored.plan.actions == ()
    assert classes(found) == {"waiting": 3}
    assert set(waiting(found).values()) == {"unmade"}
    assert (found.exit_code, found.stored.set_aside) == (0, ())


def test_a_mail_address_that_the_directory_made_goes_back_to_hr(chain):
    chain.settle(TO_DIRECTORY)
    chain.settle(TO_HR)

    assert chain.mails() == {
        "Ek": "ek@example.org",
        "Lee": "lee@example.org",
        "Sato": "sato@example.org",
    }


def test_what_was_written_back_does_not_come_round_again(chain):
    for job in (TO_DIRECTORY, TO_HR, TO_APP) * 2:
        chain.settle(job) if chain.plan(job).stored.plan.actions else None

    for job in (TO_DIRECTORY, TO_HR, TO_APP):
        assert chain.run(job).stored.plan.actions == (), job


def test_a_second_job_makes_its_accounts_from_the_values_of_the_first(chain):
    chain.settle(TO_DIRECTORY)
    chain.settle(TO_APP)

    assert chain.logins() == {f"{n}@example.org": 1 for n in ("ek", "lee", "sato")}


def test_who_waits_waits_alone(chain):
    chain.settle(TO_DIRECTORY)
    chain.settle(TO_APP)
    chain.hire("Vey")
    found = chain.plan(TO_APP)

    assert classes(found) == {"unchanged": 3, "waiting": 1}
    assert waiting(found) == {"E-Vey": "unmade"}


def test_who_waited_is_served_by_the_first_run_that_can(chain):
    chain.settle(TO_DIRECTORY)
    chain.settle(TO_APP)
    chain.hire("Vey")
    chain.run(TO_APP)
    chain.run(TO_DIRECTORY)
    done = chain.run(TO_APP)

    assert (done.exit_code, done.outcomes["done"]) == (0, 1)
    assert chain.logins()["vey@example.org"] == 1
    assert waiting(done) == {}


MAPPED = (
    'login: "ToLower([surname])"',
    """login: "ToLower([surname])"
        mail: 'ToLower([surname]) & "@example.org"'""",
)


def test_a_change_that_the_first_job_only_planned_is_waited_for_in_the_second(chain):
    chain.edit(*MAPPED)
    chain.settle(TO_DIRECTORY)
    chain.settle(TO_APP)
    chain.hr("Ek", surname="Eek")
    chain.plan(TO_DIRECTORY)
    held = chain.run(TO_APP)

    assert waiting(held) == {"E-Ek": "unsettled"}
    assert held.stored.plan.actions == ()
    assert classes(held) == {"unchanged": 3}

    chain.run(TO_DIRECTORY)
    assert chain.run(TO_APP).outcomes["done"] == 1
    assert "eek@example.org" in chain.logins()


def test_a_leaver_waits_for_nothing(chain):
    chain.settle(TO_DIRECTORY)
    chain.settle(TO_APP)
    chain.ask("directory", "DELETE FROM accounts WHERE login = 'ek'")
    chain.hr("Ek", status="left")
    done = chain.run(TO_APP)

    assert done.outcomes["done"] == 1
    assert chain.logins()["ek@example.org"] == 0


def test_an_account_of_the_first_job_that_is_gone_clears_nothing_in_the_second(chain):
    chain.settle(TO_DIRECTORY)
    chain.settle(TO_HR)
    chain.ask("directory", "DELETE FROM accounts WHERE login = 'ek'")
    found = chain.run(TO_HR)

    assert found.stored.plan.actions == ()
    assert waiting(found) == {"E-Ek": "unmade"}
    assert chain.mails()["Ek"] == "ek@example.org"


def test_a_target_that_cannot_be_read_lends_nothing_and_takes_nothing(chain):
    chain.settle(TO_DIRECTORY)
    chain.settle(TO_HR)
    (chain.folder / "directory.db").rename(chain.folder / "away.db")
    found = chain.run(TO_HR)

    assert found.stored.plan.actions == ()
    assert set(waiting(found).values()) == {"unread"}


def test_a_value_that_is_confirmed_to_be_empty_is_a_clear(chain):
    chain.settle(TO_DIRECTORY)
    chain.settle(TO_HR)
    chain.ask("directory", "UPDATE accounts SET mail = NULL WHERE login = 'ek'")
    found = chain.plan(TO_HR)

    (action,) = found.stored.plan.actions
    assert action.action.operation.value == "clear"
    assert waiting(found) == {}


def test_a_write_back_makes_and_deletes_nobody(chain):
    chain.settle(TO_DIRECTORY)
    chain.settle(TO_HR)
    chain.hr("Lee", status="left")
    chain.hire("Vey")
    chain.run(TO_DIRECTORY)
    done = chain.settle(TO_HR)

    assert {one.action.operation.value for one in done.stored.plan.actions} == {"update"}
    assert chain.mails()["Vey"] == "vey@example.org"
    assert chain.mails()["Lee"] == "lee@example.org"


def test_one_person_can_be_walked_down_the_chain_on_demand(chain):
    for job in (TO_DIRECTORY, TO_HR, TO_APP):
        chain.settle(job)
    chain.hire("Vey", "Wu")
    for job in (TO_DIRECTORY, TO_HR, TO_APP):
        found = chain.run(job, ["E-Vey"])
        assert found.exit_code == 0, job

    assert chain.mails()["Vey"] == "vey@example.org"
    assert chain.mails()["Wu"] is None
    assert "vey@example.org" in chain.logins()
    assert classes(chain.plan(TO_APP, ["E-Wu"])) == {"waiting": 1}


def test_a_story_tells_for_whom_it_waits(chain):
    told = chain.explain(TO_APP, "Ek")

    assert [(one.attribute, one.value, one.lack.value) for one in told.pending] == [
        ("login", f"{TO_DIRECTORY}.mail", "unmade")
    ]


def test_what_the_other_job_showed_stands_among_the_reads_of_a_plan(chain):
    chain.settle(TO_DIRECTORY)
    stored = chain.plan(TO_HR).stored

    assert len(stored.observations) == 3

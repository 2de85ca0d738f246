"""Several jobs on one target: one owns the accounts, the others add attributes to them."""

import pytest

from provisor.domain.schema import ObjectType
from tests.stories.chains import BADGES, TO_DIRECTORY, classes, laid, waiting

CROWD = [f"Person{number}" for number in range(40)]

pytestmark = pytest.mark.both_executors


@pytest.fixture
def chain(tmp_path, executor):
    return laid(tmp_path, executor)


def badges(chain):
    return dict(chain.ask("directory", "SELECT login, badge FROM accounts"))


def anchors(chain):
    return dict(chain.ask("directory", "SELECT login, anchor FROM accounts"))


def test_a_job_that_only_adds_waits_until_the_owner_made_the_account(chain):
    before = chain.plan(BADGES)
    assert classes(before) == {"waiting": 3}
    assert set(waiting(before).values()) == {"unowned"}

    chain.settle(TO_DIRECTORY)
    made = anchors(chain)
    chain.settle(BADGES)

    assert badges(chain) == {"ek": "B-Ek", "lee": "B-Lee", "sato": "B-Sato"}
    assert anchors(chain) == made


def test_two_jobs_on_one_target_come_to_rest(chain):
    for job in (TO_DIRECTORY, BADGES):
        chain.settle(job)

    assert [chain.run(job).stored.plan.actions for job in (TO_DIRECTORY, BADGES) * 2] == [()] * 4


def test_a_person_who_is_out_of_scope_of_the_second_job_is_no_leaver_of_the_first(chain):
    chain.edit(
        f"""  {BADGES}:
    source: hr
    target: directory
    users:
      lifecycle: none
      scope: {{attribute: status, operator: EQUALS, value: active}}""",
        f"""  {BADGES}:
    source: hr
    target: directory
    users:
      lifecycle: none
      scope: {{attribute: badge, operator: IS NOT NULL}}""",
    )
    chain.settle(TO_DIRECTORY)
    chain.settle(BADGES)
    chain.hr("Ek", badge=None)
    added = chain.run(BADGES)
    chain.pass_hours(24)
    owned = chain.run(TO_DIRECTORY)

    assert (added.stored.plan.actions, owned.stored.plan.actions) == ((), ())
    assert classes(added) == {"unchanged": 2, "out_of_scope": 1}
    assert chain.logins("directory") == {"ek": 1, "lee": 1, "sato": 1}
    with chain.wiring() as wiring:
        links = wiring.store.links.of_target("directory", ObjectType.USERS)
    assert [link.leave for link in links] == [None] * 3


def test_a_leaver_is_switched_off_by_the_owner_alone(chain):
    for job in (TO_DIRECTORY, BADGES):
        chain.settle(job)
    chain.hr("Ek", status="left", badge=None)
    added = chain.run(BADGES)
    assert added.stored.plan.actions == ()

    chain.run(TO_DIRECTORY)
    assert chain.logins("directory") == {"ek": 0, "lee": 1, "sato": 1}
    assert badges(chain)["ek"] == "B-Ek"
    assert chain.run(BADGES).stored.plan.actions == ()


def test_somebody_who_comes_back_is_switched_on_by_the_owner_alone(chain):
    for job in (TO_DIRECTORY, BADGES):
        chain.settle(job)
    chain.hr("Ek", status="left")
    chain.run(TO_DIRECTORY)
    chain.run(BADGES)
    chain.hr("Ek", status="active", badge="new")
    done = chain.run(BADGES)

    assert done.outcomes["done"] == 1
    assert badges(chain)["ek"] == "new"
    assert chain.logins("directory")["ek"] == 0

    chain.settle(TO_DIRECTORY)
    assert chain.logins("directory")["ek"] == 1


def test_an_account_that_others_deleted_is_made_again_by_the_owner_alone(chain):
    chain.hire(*CROWD)
    for job in (TO_DIRECTORY, BADGES):
        chain.settle(job)
    chain.ask("directory", "DELETE FROM accounts WHERE login = 'ek'")
    waits = chain.run(BADGES)
    assert waiting(waits) == {"E-Ek": "unowned"}
    assert waits.stored.plan.actions == ()

    chain.run(TO_DIRECTORY)
    assert chain.run(BADGES).outcomes["done"] == 1
    assert badges(chain)["ek"] == "B-Ek"


def test_accounts_of_nobody_are_found_by_the_owner_alone(chain):
    chain.ask("directory", "INSERT INTO accounts (login) VALUES ('stranger')")
    chain.settle(TO_DIRECTORY)

    assert [f.kind for f in chain.plan(TO_DIRECTORY).stored.findings] == ["orphan"]
    assert chain.plan(BADGES).stored.findings == ()


def test_people_of_a_row_that_is_missing_are_gone_for_the_owner_alone(chain):
    chain.hire(*CROWD)
    for job in (TO_DIRECTORY, BADGES):
        chain.settle(job)
    chain.ask("hr", "DELETE FROM people WHERE surname = 'Ek'")
    for job in (BADGES, TO_DIRECTORY, BADGES, BADGES):
        assert chain.run(job).stored.plan.actions == ()
        chain.pass_hours(10)
    done = chain.run(TO_DIRECTORY)

    assert [one.action.operation.value for one in done.stored.plan.actions] == ["disable"]
    assert chain.logins("directory")["ek"] == 0

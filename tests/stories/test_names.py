"""Names outlive accounts: nobody inherits what belonged to somebody else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from provisor.domain.numbering import Numbering
from provisor.domain.schema import ObjectType
from provisor.ports.store import PlanStatus
from tests.stories.workplace import MAIL, Office, mapping, office_rules

pytestmark = pytest.mark.both_executors

USERS = ObjectType.USERS
DAYS = 24


def leave_for_good(office: Office, key: str) -> None:
    """Disabled, and deleted a month later by a vote; the row goes as well."""
    office.leave(key)
    office.run()
    office.pass_hours(31 * DAYS)
    office.approve(office.run().stored.plan.digest)
    office.apply()
    office.vanish(key)
    assert office.accounts_of(key) == 0


@pytest.fixture
def office(office):
    """An office in which Smith came, was called `smith`, and left for good."""
    office.hire_many(40)
    office.hire("S1", surname="Smith", mail="smith@example.org")
    office.open_up()
    assert office.account("S1")["userName"] == "smith"
    leave_for_good(office, "S1")
    return office


def test_a_namesake_of_a_leaver_gets_a_number(office):
    office.hire("S2", surname="SMITH")
    office.run()

    assert office.account("S2")["userName"] == "smith2"


def test_an_address_of_a_leaver_is_not_given_to_somebody_else_by_a_feed(office):
    office.hire("S2", surname="Other", mail="Smith@Example.org")
    result = office.run()

    assert [one.code for one in result.stored.set_aside] == ["name_taken"]
    assert office.accounts_of("S2") == 0


def test_whoever_comes_back_gets_their_own_names_again(office):
    office.hire("S1", surname="Smith", mail="smith@example.org")
    office.run()

    assert office.account("S1")["userName"] == "smith"
    assert office.account("S1")[MAIL] == "smith@example.org"


def test_after_the_years_a_name_is_free_again(office):
    office.pass_hours(365 * DAYS * 3 + 2 * DAYS)
    office.hire("S2", surname="Smith")
    office.run()

    assert office.account("S2")["userName"] == "smith"


def test_an_organisation_may_keep_no_names_or_keep_them_longer(office):
    office.changes["reserve_names_years"] = 0
    office.hire("S2", surname="Smith")
    office.run()
    assert office.account("S2")["userName"] == "smith"

    office.changes["reserve_names_years"] = 9
    office.pass_hours(365 * DAYS * 8)
    office.hire("S3", surname="Smith", mail="smith@example.org")
    assert [one.code for one in office.run().stored.set_aside] == ["name_taken"]


def test_an_account_that_somebody_deleted_in_the_target_keeps_its_name_for_its_person(office):
    office.hire("B1", surname="Bell")
    office.run()
    office.target.remove(USERS, office.native("B1"))
    office.hire("A1", surname="Bell")
    office.run()

    assert office.account("B1")["userName"] == "bell"
    assert office.account("A1")["userName"] == "bell2"


def test_a_name_follows_its_person_and_the_number_goes_when_it_can(office):
    objects = dict(office_rules(office.target).objects)
    users = objects[USERS]
    kept = [one for one in users.mappings if one.attribute != "userName"]
    login = replace(mapping("userName", "ToLower([surname])"), unique=Numbering())
    objects[USERS] = replace(users, mappings=(*kept, login))
    office.changes["objects"] = objects
    office.hire("B1", surname="Bell")
    office.hire("B2", surname="Bell")
    office.run()
    office.change("B2", title="Chief")
    office.run()
    assert office.account("B2")["userName"] == "bell2"

    office.change("B2", surname="Book")
    renamed = office.run().stored.plan
    office.approve(renamed.digest)
    office.apply(renamed.digest)
    assert "users.rename" in {action.draft.part for action in renamed.actions}
    assert office.account("B2")["userName"] == "book"
    assert office.run().stored.status is PlanStatus.EMPTY

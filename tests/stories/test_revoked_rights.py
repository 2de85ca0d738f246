"""What people revoked of somebody's rights is taken, whatever else is wrong with the person."""

from dataclasses import replace

import pytest

from provisor.domain.entitlement import Level
from provisor.domain.excepting import EVERYTHING
from provisor.domain.override import OverrideKind
from provisor.domain.rules import OnPartial
from provisor.domain.schema import ObjectType
from tests.stories.fences import with_users
from tests.stories.rightful import classified, decide_on, settle, with_roles
from tests.stories.workplace import mapping

pytestmark = pytest.mark.both_executors

KNOWN = (("roles", "reader", Level.LOW), ("roles", "writer", Level.MEDIUM))


def roles(office, key="E1"):
    return set(office.account(key).get("roles") or ())


def revoke(office, value="reader"):
    decide_on(office, "E1", OverrideKind.REVOKE, "roles", value)


@pytest.fixture
def staffed(office):
    """Ten people who came long ago, of whom one reads and writes."""
    with_roles(office)
    classified(office, *KNOWN)
    office.hire("E1", roles=("reader", "writer"))
    office.hire_many(9)
    settle(office)
    office.pass_hours(48)
    return office


def test_a_row_that_is_there_twice_does_not_hold_a_revoke_back(staffed):
    staffed.source.show_rows(ObjectType.USERS, "E1", 2)
    staffed.changes["guard"] = replace(staffed.job().rules.guard, repeated_percent=100)
    revoke(staffed)

    staffed.run()

    assert roles(staffed) == {"writer"}


def test_a_mapping_that_fails_does_not_hold_a_revoke_back(staffed):
    users = staffed.job().rules.objects[ObjectType.USERS]
    kept = [one for one in users.mappings if one.attribute != "title"]
    with_users(staffed, mappings=(*kept, mapping("title", "CDate([title])")))
    revoke(staffed)

    result = settle(staffed)

    assert "E1" in {one.key for one in result.stored.set_aside}
    assert roles(staffed) == {"writer"}
    assert result.stored.records[ObjectType.USERS].adds_up()
    assert result.stored.accounts[ObjectType.USERS].adds_up()


def test_an_exception_about_drift_does_not_hold_a_revoke_back(staffed):
    decide_on(staffed, "E1", OverrideKind.EXCEPT, EVERYTHING)
    revoke(staffed)

    staffed.run()

    assert roles(staffed) == {"writer"}


def test_a_leaver_loses_what_was_revoked_and_keeps_the_rest(staffed):
    staffed.leave("E1")
    staffed.run()
    assert roles(staffed) == {"reader", "writer"}

    revoke(staffed)
    staffed.run()

    assert roles(staffed) == {"writer"}
    assert staffed.account("E1")["active"] is False


def test_whoever_is_kept_although_they_left_keeps_what_was_revoked(staffed):
    decide_on(staffed, "E1", OverrideKind.KEEP)
    staffed.leave("E1")
    revoke(staffed)

    staffed.run()

    assert roles(staffed) == {"reader", "writer"}


def test_nobody_who_is_set_aside_is_given_what_people_granted(staffed):
    staffed.source.show_rows(ObjectType.USERS, "E1", 2)
    staffed.changes["guard"] = replace(staffed.job().rules.guard, repeated_percent=100)
    decide_on(staffed, "E1", OverrideKind.GRANT, "roles", "poet")

    result = staffed.run()

    assert result.stored.plan.actions == ()


def test_what_a_revoke_took_from_somebody_set_aside_changes_none_of_their_groups(staffed):
    staffed.part_from("G0", "E1")
    staffed.source.show_rows(ObjectType.USERS, "E1", 2)
    staffed.changes["guard"] = replace(staffed.job().rules.guard, repeated_percent=100)
    revoke(staffed)

    result = staffed.run()

    assert [one.action.operation.value for one in result.stored.plan.actions] == ["revoke"]


def test_an_incomplete_read_takes_what_was_revoked_and_nothing_else(staffed):
    staffed.changes["on_partial"] = OnPartial.PRESENCE
    staffed.change("E1", roles=None)
    revoke(staffed)
    staffed.source.faults.cut_reads.append(5)

    result = staffed.run()

    assert result.stored.verdicts[0].name == "read_complete"
    assert roles(staffed) == {"writer"}

"""Roles as values of an attribute: given and taken back one by one, those of others left alone."""

import pytest

from provisor.domain.entitlement import Level
from provisor.domain.leaving import OnLeave
from provisor.domain.override import OverrideKind
from provisor.domain.record import each_of
from provisor.domain.rules import OwnerMode
from provisor.domain.schema import ObjectType
from provisor.errors import DecisionMissing
from provisor.ports.connector import Deltas
from provisor.ports.store import ActState
from tests.stories.drifting import by_hand, told
from tests.stories.fences import parts, with_users
from tests.stories.rightful import classified, decide_on, settle, told_of_rights, with_roles

pytestmark = pytest.mark.both_executors

KNOWN = (("roles", "reader", Level.LOW), ("roles", "writer", Level.MEDIUM))
POWER = ("roles", "admin", Level.PRIVILEGED)


def roles(office, key):
    """What the application shows, in small letters."""
    held = office.account(key).get("roles") or ()
    return {one.lower() for one in held}


def let_have(office, key, *more):
    """Somebody else gives roles in the application."""
    held = office.account(key).get("roles") or ()
    by_hand(office, key, roles=(*held, *more))


@pytest.fixture
def staffed(office):
    """Two people, of whom one reads."""
    with_roles(office)
    classified(office, *KNOWN, POWER)
    office.hire("E1", roles=("reader",))
    office.hire("E2", roles=None)
    settle(office)
    return office


def test_somebody_new_gets_the_account_and_then_the_right(staffed):
    assert roles(staffed, "E1") == {"reader"}
    assert roles(staffed, "E2") == set()


def test_a_second_run_writes_nothing(staffed):
    before = staffed.writes

    assert staffed.run().exit_code == 0
    assert staffed.writes == before


def test_each_right_is_an_act_of_its_own_and_named_in_its_part(staffed):
    staffed.change("E2", roles=("reader", "writer"))

    result = staffed.plan()

    acts = [one.action for one in result.stored.plan.actions]
    assert [(a.operation.value, a.changes[0].after) for a in acts] == [
        ("grant", ("reader",)),
        ("grant", ("writer",)),
    ]
    assert parts(result) == {"users.grant": "allowed"}


def test_what_we_gave_is_taken_back_and_what_others_gave_stays_and_is_listed(staffed):
    let_have(staffed, "E1", "poet")
    staffed.change("E1", roles=("writer",))

    staffed.run()

    assert roles(staffed, "E1") == {"poet", "writer"}
    (listed,) = told_of_rights(staffed)
    assert listed.native_id == staffed.native("E1")
    assert "roles poet" in listed.detail


def test_a_right_that_others_gave_first_is_never_ours(staffed):
    let_have(staffed, "E2", "writer")
    staffed.change("E2", roles=("writer",))
    staffed.run()
    staffed.change("E2", roles=None)

    staffed.run()

    assert roles(staffed, "E2") == {"writer"}


def test_under_add_only_nothing_is_taken_back(office):
    with_roles(office, OwnerMode.ADD_ONLY)
    classified(office, *KNOWN)
    office.hire("E1", roles=("reader",))
    settle(office)
    office.change("E1", roles=None)

    settle(office)

    assert roles(office, "E1") == {"reader"}


def test_authoritative_asks_and_shows_what_falls_out(office):
    with_roles(office, OwnerMode.AUTHORITATIVE)
    classified(office, *KNOWN)
    office.hire("E1", roles=("reader",))
    settle(office)
    let_have(office, "E1", "poet")

    result = office.run()

    assert roles(office, "E1") == {"reader", "poet"}
    assert parts(result) == {"users.foreign": "needs_decision"}
    (act,) = result.stored.plan.actions
    assert act.action.changes[0].before == ("poet",)
    office.approve(result.stored.plan.digest)
    office.apply(result.stored.plan.digest)
    assert roles(office, "E1") == {"reader"}


def test_a_role_that_nobody_classified_waits(staffed):
    staffed.change("E2", roles=("reader", "raider"))

    result = staffed.run()

    assert roles(staffed, "E2") == {"reader"}
    assert parts(result)["users.unknown_grant"] == "needs_decision"


def test_a_privileged_role_needs_two_people(staffed):
    staffed.change("E2", roles=("admin",))
    digest = staffed.run().stored.plan.digest
    staffed.approve(digest, "bob")

    with pytest.raises(DecisionMissing):
        staffed.apply(digest)
    staffed.approve(digest, "cem")
    staffed.apply(digest)

    assert roles(staffed, "E2") == {"admin"}


def test_a_grant_waits_for_an_account_that_nobody_approved(office):
    with_roles(office)
    classified(office, *KNOWN)
    office.hire("E1", roles=("reader",))
    plan = office.plan().stored
    grant = next(a for a in plan.plan.actions if a.action.operation.value == "grant")

    office.approve(plan.plan.digest, parts=("users.grant",))
    with pytest.raises(DecisionMissing):
        office.apply(plan.plan.digest)

    assert grant.action.native_id is None
    assert office.accounts_of("E1") == 0


def test_a_value_that_the_target_spells_differently_is_not_given_again_and_again(office):
    with_roles(office)
    classified(office, *KNOWN)
    office.target.faults.rewrite(
        ObjectType.USERS, "roles", lambda value: tuple(f"role:{one}" for one in each_of(value))
    )
    office.hire("E1", roles=("reader", "writer"))
    settle(office)
    before = office.writes

    assert roles(office, "E1") == {"role:reader", "role:writer"}
    assert office.run().exit_code == 0
    assert office.writes == before
    office.change("E1", roles=("reader",))
    office.run()
    assert roles(office, "E1") == {"role:reader"}


def test_letters_alone_are_no_difference(staffed):
    staffed.change("E1", roles=("READER",))
    before = staffed.writes

    staffed.run()

    assert staffed.writes == before


def test_a_role_that_others_took_away_is_drift_and_given_again(staffed):
    staffed.pass_hours(1)
    staffed.run()
    by_hand(staffed, "E1", roles=())
    staffed.pass_hours(1)

    assert told(staffed) == [("changed", "E1", "roles", ("reader",), ())]
    staffed.run()

    assert roles(staffed, "E1") == {"reader"}


def test_our_own_grants_are_no_drift(staffed):
    staffed.change("E1", roles=("reader", "writer"))
    staffed.run()
    staffed.pass_hours(1)

    assert told(staffed) == []


def test_a_leaver_keeps_rights_unless_memberships_are_taken_back(staffed):
    let_have(staffed, "E1", "poet")
    staffed.leave("E1")
    staffed.run()
    assert roles(staffed, "E1") == {"reader", "poet"}

    with_users(staffed, on_leave=OnLeave(takes_memberships=True))
    staffed.run()

    assert roles(staffed, "E1") == {"poet"}
    assert staffed.account("E1")["active"] is False
    assert staffed.run().exit_code == 0


def test_a_grant_whose_answer_was_lost_is_settled_by_looking_and_is_ours(staffed):
    staffed.change("E2", roles=("writer",))
    staffed.target.faults.lose_answer(staffed.writes + 1)
    result = staffed.run()
    assert result.outcomes[ActState.UNCERTAIN.value] == 1

    staffed.change("E2", roles=None)
    staffed.run()

    assert roles(staffed, "E2") == set()


def test_a_held_account_keeps_its_rights(staffed):
    decide_on(staffed, "E1", OverrideKind.HOLD)
    staffed.change("E1", roles=("writer",))

    staffed.run()

    assert roles(staffed, "E1") == {"reader"}


def test_what_people_revoked_is_taken_whoever_gave_it_and_stays_away(staffed):
    let_have(staffed, "E1", "poet")
    for value in ("reader", "poet"):
        decide_on(staffed, "E1", OverrideKind.REVOKE, "roles", value)

    staffed.run()
    before = staffed.writes
    staffed.run()

    assert roles(staffed, "E1") == set()
    assert staffed.writes == before


def test_what_people_granted_is_given_until_the_end_of_their_word(staffed):
    decide_on(staffed, "E2", OverrideKind.GRANT, "roles", "writer", days=1)
    staffed.run()
    assert roles(staffed, "E2") == {"writer"}

    staffed.pass_hours(25)
    staffed.run()

    assert roles(staffed, "E2") == set()


def test_a_cycle_over_what_changed_gives_and_takes_rights_as_a_full_one_would(staffed):
    staffed.source.feed.kind = staffed.target.feed.kind = Deltas.STATES
    staffed.run()
    let_have(staffed, "E1", "poet")
    staffed.change("E1", roles=("writer",))
    staffed.change("E2", roles=("reader",))
    for key in ("E1", "E2"):
        native = next(n for n, r in staffed.source.users.items() if r["employee_id"] == key)
        staffed.source.feed.note(ObjectType.USERS, [native])

    result = staffed.run()

    assert result.stored.look is not None
    assert not result.stored.look.full
    assert (roles(staffed, "E1"), roles(staffed, "E2")) == ({"poet", "writer"}, {"reader"})
    assert [one.detail for one in result.stored.findings if one.kind == "foreign"] == [
        "1 right(s) that this job did not give: roles poet"
    ]
    before = staffed.writes
    assert staffed.run().exit_code == 0
    assert staffed.writes == before

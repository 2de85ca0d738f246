"""Both sides compared: what is broken, missing, unknown, renamed or changed by hand."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import pytest

from connectors.memory import World
from provisor.domain.flow import WhenEmpty
from provisor.domain.link import LinkState
from provisor.domain.oversight import OnOrphan
from provisor.domain.rules import OnPartial
from provisor.domain.schema import Attribute
from provisor.errors import Conflict, Transient
from tests.stories.drifting import USERS, by_hand, opened, told
from tests.stories.workplace import MAIL, Office, map_besides, mapping, office_rules

pytestmark = pytest.mark.both_executors


def operations(result) -> list[tuple[str, str]]:
    return [(a.action.operation.value, a.draft.key) for a in result.stored.plan.actions]


def protecting(office: Office, *names: str) -> None:
    office.changes["protected"] = frozenset(names)


def test_27_a_protected_account_is_counted_as_such_and_never_touched(office):
    office.hire("E0001", mail="root@example.org")
    office.hire("E0002")
    office.target.add(USERS, {"userName": "root", MAIL: "root@example.org"})
    protecting(office, "root")
    before = dict(office.target.users["u1"])
    plan = office.open_up().stored

    assert plan.accounts[USERS].classes["protected"] == 1
    assert plan.accounts[USERS].adds_up()
    assert office.target.users["u1"] == before


def test_27_a_linked_account_that_becomes_protected_is_not_switched_off(office):
    opened(office)
    protecting(office, str(office.account("E0001")["userName"]).lower())
    office.leave("E0001")
    plan = office.run().stored

    assert plan.accounts[USERS].classes["protected"] == 1
    assert office.account("E0001")["active"] is True


def test_29_a_plan_of_an_account_that_vanished_marks_nothing(office):
    opened(office, people=30)
    office.leave("E0001")
    office.run()
    links = office.store.links.of_target("app", USERS)
    office.target.remove(USERS, office.native("E0001"))
    office.target.remove(USERS, office.native("E0002"))
    office.plan()
    office.plan()

    assert office.store.links.of_target("app", USERS) == links


def test_30_a_broken_target_leaves_everybody_alone_and_is_right_when_it_is_back(office):
    opened(office)
    office.leave("E0001")
    office.change("E0002", title="Officer")
    office.target.faults.refused_reads = [Transient("the system is down")] * 3
    broken = office.run()

    assert broken.exit_code == 4
    assert office.account("E0001")["active"] is True
    office.target.faults.refused_reads.clear()
    office.run()
    assert office.account("E0001")["active"] is False
    assert office.account("E0002")["title"] == "Officer"


def test_31_one_account_that_cannot_be_written_fails_alone_and_is_mended_next_time(office):
    opened(office)
    for key in ("E0001", "E0002", "E0003"):
        by_hand(office, key, title="Boss")
    office.target.faults.fail(office.writes + 2, Conflict("this account is locked"))
    first = office.run()

    assert (first.exit_code, first.outcomes["done"], first.outcomes["failed"]) == (3, 2, 1)
    office.run()
    assert {office.account(key)["title"] for key in ("E0001", "E0002", "E0003")} == {"Clerk"}


def orphans_are_disabled(office: Office) -> None:
    objects = dict(office_rules(office.target, **office.changes).objects)
    objects[USERS] = replace(objects[USERS], orphans=OnOrphan.DISABLE)
    office.changes["objects"] = objects


def test_32_an_account_of_nobody_is_only_listed_without_a_policy(office):
    opened(office)
    office.target.add(USERS, {"userName": "stranger", "active": True})
    plan = office.run().stored

    assert plan.plan.actions == ()
    assert plan.accounts[USERS].classes["orphan"] == 1


def test_32_an_account_of_nobody_is_switched_off_after_a_vote_and_then_left_alone(office):
    opened(office)
    native = office.target.add(USERS, {"userName": "stranger", "active": True})
    orphans_are_disabled(office)
    waiting = office.run()

    assert operations(waiting) == [("disable", native)]
    assert [(p.part, p.verdict.value) for p in waiting.stored.parts] == [
        ("users.orphans", "needs_decision")
    ]
    assert waiting.stored.accounts[USERS].adds_up()
    assert office.target.users[native]["active"] is True
    office.approve(waiting.stored.plan.digest)
    office.apply(waiting.stored.plan.digest)
    assert office.target.users[native]["active"] is False
    assert native not in [one.native_id for one in office.store.links.of_target("app", USERS)]
    again = office.run()
    assert (operations(again), again.stored.accounts[USERS].classes["orphan"]) == ([], 1)


def test_32_orphans_hold_up_nobody_else(office):
    opened(office)
    office.target.add(USERS, {"userName": "stranger", "active": True})
    orphans_are_disabled(office)
    office.change("E0001", title="Officer")
    result = office.run()

    assert office.account("E0001")["title"] == "Officer"
    assert result.waiting == 1


def test_32_nobody_is_an_orphan_while_the_source_is_not_read_whole(office):
    opened(office)
    office.target.add(USERS, {"userName": "stranger", "active": True})
    orphans_are_disabled(office)
    office.changes["on_partial"] = OnPartial.PRESENCE
    office.source.faults.cut_reads = [1]

    assert operations(office.run()) == []


def test_33_an_unknown_account_that_a_rule_recognises_is_linked_and_corrected(office):
    opened(office)
    native = office.target.add(
        USERS, {"userName": "old.name", MAIL: "e0009@example.org", "title": "Old"}
    )
    office.hire("E0009")
    office.run()

    assert office.native("E0009") == native
    assert office.target.users[native]["title"] == "Clerk"
    assert len(office.target.users) == 4


def test_34_a_deleted_account_of_somebody_who_is_here_is_made_again(office):
    opened(office, people=30)
    office.target.remove(USERS, office.native("E0001"))
    result = office.run()

    assert ("create", "E0001") in operations(result)
    assert office.accounts_of("E0001") == 1


def test_34_a_deleted_account_of_somebody_who_left_ends_the_link_and_nothing_else(office):
    opened(office, people=30)
    office.leave("E0001")
    office.run()
    (link,) = office.store.links.of_key("app", USERS, "E0001")
    assert link.state is LinkState.DISABLED
    office.target.remove(USERS, office.native("E0001"))
    result = office.run()

    assert operations(result) == []
    assert office.store.links.of_key("app", USERS, "E0001") == ()
    assert office.accounts_of("E0001") == 0


def test_35_whoever_the_authoritative_source_loses_loses_the_account_and_then_it_is_gone(office):
    opened(office, people=30)
    office.vanish("E0001")
    office.run()
    assert office.account("E0001")["active"] is True
    office.pass_hours(25)
    result = office.run()
    if result.waiting:
        office.approve(result.stored.plan.digest)
        office.apply(result.stored.plan.digest)
    assert office.account("E0001")["active"] is False

    office.pass_hours(31 * 24)
    gone = office.run()
    assert operations(gone) == [("delete", "E0001")]
    office.approve(gone.stored.plan.digest)
    office.apply(gone.stored.plan.digest)
    assert office.accounts_of("E0001") == 0
    assert office.run().stored.plan.actions == ()


def test_36_a_value_set_by_hand_is_taken_back_although_the_source_has_none(office):
    map_besides(office, mapping("department", "[department]"))
    office.hire("E0000", department=None)
    opened(office)
    by_hand(office, "E0000", department="Board")

    assert told(office) == [("changed", "E0000", "department", None, "Board")]
    result = office.run()
    assert operations(result) == [("clear", "E0000")]
    assert not office.account("E0000")["department"]


def test_36_a_value_set_by_hand_stays_where_nothing_is_asked_for(office):
    tolerant = replace(mapping("department", "[department]"), when_empty=WhenEmpty.KEEP)
    map_besides(office, tolerant)
    office.hire("E0000", department=None)
    opened(office)
    by_hand(office, "E0000", department="Board")

    assert operations(office.run()) == []
    assert office.account("E0000")["department"] == "Board"


def test_37_an_account_renamed_by_hand_is_a_rename_where_the_id_is_stable(office):
    opened(office)
    native = office.native("E0001")
    by_hand(office, "E0001", userName="somebody")

    assert told(office) == [("changed", "E0001", "userName", "sure0001", "somebody")]
    plan = office.run().stored
    assert plan.accounts[USERS].classes["unchanged"] == 3
    assert (office.native("E0001"), office.accounts_of("E0001")) == (native, 1)


def named_world() -> World:
    """A target whose only id is the name that people log in with."""
    schemas = dict(World().schemas)
    users = schemas[USERS]
    kept = tuple(a for a in users.attributes if a.name not in ("id", "userName"))
    name = Attribute("userName", case_exact=True, required=True, unique=True, identity_key=True)
    schemas[USERS] = replace(users, attributes=(name, *kept), key="userName")
    return World(MappingProxyType(schemas))


def test_37_an_account_renamed_by_hand_is_one_unknown_and_one_missing_where_the_name_is_the_id(
    tmp_path, executor
):
    office = Office(tmp_path, target=named_world(), executor=executor)
    opened(office, people=30)
    row = dict(office.target.users["sure0001"])
    office.target.remove(USERS, "sure0001")
    office.target.add(USERS, {**row, "userName": "somebody"})

    assert ("deleted", "E0001") in [(kind, key) for kind, key, *_ in told(office)]
    result = office.run()
    assert office.accounts_of("E0001") == 1
    assert result.stored.accounts[USERS].adds_up()
    office.run()
    assert [one.native_id for one in office.store.links.of_key("app", USERS, "E0001")] == [
        "somebody"
    ]
    assert operations(office.run()) == []
    office.close()


def test_reconciling_twice_does_nothing_the_second_time(office):
    opened(office)
    by_hand(office, "E0001", title="Boss")
    office.run()
    calls = office.writes
    office.run()

    assert office.writes == calls

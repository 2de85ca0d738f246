"""A target that is away, busy, slow or closed: nothing is doubled, nothing is forgotten."""

from __future__ import annotations

import pytest

from provisor.domain.schema import ObjectType
from provisor.engine.run import run_job
from provisor.errors import Frozen, Pending, Transient
from provisor.ports.store import ActState, Freeze, PlanStatus
from tests.stories.counted_calls import counting

USERS = ObjectType.USERS
AWAY = Transient("the target does not answer")


@pytest.fixture
def settled(office):
    office.changes["limits"] = {}
    office.hire_many(30)
    office.open_up()
    return office


def refuse_calls(office, count):
    """Let the next write calls fail without any effect."""
    first = office.writes + 1
    for call in range(first, first + count):
        office.target.faults.fail(call, Transient("the target does not answer"))


def be_away(office, reads=6):
    """Let the next reads of the target fail."""
    office.target.faults.refused_reads.extend([AWAY] * reads)


def come_back(office):
    office.target.faults.refused_reads.clear()


def attempts(office, key):
    """How often something was intended for a person, over all plans."""
    with office.store._database.reading() as connection:
        rows = connection.exec_driver_sql(
            "SELECT i.operation FROM intent i JOIN plan_action a "
            "ON a.plan = i.plan AND a.position = i.position WHERE a.key = ?",
            (key,),
        )
        return [row[0] for row in rows.all()]


def test_a_joiner_whom_the_target_refused_is_made_in_the_next_cycle_with_what_changed_since(
    settled,
):
    settled.hire("E0099", title="Clerk")
    refuse_calls(settled, 1)
    first = settled.run()
    settled.change("E0099", title="Chief")
    second = settled.run()

    assert first.outcomes["failed"] == 1
    assert second.outcomes["failed"] == 0
    assert settled.accounts_of("E0099") == 1
    assert settled.account("E0099")["title"] == "Chief"
    assert settled.run().stored.plan.actions == ()


def test_a_joiner_who_left_before_the_target_was_back_gets_no_account(settled):
    settled.hire("E0099")
    refuse_calls(settled, 1)
    settled.run()
    settled.leave("E0099")
    second = settled.run()

    assert settled.accounts_of("E0099") == 0
    assert second.stored.plan.actions == ()


def test_a_change_that_was_refused_is_merged_with_the_next_one(settled):
    settled.change("E0001", title="Chief")
    refuse_calls(settled, 1)
    settled.run()
    settled.change("E0001", given_name="Other")
    result = settled.run()

    (action,) = result.stored.plan.actions
    assert sorted(change.attribute for change in action.action.changes) == ["displayName", "title"]
    assert attempts(settled, "E0001") == ["create", "update", "update"]


def test_a_target_that_is_away_takes_part_in_nothing_and_loses_nothing(settled):
    settled.leave("E0001")
    settled.hire("E0099")
    be_away(settled)
    away = settled.run()
    come_back(settled)
    back = settled.run()

    assert (away.exit_code, away.stored.status) == (4, PlanStatus.REFUSED)
    assert back.exit_code == 0
    assert settled.account("E0001")["active"] is False
    assert settled.accounts_of("E0099") == 1


def test_one_act_is_tried_once_per_cycle_however_often_it_failed(settled):
    settled.change("E0001", title="Chief")
    for _ in range(3):
        refuse_calls(settled, 1)
        settled.run()

    assert attempts(settled, "E0001") == ["create", "update", "update", "update"]
    (alert,) = [one for one in settled.store.alerts.open() if one.kind == "actions_failed"]
    assert alert.repeats == 3
    settled.run()
    assert settled.account("E0001")["title"] == "Chief"
    assert not [one for one in settled.store.alerts.open() if one.kind == "actions_failed"]


def test_planning_never_tries_again(settled):
    settled.change("E0001", title="Chief")
    refuse_calls(settled, 1)
    settled.run()
    writes = settled.writes
    for _ in range(3):
        settled.plan()

    assert settled.writes == writes
    assert settled.account("E0001")["title"] == "Clerk"


def test_a_delete_that_was_refused_is_not_done_after_the_person_came_back(settled):
    settled.leave("E0001")
    settled.run()
    settled.pass_hours(24 * 31)
    due = settled.plan().stored.plan.digest
    settled.approve(due)
    refuse_calls(settled, 1)
    settled.apply(due)
    settled.change("E0001", status="active", end_date=None)
    again = settled.run().stored
    if again.status is PlanStatus.WAITING:
        settled.approve(again.plan.digest)
        settled.apply(again.plan.digest)

    assert settled.accounts_of("E0001") == 1
    assert settled.account("E0001")["active"] is True


def test_a_person_who_came_back_during_a_freeze_is_not_deleted_after_it(settled):
    settled.leave("E0001")
    settled.run()
    settled.pass_hours(24 * 31)
    due = settled.plan().stored.plan.digest
    settled.approve(due)
    settled.store.controls.freeze(Freeze("app", "ann", "maintenance", settled.clock.now()), [])
    with pytest.raises(Frozen):
        settled.apply(due)
    settled.change("E0001", status="active", end_date=None)
    settled.store.controls.unfreeze("app", [])
    result = settled.apply(due)

    assert result.outcomes["superseded"] == 1
    assert settled.accounts_of("E0001") == 1


def test_planning_during_maintenance_unlinks_nobody(settled):
    links = settled.store.links.of_target("app", USERS)
    settled.store.controls.freeze(Freeze("app", "ann", "maintenance", settled.clock.now()), [])
    accounts = dict(settled.target.users)
    settled.target.users.clear()
    hollow = settled.plan()
    settled.target.users.update(accounts)
    settled.store.controls.unfreeze("app", [])

    assert hollow.stored.status is PlanStatus.REFUSED
    assert settled.store.links.of_target("app", USERS) == links
    assert settled.run().stored.plan.actions == ()


def test_an_account_that_somebody_made_meanwhile_is_linked_and_not_doubled(settled):
    settled.changes["configuration"] = "d" * 64
    settled.hire("E0099")
    digest = settled.plan().stored.plan.digest
    settled.approve(digest)
    settled.target.add(
        USERS,
        {
            "userName": "byhand",
            'emails[type eq "work"].value': "e0099@example.org",
            "active": True,
        },
    )
    settled.apply(digest)
    adopting = settled.plan().stored
    settled.approve(adopting.plan.digest)
    settled.apply(adopting.plan.digest)

    assert settled.accounts_of("E0099") == 1
    assert settled.account("E0099")["userName"] == "byhand"
    assert [link.key for link in settled.store.links.of_key("app", USERS, "E0099")] == ["E0099"]


def test_an_account_of_ours_that_is_there_already_is_linked_and_not_a_failure(settled):
    settled.hire("E0099")

    def make_it(milestone: str) -> None:
        if milestone == "intents.kept" and not settled.accounts_of("E0099"):
            settled.target.add(USERS, {"userName": "sure0099", "externalId": "E0099"})

    result = run_job(settled.job(reached=make_it))

    assert result.outcomes["already_so"] == 1
    assert settled.accounts_of("E0099") == 1
    assert len(settled.store.links.of_key("app", USERS, "E0099")) == 1


def test_a_call_that_the_target_has_not_finished_is_not_sent_again_before_it_shows(settled):
    settled.hire("E0099")
    settled.target.faults.fail(settled.writes + 1, Pending("accepted, not finished"))
    first = settled.run()
    settled.target.add(USERS, {"userName": "sure0099", "externalId": "E0099", "active": True})
    settled.pass_hours(24)
    settled.run()

    assert first.exit_code == 3
    assert settled.accounts_of("E0099") == 1
    assert settled.run().exit_code == 0


def test_an_answer_that_never_came_is_settled_by_looking_and_the_change_is_done_once(settled):
    settled.change("E0001", title="Chief")
    settled.target.faults.lose_answer(settled.writes + 1)
    first = settled.run()
    writes = settled.writes
    settled.pass_hours(24)
    second = settled.run()

    assert first.outcomes["uncertain"] == 1
    assert settled.account("E0001")["title"] == "Chief"
    assert (settled.writes, second.stored.plan.actions) == (writes, ())
    (outcome,) = settled.store.acts.outcomes(first.stored.plan.digest).values()
    assert outcome.state is ActState.DONE


def test_a_change_that_never_arrived_is_planned_again_and_not_hidden(settled):
    settled.change("E0001", title="Chief")
    settled.target.faults.lose_answer(settled.writes + 1)
    settled.run()
    settled.target.users[settled.native("E0001")]["title"] = "Clerk"
    settled.pass_hours(24)
    job, _, target = counting(settled)
    result = run_job(job)

    assert [one.draft.key for one in result.stored.plan.actions] == ["E0001"]
    assert settled.account("E0001")["title"] == "Chief"
    assert target.counted["write"] == 1

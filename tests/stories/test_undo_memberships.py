"""What a run moved in and out of groups is taken back, and no cycle moves it again."""

from __future__ import annotations

import pytest

from provisor.domain.bounds import Limit
from provisor.domain.override import Override, OverrideKind
from provisor.domain.schema import ObjectType
from provisor.domain.undoing import Fate
from provisor.engine.emergency.break_glass import Wanted, break_glass
from provisor.engine.job import Actor
from provisor.engine.journal import override_added
from provisor.engine.undoing.undo_ends import end_undo
from provisor.errors import DecisionMissing, SelfApproval
from provisor.ports.store import PlanStatus
from tests.stories.fences import bound
from tests.stories.undoing import fates, of_undos, run_of, take_back, taken_back, told_of

both = pytest.mark.both_executors


def inside(office, group="G1"):
    """The people of a group of the target, by key."""
    groups = office.target.groups
    native = next(n for n, row in groups.items() if row.get("externalId") == group)
    users = office.target.users
    return {users[one]["externalId"] for one in office.target.members.get(native, ())}


@pytest.fixture
def grouped(office):
    """Six clerks, two of them in the press office."""
    office.hire_many(6)
    office.found_group("G1", "Press", "E0001", "E0002")
    office.open_up()
    office.run()
    assert inside(office) == {"E0001", "E0002"}
    return office


@both
def test_members_who_came_and_went_go_back_and_stay_so(grouped):
    grouped.join("G1", "E0003")
    grouped.part_from("G1", "E0001")
    grouped.pass_hours(1)
    run = run_of(grouped.run())
    assert inside(grouped) == {"E0002", "E0003"}
    undone = taken_back(grouped, run)
    assert fates(undone) == {("G1", "joined"): Fate.BACK, ("G1", "parted"): Fate.BACK}
    for _ in range(2):
        assert inside(grouped) == {"E0001", "E0002"}
        grouped.pass_hours(25)
        assert not grouped.run().stored.plan.actions
    assert of_undos(told_of(grouped, "E0003")) == ["revoke"]
    assert of_undos(told_of(grouped, "E0001")) == ["grant"]


@both
def test_an_undo_of_an_undo_gives_a_membership_again(grouped):
    grouped.join("G1", "E0003")
    grouped.pass_hours(1)
    first = take_back(grouped, run_of(grouped.run()))
    second = run_of(grouped.apply(first.stored.plan.digest))
    assert inside(grouped) == {"E0001", "E0002"}
    grouped.pass_hours(1)
    third = taken_back(grouped, second)
    assert inside(grouped) == {"E0001", "E0002", "E0003"}
    grouped.pass_hours(1)
    assert not grouped.run().stored.plan.actions
    end_undo(grouped.job("carl"), third.undo.id, "the first one was right")
    grouped.pass_hours(1)
    grouped.run()
    assert inside(grouped) == {"E0001", "E0002"}


def test_a_newcomer_who_is_taken_back_leaves_the_groups_too(grouped):
    grouped.hire("E0013")
    grouped.join("G1", "E0013")
    made = run_of(grouped.run())
    assert "E0013" in inside(grouped)
    taken_back(grouped, made)
    assert grouped.account("E0013")["active"] is False
    assert inside(grouped) == {"E0001", "E0002"}
    grouped.pass_hours(25)
    assert not grouped.run().stored.plan.actions


def test_whoever_asks_to_give_a_membership_back_does_not_approve_it(grouped):
    grouped.join("G1", "E0003")
    grouped.pass_hours(1)
    run = run_of(grouped.run())
    bound(grouped, membership=Limit(0))
    undone = take_back(grouped, run, actor="eve")
    assert undone.stored.status is PlanStatus.WAITING
    everybody = grouped.plan("scheduler").stored
    for digest in (undone.stored.plan.digest, everybody.plan.digest):
        with pytest.raises(SelfApproval):
            grouped.approve(digest, "eve")


def test_what_only_an_undo_gives_waits_for_a_second_person_in_every_plan(grouped):
    """A grant needs two people, and an undo is no way around that: nor is a broken gate."""
    grouped.part_from("G1", "E0001")
    grouped.pass_hours(1)
    undone = take_back(grouped, run_of(grouped.run()), actor="eve")
    wanted = Wanted("app", "memberships.membership", "now or never")
    by = Actor("eve", asserted=True)
    break_glass(grouped.store, grouped.clock.now(), by, wanted, {})
    for number in (20, 21):
        grouped.hire(f"E{number:04d}")
        result = grouped.run("scheduler")
        assert inside(grouped) == {"E0002"}
        parts = {one.part: one.verdict.value for one in result.stored.parts}
        assert parts["memberships.membership:undo"] == "needs_decision"
        assert grouped.accounts_of(f"E{number:04d}") == 1
    with pytest.raises(DecisionMissing):
        grouped.apply(undone.stored.plan.digest)
    grouped.approve(undone.stored.plan.digest)
    grouped.apply(undone.stored.plan.digest)
    assert inside(grouped) == {"E0001", "E0002"}


def test_what_an_undo_took_is_not_given_back_by_whoever_asked_for_it(grouped):
    grouped.join("G1", "E0003")
    grouped.pass_hours(1)
    undone = taken_back(grouped, run_of(grouped.run()))
    assert [one.kind for one in undone.overrides] == [OverrideKind.REVOKE]
    with pytest.raises(SelfApproval):
        end_undo(grouped.job("Ann"), undone.undo.id, "I was wrong")
    grouped.pass_hours(1)
    grouped.run()
    assert inside(grouped) == {"E0001", "E0002"}


def test_an_undo_does_not_give_back_what_somebody_else_denies(grouped):
    now = grouped.clock.now()
    denial = Override(
        *("o1", OverrideKind.DENY, "", ObjectType.USERS, "E0001", "", None),
        *("stolen laptop", "carl", "", now, None),
    )
    grouped.store.overrides.add(denial, [override_added(denial)])
    grouped.pass_hours(1)
    run = run_of(grouped.run())
    grouped.pass_hours(1)
    undone = take_back(grouped, run)
    assert undone.undo is None
    (deed,) = undone.deeds
    assert deed.fate is Fate.LEFT
    assert "o1" in deed.why
    assert grouped.account("E0001")["active"] is False

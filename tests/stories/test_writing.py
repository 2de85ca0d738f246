"""Writes: at most once, settled by looking, never fought over, stopped at once."""

from __future__ import annotations

import pytest

from provisor.domain.override import Override, OverrideKind
from provisor.domain.schema import ObjectType
from provisor.engine.run import apply_plan
from provisor.errors import AuthFailed, Frozen, LeaseHeld, Transient
from provisor.ports.store import Freeze


def override(office, kind: OverrideKind, key: str, attribute: str = "", value: str | None = None):
    made = Override(
        f"o-{kind.value}-{key}",
        kind,
        "",
        ObjectType.USERS,
        key,
        attribute,
        value,
        "because",
        "ann",
        "bob",
        office.clock.now(),
        None,
    )
    office.store.overrides.add(made, [])
    return made


@pytest.fixture
def settled(office):
    office.hire_many(30)
    office.open_up()
    return office


def test_a_create_whose_answer_was_lost_is_found_and_not_repeated(office):
    office.hire_many(3)
    digest = office.plan().stored.plan.digest
    office.approve(digest)
    office.target.faults.lose_answer(1)
    first = office.apply(digest)
    office.run()

    assert first.outcomes["uncertain"] == 1
    assert [office.accounts_of(f"E000{n}") for n in (1, 2, 3)] == [1, 1, 1]
    assert office.run().stored.plan.actions == ()


def test_a_failed_create_blocks_what_depends_on_it_and_nothing_else(office):
    office.hire_many(2)
    digest = office.plan().stored.plan.digest
    office.approve(digest)
    office.target.faults.fail(1, Transient("busy"))
    result = office.apply(digest)

    assert result.exit_code == 3
    assert len(office.target.users) + len(office.target.groups) == 2


def test_a_value_that_the_target_rewrites_is_accepted_and_not_fought_over(office):
    office.target.faults.rewrite(ObjectType.USERS, "title", lambda value: f"{value}.")
    office.hire_many(3)
    office.open_up()
    written = office.writes
    second = office.run()

    assert office.account("E0001")["title"] == "Clerk."
    assert second.stored.plan.actions == ()
    assert office.writes == written


def test_drift_in_the_target_is_repaired_within_the_limits(settled):
    settled.target.users[settled.native("E0001")]["title"] = "Emperor"
    result = settled.run()

    assert result.exit_code == 0
    assert settled.account("E0001")["title"] == "Clerk"


def test_a_freeze_is_honoured_before_every_write(settled):
    settled.change("E0001", title="Chief")
    settled.store.controls.freeze(Freeze("app", "ann", "look first", settled.clock.now()), [])

    with pytest.raises(Frozen):
        settled.run()
    assert settled.account("E0001")["title"] == "Clerk"


def test_two_workers_never_write_to_one_target(settled):
    settled.change("E0001", title="Chief")
    settled.store.controls.acquire("app", "other", settled.clock.now(), 60)

    with pytest.raises(LeaseHeld):
        settled.run()
    assert settled.account("E0001")["title"] == "Clerk"


def test_refused_credentials_stop_the_target_after_a_few_calls(office):
    office.hire_many(3)
    digest = office.plan().stored.plan.digest
    office.approve(digest)
    for call in range(1, 10):
        office.target.faults.fail(call, AuthFailed("not accepted"))
    result = office.apply(digest)

    assert "credentials" in result.stopped
    assert office.target.users == {}


def test_memberships_that_we_did_not_grant_are_left(settled):
    native = settled.native("E0001")
    group = next(iter(settled.target.groups))
    stranger = settled.target.add(ObjectType.USERS, {"userName": "stranger"})
    settled.target.members[group][stranger] = None
    settled.part_from("G0", "E0001")
    settled.run()

    assert stranger in settled.target.members[group]
    assert native not in settled.target.members[group]


def test_a_deny_disables_whatever_the_feed_says_and_stays(settled):
    override(settled, OverrideKind.DENY, "E0001")
    settled.run()
    second = settled.run()

    assert settled.account("E0001")["active"] is False
    assert second.stored.plan.actions == ()


def test_a_hold_keeps_everything_as_it_is(settled):
    override(settled, OverrideKind.HOLD, "E0001")
    settled.leave("E0001")
    settled.run()

    assert settled.account("E0001")["active"] is True


def test_a_kept_account_is_neither_disabled_nor_deleted(settled):
    override(settled, OverrideKind.KEEP, "E0001")
    settled.leave("E0001")
    settled.run()

    assert settled.account("E0001")["active"] is True


def test_a_pinned_value_stays_against_the_mapping(settled):
    override(settled, OverrideKind.PIN, "E0001", "title", "Wizard")
    settled.change("E0001", title="Chief")
    settled.run()

    assert settled.account("E0001")["title"] == "Wizard"


def test_an_ended_override_lets_the_rules_apply_again_after_a_vote(settled):
    made = override(settled, OverrideKind.DENY, "E0001")
    settled.run()
    settled.store.overrides.end(made.id, settled.clock.now(), [])
    waiting = settled.run()

    assert settled.account("E0001")["active"] is False
    settled.approve(waiting.stored.plan.digest)
    settled.apply()
    assert settled.account("E0001")["active"] is True


def test_every_write_stands_in_the_log_before_and_after(settled):
    import json

    kinds = [json.loads(leaf)["kind"] for _, leaf in settled.store.log.leaves()]

    assert kinds.index("plan_sealed") < kinds.index("decided") < kinds.index("intended")
    assert kinds.index("intended") < kinds.index("outcome")
    assert "E0001" not in "".join(leaf.decode() for _, leaf in settled.store.log.leaves())


def test_an_account_that_somebody_deleted_is_made_again(settled):
    settled.target.remove(ObjectType.USERS, settled.native("E0001"))
    result = settled.run()

    assert result.exit_code == 0
    assert settled.accounts_of("E0001") == 1
    assert settled.run().stored.plan.actions == ()


def test_urgent_disables_go_before_every_other_act(settled):
    settled.change("E0001", status="on hold")
    settled.leave("E0009")
    settled.change("E0003", title="Chief")
    plan = settled.plan().stored.plan

    assert [a.draft.key for a in plan.actions] == ["E0009", "E0001", "E0003"]


def test_our_own_deletes_do_not_make_the_target_unbelievable(settled):
    for number in range(1, 13):
        settled.leave(f"E{number:04d}")
    settled.run()
    settled.pass_hours(24 * 31)
    due = settled.run()
    for approver in ("bob", "carl"):
        settled.approve(due.stored.plan.digest, approver)
    deleted = settled.apply()
    after = settled.run()

    assert deleted.outcomes["done"] == 12
    assert len(settled.target.users) == 18
    assert after.exit_code == 0


def test_a_freeze_in_the_middle_lets_nothing_more_out(office):
    office.hire_many(3)
    digest = office.plan().stored.plan.digest
    office.approve(digest)

    def freeze(milestone: str) -> None:
        if milestone == "batch.done":
            stop = Freeze("app", "ann", "stop", office.clock.now())
            office.store.controls.freeze(stop, [])
        office.clock.move(1)  # a freeze is looked for several times a second

    job = office.job("ann", freeze)
    result = apply_plan(job, office.store.plans.find(digest))
    written = office.writes

    assert "frozen" in result.stopped
    assert result.exit_code == 4
    assert office.target.members == {}
    office.store.controls.unfreeze("app", [])
    assert office.run().exit_code == 0
    assert office.writes > written

"""Two workers at once: what one looked at before the other wrote is never carried out."""

from __future__ import annotations

import pytest

from provisor.domain.override import OverrideKind
from provisor.engine.run import apply_plan, run_job
from provisor.errors import LeaseHeld
from tests.stories.test_writing import override


def test_a_plan_that_another_worker_overtook_sends_nothing(office):
    office.hire_many(3)
    digest = office.plan().stored.plan.digest
    office.approve(digest)
    job = office.job(reached=lambda milestone: _overtake(office, milestone, "verified"))
    with pytest.raises(LeaseHeld, match="meanwhile"):
        apply_plan(job, office.store.plans.find(digest))

    assert [office.accounts_of(f"E000{n}") for n in (1, 2, 3)] == [1, 1, 1]
    assert office.run().stored.plan.actions == ()


def test_a_run_that_another_worker_overtook_sends_nothing(office):
    office.hire_many(3)
    office.open_up()
    office.change("E0001", title="Treasurer")
    writes = office.writes
    with pytest.raises(LeaseHeld, match="meanwhile"):
        run_job(office.job(reached=lambda milestone: _overtake(office, milestone, "plan.kept")))

    assert office.writes == writes + 1


def test_whoever_begins_while_another_writes_carries_nothing_out_although_that_one_ends(office):
    office.hire_many(3)
    digest = office.plan().stored.plan.digest
    office.approve(digest)
    office.store.controls.acquire("app", "another", office.clock.now(), 300.0)
    with pytest.raises(LeaseHeld):
        apply_plan(office.job(), office.store.plans.find(digest))

    assert not office.target.users


def test_a_run_that_began_while_another_wrote_sends_nothing(office):
    office.hire_many(3)
    office.open_up()
    office.change("E0001", title="Treasurer")
    writes, controls = office.writes, office.store.controls
    lease = controls.acquire("app", "another", office.clock.now(), 300.0)

    def reached(milestone: str) -> None:
        if milestone == "plan.kept":
            controls.release(lease)

    with pytest.raises(LeaseHeld, match="is carrying out") as refused:
        run_job(office.job(reached=reached))
    assert "held by another until" in str(refused.value)
    assert office.writes == writes


def test_whoever_let_the_lease_run_out_writes_nothing_once_another_begins_to_look(office):
    office.hire_many(3)
    office.open_up()
    office.change("E0001", title="Treasurer")
    controls = office.store.controls
    held = controls.acquire("app", "held up", office.clock.now(), 5.0)
    office.pass_hours(1)
    lost: list[str] = []

    def reached(milestone: str) -> None:
        if milestone == "plan.kept":
            with pytest.raises(LeaseHeld):
                controls.renew(held, office.clock.now(), 300.0)
            lost.append(held.holder)

    run_job(office.job(reached=reached))
    assert lost == ["held up"]
    assert office.account("E0001")["title"] == "Treasurer"


def _overtake(office, milestone: str, when: str) -> None:
    if milestone == when:
        office.run()


def test_a_kept_pin_of_the_wrong_kind_sets_its_record_aside_alone(office):
    office.hire_many(2)
    office.open_up()
    override(office, OverrideKind.PIN, "E0001", "active", "maybe")
    override(office, OverrideKind.PIN, "E0002", "externalId", "stolen")
    stored = office.plan().stored

    assert [(one.key, one.code) for one in stored.set_aside] == [("E0001", "type_mismatch")]
    assert stored.plan.actions == ()

"""Rights that a run gave and took are taken back one by one, and no cycle moves them again."""

from __future__ import annotations

import pytest

from provisor.domain.override import OverrideKind
from provisor.domain.undoing import Fate
from provisor.errors import SelfApproval
from provisor.ports.store import PlanStatus
from tests.stories.drifting import by_hand
from tests.stories.rightful import classified, settle, with_roles
from tests.stories.test_rights import KNOWN, roles
from tests.stories.undoing import fates, of_undos, run_of, take_back, taken_back, told_of

both = pytest.mark.both_executors


@pytest.fixture
def staffed(office):
    """Two people, of whom one reads; somebody else made that one a poet."""
    with_roles(office)
    classified(office, *KNOWN)
    office.hire("E1", roles=("reader",))
    office.hire("E2", roles=None)
    settle(office)
    by_hand(office, "E1", roles=("reader", "Poet"))
    office.run()
    office.pass_hours(1)
    return office


@both
def test_a_right_that_a_run_gave_is_taken_and_stays_so_and_no_other_one_goes(staffed):
    staffed.change("E1", roles=("reader", "writer"))
    undone = taken_back(staffed, run_of(staffed.run()))

    assert [(one.kind, one.attribute, one.value) for one in undone.overrides] == [
        (OverrideKind.REVOKE, "roles", "writer")
    ]
    for _ in range(2):
        assert roles(staffed, "E1") == {"reader", "poet"}
        staffed.pass_hours(25)
        assert not staffed.run().stored.plan.actions
    assert of_undos(told_of(staffed, "E1")) == ["revoke"]


@both
def test_a_right_that_a_run_took_is_given_back_by_two_people_and_stays_so(staffed):
    staffed.change("E1", roles=None)
    run = run_of(staffed.run())
    assert roles(staffed, "E1") == {"poet"}
    undone = take_back(staffed, run)

    assert undone.stored.status is PlanStatus.WAITING
    assert staffed.plan("scheduler").stored.status is PlanStatus.WAITING
    with pytest.raises(SelfApproval):
        staffed.approve(undone.stored.plan.digest, "ann")
    staffed.approve(undone.stored.plan.digest)
    staffed.apply(undone.stored.plan.digest)
    for _ in range(2):
        assert roles(staffed, "E1") == {"reader", "poet"}
        staffed.pass_hours(25)
        assert not staffed.run().stored.plan.actions


def test_of_two_rights_only_the_one_that_moved_on_is_left(staffed):
    staffed.change("E2", roles=("reader", "writer"))
    run = run_of(staffed.run())
    by_hand(staffed, "E2", roles=("WRITER",))
    undone = take_back(staffed, run)

    found = {one.member_key.lower(): one.fate for one in undone.deeds}
    assert found == {"reader": Fate.AS_BEFORE, "writer": Fate.BACK}
    staffed.apply(undone.stored.plan.digest)
    assert roles(staffed, "E2") == set()


def test_an_undo_of_an_undo_gives_a_right_again(staffed):
    staffed.change("E2", roles=("writer",))
    first = take_back(staffed, run_of(staffed.run()))
    off = run_of(staffed.apply(first.stored.plan.digest))
    assert roles(staffed, "E2") == set()
    staffed.pass_hours(1)
    second = taken_back(staffed, off)

    assert fates(second) == {("E2", "roles"): Fate.BACK}
    for _ in range(2):
        assert roles(staffed, "E2") == {"writer"}
        staffed.pass_hours(1)
        staffed.run()

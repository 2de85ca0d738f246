"""A target that is left alone is tried all the same when somebody must be out."""

from __future__ import annotations

import pytest

from provisor.engine.carrying.breaking import isolate
from provisor.engine.emergency.strike import Struck
from provisor.errors import Transient
from tests.stories.test_killing import campus, states

__all__ = ["campus"]


@pytest.mark.parametrize("answers", [True, False])
def test_a_kill_tries_a_target_in_quarantine_and_leaves_it_there(campus, answers):
    isolate(campus.job("hr-to-lab"), "ten acts in a row failed")
    if not answers:
        campus.lab.faults.fail(campus.lab.faults.calls + 1, Transient("busy"))
    killed = campus.kill()

    assert states(killed)["lab"] is (Struck.DONE if answers else Struck.FAILED)
    assert campus.is_on(campus.lab) == [not answers]
    assert [one.series for one in campus.office.store.troubles.quarantines()] == [1]

"""An incremental cycle gives the plan that a full one would give, history after history."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from provisor.domain.plan import Proposal
from provisor.engine.cycle import begin_cycle
from provisor.engine.job import CyclePolicy
from provisor.engine.knowing.closure import TooManyConcerned
from provisor.engine.propose import propose_actions
from provisor.engine.run import plan_job
from provisor.engine.survey import foresee
from provisor.errors import ProvisorError
from tests.engine.histories import History, happen, history


def shown(proposal: Proposal) -> dict[str, object]:
    """A proposal part by part; as text, so that 1 and True are two things."""
    return {
        "drafts": [repr(draft) for draft in proposal.drafts],
        "records": {k.value: (t.seen, dict(t.classes)) for k, t in proposal.records.items()},
        "accounts": {k.value: (t.seen, dict(t.classes)) for k, t in proposal.accounts.items()},
        "set_aside": [repr(one) for one in proposal.set_aside],
        "findings": [repr(one) for one in proposal.findings],
        "shares": dict(proposal.shares),
        "privileged": {k.value: n for k, n in proposal.privileged.items()},
        "managed": {k.value: n for k, n in proposal.managed.items()},
        "questions": proposal.questions,
        "remembered": [repr(one) for one in proposal.remembered],
        "references": {
            k.value: {a: (t.seen, dict(t.classes)) for a, t in own.items()}
            for k, own in proposal.references.items()
        },
        "pending": [repr(one) for one in proposal.pending],
    }


def check(made: History) -> bool:
    """Compare both kinds of look at one moment; say whether there were two."""
    job = replace(made.office.job(), cycle=CyclePolicy(full_every_hours=10_000))
    survey = begin_cycle(job)
    full = foresee(job)
    if survey.manner.full or full.doubts:
        return False
    try:
        part = propose_actions(job, survey)
    except TooManyConcerned:
        return False
    whole = propose_actions(job, replace(full, absences=survey.absences))
    assert shown(part) == shown(whole), f"seed {made.seed}"
    return True


def cycle(made: History) -> None:
    """Plan for real, and carry out what may be."""
    office = made.office
    job = replace(office.job(), cycle=CyclePolicy(full_every_hours=10_000))
    stored = plan_job(job).stored
    if stored.plan.actions and made.often(0.7):
        try:
            office.approve(stored.plan.digest)
            office.apply(stored.plan.digest)
        except ProvisorError:
            return


def tell(seed: int) -> int:
    """Tell one history; return how many looks were compared."""
    with tempfile.TemporaryDirectory() as folder:
        made = history(Path(folder), seed)
        compared = 0
        try:
            for _ in range(5):
                compared += check(made)
                cycle(made)
                made.office.pass_hours(made.one((0, 1, 7, 24, 30)))
                for _ in range(made.one((0, 1, 1, 2, 4))):
                    happen(made)
            compared += check(made)
        finally:
            made.office.close()
        return compared


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**40))
def test_an_incremental_cycle_gives_the_plan_of_a_full_one(seed: int) -> None:
    tell(seed)

"""Approving exactly what was seen, and acting only under rules that the record names."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from provisor.domain.configuration_life import Stage
from provisor.engine.run import plan_job
from provisor.errors import ConfigurationUnreviewed, ResultsRenewed
from provisor.verifier import verify
from tests.stories.firms import JOB, NARROWER


def seen(firm) -> str:
    results = firm.stands("latest").results
    assert results is not None
    return str(results.digest)


def test_only_the_results_that_were_seen_are_approved(settled):
    settled.propose(settled.text(NARROWER))
    first = seen(settled)
    settled.feed("Trainee,People", "Apprentice,People")
    settled.pass_hours(1)
    settled.propose(settled.text(NARROWER))
    newest = seen(settled)
    assert newest != first

    with pytest.raises(ResultsRenewed) as told:
        settled.say("latest", results=first)
    assert newest in told.value.found
    assert settled.stands("latest").stage is Stage.PROPOSED
    settled.say("latest", results=newest[:12])
    assert settled.stands("latest").stage is Stage.APPROVED


@pytest.mark.parametrize("digest", ["0" * 64, "1", "latest"])
def test_a_digest_of_no_results_approves_nothing(settled, digest):
    settled.propose(settled.text(NARROWER))

    with pytest.raises(ResultsRenewed):
        settled.say("latest", results=digest)
    assert settled.stands("latest").stage is Stage.PROPOSED


def test_a_plan_from_before_the_first_revision_is_planned_again_before_it_acts(firm):
    reviewed = firm.text()
    firm.edit(("revisions: {run: active}\n", ""))
    with firm.wiring("ann") as wiring:
        plan_job(wiring.job(JOB))
    firm.approve_plan()
    firm.file.write_text(reviewed, encoding="utf-8")
    firm.bring_in()

    with pytest.raises(ConfigurationUnreviewed) as told:
        firm.apply()
    assert "names no revision" in str(told.value)
    with firm.wiring("scheduler") as wiring:
        plan_job(wiring.job(JOB))
    firm.approve_plan()
    firm.apply()
    assert firm.verified().problems == ()


@pytest.mark.parametrize("reads", ["kept", "hidden"])
def test_the_verifier_finds_an_act_without_a_vote_that_names_no_revision(settled, tmp_path, reads):
    settled.feed("Trainee,People", "Apprentice,People")
    settled.run()
    assert settled.verified().problems == ()

    copy = tmp_path / "copy.db"
    copy.write_bytes((settled.folder / "state" / "provisor.db").read_bytes())
    with closing(sqlite3.connect(copy)) as database:
        database.execute("DROP TRIGGER plan_citation_no_delete")
        database.execute("DELETE FROM plan_citation")
        if reads == "hidden":
            database.execute("DROP TRIGGER plan_showing_no_update")
            database.execute("UPDATE plan_showing SET observations = '[]'")
        database.commit()
    problems = verify(copy).problems

    assert any("names no revision that was in force" in one for one in problems)

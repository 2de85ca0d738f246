"""Production runs only what was proposed, looked at by somebody else, and made active."""

from __future__ import annotations

import json

import pytest

from provisor.domain.approval import DecisionKind
from provisor.domain.configuration_life import Stage
from provisor.domain.plan import Ruling
from provisor.engine.revisions.consequences import age_of
from provisor.errors import (
    REFUSED_OR_WAITING,
    CommandInvalid,
    ConfigurationUnreviewed,
    DecisionMissing,
    RevisionClosed,
    RevisionUnknown,
    SelfApproval,
)
from tests.stories.firms import JOB, NARROWER, TITLE, looked_at

HARSHER = (
    "leaver: {attribute: status, operator: EQUALS, value: terminated}",
    "leaver: {attribute: department, operator: EQUALS, value: People}",
)
LEAVES = ("Recruiter,People,active,\nE1009", "Recruiter,People,terminated,2031-04-01\nE1009")


# --- nothing acts that nobody looked at -----------------------------------------------------------


def test_a_configuration_that_nobody_reviewed_acts_on_nothing_at_night(firm):
    before = firm.accounts()
    with pytest.raises(ConfigurationUnreviewed) as refused:
        firm.run("scheduler")

    assert refused.value.exit_code == REFUSED_OR_WAITING
    assert set(refused.value.parts()) == {"what", "where", "found", "safe", "next"}
    assert firm.accounts() == before
    with firm.wiring("eve") as wiring:
        (alert,) = wiring.store.alerts.open()
        assert (alert.kind, alert.severity.value) == ("configuration_unreviewed", "critical")
        assert wiring.store.plans.newest(JOB) is None


def test_without_the_setting_any_configuration_runs_as_before(firm):
    firm.edit(("revisions: {run: active}\n", ""))

    assert firm.run().stored.verdict is Ruling.NEEDS_DECISION


def test_the_alert_is_gone_once_a_reviewed_configuration_runs(firm):
    with pytest.raises(ConfigurationUnreviewed):
        firm.run()
    firm.bring_in()
    firm.run()

    with firm.wiring("eve") as wiring:
        kinds = {alert.kind for alert in wiring.store.alerts.open()}
        assert "configuration_unreviewed" not in kinds


def test_a_file_edited_by_hand_stops_its_jobs_and_votes_until_it_is_the_reviewed_one(settled):
    settled.bring_in(settled.text(NARROWER))
    reviewed = settled.text()
    settled.run()
    settled.edit(TITLE)

    for act in (settled.run, settled.apply, settled.approve_plan):
        with pytest.raises(ConfigurationUnreviewed):
            act()
    assert settled.accounts()["E1010"] == 1
    settled.file.write_text(reviewed, encoding="utf-8")
    settled.approve_plan()
    settled.apply()
    assert settled.accounts()["E1010"] == 0


def test_remarks_and_schedules_need_no_revision(settled):
    settled.edit(('"*/20 * * * *" ', '"*/5 * * * *" # oftener'))

    assert settled.run().stored.revision == 1


def test_production_is_not_ended_by_a_word_in_the_file(settled):
    settled.edit(("revisions: {run: active}", "revisions: {run: any}"), TITLE)

    with pytest.raises(ConfigurationUnreviewed):
        settled.run()


def test_production_ends_by_a_revision_that_says_so(settled):
    settled.bring_in(settled.text(("revisions: {run: active}", "revisions: {run: any}")))
    settled.edit(TITLE)

    assert settled.run().stored.revision is None


def test_who_switches_four_eyes_off_in_the_file_approves_nothing(settled):
    settled.propose(settled.text(TITLE))
    settled.edit(
        ("identity: {mode: asserted}", "identity: {mode: asserted}\napprovals: {four_eyes: false}")
    )

    with pytest.raises(ConfigurationUnreviewed):
        settled.say("latest", by="ann")
    assert settled.stands("latest").approvers == ()


def test_a_name_that_is_only_claimed_is_not_believed_against_the_active_revision(settled):
    mode = "identity: {mode: %s}"
    settled.bring_in(settled.text((mode % "asserted", mode % "os")))
    settled.edit((mode % "os", mode % "asserted"))

    with settled.wiring("boss") as wiring, pytest.raises(ConfigurationUnreviewed):
        assert wiring.store.controls.freezes() == ()


# --- who says yes ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["ann", "ANN"])
def test_an_author_never_approves_their_own_revision(settled, name):
    settled.propose(settled.text(TITLE))
    with pytest.raises(SelfApproval):
        settled.say("latest", by=name)

    assert settled.stands("latest").stage is Stage.PROPOSED
    with settled.wiring("eve") as wiring:
        assert "vote_refused" in {alert.kind for alert in wiring.store.alerts.open()}


def test_a_messenger_does_not_make_the_first_presenter_an_approver(firm):
    firm.edit(("revisions: {run: active}", "revisions: {run: any}"))
    firm.run(by="carl")
    firm.propose()

    assert firm.stands("latest").revision.hands == ("ann", "carl")
    with pytest.raises(SelfApproval):
        firm.say("latest", by="carl")


def test_what_a_scheduler_proposes_needs_two_people(settled):
    settled.propose(settled.text(TITLE), by="scheduler")
    settled.say("latest", by="ben")
    with pytest.raises(DecisionMissing):
        settled.activate("latest")
    settled.say("latest", by="cleo")

    assert settled.activate("latest") == 0


def test_one_person_in_two_letter_cases_is_one_person(settled):
    settled.propose(settled.text(TITLE), by="scheduler")
    settled.say("latest", by="ben")
    settled.say("latest", by="Ben")
    with pytest.raises(DecisionMissing):
        settled.activate("latest")
    settled.say("latest", by="cleo")

    assert settled.activate("latest") == 0


def test_nothing_that_waits_for_approval_becomes_active(settled):
    settled.propose(settled.text(TITLE))
    with pytest.raises(DecisionMissing) as refused:
        settled.activate("latest")

    assert refused.value.exit_code == REFUSED_OR_WAITING
    assert settled.stands("active").revision.number == 1


def test_an_approval_taken_back_counts_no_more(settled):
    settled.propose(settled.text(TITLE))
    settled.say("latest")
    settled.say("latest", DecisionKind.WITHDRAW)

    with pytest.raises(DecisionMissing):
        settled.activate("latest")


def test_an_approval_expires(settled):
    settled.propose(settled.text(TITLE))
    settled.say("latest")
    settled.pass_hours(169)

    assert settled.stands("latest").stage is Stage.PROPOSED
    with pytest.raises(DecisionMissing):
        settled.activate("latest")


def test_a_rejected_revision_is_over_and_the_former_goes_on(settled):
    settled.propose(settled.text(NARROWER))
    settled.say("latest")
    settled.say("latest", DecisionKind.REJECT, by="cleo")

    for act in (settled.activate, settled.say):
        with pytest.raises(RevisionClosed):
            act("latest")
    assert settled.run().stored.revision == 1
    assert settled.accounts()["E1010"] == 1


def test_an_author_withdraws_their_proposal_and_nobody_else_does(settled):
    settled.propose(settled.text(TITLE))
    with pytest.raises(CommandInvalid):
        settled.say("latest", DecisionKind.WITHDRAW, by="cleo")
    settled.say("latest", DecisionKind.WITHDRAW, by="ann")

    assert settled.stands("latest").stage is Stage.WITHDRAWN


@pytest.mark.parametrize("reference", ["7", "latestt", "0123456789", "", "99999999999"])
def test_a_revision_that_is_not_there_is_said_to_be_unknown(settled, reference):
    with pytest.raises(RevisionUnknown):
        settled.stands(reference)


# --- what is shown before anybody says yes --------------------------------------------------------


def test_whoever_approves_sees_who_would_lose_what(settled):
    settled.propose(settled.text(NARROWER))
    lost = looked_at(settled)["lost"]

    assert lost["kinds"] == {"account": 1}
    assert [(one["key"], one["how"]) for one in lost["listed"]] == [("E1010", "disable")]
    assert settled.accounts()["E1010"] == 1


def test_a_proposal_tells_what_its_cases_gave(settled):
    code = settled.propose(settled.text(TITLE))
    tests = json.loads(settled.stands("latest").results.body)["tests"]

    assert code == 3
    assert tests["failed"] > 0
    assert tests["passed"] > 0


def test_results_are_told_their_age_and_a_new_look_needs_a_new_word(settled):
    settled.propose(settled.text(NARROWER))
    settled.say("latest")
    settled.pass_hours(30)
    settled.feed("Trainee,People", "Apprentice,People")
    settled.run()
    with settled.wiring("eve") as wiring:
        age = age_of(wiring.store, settled.stands("latest").results, settled.clock.now())
    assert (age.hours, "hr users" in age.moved) == (30, True)
    assert settled.stands("latest").stage is Stage.APPROVED

    settled.propose(settled.text(NARROWER))
    assert settled.stands("latest").revision.number == 2
    assert settled.stands("latest").stage is Stage.PROPOSED
    settled.say("latest")
    assert settled.activate("latest") == 0


def test_a_job_that_is_taken_out_is_told_as_one_that_nobody_keeps(settled):
    other = settled.text(("  hr-to-app:\n", "  hr-to-other:\n"))
    settled.propose(other)
    told = json.loads(settled.stands("latest").results.body)["what_if"]

    assert {one["job"]: one["then"] is None for one in told} == {
        "hr-to-other": False,
        JOB: True,
    }
    assert "leavers included" in told[1]["remark"]


def test_no_secret_of_a_remark_is_kept(settled):
    settled.propose(settled.text(TITLE, ("version: 1", "version: 1  # password: hunter2")))

    assert "hunter2" not in settled.stands("latest").revision.text
    assert b"hunter2" not in (settled.folder / "state" / "provisor.db").read_bytes()


# --- the first plan of a revision asks ------------------------------------------------------------


def test_the_first_plan_of_a_revision_asks_and_takes_nothing_away_by_itself(settled):
    settled.bring_in(settled.text(NARROWER))
    result = settled.run()

    assert (result.exit_code, result.stored.revision) == (4, 2)
    assert "new_revision" in {verdict.name for verdict in result.stored.verdicts}
    assert settled.accounts()["E1010"] == 1
    settled.approve_plan()
    settled.apply()
    assert settled.accounts()["E1010"] == 0


def test_the_author_of_a_revision_approves_its_first_plan_neither(settled):
    settled.bring_in(settled.text(NARROWER))
    settled.run()

    with pytest.raises(SelfApproval):
        settled.approve_plan("ann")


def test_a_rule_that_makes_leavers_of_people_waits_as_everything_else(settled):
    settled.bring_in(settled.text(HARSHER))
    result = settled.run()

    assert [part.part for part in result.stored.parts if part.part == "users.urgent"] == []
    assert {key: settled.accounts()[key] for key in ("E1008", "E1009")} == {"E1008": 1, "E1009": 1}
    settled.approve_plan()
    settled.apply()
    assert settled.accounts()["E1008"] == 0


def test_a_leaver_by_rules_that_did_not_change_waits_for_no_revision(settled):
    settled.bring_in(settled.text(TITLE))
    settled.feed(*LEAVES)
    settled.run()

    assert settled.accounts()["E1008"] == 0


def test_a_plan_cites_its_revision_in_store_and_log(settled):
    settled.feed("Trainee,People", "Apprentice,People")
    stored = settled.run().stored

    assert (stored.revision, stored.verdict) == (1, Ruling.ALLOWED)
    with settled.wiring("eve") as wiring:
        leaves = [json.loads(body) for _, body in wiring.store.log.leaves()]
    sealed = [leaf["facts"] for leaf in leaves if leaf["kind"] == "plan_sealed"]
    assert sealed[-1]["revision"] == 1
    assert settled.verified().problems == ()

"""One person or group on demand: the same rules, limits and gates, and nobody else touched."""

from __future__ import annotations

import json

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from provisor.domain.rules import Guard
from provisor.domain.schema import ObjectType
from provisor.engine.explain import explain
from provisor.engine.job import Executor
from provisor.engine.on_demand import on_demand
from provisor.engine.run import plan_job, run_job
from provisor.errors import UnknownName
from provisor.ports.store import Freeze, PlanStatus
from tests.stories.workplace import Office

USERS, GROUPS, MEMBERSHIPS = ObjectType.USERS, ObjectType.GROUPS, ObjectType.MEMBERSHIPS


def run_only(office, *words, actor="ann"):
    return run_job(on_demand(office.job(actor), words))


def plan_only(office, *words, actor="ann"):
    return plan_job(on_demand(office.job(actor), words))


def acts(stored):
    return [
        (one.action.object_type.value, one.action.operation.value, one.draft.key)
        for one in stored.plan.actions
    ]


@pytest.fixture
def settled(office):
    office.hire_many(30)
    office.found_group("G1", "Sales", "E0001", "E0002", "E0003")
    office.open_up()
    return office


def test_one_person_is_done_and_nobody_else(settled):
    settled.change("E0001", title="Chief")
    settled.change("E0002", title="Treasurer")
    result = run_only(settled, "E0001")

    assert acts(result.stored) == [("users", "update", "E0001")]
    assert (settled.account("E0001")["title"], settled.account("E0002")["title"]) == (
        "Chief",
        "Clerk",
    )
    assert result.exit_code == 0


def test_a_joiner_on_demand_comes_into_their_groups_alone(settled):
    settled.hire("E0099")
    settled.hire("E0098")
    for key in ("E0099", "E0098"):
        settled.join("G1", key)
    run_only(settled, "E0099")
    group = next(n for n, row in settled.target.groups.items() if row["displayName"] == "Sales")

    assert settled.accounts_of("E0098") == 0
    assert settled.native("E0099") in settled.target.members[group]
    assert len(settled.target.members[group]) == 4


def test_a_mover_on_demand_leaves_a_group_alone(settled):
    settled.part_from("G1", "E0001")
    settled.part_from("G1", "E0002")
    run_only(settled, "E0001")
    group = next(n for n, row in settled.target.groups.items() if row["displayName"] == "Sales")

    assert settled.native("E0001") not in settled.target.members[group]
    assert settled.native("E0002") in settled.target.members[group]


def test_a_membership_of_a_group_that_is_not_there_yet_is_left_for_the_cycle(settled):
    settled.hire("E0099")
    settled.found_group("G2", "Service", "E0099")
    result = run_only(settled, "E0099")
    native = settled.native("E0099")
    settled.run()

    assert result.exit_code == 0
    assert any(native in settled.target.members[group] for group in settled.target.groups)
    assert {row["displayName"] for row in settled.target.groups.values()} >= {"Service"}


def test_a_group_on_demand_is_made_with_the_members_that_have_accounts(settled):
    settled.hire("E0099")
    settled.found_group("G2", "Service", "E0001", "E0099")
    result = run_only(settled, "groups:G2")
    group = next(n for n, row in settled.target.groups.items() if row["displayName"] == "Service")

    assert acts(result.stored) == [
        ("groups", "create", "G2"),
        ("memberships", "membership", "G2"),
    ]
    assert list(settled.target.members[group]) == [settled.native("E0001")]
    assert result.exit_code == 0


def test_a_plan_on_demand_leaves_the_waiting_plan_waiting(settled):
    for number in range(1, 26):
        settled.change(f"E{number:04d}", status="on hold")
    waiting = settled.run().stored
    settled.change("E0030", title="Chief")
    done = run_only(settled, "E0030").stored

    assert settled.store.plans.find(waiting.plan.digest).status is PlanStatus.WAITING
    assert settled.store.plans.newest("hr-to-app").plan.digest == waiting.plan.digest
    assert done.plan.digest != waiting.plan.digest
    assert settled.account("E0030")["title"] == "Chief"


def test_a_plan_on_demand_is_another_one_even_when_it_says_the_same(settled):
    settled.change("E0001", title="Chief")
    everybody, one = settled.plan().stored, plan_only(settled, "E0001").stored

    assert [a.id for a in everybody.plan.actions] == [a.id for a in one.plan.actions]
    assert everybody.plan.digest != one.plan.digest
    assert settled.store.plans.get(one.plan.digest).plan == one.plan


def test_a_first_run_waits_for_a_decision_on_demand_too(office):
    office.hire_many(3)
    result = run_only(office, "E0001")

    assert result.exit_code == 4
    assert office.writes == 0


def test_a_pilot_opens_no_gate_for_everybody_else(office):
    office.hire_many(3)
    pilot = plan_only(office, "E0001").stored.plan.digest
    office.approve(pilot)
    office.apply(pilot)
    rest = office.run()

    assert [office.accounts_of(f"E000{n}") for n in (1, 2, 3)] == [1, 0, 0]
    assert rest.exit_code == 4
    names = {verdict.name for verdict in rest.stored.verdicts if verdict.part == "users.create"}
    assert {"first_run", "new_revision"} <= names


def test_a_vote_on_the_plan_of_everybody_holds_for_one_person_on_demand(office):
    office.hire_many(3)
    office.approve(office.plan().stored.plan.digest)
    run_only(office, "E0002", actor="carl")

    assert [office.accounts_of(f"E000{n}") for n in (1, 2, 3)] == [0, 1, 0]


def test_limits_count_what_was_done_on_demand(settled):
    settled.changes["limits"] = settled.job().rules.limits
    for number in range(1, 25):
        settled.change(f"E{number:04d}", status="on hold")
    done = sum(run_only(settled, f"E{n:04d}").outcomes.get("done", 0) for n in range(1, 25))

    off = sum(row["active"] is False for row in settled.target.users.values())
    assert done == off < 24
    assert run_only(settled, "E0024").exit_code == 4


def test_a_freeze_stops_a_run_on_demand(settled):
    settled.change("E0001", title="Chief")
    settled.store.controls.freeze(Freeze("app", "ann", "look first", settled.clock.now()), [])
    with pytest.raises(Exception, match="frozen"):
        run_only(settled, "E0001")

    assert settled.account("E0001")["title"] == "Clerk"


def test_an_incomplete_read_proves_nobody_absent_on_demand(settled):
    settled.vanish("E0001")
    settled.source.faults.cut_reads.append(12)
    result = run_only(settled, "E0001")

    assert result.exit_code == 4
    assert result.stored.status is PlanStatus.REFUSED
    assert settled.account("E0001")["active"] is True


def test_somebody_missing_from_one_read_keeps_the_account_on_demand(settled):
    settled.vanish("E0001")
    first = run_only(settled, "E0001")
    settled.pass_hours(25)
    second = run_only(settled, "E0001")

    assert first.stored.plan.actions == ()
    assert acts(second.stored) == [("users", "disable", "E0001")]


def test_a_key_that_nobody_has_is_refused(settled):
    before = settled.store.plans.find("latest").plan.digest
    with pytest.raises(UnknownName):
        run_only(settled, "E9999")

    assert settled.store.plans.find("latest").plan.digest == before


def test_two_who_change_names_go_together_on_demand(settled):
    mail = 'emails[type eq "work"].value'
    old = settled.account("E0001")[mail]
    settled.change("E0001", mail="new@example.org")
    settled.change("E0002", mail=old)
    settled.change("E0003", title="Chief")
    stored = run_only(settled, "E0002").stored
    if stored.status is PlanStatus.WAITING:
        settled.approve(stored.plan.digest)
        settled.apply(stored.plan.digest)

    assert {one.draft.key for one in stored.plan.actions} == {"E0001", "E0002"}
    assert settled.account("E0002")[mail] == old
    assert settled.account("E0003")["title"] == "Clerk"


def test_what_was_planned_on_demand_is_checked_on_demand_when_it_is_applied(settled):
    settled.changes["configuration"] = "d" * 64
    settled.change("E0001", title="Chief")
    settled.hire("E0099")
    digest = plan_only(settled, "E0001", "E0099").stored.plan.digest
    settled.approve(digest)
    settled.change("E0001", title="Clerk")
    settled.change("E0002", title="Treasurer")
    result = settled.apply(digest)

    assert result.outcomes["superseded"] == 1
    assert (settled.accounts_of("E0099"), settled.account("E0002")["title"]) == (1, "Clerk")


def test_what_is_seen_of_one_person_is_counted_in_one_class(settled):
    settled.change("E0001", title="Chief")
    settled.change("E0002", status="on hold")
    for words, record in (
        (("E0001",), "planned"),
        (("E0003",), "unchanged"),
        (("E0001", "E0003"), "planned"),
    ):
        stored = plan_only(settled, *words).stored
        tally = stored.records[USERS]
        assert tally.seen == len(words)
        assert tally.adds_up()
        assert stored.accounts[USERS].adds_up()
        assert tally.classes[record] == 1


def test_no_word_of_a_plan_on_demand_names_anybody_in_the_log(settled):
    settled.change("E0001", title="Chief")
    run_only(settled, "E0001")
    told = [json.loads(leaf) for _, leaf in settled.store.log.leaves()]

    assert "E0001" not in json.dumps(told)
    assert told[-1]["kind"] in {"run_ended", "alert_closed", "confirmed"}


def test_alerts_about_everybody_are_not_closed_by_one_person(settled):
    for number in range(1, 26):
        settled.change(f"E{number:04d}", status="on hold")
    settled.run()
    settled.change("E0030", title="Chief")
    run_only(settled, "E0030")

    assert "decision_needed" in {alert.kind for alert in settled.store.alerts.open()}


def leave_group(office, key):
    office._group("G1").pop(key, None)


def come(office, key):
    office.hire(key)
    office.join("G1", key)


HAPPENINGS = {
    "promoted": lambda office, key: office.change(key, title="Chief"),
    "left": lambda office, key: office.leave(key),
    "on hold": lambda office, key: office.change(key, status="on hold"),
    "joined": lambda office, key: office.join("G1", key),
    "parted": leave_group,
    "renamed": lambda office, key: office.change(key, mail="e0001@example.org"),
    "gone": lambda office, key: office.vanish(key),
}


def happen(office, what, key):
    """Let something happen to one person at the source; who is not there comes."""
    if all(row["employee_id"] != key for row in office.source.users.values()):
        come(office, key)
    elif what in HAPPENINGS:
        HAPPENINGS[what](office, key)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("offices")


@pytest.mark.hypothesis
@settings(max_examples=10, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(
    history=st.lists(st.tuples(st.sampled_from(sorted(HAPPENINGS)), st.integers(1, 7)), max_size=8),
    number=st.integers(1, 7),
    executor=st.sampled_from((Executor.OBJECTS, Executor.COLUMNS)),
)
def test_explain_says_what_a_run_on_demand_would_do(folder, history, number, executor):
    place = folder / f"{len(list(folder.iterdir()))}"
    place.mkdir()
    office = Office(place, executor=executor)
    office.hire_many(5)
    office.found_group("G1", "Sales", "E0001", "E0002")
    office.changes["guard"] = Guard(rows=100, percent=100)
    office.open_up()
    for what, whom in history:
        happen(office, what, f"E{whom:04d}")
    key = f"E{number:04d}"
    before = office.store.log.head()
    try:
        story = explain(office.job(), key)
    except UnknownName:
        with pytest.raises(UnknownName):
            plan_only(office, key)
    else:
        assert office.store.log.head() == before
        planned = plan_only(office, key).stored.plan.actions
        assert list(map(said, story.drafts)) == [said(one.draft) for one in planned]
    finally:
        office.close()


def said(draft):
    """What a draft says, whoever's identity is new."""
    action = draft.action
    words = (action.operation, action.rule, action.removes, len(action.adds), action.changes)
    return draft.key, draft.part, *words

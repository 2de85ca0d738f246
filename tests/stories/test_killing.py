"""Somebody must be out now: whatever runs, whatever is down, and it stays so."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace

import pytest

from connectors.memory import SOURCE_SCHEMAS, MemoryConnector, World
from provisor.domain.approval import DecisionKind
from provisor.domain.entitlement import Level
from provisor.domain.event import EventKind
from provisor.domain.override import Override, OverrideKind, Until
from provisor.domain.record import Record
from provisor.domain.schema import ObjectType
from provisor.engine.decide import Vote, vote
from provisor.engine.emergency.kill import Door, Killed, Warrant, kill
from provisor.engine.emergency.strike import Struck
from provisor.engine.emergency.whom import Places, find_person
from provisor.engine.explain import explain
from provisor.engine.job import Actor
from provisor.engine.run import apply_plan, plan_job, run_job
from provisor.errors import (
    Ambiguous,
    CommandInvalid,
    Transient,
    UnknownName,
)
from provisor.ports.acts import APART, DESPITE_FREEZE
from provisor.ports.store import Freeze
from provisor.verifier import verify
from tests.stories.rightful import branch, classified, settle, with_roles
from tests.stories.workplace import Office

USERS = ObjectType.USERS


@dataclass
class Campus:
    """One feed, two applications."""

    office: Office
    lab: World = field(default_factory=World)

    def job(self, name="hr-to-app", actor="ann", reached=None):
        made = self.office.job(actor, reached)
        if name == "hr-to-app":
            return made
        rules = replace(made.rules, job=name, target="lab")
        return replace(made, rules=rules, target=MemoryConnector("lab", self.lab))

    def open_up(self):
        for name in ("hr-to-app", "hr-to-lab"):
            stored = plan_job(self.job(name)).stored
            bob = Actor("bob", asserted=True)
            vote(self.job(name, "bob"), stored, bob, Vote(DecisionKind.APPROVE, "fine"))
            apply_plan(self.job(name), self.office.store.plans.find(stored.plan.digest))

    def kill(self, word="E0001", actor="eve", epoch=APART, reason="stolen laptop") -> Killed:
        places = Places(("hr",), ("app", "lab"))
        person = find_person(self.office.store, word, places)
        doors = {
            "app": Door("hr-to-app", "hr", lambda: self.job("hr-to-app", actor)),
            "lab": Door("hr-to-lab", "hr", lambda: self.job("hr-to-lab", actor)),
        }
        by = Warrant(Actor(actor, asserted=True), reason, epoch)
        return kill(self.office.store, self.office.clock, person, doors, by)

    def is_on(self, world: World, key="E0001"):
        rows = [row for row in world.users.values() if row.get("externalId") == key]
        return [row["active"] for row in rows]


@pytest.fixture
def campus(office):
    office.hire_many(3)
    made = Campus(office)
    made.open_up()
    return made


def states(killed):
    return {blow.target: blow.state for blow in killed.blows}


def test_whoever_is_killed_is_out_everywhere_at_once_and_two_cycles_later(campus):
    killed = campus.kill()
    assert states(killed) == {"app": Struck.DONE, "lab": Struck.DONE}

    for _ in range(2):
        campus.office.pass_hours(1)
        for name in ("hr-to-app", "hr-to-lab"):
            assert run_job(campus.job(name)).outcomes.get("done", 0) == 0
    assert campus.is_on(campus.office.target) == campus.is_on(campus.lab) == [False]
    (told,) = explain(campus.job(), "E0001").overrides
    assert (told.kind, told.job, told.author) == (OverrideKind.DENY, "", "eve")


def test_a_kill_reads_no_source_and_asks_for_no_vote(campus):
    campus.office.source.faults.refused_reads = [Transient("the feed is down")] * 5

    assert campus.kill().is_out
    assert len(campus.office.source.faults.refused_reads) == 5


def test_a_kill_leaves_an_alert_and_names_its_actor_in_the_log(campus):
    killed = campus.kill()
    store = campus.office.store

    (alert,) = [one for one in store.alerts.open() if one.kind == "person_killed"]
    assert alert.cause == killed.overrides[0].id
    assert "E0001" not in alert.message
    path = campus.office.folder / "office.db"
    assert verify(path).problems == ()
    leaves = [body for _, body in store.log.leaves()]
    said = [leaf for leaf in leaves if f'"kind":"{EventKind.KILLED.value}"'.encode() in leaf]
    assert len(said) == 1
    assert b'"actor":"eve"' in said[0]


def test_one_target_that_is_down_is_told_and_finished_by_its_next_cycle(campus):
    campus.lab.faults.fail(campus.lab.faults.calls + 1, Transient("busy"))
    killed = campus.kill()
    assert states(killed) == {"app": Struck.DONE, "lab": Struck.FAILED}
    assert not killed.is_out
    assert campus.is_on(campus.lab) == [True]

    assert run_job(campus.job("hr-to-lab")).outcomes["done"] == 1
    assert campus.is_on(campus.lab) == [False]


def test_a_kill_whose_answer_is_lost_is_uncertain_and_settled_by_looking(campus):
    campus.lab.faults.lose_answer(campus.lab.faults.calls + 1)

    assert states(campus.kill())["lab"] is Struck.UNCERTAIN
    assert run_job(campus.job("hr-to-lab")).stored.plan.actions == ()
    assert campus.office.store.acts.unfinished("lab") == ()


def test_to_kill_twice_is_to_kill_once(campus):
    first = campus.kill()
    again = campus.kill()

    assert states(again) == {"app": Struck.ALREADY_OFF, "lab": Struck.ALREADY_OFF}
    assert [one.id for one in again.overrides] == [one.id for one in first.overrides]


def test_a_kill_does_not_wait_for_whoever_holds_the_lease(campus):
    office = campus.office
    office.store.controls.acquire("app", "another", office.clock.now(), 120)

    assert campus.kill().is_out
    assert campus.is_on(office.target) == [False]


def test_a_cycle_that_planned_before_a_kill_does_not_let_the_person_in(campus):
    """The plan of the running cycle would switch the account on again."""
    office = campus.office
    office.target.set(USERS, office.native("E0001"), {"active": False})
    killed: list[Killed | None] = []

    def at(milestone):
        if milestone == "apply.begun" and not killed:
            killed.append(None)  # the kill reaches milestones, too
            killed.append(campus.kill())

    result = run_job(campus.job(reached=at))
    assert states(killed[1])["app"] is Struck.ALREADY_OFF
    assert {one.code for one in result.left} == {"denied"}
    assert campus.is_on(office.target) == [False]
    assert office.run().stored.plan.actions == ()


def test_what_a_cycle_had_sent_before_a_kill_is_taken_back_at_its_end(campus):
    office = campus.office
    office.target.set(USERS, office.native("E0001"), {"active": False})
    killed: list[Killed | None] = []

    def at(milestone):
        if milestone == "intents.kept" and not killed:
            killed.append(None)
            killed.append(campus.kill())

    run_job(campus.job(reached=at))
    assert states(killed[1])["app"] is Struck.UNCERTAIN
    assert campus.is_on(office.target) == [False]
    assert verify(office.folder / "office.db").problems == ()


def test_somebody_whose_account_is_being_made_is_out_when_the_cycle_ends(campus):
    office = campus.office
    office.hire("E0009")
    killed: list[Killed | None] = []

    def at(milestone):
        if milestone == "intents.kept" and not killed:
            killed.append(None)
            killed.append(campus.kill("E0009"))

    run_job(campus.job(reached=at))
    assert campus.is_on(office.target, "E0009") == [False]


def test_two_kills_and_a_cycle_at_one_time_leave_nobody_on(campus):
    """Real threads: whoever writes first, the person is out and the record agrees."""
    office = campus.office
    office.change("E0001", title="Chief")
    threads = [threading.Thread(target=campus.kill) for _ in range(2)]
    for one in threads:
        one.start()
    office.run()
    for one in threads:
        one.join()
    office.run()

    assert campus.is_on(office.target) == [False]
    assert verify(office.folder / "office.db").problems == ()


def test_a_freeze_is_told_and_passed_only_on_a_second_word(campus):
    office = campus.office
    office.store.controls.freeze(Freeze("app", "ann", "odd", office.clock.now()), [])
    writes = office.writes

    assert states(campus.kill()) == {"app": Struck.FROZEN, "lab": Struck.DONE}
    assert office.writes == writes
    assert states(campus.kill(epoch=DESPITE_FREEZE))["app"] is Struck.DONE
    assert campus.is_on(office.target) == [False]


def test_a_protected_account_is_left_and_told(campus):
    login = campus.office.account("E0001")["userName"]
    campus.office.changes = {"protected": frozenset({str(login).lower()})}

    killed = campus.kill()
    assert states(killed)["app"] is Struck.PROTECTED
    assert not killed.is_out


def test_where_there_is_no_switch_what_we_gave_is_taken(campus):
    office = campus.office
    rules = campus.job().rules
    users = rules.objects[USERS]
    bare = replace(users, schema=replace(users.schema, switch=None))
    office.changes = {"objects": {**rules.objects, USERS: bare}}
    native = office.native("E0001")
    assert any(native in members for members in office.target.members.values())

    killed = campus.kill()
    assert states(killed)["app"] is Struck.DONE
    assert not any(native in members for members in office.target.members.values())
    assert [b.state for b in campus.kill().blows if b.target == "app"] == [Struck.IMPOSSIBLE]


def test_where_there_is_no_switch_rights_are_taken_whoever_gave_them(campus):
    office = campus.office
    with_roles(office)
    classified(office, ("roles", "reader", Level.LOW))
    office.change("E0001", roles=("reader",))
    settle(office)
    account = office.account("E0001")
    account["roles"] = (*account["roles"], "poet")
    objects = dict(office.job().rules.objects)
    objects[USERS] = replace(objects[USERS], schema=replace(objects[USERS].schema, switch=None))
    office.changes["objects"] = objects

    killed = campus.kill()

    assert states(killed)["app"] is Struck.DONE
    assert not office.account("E0001")["roles"]
    assert office.store.rights.granted("app") == ()


def test_whoever_is_hired_again_after_a_kill_and_its_end_waits_for_a_word(campus):
    office, store = campus.office, campus.office.store
    killed = campus.kill()
    office.run()
    now = office.clock.now()
    store.overrides.end(killed.overrides[0].id, now, [])
    office.pass_hours(1)
    result = office.run()

    assert {part.part: part.verdict.value for part in result.stored.parts} == {
        "users.reenable": "needs_decision"
    }
    assert campus.is_on(office.target) == [False]


def test_a_person_is_named_by_key_account_or_login(campus):
    store, office = campus.office.store, campus.office
    places = Places(("hr",), ("app", "lab"))
    words = ["E0002", office.native("E0002"), str(office.account("E0002")["userName"]).upper()]

    found = {find_person(store, word, places).keys for word in words[:1] + words[2:]}
    assert found == {("E0002",)}
    with pytest.raises(UnknownName):
        find_person(store, "E9999", places)


def test_a_name_that_could_be_several_people_kills_nobody(campus):
    """Both applications number their accounts as they like."""
    office = campus.office
    native = office.native("E0001")
    (other,) = office.store.links.of_key("lab", USERS, "E0002")
    office.store.links.put("lab", [replace(other, native_id=native)], [])

    with pytest.raises(Ambiguous) as refused:
        campus.kill(native)
    assert "E0001" in refused.value.found
    assert "E0002" in refused.value.found
    assert office.store.overrides.all() == ()


def test_whoever_has_the_same_number_in_another_feed_is_not_denied(office):
    """Two feeds number their people alike, and one of these people is killed."""
    office.hire_many(1)
    office.open_up()
    guests = branch(office, "lab")
    guests.source = World(SOURCE_SCHEMAS)
    guests.changes["source"] = "guests"
    guests.found_group("G0", "Guests")
    guests.hire("E0001", mail="guest@example.org")
    guests.open_up()

    places = Places(("hr", "guests"), ("app", "lab"))
    (link,) = office.store.links.of_key("app", USERS, "E0001")
    office.store.links.put("app", [replace(link, native_id="a-stolen-laptop")], [])
    person = find_person(office.store, "a-stolen-laptop", places)
    doors = {
        "app": Door("hr-to-app", "hr", office.job),
        "lab": Door("hr-to-lab", "guests", guests.job),
    }
    by = Warrant(Actor("eve", asserted=True), "stolen laptop")
    killed = kill(office.store, office.clock, person, doors, by)

    assert [one.job for one in killed.overrides] == ["hr-to-app"]
    guests.pass_hours(1)
    assert guests.run().stored.plan.actions == ()
    assert guests.account("E0001")["active"] is True


def test_a_kill_rests_on_no_denial_that_ends_without_a_person(campus):
    """An undo's denial ends with the undo, one until somebody leaves would end with the kill."""
    store, now = campus.office.store, campus.office.clock.now()
    for number, until in (("undo-1.1", Until.NOTHING), ("o1", Until.LEAVING)):
        denial = Override(
            number, OverrideKind.DENY, "", USERS, "E0001", "", None, "because", "ann", "", now,
            None, until=until,
        )  # fmt: skip
        store.overrides.add(denial, [])
    (held,) = campus.kill().overrides

    assert held.author == "eve"
    assert held.id not in ("undo-1.1", "o1")


def test_somebody_whose_accounts_are_linked_no_more_is_still_denied_by_name(campus):
    office = campus.office
    login = str(office.account("E0001")["userName"])
    for target in ("app", "lab"):
        office.store.links.part(target, office.store.links.of_key(target, USERS, "E0001"), [])

    killed = campus.kill(login)
    assert [one.key for one in killed.overrides] == ["E0001"]
    assert killed.blows == ()


def test_several_accounts_under_one_id_are_not_told_as_gone(campus, monkeypatch):
    office = campus.office
    other = Record("another", {"externalId": "E0001", "active": True})
    real = MemoryConnector.find

    def both(self, candidate):
        found = real(self, candidate)
        return (*found, other) if candidate.native_id == office.native("E0001") else found

    monkeypatch.setattr(MemoryConnector, "find", both)
    assert states(campus.kill())["app"] is Struck.DONE
    assert campus.is_on(office.target) == [False]


def test_a_kill_without_a_reason_does_nothing(campus):
    with pytest.raises(CommandInvalid):
        campus.kill(reason="  ")

    assert campus.office.store.overrides.all() == ()


def test_the_account_of_somebody_killed_is_deleted_when_its_days_are_over(campus):
    """A delete names the values that go with the account, its switch among them."""
    campus.kill()
    campus.office.pass_hours(24 * 45)
    digest = campus.office.plan().stored.plan.digest
    campus.office.approve(digest)

    assert campus.office.apply(digest).outcomes["done"] == 1
    assert campus.office.accounts_of("E0001") == 0

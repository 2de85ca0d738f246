"""What another configuration would have done on earlier days, from what was kept of them."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta

import pytest

from provisor.domain.override import Consent, Override, OverrideKind
from provisor.domain.rules import Guard
from provisor.domain.schema import ObjectType
from provisor.domain.scope import Clause, Operator
from provisor.engine.job import CyclePolicy, HistoryPolicy, Job
from provisor.engine.past.over_time import days_of, over_time, what_if_on
from provisor.engine.past.past_store import store_then
from provisor.engine.run import plan_job, run_job
from provisor.errors import CommandInvalid, DayUnknown
from provisor.ports.connector import Deltas
from provisor.verifier import verify
from tests.stories.workplace import Office, map_besides, mapping, once

pytestmark = pytest.mark.both_executors

USERS = ObjectType.USERS
YEAR = HistoryPolicy(days=400)


@pytest.fixture
def kept(office):
    """An office that keeps its history, with six people in two departments."""
    office.history = YEAR
    office.changes["guard"] = Guard(rows=1000, percent=100)
    map_besides(office, mapping("department", "[department]"))
    for number in range(1, 7):
        office.hire(f"E{number:04d}", department="Sales" if number < 4 else "Stores")
    office.open_up()
    return office


def today(office: Office) -> date:
    return office.clock.now().date()


def without(office: Office, attribute: str, value: str) -> Job:
    """The same job without those who have this value."""
    job = office.job()
    users = replace(job.rules.objects[USERS], scope=Clause(attribute, Operator.NOT_EQUALS, value))
    objects = {**job.rules.objects, USERS: users}
    return replace(job, rules=replace(job.rules, objects=objects, configuration="e" * 64))


def live(office: Office, days: int) -> None:
    """Let days pass, each with a cycle whose plan is carried out."""
    for _ in range(days):
        office.pass_hours(24)
        digest = office.run().stored.plan.digest
        stored = office.store.plans.find(digest)
        if stored.status.value == "waiting":
            office.approve(digest)
            office.apply(digest)


def content(office: Office) -> str:
    """A digest of everything that the store holds."""
    office.close()
    office._store = None
    with closing(sqlite3.connect(office.folder / "office.db")) as database:
        return hashlib.sha256("\n".join(database.iterdump()).encode()).hexdigest()


def accounts(stretches) -> dict[str, tuple[date, date, int]]:
    found = [one for one in stretches if one.stake.what == "account"]
    return {one.stake.key: (one.first, one.last, one.days) for one in found}


def test_a_narrower_scope_names_exactly_whom_it_would_have_taken_and_on_which_days(kept):
    first = today(kept)
    live(kept, 1)
    kept.change("E0001", department="Stores")
    kept.hire("E0007", department="Sales")
    live(kept, 2)
    found = over_time(kept.job(), without(kept, "department", "Sales"), first, today(kept))
    third = first + timedelta(days=2)
    lost = accounts(found.stretches.lost)

    assert set(lost) == {"E0001", "E0002", "E0003", "E0007"}
    assert lost["E0001"] == (first, first + timedelta(days=1), 2)
    assert lost["E0002"][:2] == (first, today(kept))
    assert lost["E0007"][0] == third
    assert accounts(found.stretches.gained) == {}
    assert [one.day.gap for one in found.days] == [""] * 4


def test_whoever_left_and_was_deleted_since_counts_on_the_days_when_they_were_there(kept):
    kept.changes["limits"] = {}
    live(kept, 1)
    then = today(kept)
    kept.leave("E0002", end_date="2031-01-01")
    live(kept, 33)
    found = what_if_on(kept.job(), without(kept, "department", "Sales"), then)

    assert kept.accounts_of("E0002") == 0
    came = {(o.draft.key, o.action.operation.value) for o in found.found.difference.came}
    assert ("E0002", "disable") in came
    assert found.links_at == found.look.at


def test_half_a_feed_is_a_gap_with_its_reason_and_no_day_beside_it_is_taken(kept):
    kept.changes["guard"] = Guard()
    live(kept, 1)
    kept.pass_hours(24)
    kept.source.faults.cut_reads = [3]
    refused = kept.plan()
    half = today(kept)
    live(kept, 1)
    other = without(kept, "department", "Sales")
    days = {one.date: one for one in days_of(kept.job(), other, half - timedelta(1), today(kept))}

    assert refused.exit_code == 4
    assert [bool(one.look) for one in days.values()] == [True, False, True]
    assert "3 of 6 rows" in days[half].gap
    with pytest.raises(DayUnknown) as told:
        what_if_on(kept.job(), other, half)
    assert "3 of 6 rows" in told.value.found


def test_a_whole_read_of_the_morning_answers_for_a_day_whose_evening_feed_was_half(kept):
    kept.changes["guard"] = Guard()
    live(kept, 1)
    morning = kept.clock.now()
    kept.pass_hours(2)
    kept.source.faults.cut_reads = [3]
    kept.plan()
    (day,) = days_of(kept.job(), kept.job(), today(kept), today(kept))

    assert day.look is not None
    assert day.look.at == morning


def test_days_on_which_nothing_was_read_are_told_and_never_filled_in(kept):
    first = today(kept)
    kept.pass_hours(72)
    live(kept, 1)
    other = without(kept, "department", "Sales")
    found = over_time(kept.job(), other, first - timedelta(1), today(kept) + timedelta(1))
    gaps = [one.day.gap for one in found.days]

    assert gaps == [
        "the history begins later",
        "",
        *["nothing was read"] * 3,
        "",
        "the day has not come",
    ]
    assert {one.days for one in found.stretches.lost if one.stake.what == "account"} == {2}


def test_nothing_of_a_question_about_the_past_is_recorded(kept):
    first = today(kept)
    live(kept, 2)
    kept.hire("E0099", department="Sales")
    before, writes = content(kept), kept.writes
    other = without(kept, "department", "Sales")
    found = over_time(kept.job(), other, first, today(kept))
    what_if_on(kept.job(), other, first)

    assert found.stretches.lost
    assert (content(kept), kept.writes) == (before, writes)
    assert kept.store.revisions.get("hr-to-app", "e" * 64) is None


def test_what_is_older_than_is_kept_is_deleted_and_the_log_says_so(kept):
    first = today(kept)
    kept.history = HistoryPolicy(days=3)
    kept.change("E0001", title="Once")
    live(kept, 1)
    kept.change("E0001", title="Chief")
    live(kept, 6)
    events = [json.loads(body) for _, body in kept.store.log.leaves()]
    deleted = [one["facts"] for one in events if one["kind"] == "history_deleted"]
    days = days_of(kept.job(), kept.job(), first, today(kept))
    with closing(sqlite3.connect(kept.folder / "office.db")) as database:
        ((oldest,),) = database.execute("SELECT min(at) FROM history_sight").fetchall()
        changes = database.execute("SELECT body FROM history_change").fetchall()

    assert deleted
    assert {one["days"] for one in deleted} == {3}
    assert [bool(one.look) for one in days] == [False] * 4 + [True] * 4
    assert days[0].gap == "the history begins later"
    assert oldest >= (kept.clock.now() - timedelta(days=3)).isoformat()[:10]
    assert not [body for (body,) in changes if body and "Once" in body]


def rows_kept(office: Office) -> int:
    question = (
        "SELECT look FROM history_sight UNION ALL SELECT look FROM history_change "
        "UNION ALL SELECT chapter FROM history_page"
    )
    with closing(sqlite3.connect(office.folder / "office.db")) as database:
        return len(database.execute(question).fetchall())


def test_a_history_that_is_switched_off_is_deleted_by_the_next_full_read(kept):
    live(kept, 1)
    assert rows_kept(kept) > 0
    kept.history = HistoryPolicy(days=0)
    live(kept, 1)
    events = [json.loads(body) for _, body in kept.store.log.leaves()]
    (day,) = days_of(kept.job(), kept.job(), today(kept), today(kept))

    assert rows_kept(kept) == 0
    assert [one["facts"]["days"] for one in events if one["kind"] == "history_deleted"] == [0]
    assert day.look is None
    live(kept, 1)
    assert verify(kept.folder / "office.db").problems == ()


def test_rows_go_in_time_although_the_feed_comes_half_for_weeks(kept):
    kept.changes["guard"] = Guard()
    kept.history = HistoryPolicy(days=3)
    live(kept, 1)
    for _ in range(5):
        kept.pass_hours(24)
        kept.source.faults.cut_reads = [3]
        assert kept.plan().exit_code == 4

    assert rows_kept(kept) == 0


def test_a_key_that_is_another_one_today_makes_the_day_a_gap(kept):
    live(kept, 1)
    job = kept.job()
    users = replace(job.rules.objects[USERS], key="title")
    objects = {**job.rules.objects, USERS: users}
    other = replace(job, rules=replace(job.rules, objects=objects, configuration="e" * 64))
    (day,) = days_of(job, other, today(kept), today(kept))

    assert day.look is None
    assert "`employee_id` was the key then" in day.gap


def test_only_what_the_rules_ask_for_is_kept_and_no_secret_ever(kept):
    kept.source.users[next(iter(kept.source.users))]["start_date"] = "2031-01-09"
    map_besides(kept, once("password", "RandomString(16,3,3,3,3,3)"))
    live(kept, 1)
    with closing(sqlite3.connect(kept.folder / "office.db")) as database:
        feeds = database.execute("SELECT strand, attributes FROM history_feed").fetchall()
    attributes = {name for strand, text in feeds if strand == "rows" for name in json.loads(text)}

    assert {"employee_id", "title", "externalId", "group", "member"} <= attributes
    assert "password" not in attributes
    assert "start_date" not in attributes


def test_a_rule_that_looks_at_what_was_not_read_then_makes_the_day_a_gap(kept):
    live(kept, 1)
    (day,) = days_of(kept.job(), without(kept, "start_date", "x"), today(kept), today(kept))

    assert day.look is None
    assert "`start_date` was not read then" in day.gap


def test_without_a_history_nothing_is_kept_and_nothing_is_answered(office):
    office.hire_many(3)
    office.open_up()
    (day,) = days_of(office.job(), office.job(), today(office), today(office))
    with closing(sqlite3.connect(office.folder / "office.db")) as database:
        ((rows,),) = database.execute("SELECT count(*) FROM history_look").fetchall()

    assert (day.gap, rows) == ("there is no history", 0)
    with pytest.raises(CommandInvalid):
        over_time(office.job(), office.job(), today(office), today(office) - timedelta(1))


def test_a_read_that_shows_the_same_adds_no_row(kept):
    live(kept, 1)
    question = "SELECT count(*) FROM history_change UNION ALL SELECT count(*) FROM history_page"
    with closing(sqlite3.connect(kept.folder / "office.db")) as database:
        before = database.execute(question).fetchall()
        live(kept, 2)
        assert database.execute(question).fetchall() == before


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("kind", [Deltas.STATES, Deltas.HINTS])
def test_a_cycle_that_died_after_its_read_leaves_no_wrong_row_behind(kept, kind):
    kept.source.feed.kind = kept.target.feed.kind = kind
    live(kept, 1)
    kept.change("E0002", title="Chief")

    def die(milestone: str) -> None:
        if milestone == "reads.kept":
            raise Killed

    slow = CyclePolicy(full_every_hours=1000)
    with pytest.raises(Killed):
        plan_job(replace(kept.job(reached=die), cycle=slow))
    kept.change("E0002", title="Clerk")
    kept.pass_hours(1)
    run_job(replace(kept.job(), cycle=slow))
    same = without(kept, "department", "Sales")
    found = what_if_on(kept.job(), same, today(kept))
    came = [one for one in found.found.today.actions if one.draft.key == "E0002"]

    assert came == []


def test_what_was_agreed_later_was_in_no_force_on_that_day(kept):
    """A keep that waited then would else have kept an account that was switched off."""
    now, store = kept.clock.now(), kept.store
    about = (USERS, "E0001", "", None, "because", "ann", "")
    keep = Override("o1", OverrideKind.KEEP, "", *about, now, None, needs_consent=True)
    store.overrides.add(keep, [])
    store.overrides.agree("o1", Consent("bob", "seen", now + timedelta(days=1)), [])

    then = store_then(store, {}, now + timedelta(hours=1)).overrides
    later = store_then(store, {}, now + timedelta(days=2)).overrides
    assert [one.waits for one in (*then.all(), *then.standing(OverrideKind.KEEP))] == [True, True]
    assert [one.waits for one in later.all()] == [False]

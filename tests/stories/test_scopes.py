"""Who is in scope from day to day: by dates, by groups, by whom they report to."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from provisor.domain.plan import URGENT, Ruling
from provisor.domain.rules import OnPartial
from provisor.domain.schema import ObjectType
from provisor.domain.scope import (
    AllOf,
    AnyOf,
    Belonging,
    Circle,
    Clause,
    Not,
    Operator,
    Step,
    Titled,
)
from provisor.engine.explain import explain
from provisor.ports.store import PlanStatus
from tests.stories.workplace import Office, office_rules

pytestmark = pytest.mark.both_executors

ACTIVE = Clause("status", Operator.EQUALS, "active")
STARTED = Clause("start_date", Operator.ON_OR_BEFORE, "today")


def ask(office: Office, condition, setting="scope", **changes):
    """Let the office's users be in scope, or leave, by this condition."""
    objects = dict(office_rules(office.target).objects)
    objects[ObjectType.USERS] = replace(objects[ObjectType.USERS], **{setting: condition})
    office.changes = {"objects": objects, **changes}


def test_a_scope_by_start_date_lets_a_joiner_in_on_the_day(office):
    ask(office, AllOf((ACTIVE, STARTED)))
    office.hire_many(30, first=1)
    for number in range(1, 31):
        office.change(f"E{number:04d}", start_date="2030-01-01")
    office.hire("E9", start_date="2031-04-08")
    office.open_up()
    office.pass_hours(35.9)
    eve = office.run()
    office.pass_hours(0.2)
    day = office.run()

    assert eve.stored.plan.actions == ()
    assert (day.exit_code, office.accounts_of("E9")) == (0, 1)


def test_the_day_begins_where_the_configuration_says(office):
    ask(office, AllOf((ACTIVE, STARTED)), zone=ZoneInfo("Pacific/Auckland"))
    office.hire("E9", start_date="2031-04-07")
    office.open_up()

    assert office.accounts_of("E9") == 1


def test_a_scope_that_looks_ahead_makes_the_account_before_the_first_day(office):
    soon = AnyOf((STARTED, Clause("start_date", Operator.WITHIN, "14 days")))
    ask(office, soon)
    office.hire("E8", start_date="2031-04-20")
    office.hire("E9", start_date="2031-04-21")
    office.open_up()

    assert (office.accounts_of("E8"), office.accounts_of("E9")) == (1, 0)


def test_a_last_day_that_is_over_makes_a_leaver_without_a_vote(office):
    ask(office, Clause("end_date", Operator.BEFORE, "today"), "leaver")
    office.hire_many(30)
    office.change("E0002", end_date="2031-04-06")
    office.open_up()
    last = office.account("E0002")["active"]
    office.pass_hours(12.1)
    result = office.run()

    assert last is True
    assert (result.exit_code, office.account("E0002")["active"]) == (0, False)


def test_an_unreadable_date_takes_nothing_from_anybody(office):
    ask(office, AllOf((ACTIVE, STARTED)))
    office.hire_many(30)
    for number in range(1, 31):
        office.change(f"E{number:04d}", start_date="2030-01-01")
    office.open_up()
    office.change("E0003", start_date="01.04.2031", title="Chief")
    result = office.run()
    problem = result.stored.set_aside[0]

    assert result.exit_code == 3
    assert office.account("E0003")["active"] is True
    assert office.account("E0003")["title"] == "Clerk"
    assert (problem.key, problem.code) == ("E0003", "condition_undecided")
    assert "01.04.2031" not in str(problem)
    assert "no date or time" in problem.parts["found"]


def test_bad_data_never_hold_a_leavers_disable_back(office):
    gone = AnyOf(
        (
            Clause("end_date", Operator.BEFORE, "today"),
            Clause("status", Operator.EQUALS, "terminated"),
        )
    )
    ask(office, gone, "leaver")
    office.hire_many(30)
    office.open_up()
    office.leave("E0002", end_date="31.03.2031")
    result = office.run()

    assert (result.exit_code, office.account("E0002")["active"]) == (0, False)


# --- groups --------------------------------------------------------------------------------


def test_who_joins_a_group_inside_the_group_comes_into_scope_and_who_leaves_it_goes(office):
    ask(office, Belonging(Circle("Staff", by="name", transitive=True)))
    office.found_group("G1", "Staff", "E0001")
    office.found_group("G2", "Sales")
    office.join("G1", "G2")
    office.hire_many(30)
    for number in range(2, 31):
        office.join("G2", f"E{number:04d}")
    office.hire("E9")
    office.open_up()
    outside = office.accounts_of("E9")
    office.join("G2", "E9")
    office.part_from("G2", "E0002")
    office.run()

    assert (outside, office.accounts_of("E9")) == (0, 1)
    assert office.account("E0002")["active"] is False
    assert office.account("E0001")["active"] is True


def test_an_unread_membership_never_puts_anybody_out_of_scope(office):
    ask(office, Belonging(Circle("G1")), on_partial=OnPartial.PRESENCE)
    office.hire_many(30)
    office.found_group("G1", "Staff", *(f"E{number:04d}" for number in range(1, 31)))
    office.open_up()
    # People and groups are read whole; of the memberships only those of G0, which come first.
    office.source.faults.cut_reads.extend([None, None, 30])
    result = office.run()
    stored = result.stored

    assert {problem.code for problem in stored.set_aside} == {"condition_undecided"}
    assert stored.records[ObjectType.USERS].classes["set_aside"] == 30
    assert stored.accounts[ObjectType.USERS].classes["held"] == 30
    assert stored.plan.actions == ()
    assert all(office.account(f"E{number:04d}")["active"] for number in range(1, 31))


def test_memberships_that_only_a_condition_needs_are_read_and_guarded(office):
    ask(office, Belonging(Circle("G1")), memberships=None)
    office.found_group("G1", "Staff", *(f"E{number:04d}" for number in range(1, 31)))
    office.hire_many(30)
    office.open_up()
    for group in office.source.members.values():
        group.clear()
    result = office.run()

    assert (result.exit_code, result.stored.status) == (4, PlanStatus.REFUSED)
    assert any(v.result is Ruling.REFUSED for v in result.stored.verdicts)


@pytest.mark.parametrize(
    ("condition", "part"),
    [
        (Belonging(Circle("G1")), URGENT),
        (Not(Belonging(Circle("G2"))), "users.disable"),
        (Belonging(Circle("G2"), Operator.NOT_MEMBER_OF), "users.disable"),
        (AnyOf((Not(Belonging(Circle("G2"))), Belonging(Circle("G1")))), URGENT),
    ],
    ids=str,
)
def test_being_left_out_of_a_group_is_no_positive_sign_of_leaving(office, condition, part):
    ask(office, condition, "leaver")
    office.hire_many(30)
    office.found_group("G1", "Left")
    office.found_group("G2", "Staff", *(f"E{number:04d}" for number in range(1, 31)))
    office.open_up()
    office.join("G1", "E0002")
    office.part_from("G2", "E0002")
    result = office.run()

    assert [p.part for p in result.stored.parts if "disable" in p.part or p.part == URGENT] == [
        part
    ]
    assert office.account("E0002")["active"] is False


# --- references ----------------------------------------------------------------------------


def test_people_follow_their_manager_into_scope_and_out_of_it(office):
    boss = Clause("title", Operator.EQUALS, "Chief", steps=(Step("manager", ObjectType.USERS),))
    ask(office, boss)
    office.hire("E1", title="Chief", manager="E1")
    for number in range(2, 40):
        office.hire(f"E{number}", manager="E1")
    office.hire("E99", manager="E2")
    office.open_up()
    before = office.accounts_of("E99")
    office.change("E99", manager="E1")
    office.run()
    office.change("E5", manager="E2")
    office.run()

    assert (before, office.accounts_of("E99")) == (0, 1)
    assert office.account("E5")["active"] is False
    assert office.account("E6")["active"] is True


# --- the story of one ----------------------------------------------------------------------

NORDIC = Titled("Nordic offices", Clause("country", Operator.IN, values=("SE", "NO")))
SCOPE = Titled("Everybody who works", AllOf((ACTIVE, AnyOf((NORDIC, Not(STARTED))))))


@pytest.mark.parametrize(
    ("values", "summary", "clauses"),
    [
        (
            {"country": "SE"},
            "in scope: country IN SE, NO",
            [
                ("status EQUALS active", "active", True),
                ("country IN SE, NO", "SE", True),
            ],
        ),
        (
            {"country": "DK", "start_date": "2031-04-01"},
            "out of scope: country IN SE, NO",
            [
                ("country IN SE, NO", "DK", False),
                ("not (start_date ON_OR_BEFORE today)", "2031-04-01", False),
            ],
        ),
        (
            {"status": "paused"},
            "out of scope: status EQUALS active",
            [("status EQUALS active", "paused", False)],
        ),
        (
            {"country": None, "start_date": "soon"},
            "cannot be said: clause `not (start_date ON_OR_BEFORE today)`",
            [
                (
                    "not (start_date ON_OR_BEFORE today)",
                    "soon; a value that is no date or time",
                    None,
                )
            ],
        ),
        (
            {"status": "terminated"},
            "leaver: status EQUALS terminated",
            [("status EQUALS terminated", "terminated", True)],
        ),
    ],
)
def test_the_story_names_the_clauses_that_decided_with_what_they_found(
    office, values, summary, clauses
):
    ask(office, SCOPE)
    office.hire("E1", **values)
    story = explain(office.job(), "E1")

    assert story.scope == summary
    assert [(r.clause, r.found, r.holds) for r in story.reasons] == clauses


def test_the_story_names_the_titles_around_a_clause(office):
    ask(office, SCOPE)
    office.hire("E1", country="SE")
    story = explain(office.job(), "E1")

    assert [reason.titles for reason in story.reasons] == [
        ("Everybody who works",),
        ("Everybody who works", "Nordic offices"),
    ]


def test_the_story_tells_of_groups_and_of_other_records(office):
    boss = Clause("title", Operator.EQUALS, "Chief", steps=(Step("manager", ObjectType.USERS),))
    ask(office, AnyOf((boss, Belonging(Circle("G0")), Belonging(Circle("G8")))))
    office.hire("E1", title="Chief")
    office.hire("E2", manager="E1")
    office.hire("E3")
    office.part_from("G0", "E3")
    stories = {key: explain(office.job(), key) for key in ("E1", "E2", "E3")}
    told = {key: [(r.clause, r.found) for r in story.reasons] for key, story in stories.items()}

    assert told == {
        "E1": [("MEMBER OF G0", "a member")],
        "E2": [("manager.title EQUALS Chief", "Chief")],
        "E3": [("MEMBER OF G8", "memberships that were not read for sure")],
    }

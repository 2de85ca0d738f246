"""The fuse as arithmetic: what flows is within every bound, and what stands on a bound flows."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provisor.domain.action import Action, Operation, Risk, Wave
from provisor.domain.bounds import DEFAULT_LIMITS, Limit, class_of
from provisor.domain.harm import Bucket, History, Wholes, harm_besides
from provisor.domain.limits import MOST_APART, Judged, examine_drafts
from provisor.domain.marking import is_privileged_group
from provisor.domain.plan import URGENT, Draft, Ruling
from provisor.domain.rules import JobRules
from provisor.domain.schema import ObjectType

USERS, MEMBERSHIPS = ObjectType.USERS, ObjectType.MEMBERSHIPS
DISABLE = Bucket("users.disable")
OLD = History(first_run=False, revision_is_new=False)


def rules(**limits: Limit) -> JobRules:
    return JobRules("job", "hr", "app", "c" * 64, {}, limits={**DEFAULT_LIMITS, **limits})


def act(number: int, department: str = "", **changes: object) -> Draft:
    action = Action(Operation.DISABLE, USERS, "app", f"i{number}", None, str(number))
    draft = Draft(action, f"E{number}", "", Wave.DISABLE)
    about = (("department", department),) if department else ()
    return replace(draft, about=about, **changes)  # type: ignore[arg-type]  # tests name fields freely


def membership(group: str, adds: int, removes: int, size: int | None) -> Draft:
    action = Action(
        Operation.MEMBERSHIP,
        MEMBERSHIPS,
        "app",
        group,
        None,
        None,
        adds=tuple(f"a{n}" for n in range(adds)),
        removes=tuple(f"r{n}" for n in range(removes)),
    )
    return Draft(action, group, group, Wave.MEMBERSHIPS, size_before=size)


def rulings(judged: Judged) -> dict[str, Ruling]:
    return {part.part: part.verdict for part in judged.parts}


counts = st.integers(0, 40)


@settings(max_examples=200)
@given(planned=counts, done=counts, month=counts, limit=counts, monthly=counts, managed=counts)
def test_a_part_flows_exactly_while_every_bound_holds(
    planned, done, month, limit, monthly, managed
):
    bound = Limit(limit, 20, 10, month=Limit(monthly, 50, 10))
    history = replace(OLD, day={DISABLE: done}, month={DISABLE: done + month})
    judged = examine_drafts(
        rules(disable=bound), [act(n) for n in range(planned)], Wholes({USERS: managed}), history
    )
    day, long = planned + done, planned + done + month
    within = day <= limit and long <= monthly
    if managed >= 10:
        within = within and day * 100 <= 20 * managed and long * 100 <= 50 * managed

    expected = Ruling.ALLOWED if within else Ruling.NEEDS_DECISION
    assert rulings(judged) == ({"users.disable": expected} if planned else {})


@settings(max_examples=100)
@given(st.lists(st.sampled_from(["Sales", "IT", "Legal"]), max_size=12), st.integers(0, 5))
def test_every_department_flows_within_its_own_bound_and_waits_alone_above_it(people, most):
    drafts = [act(n, department) for n, department in enumerate(people)]
    bound = Limit(100, by={"department": Limit(most)})
    judged = examine_drafts(rules(disable=bound), drafts, Wholes({}), OLD)

    crossed = {name for name in people if people.count(name) > most}
    waiting = {p for p, ruling in rulings(judged).items() if ruling is not Ruling.ALLOWED}
    assert waiting == {f"users.disable:{name}" for name in crossed}
    flowing = [d for d in judged.drafts if rulings(judged)[d.part] is Ruling.ALLOWED]
    assert [dict(d.about)["department"] for d in flowing] == [p for p in people if p not in crossed]


def test_so_many_departments_that_nobody_reads_them_all_make_everybody_wait():
    drafts = [act(n, f"D{n}") for n in range(MOST_APART + 1)]
    bound = Limit(1000, by={"department": Limit(0)})
    judged = examine_drafts(rules(disable=bound), drafts, Wholes({}), OLD)

    assert rulings(judged) == {"users.disable": Ruling.NEEDS_DECISION}
    assert any(one.name == "limit_many" for one in judged.verdicts)
    few = examine_drafts(rules(disable=bound), drafts[1:], Wholes({}), OLD)
    assert len(few.parts) == MOST_APART


@pytest.mark.parametrize(
    ("size", "before", "waits"),
    [(100, 0, False), (100, 24, True), (10, 0, False), (None, 0, False)],
)
def test_members_lost_are_in_percent_of_those_that_the_group_had(size, before, waits):
    lost = Bucket("memberships.members_lost", "group", "G1")
    history = replace(OLD, day={lost: before}, month={lost: before})
    judged = examine_drafts(rules(), [membership("G1", 0, 9, size)], Wholes({}), history)

    assert (rulings(judged).get("memberships.membership:G1") is not None) is waits


def test_a_membership_act_counts_for_everybody_whom_it_moves():
    draft = membership("G1", 3, 4, 100)
    judged = examine_drafts(rules(membership=Limit(6)), [draft], Wholes({}), OLD)

    assert rulings(judged) == {"memberships.membership": Ruling.NEEDS_DECISION}
    lost = Bucket("memberships.members_lost", "group", "G1")
    assert dict(harm_besides(draft)) == {Bucket("memberships.membership"): 6, lost: 4}


def test_an_urgent_disable_is_judged_by_nothing_but_its_own_bound():
    none = Limit(0, by={"department": Limit(0)})
    judged = examine_drafts(
        rules(disable=none, total=Limit(0)), [act(1, "Sales", urgent=True)], Wholes({}), OLD
    )

    assert rulings(judged) == {URGENT: Ruling.ALLOWED}


@pytest.mark.parametrize(
    ("operation", "risk", "expected"),
    [
        (Operation.UPDATE, Risk.ORDINARY, "update"),
        (Operation.UPDATE, Risk.IDENTITY_KEY, "identity_key"),
        (Operation.CREATE, Risk.PRIVILEGED, "privileged_grant"),
        (Operation.ENABLE, Risk.PRIVILEGED, "privileged_grant"),
        (Operation.UPDATE, Risk.PRIVILEGED, "privileged_change"),
        (Operation.DISABLE, Risk.PRIVILEGED, "privileged_revoke"),
        (Operation.DELETE, Risk.DESTRUCTIVE, "delete"),
    ],
)
def test_an_act_is_counted_in_one_class(operation, risk, expected):
    assert class_of(Action(operation, USERS, "app", "i", None, "1", risk=risk)) == expected


@pytest.mark.parametrize(
    ("name", "privileged"),
    [("Domain Admins", True), ("ADMINS", True), ("admin", False), ("Payroll", True), ("", False)],
)
def test_privileged_groups_are_named_by_patterns(name, privileged):
    assert is_privileged_group(name, ("*admins", "payroll")) is privileged

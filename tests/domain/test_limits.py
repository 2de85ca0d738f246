"""The fuse as arithmetic: what flows is within every bound, and what stands on a bound flows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provisor.domain.action import Action, Change, Operation, Risk, Wave
from provisor.domain.bounds import DEFAULT_LIMITS, Limit, class_of
from provisor.domain.harm import Bucket, History, Wholes, change_of, harm_besides
from provisor.domain.limits import MOST_APART, Judged, examine_drafts
from provisor.domain.marking import Seen, is_privileged_group, marked
from provisor.domain.plan import URGENT, Draft, Ruling
from provisor.domain.relative_time import Moment
from provisor.domain.rules import JobRules, ObjectRules
from provisor.domain.schema import ObjectSchema, ObjectType
from tests.domain.worlds import NOON

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


def changing(number: int, *attributes: str, **changes: object) -> Draft:
    made = tuple(Change(name, "a", "b") for name in attributes)
    action = Action(Operation.UPDATE, USERS, "app", f"i{number}", None, str(number), changes=made)
    return Draft(replace(action, **changes), f"E{number}", "", Wave.ATTRIBUTES)  # type: ignore[arg-type]  # tests name fields freely


def limited(**bounds: Limit) -> JobRules:
    users = ObjectRules(USERS, "id", ObjectSchema(USERS, ()), (), limits=bounds)
    return replace(
        rules(update=Limit(), identity_key=Limit(), clear=Limit()), objects={USERS: users}
    )


def judged_changes(bounds: JobRules, drafts: list[Draft], history: History = OLD) -> Judged:
    drafts = [marked(draft, bounds, Seen(Moment(NOON, UTC))) for draft in drafts]
    return examine_drafts(bounds, drafts, Wholes({USERS: 100}), history)


@settings(max_examples=100)
@given(both=counts, titles=counts, done=counts, month=counts, most=counts, monthly=counts)
def test_changes_of_an_attribute_are_counted_exactly_whatever_the_operation(
    both, titles, done, month, most, monthly
):
    bounds = limited(mail=Limit(most, month=Limit(monthly)))
    drafts = [changing(n, "mail", "title") for n in range(both)]
    drafts += [changing(100 + n, "title") for n in range(titles)]
    drafts += [changing(200 + n, "mail", risk=Risk.IDENTITY_KEY) for n in range(both)]
    before = change_of(USERS, "mail")
    history = replace(OLD, day={before: done}, month={before: done + month})
    judged = judged_changes(bounds, drafts, history)

    fits = not both or (2 * both + done <= most and 2 * both + done + month <= monthly)
    expected = {"users.update": Ruling.ALLOWED} if titles or (both and fits) else {}
    if both:
        own = "" if fits else ":mail"
        ruling = Ruling.ALLOWED if fits else Ruling.NEEDS_DECISION
        expected |= {f"users.update{own}": ruling, f"users.identity_key{own}": ruling}
    assert rulings(judged) == expected


def test_an_attribute_in_percent_is_of_the_managed_accounts():
    assert rulings(
        judged_changes(limited(mail=Limit(percent=5)), [changing(n, "mail") for n in range(5)])
    ) == {"users.update": Ruling.ALLOWED}
    over = judged_changes(limited(mail=Limit(percent=5)), [changing(n, "mail") for n in range(6)])

    assert rulings(over) == {"users.update:mail": Ruling.NEEDS_DECISION}
    told = next(one for one in over.verdicts if one.name == "attribute_percent")
    assert (told.value, told.limit, told.about) == ("6 of 100 (6.0 %)", "5 %", "attribute mail")


def test_new_accounts_and_urgent_disables_change_no_attribute():
    drafts = [
        changing(1, "mail", operation=Operation.CREATE),
        replace(changing(2, "active", operation=Operation.DISABLE), urgent=True),
    ]
    judged = judged_changes(limited(mail=Limit(0), active=Limit(0)), drafts)

    assert {one.part: one.verdict for one in judged.parts if ":" in one.part} == {}

"""Duties on small worlds by chance: what is left of a plan equals what brute force leaves."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from provisor.domain.action import Action, Operation, Wave
from provisor.domain.duties import Claim, Duty, Right, Then
from provisor.domain.plan import Draft
from provisor.domain.schema import ObjectType
from provisor.domain.separating import Holder, Holdings, gains_of, separate

PEOPLE = ("a", "b", "c")
GROUPS = ("buyers", "payers", "auditors", "bosses")
TARGETS = ("app", "bank")

groups = st.sampled_from(GROUPS)
claims = st.builds(Claim, st.sampled_from(TARGETS), st.just(""), st.sampled_from((*GROUPS, "b*")))
sides = st.lists(claims, min_size=1, max_size=2).map(tuple)
duty_sets = st.lists(
    st.builds(Duty, st.sampled_from("xyz"), sides, sides, st.sampled_from(Then)),
    max_size=3,
    unique_by=lambda duty: duty.name,
)
rights = st.builds(Right, st.sampled_from(TARGETS), st.just(""), groups)
holdings = st.dictionaries(st.sampled_from(PEOPLE), st.frozensets(rights, max_size=3))
plans = st.dictionaries(
    groups, st.tuples(st.frozensets(st.sampled_from(PEOPLE)), st.frozensets(st.just("z")))
)
exceptions = st.dictionaries(st.sampled_from(PEOPLE), st.frozensets(st.sampled_from("xyz")))


def draft(group: str, adds: frozenset[str], removes: frozenset[str]) -> Draft:
    action = Action(
        Operation.MEMBERSHIP, ObjectType.MEMBERSHIPS, "app", group, group, None,
        adds=tuple(sorted(adds)), removes=tuple(sorted(removes)), rule="memberships: ours",
    )  # fmt: skip
    return Draft(action, group, group, Wave.MEMBERSHIPS)


def word_on(
    duties: list[Duty], gained: set[Right], held: frozenset[Right], excepted: frozenset[str]
) -> dict[Right, Then]:
    """What must become of every grant, by looking at every two rights under every duty."""
    said: dict[Right, Then] = {}
    everything = gained | held
    for duty, left, right in product(duties, everything, everything):
        apart = any(c.covers(left) for c in duty.one) and any(c.covers(right) for c in duty.other)
        if left == right or not apart or duty.name in excepted:
            continue
        for one in {left, right} - held:
            refused = Then.REFUSE in (duty.then, said.get(one))
            said[one] = Then.REFUSE if refused else Then.ASK
    return said


@given(duty_sets, plans, holdings, exceptions)
def test_what_is_left_out_and_what_waits_is_what_brute_force_finds(
    duties, plan, held, excepted
) -> None:
    drafts = [draft(group, *turn) for group, turn in sorted(plan.items()) if any(turn)]
    people = {one: Holder(one, "", excepted.get(one, frozenset())) for one in PEOPLE}
    done = separate(drafts, duties, Holdings(people, held))

    gained = gains_of(drafts)
    expected: dict[tuple[str, Right], Then | None] = {}
    for person, own in gained.items():
        said = word_on(
            duties, own, held.get(person, frozenset()), excepted.get(person, frozenset())
        )
        expected |= {(person, right): said.get(right) for right in own}
    flowing = {
        (member, Right("app", "", one.name))
        for one in done.drafts
        for member in one.action.adds
        if not one.apart
    }
    waiting = {
        (member, Right("app", "", one.name))
        for one in done.drafts
        for member in one.action.adds
        if one.apart
    }
    assert flowing == {given for given, then in expected.items() if then is None}
    assert waiting == {given for given, then in expected.items() if then is Then.ASK}
    refused = sum(then is Then.REFUSE for then in expected.values())
    assert len(done.refused) == refused


@given(duty_sets, plans, holdings)
def test_what_is_taken_away_is_taken_away_whatever_duties_say(duties, plan, held) -> None:
    drafts = [draft(group, *turn) for group, turn in sorted(plan.items()) if any(turn)]
    people = {one: Holder(one) for one in (*PEOPLE, "z")}
    done = separate(drafts, duties, Holdings(people, held))

    taken = sorted((one.name, m) for one in done.drafts for m in one.action.removes)
    assert taken == sorted((one.name, m) for one in drafts for m in one.action.removes)
    assert all(len(one.action.adds) == 1 for one in done.drafts if one.apart)

"""Leaving, coming back, dates and protected ranges, as people write them."""

from __future__ import annotations

import pytest

from provisor.domain.comeback import Return
from provisor.domain.flow import WhenEmpty
from provisor.domain.leaving import CountedFrom, Gone, LeavePolicy, OnReturn
from provisor.domain.schema import ObjectType
from provisor.errors import SettingInvalid, UnknownName
from tests.config.samples import compiled, spoilt

PLAIN = "on_leave: {disable: now, delete_after_days: 30}"


def users(folder, leave):
    """The compiled rules for users with something else in place of `on_leave`."""
    return compiled(folder, spoilt(PLAIN, leave)).rules.objects[ObjectType.USERS]


def refused(folder, leave):
    with pytest.raises((SettingInvalid, UnknownName)) as caught:
        users(folder, leave)
    return caught.value


def test_what_was_written_before_means_what_it_meant(tmp_path):
    policy = users(tmp_path, PLAIN).on_leave.policy

    assert {policy(why) for why in Gone} == {LeavePolicy(True, 30)}


def test_a_reason_with_a_policy_of_its_own_takes_nothing_from_the_others(tmp_path):
    written = (
        "on_leave: {disable: now, delete_after_days: 30, out_of_scope: nothing, "
        "absent: {wait_days: 7, delete_after_days: 90, count_from: leaving}, denied: {delete: now}}"
    )
    policy = users(tmp_path, written).on_leave.policy

    assert policy(Gone.LEAVER) == LeavePolicy(True, 30)
    assert policy(Gone.OUT_OF_SCOPE) == LeavePolicy(disable=False)
    assert policy(Gone.ABSENT) == LeavePolicy(True, 90, CountedFrom.LEAVING, 7)
    assert policy(Gone.DENIED) == LeavePolicy(True, 0, CountedFrom.LEAVING)


def test_memberships_stay_unless_a_policy_says_otherwise_and_the_digest_with_them(tmp_path):
    written = "on_leave: {memberships: remove, out_of_scope: {disable: now}, denied: nothing}"
    policy = users(tmp_path, written).on_leave.policy
    taking = {why for why in Gone if policy(why).takes_memberships}
    plain = compiled(tmp_path, spoilt(PLAIN, PLAIN)).rules.configuration
    kept = spoilt(PLAIN, "on_leave: {disable: now, delete_after_days: 30, memberships: remove}")

    assert taking == {Gone.LEAVER, Gone.ABSENT, Gone.EARLY}
    assert compiled(tmp_path, kept).rules.configuration != plain


@pytest.mark.parametrize("touched", ["memberships: add_only", ""])
def test_memberships_that_a_job_never_takes_cannot_be_taken_from_leavers(tmp_path, touched):
    text = spoilt(PLAIN, "on_leave: {absent: {memberships: remove}}")
    text = text.replace(", memberships: ours", f", {touched}" if touched else "")
    with pytest.raises(SettingInvalid) as caught:
        compiled(tmp_path, text)

    assert "on_leave.absent.memberships" in caught.value.where
    assert "takes away" in caught.value.found


def test_what_is_set_keeps_where_it_gives_nothing_and_null_clears(tmp_path):
    written = "on_leave: {set: {displayName: '\"left\"', title: null}}"
    given, cleared = users(tmp_path, written).on_leave.sets

    assert (given.attribute, given.when_empty) == ("displayName", WhenEmpty.KEEP)
    assert (cleared.attribute, cleared.when_empty) == ("title", WhenEmpty.CLEAR)


@pytest.mark.parametrize(
    ("entry", "word"),
    [
        ("active: '\"x\"'", "switches"),
        ("externalId: '\"x\"'", "known"),
        ("title: 'Guid()'", "another value"),
        ("userName: null", "requires"),
    ],
)
def test_what_a_leavers_account_cannot_be_given_is_refused_with_its_place(tmp_path, entry, word):
    problem = refused(tmp_path, f"on_leave: {{set: {{{entry}}}}}")

    assert word in problem.found
    assert "on_leave" in problem.where


def test_an_unknown_target_attribute_is_refused(tmp_path):
    assert "titel" in refused(tmp_path, "on_leave: {set: {titel: '\"x\"'}}").what


def test_an_unknown_source_attribute_is_refused_with_the_nearest(tmp_path):
    problem = refused(tmp_path, "on_leave: {set: {title: '[surnam]'}}")

    assert "surname" in problem.found + problem.next


@pytest.mark.parametrize(
    "written",
    [
        "on_leave: {delete: now, delete_after_days: 3}",
        "on_leave: {count_from: leaving}",
        "on_leave: {disable: later}",
        "on_leave: {out_of_scope: never}",
        "dates: {pre_start_days: 3, end: status}",
        "dates: {time_zone: Europe/Berlin}",
        "dates: {end: status, time_zone: Europe/Berln}",
        "on_return: {reinstate: maybe}",
    ],
)
def test_what_contradicts_itself_is_refused(tmp_path, written):
    assert refused(tmp_path, written).where


def test_a_day_is_looked_at_where_the_person_is(tmp_path):
    dates = "start: status, end: job_title, pre_start_days: 14, time_zone: {attribute: surname}"
    tenure = users(tmp_path, f"dates: {{{dates}}}").tenure

    assert (tenure.start, tenure.end, tenure.pre_start_days) == ("status", "job_title", 14)
    assert tenure.zone_attribute == "surname"
    assert str(tenure.zone_of("Asia/Tokyo")) == "Asia/Tokyo"
    assert tenure.zone_of("Mars/Base") is None


def test_a_return_is_judged_as_it_is_written(tmp_path):
    rules = users(tmp_path, "on_return: {rehire_after_days: 90, reinstate: freely}")

    assert rules.on_return == OnReturn(90, reinstates_freely=True)
    assert {one.value for one in Return} == {"reinstated", "rehired"}


def test_what_nothing_gives_back_on_return_is_noted(tmp_path):
    text = spoilt(PLAIN, "on_leave: {set: {title: '\"left\"', displayName: '\"left\"'}}")
    notes = [one.what for one in compiled(tmp_path, text).doubts if "returns" in one.what]

    assert [note.split("`")[1] for note in notes] == ["displayName"]


def test_days_that_never_begin_are_doubted(tmp_path):
    text = spoilt(
        PLAIN, "on_leave: {disable: never, absent: {disable: never, delete_after_days: 3}}"
    )
    (doubt,) = [one for one in compiled(tmp_path, text).doubts if "never disabled" in one.what]

    assert "count_from: leaving" in doubt.what
    assert "absent" in doubt.where


# --- accounts that nobody touches -----------------------------------------------------------


def register(*entries):
    return spoilt("accounts: {}", "accounts: {app: [" + ", ".join(entries) + "]}")


def test_a_range_of_accounts_is_told_by_a_pattern_or_by_a_condition(tmp_path):
    text = register(
        '{match: "SVC-*", kind: service}',
        "{where: {attribute: title, operator: EQUALS, value: Robot}, kind: service}",
        "{account: Backup, kind: shared}",
        '{match: "all-*", object: groups, kind: protected}',
    )
    rules = compiled(tmp_path, text).rules
    people, groups = rules.objects[ObjectType.USERS], rules.objects[ObjectType.GROUPS]

    assert rules.protected == {"backup"}
    assert people.protection.patterns == ("svc-*",)
    assert [str(one) for one in people.protection.conditions] == ["title EQUALS Robot"]
    assert groups.protection.patterns == ("all-*", "svc-*")
    assert groups.protection.conditions == ()
    assert "title" in people.target_attributes()


@pytest.mark.parametrize(
    "entry",
    [
        "{kind: service}",
        '{account: backup, match: "svc-*", kind: service}',
        "{where: {attribute: titel, operator: EQUALS, value: x}, kind: service}",
        "{where: {group: G1, operator: MEMBER OF}, kind: service}",
    ],
)
def test_a_range_that_would_protect_nothing_is_refused(tmp_path, entry):
    with pytest.raises((SettingInvalid, UnknownName)) as caught:
        compiled(tmp_path, register(entry))

    assert "accounts" in caught.value.where


def test_a_range_belongs_to_what_was_approved(tmp_path):
    plain = compiled(tmp_path).rules.configuration
    ranged = register('{match: "svc-*", kind: service}')

    assert compiled(tmp_path, ranged).rules.configuration != plain

"""What may be written about limits, and what reaches the rules."""

import pytest

from provisor.domain.bounds import DEFAULT_LIMITS, Limit
from provisor.domain.schema import ObjectType
from provisor.errors import ConfigurationError
from tests.config.samples import compiled, spoilt

OWN = "    limits: {"


def limits_of(folder, written):
    return compiled(folder, spoilt(OWN, f"{OWN}{written}, ")).rules


def test_a_department_and_a_month_have_bounds_of_their_own(tmp_path):
    rules = limits_of(
        tmp_path,
        "rename: {count: 3, month: {percent: 9, minimum_base: 5}, two_approvers_above: 2, "
        "by: {job_title: {count: 5, percent: 20, month: {count: 8}}}}",
    ).limits["rename"]

    assert rules == Limit(
        3,
        month=Limit(percent=9, minimum_base=5),
        two_above=2,
        by={"job_title": Limit(5, 20, month=Limit(8))},
    )


def test_a_bound_of_ones_own_keeps_the_month_and_the_two_approvers_of_the_default(tmp_path):
    limits = limits_of(tmp_path, "rename: {count: 3}").limits

    assert limits["rename"].month == DEFAULT_LIMITS["rename"].month
    assert limits["delete"].two_above == 5


def test_the_attribute_that_limits_count_by_is_read(tmp_path):
    users = limits_of(tmp_path, "rename: {by: {job_title: {count: 5}}}").objects[ObjectType.USERS]

    assert users.counted_by == ("job_title",)
    assert "job_title" in users.source_attributes()


def test_privileged_accounts_and_groups_reach_the_rules(tmp_path):
    text = spoilt(
        OWN,
        "    privileged: {users: {attribute: title, operator: EQUALS, value: Root}, "
        f'groups: ["*-admins"]}}\n{OWN}',
    )
    rules = compiled(tmp_path, text).rules

    assert rules.privileged_groups == ("*-admins",)
    assert str(rules.objects[ObjectType.USERS].privileged) == "title EQUALS Root"
    assert "title" in rules.objects[ObjectType.USERS].target_attributes()


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("rename: {}", "neither"),
        ("rename: {by: {job_title: {}}}", "neither"),
        ("renmae: {count: 1}", "did you mean `rename`"),
        ("rename: {count: 1, month: {}}", "neither"),
    ],
)
def test_a_limit_that_binds_nothing_or_nobody_is_refused(tmp_path, written, told):
    with pytest.raises(ConfigurationError) as refused:
        limits_of(tmp_path, written)

    assert told in f"{refused.value.what} {refused.value.next}"
    assert "line" in refused.value.where


def test_a_condition_on_accounts_asks_for_no_group_of_the_source(tmp_path):
    text = spoilt(OWN, f"    privileged: {{users: {{group: G1, operator: MEMBER OF}}}}\n{OWN}")
    with pytest.raises(ConfigurationError) as refused:
        compiled(tmp_path, text)

    assert "privileged.groups" in refused.value.next


def test_a_privileged_account_is_known_by_attributes_of_the_target(tmp_path):
    text = spoilt(
        OWN,
        "    privileged: {users: {attribute: titel, operator: EQUALS, value: Root}}\n" + OWN,
    )
    with pytest.raises(ConfigurationError) as refused:
        compiled(tmp_path, text)

    assert "did you mean `title`" in refused.value.next


def test_what_was_not_written_changes_no_digest_and_what_was_written_does(tmp_path):
    before = compiled(tmp_path).rules.configuration
    defaults = DEFAULT_LIMITS["identity_key"]
    same = f"identity_key: {{count: {defaults.count}, percent: {defaults.percent}}}"

    assert limits_of(tmp_path, same).configuration == before
    for written in (
        "identity_key: {count: 1}",
        "rename: {count: 10, percent: 2, month: {percent: 1}}",
        "rename: {count: 10, percent: 2, by: {job_title: {count: 1}}}",
        "rename: {count: 10, percent: 2, two_approvers_above: 1}",
    ):
        assert limits_of(tmp_path, written).configuration != before


LEAVING = "      on_leave:"


def test_an_attribute_has_a_bound_of_its_own(tmp_path):
    text = spoilt(
        LEAVING,
        f"      limits: {{title: {{count: 5, percent: 9, month: {{count: 8}}}}}}\n{LEAVING}",
    )
    users = compiled(tmp_path, text).rules.objects[ObjectType.USERS]

    assert users.limits == {"title": Limit(5, 9, month=Limit(8))}


def test_a_bound_on_an_attribute_that_nothing_writes_names_the_nearest(tmp_path):
    text = spoilt(LEAVING, f"      limits: {{titel: {{count: 5}}}}\n{LEAVING}")
    with pytest.raises(ConfigurationError) as caught:
        compiled(tmp_path, text)

    assert "`titel`" in caught.value.what
    assert "`title`" in caught.value.next
    assert "users.limits.titel" in caught.value.where

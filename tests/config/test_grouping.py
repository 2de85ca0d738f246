"""Groups by rule, groups in groups and read-only groups, from their settings to their rules."""

from dataclasses import replace

import pytest

from provisor.domain.clause import Case
from provisor.domain.group_rules import ComputedGroup, Nesting
from provisor.domain.rules import OwnerMode
from provisor.domain.schema import Mark, ObjectType
from provisor.domain.scope import Clause, Operator
from provisor.ports.connector import Description
from tests.config.samples import TARGET_GROUPS, compiled, misfits, source, spoilt, target

MODE = "memberships: ours}"
SALES = "Sales: {where: {attribute: status, operator: EQUALS, value: Sales}}"
EACH = "'dept-{job_title}': {values: {about: 'People of {job_title}'}}"
GROUPS, MEMBERSHIPS = ObjectType.GROUPS, ObjectType.MEMBERSHIPS


def written(settings):
    """The sample with other settings of groups at the end."""
    return spoilt(MODE, f"{settings}}}")


def without_groups():
    """A source that has people only."""
    whole = source()
    return Description({ObjectType.USERS: whole.schemas[ObjectType.USERS]}, whole.capabilities)


def flat():
    """A target that holds no groups in groups."""
    whole = target()
    return replace(whole, capabilities=replace(whole.capabilities, nested_groups=False))


def test_a_name_with_places_makes_one_group_for_each_value(tmp_path):
    rules = compiled(tmp_path, written(f"computed: {{{SALES}, {EACH}}}")).rules

    assert rules.groups.computed == (
        ComputedGroup("Sales", Clause("status", Operator.EQUALS, "Sales")),
        ComputedGroup("dept-{job_title}", None, (("about", "People of {job_title}"),)),
    )
    assert rules.memberships is OwnerMode.OURS
    assert {"status", "job_title"} <= set(rules.source_attributes(ObjectType.USERS))


def test_a_source_without_groups_needs_none_for_groups_by_rule(tmp_path):
    rules = compiled(tmp_path, written(f"computed: {{{SALES}}}"), source=without_groups()).rules

    assert rules.objects[GROUPS].key == "key"
    assert (rules.groups.read, rules.groups.read_members) == (False, False)


def test_a_source_without_groups_is_refused_where_groups_are_read(tmp_path):
    found = misfits(tmp_path, source=without_groups())

    assert "the system `hr` holds no groups" in found[0].what


@pytest.mark.parametrize(
    ("settings", "able", "nesting"),
    [
        (MODE.rstrip("}"), target(), Nesting.KEEP),
        (MODE.rstrip("}"), flat(), Nesting.FLATTEN),
        ("nested: ignore", flat(), Nesting.IGNORE),
        ("nested: flatten", target(), Nesting.FLATTEN),
    ],
)
def test_groups_in_groups_are_kept_where_the_target_can(tmp_path, settings, able, nesting):
    assert compiled(tmp_path, written(settings), target=able).rules.groups.nesting is nesting


def test_groups_in_groups_are_not_kept_where_the_target_cannot(tmp_path):
    (found,) = misfits(tmp_path, written("nested: keep"), target=flat())

    assert found.what == "`app` cannot hold groups in groups"
    assert "flatten" in found.next


def test_groups_that_are_only_read_are_told_by_the_target(tmp_path):
    mark = Mark("displayName", ("everyone",), "built-in")
    whole = target()
    schemas = {**whole.schemas, GROUPS: replace(TARGET_GROUPS, read_only=(mark,))}
    own = "read_only: {attribute: displayName, operator: STARTS_WITH, value: 'Domain '}"
    rules = compiled(tmp_path, written(own), target=replace(whole, schemas=schemas)).rules

    assert rules.objects[GROUPS].protection.conditions == (
        Clause("displayName", Operator.IN, values=("everyone",), case=Case.IGNORE),
        Clause("displayName", Operator.STARTS_WITH, "Domain "),
    )


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        ("computed: {'x-{jobtitle}': {}}", "no source attribute is called `jobtitle`"),
        (
            "computed: {x: {where: {attribute: stat, operator: IS NULL}}}",
            "no source attribute is called `stat`",
        ),
        (
            "computed: {x: {where: {attribute: IsSoftDeleted, operator: IS TRUE}}}",
            "a computed group asks for `IsSoftDeleted`; only people in scope are in it",
        ),
        (
            "read_only: {attribute: kind, operator: EQUALS, value: x}",
            "no target attribute is called `kind`",
        ),
        (
            "read_only: {group: G1, operator: MEMBER OF}",
            "a group that is only read is told by its own attributes in the target",
        ),
    ],
)
def test_what_leads_nowhere_is_named_with_its_line(tmp_path, settings, what):
    found = misfits(tmp_path, written(settings))

    assert what in [one.what for one in found]
    assert all("line 32" in one.where for one in found)


def test_computed_groups_need_people(tmp_path):
    text = written(f"computed: {{{SALES}}}")
    start, end = text.index("    users:\n      scope"), text.index("    groups: {match")
    found = misfits(tmp_path, text[:start] + text[end:])

    assert "the job has no rules for `users`" in found[0].what


def test_every_setting_of_groups_changes_the_digest(tmp_path):
    digests = {
        compiled(tmp_path, written(settings)).rules.configuration
        for settings in (
            "memberships: ours",
            "memberships: authoritative",
            "nested: flatten",
            "read_only: {attribute: displayName, operator: IS NULL}",
            f"computed: {{{SALES}}}",
            f"computed: {{{EACH}}}",
        )
    }

    assert len(digests) == 6

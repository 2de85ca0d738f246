"""Object mappings and rules: groups, members, leavers, switches, several directions."""

import pytest

from provisor.cli.drafts import proven_draft
from provisor.config.entra.drafting import systems
from provisor.domain.schema import ObjectType
from tests.config.entra_samples import (
    LOGIN,
    SWITCH,
    attribute,
    flow,
    mapping,
    of_schema,
    of_users,
    rule,
    schema,
    verdicts,
)

NAME = flow("displayName", attribute("displayName"), matchingPriority=1)
MEMBERS = flow("members", attribute("members"))
PEOPLE = mapping(LOGIN, SWITCH)


def of_groups(*flows, **more):
    tree = schema(rule(PEOPLE, mapping(*flows, kind="Group", **more)))
    return of_schema(tree, "groups")


def test_members_become_memberships():
    settings, proven = of_groups(NAME, MEMBERS)

    assert settings["memberships"] == "ours"
    assert settings["match"] == ["displayName"]
    assert list(settings["attributes"]) == ["displayName"]
    assert "foreign" in verdicts(proven, "[1].attributeMappings[1].targetAttributeName")[0][1]
    assert proven.left == ()


def test_members_that_are_only_added_are_never_removed():
    settings, _ = of_groups(NAME, {**MEMBERS, "flowType": "MultiValueAddOnly"})

    assert settings["memberships"] == "add_only"


def test_groups_without_members_have_no_memberships():
    settings, proven = of_groups(NAME)

    assert "memberships" not in settings
    assert proven.left == ()


def test_who_is_not_enabled_at_the_source_is_a_leaver():
    settings, _ = of_users(LOGIN, SWITCH)

    assert settings["leaver"] == {
        "any": [{"all": [{"attribute": "accountEnabled", "operator": "IS FALSE"}]}]
    }
    assert settings["on_leave"] == {"disable": "now"}


def test_the_attribute_that_says_enabled_is_named_by_the_directory():
    tree = schema(rule(PEOPLE))
    entry = {"key": "PropertyNameAccountEnabled", "value": "userPrincipalName"}
    tree["directories"][0]["objects"][0]["metadata"] = [entry]
    settings, proven = of_schema(tree, "users")

    assert settings["leaver"]["any"][0]["all"][0]["attribute"] == "userPrincipalName"
    assert verdicts(proven, "metadata[0].value")[0][0] == "taken"


def test_nobody_is_disabled_where_entra_disables_nobody():
    settings, proven = of_users(LOGIN)
    assert settings["on_leave"] == {"disable": "never"}
    assert "IsSoftDeleted" in verdicts(proven, "objectMappings[0].attributeMappings")[0][1]

    settings, _ = of_users(LOGIN, SWITCH, flowTypes="Add, Delete")
    assert settings["on_leave"] == {"disable": "never"}


@pytest.mark.parametrize(
    ("flows", "bounds"),
    [
        ("Add, Update, Delete", []),
        ("", []),
        ("Update,Delete", ["create"]),
        ("add, delete", ["clear", "enable", "rename", "update"]),
        ("Add, Update", []),
    ],
)
def test_what_entra_does_not_do_needs_a_vote(flows, bounds):
    job, proven = of_schema(schema(rule(mapping(LOGIN, SWITCH, flowTypes=flows))))

    assert job.get("limits", {}) == {name: {"count": 0} for name in bounds}
    assert proven.left == ()


def test_flow_types_that_nobody_documented_are_said():
    _, proven = of_users(LOGIN, SWITCH, flowTypes="Add, Update, Delete, Merge")

    assert verdicts(proven, "flowTypes")[0][0] == "unsupported"


def test_foreign_anchors_are_kept():
    job, _ = of_schema(schema(rule(PEOPLE)))

    assert job["anchor_policy"] == "keep_foreign"


def test_secrets_are_references_and_systems_are_placeholders():
    draft, proven = proven_draft(schema(rule(PEOPLE)), "x")
    found = systems(draft)

    assert found["app"]["token"] == {"env": "APP_TOKEN"}
    assert "fill-in" in str(found["app"]["url"])
    assert "fill-in" in str(found["directory"]["objects"])
    assert proven.left == ()


def test_several_directions_become_several_jobs_in_the_order_of_priorities():
    outward = rule(PEOPLE, priority=2)
    inward = rule(
        mapping(LOGIN, SWITCH),
        priority=1,
        sourceDirectoryName="App",
        targetDirectoryName="Directory",
    )
    draft, proven = proven_draft(schema(outward, inward), "x")

    assert [job.name for job in draft.jobs] == ["app-to-directory", "directory-to-app"]
    assert draft.jobs[1].after == ("app-to-directory",)
    assert set(systems(draft)) == {"app", "app-source", "directory", "directory-source"}
    assert proven.left == ()


def test_users_and_groups_of_two_rules_become_one_job():
    groups = rule(mapping(NAME, MEMBERS, kind="Group"), id="2")
    draft, proven = proven_draft(schema(rule(PEOPLE, id="1"), groups), "x")

    assert [job.name for job in draft.jobs] == ["directory-to-app"]
    assert list(draft.jobs[0].settings)[-2:] == ["users", "groups"]
    assert proven.left == ()


def test_a_second_rule_about_users_of_one_direction_is_reported():
    second = rule(mapping(LOGIN, flow("title", attribute("jobTitle"))), id="2")
    draft, proven = proven_draft(schema(rule(PEOPLE, id="1"), second), "x")

    flows = draft.jobs[0].rules[ObjectType.USERS].flows
    assert [one.attribute for one in flows] == ["userName", "active"]
    found = verdicts(proven, "[1].objectMappings[0].attributeMappings[1].targetAttributeName")
    assert found[0][0] == "unsupported"
    assert verdicts(proven, "synchronizationRules[1].objectMappings")[0][0] == "unsupported"


def test_an_attribute_of_a_target_has_one_job_that_writes_it():
    other = mapping(LOGIN, flow("title", attribute("jobTitle")))
    second = rule(other, id="2", sourceDirectoryName="Contractors")
    draft, proven = proven_draft(schema(rule(PEOPLE, id="1"), second), "x")

    assert [job.name for job in draft.jobs] == ["directory-to-app", "contractors-to-app"]
    found = verdicts(proven, "[1].objectMappings[0].attributeMappings[0].targetAttributeName")
    assert "one owner" in found[0][1]
    assert any("from different sources" in problem.what for problem in proven.left)


def test_a_rule_that_leaves_nothing_makes_no_job():
    draft, proven = proven_draft(schema(rule(mapping(flow("", None)), id="1"), rule(PEOPLE)), "x")

    assert len(draft.jobs) == 1
    assert verdicts(proven, "synchronizationRules[0].objectMappings")[0][0] == "unsupported"


def test_a_rule_that_is_switched_off_makes_no_job():
    draft, _ = proven_draft(schema(rule(PEOPLE, enabled=False), rule(PEOPLE)), "x")

    assert len(draft.jobs) == 1


@pytest.mark.parametrize(
    ("source", "target", "name"),
    [
        ("Azure Active Directory", "Salesforce", "azure-active-directory-to-salesforce"),
        ("", "", "source-to-target"),
        ("///", "Ærø", "source-to-r"),
        ("x" * 300, "y" * 300, f"{'x' * 24}-to-{'y' * 24}"),
        ("7", "7", "7-to-7"),
    ],
)
def test_names_of_directories_become_names_of_jobs(source, target, name):
    tree = schema(rule(PEOPLE, sourceDirectoryName=source, targetDirectoryName=target))
    draft, proven = proven_draft(tree, "x")

    assert [job.name for job in draft.jobs] == [name]
    assert proven.left == ()

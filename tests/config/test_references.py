"""Mappings whose value is another record: what may be said of them, and what they imply."""

from __future__ import annotations

from dataclasses import replace

import pytest

from provisor.config.loading import problems
from provisor.domain.clause import Clause, Operator, Step
from provisor.domain.reference import Reference
from provisor.domain.schema import Attribute, AttributeType, ObjectType, Writable
from tests.config.samples import (
    SAMPLE,
    SOURCE_USERS,
    TARGET_USERS,
    compiled,
    misfits,
    source,
    spoilt,
    target,
    write,
)

USERS, GROUPS = ObjectType.USERS, ObjectType.GROUPS
SCOPE = "{any: [{all: [{attribute: status, operator: EQUALS, value: active}]}]}"
FROM = source((*SOURCE_USERS, "manager_id", "mail", "department"))
MANAGER = Attribute("manager", AttributeType.REFERENCE)


def into(*attributes):
    """A target that has these attributes besides."""
    return target(replace(TARGET_USERS, attributes=(*TARGET_USERS.attributes, *attributes)))


def mapped(settings, text=SAMPLE, name="manager"):
    place = "        name.givenName:"
    return spoilt(place, f"        {name}: {settings}\n{place}", text)


def refused(tmp_path, settings, *, attribute=MANAGER, text=SAMPLE):
    """What is said of the one mapping that does not fit."""
    (found,) = misfits(
        tmp_path, mapped(settings, text, attribute.name), source=FROM, target=into(attribute)
    )
    return found


def reference_of(tmp_path, settings):
    text = mapped(settings)
    rules = compiled(tmp_path, text, source=FROM, target=into(MANAGER)).rules
    return rules, rules.objects[USERS].references[0].reference


def test_a_value_is_the_key_of_another_record(tmp_path):
    rules, reference = reference_of(tmp_path, '{reference: users, expression: "[manager_id]"}')

    assert reference == Reference(USERS)
    assert "manager_id" in rules.source_attributes(USERS)
    assert "manager" in rules.objects[USERS].target_attributes()


def test_the_attribute_that_names_the_other_is_read(tmp_path):
    settings = '{reference: users, by: mail, expression: "[manager_id]"}'
    rules, reference = reference_of(tmp_path, settings)

    assert reference == Reference(USERS, "mail")
    assert "mail" in rules.source_attributes(USERS)


def test_conditions_follow_a_reference_that_a_mapping_declares(tmp_path):
    leaf = "{attribute: manager_id.department, operator: EQUALS, value: Sales}"
    text = mapped('{reference: users, expression: "[manager_id]"}')
    text = spoilt(f"scope: {SCOPE}", f"scope: {leaf}", text)
    rules = compiled(tmp_path, text, source=FROM, target=into(MANAGER)).rules

    steps = (Step("manager_id", USERS),)
    assert rules.objects[USERS].scope == Clause("department", Operator.EQUALS, "Sales", steps=steps)


def test_a_reference_changes_the_digest_of_the_configuration(tmp_path):
    texts = [mapped(f'{{{more}expression: "[manager_id]"}}') for more in ("", "reference: users, ")]
    digests = {
        compiled(tmp_path, text, source=FROM, target=into(MANAGER)).rules.configuration
        for text in texts
    }

    assert len(digests) == 2


@pytest.mark.parametrize(
    ("setting", "what"),
    [
        ("apply: on_create", "`apply` means nothing for a reference"),
        ("unique: {}", "`unique` means nothing for a reference"),
        ("deliver: post", "`deliver` means nothing for a reference"),
        ("default: E1, when_empty: default_on_create", "`when_empty` means nothing"),
    ],
)
def test_what_is_done_once_is_no_reference(tmp_path, setting, what):
    text = mapped(f'{{reference: users, expression: "[manager_id]", {setting}}}')
    (error,) = problems(write(tmp_path, text))

    assert what in error.what


def test_a_way_of_naming_needs_somebody_to_name(tmp_path):
    (error,) = problems(write(tmp_path, mapped('{expression: "[manager_id]", by: mail}')))

    assert "there is none" in error.what
    assert "reference: users" in error.next


@pytest.mark.parametrize(
    ("attribute", "what"),
    [
        (Attribute("manager", required=True), "must be written while the account is made"),
        (Attribute("manager", writable=Writable.ON_CREATE), "must be written while"),
        (Attribute("manager", AttributeType.BOOLEAN), "cannot be a reference"),
    ],
)
def test_what_cannot_wait_for_the_others_is_no_reference(tmp_path, attribute, what):
    settings = '{reference: users, expression: "[manager_id]"}'

    assert what in refused(tmp_path, settings, attribute=attribute).what


def test_who_an_account_is_depends_on_nobody_else(tmp_path):
    text = spoilt('externalId: "[employee_id]"', 'externalId: {reference: users, '
                  'expression: "[employee_id]"}')  # fmt: skip
    found = misfits(tmp_path, text, source=FROM)

    assert any("says who an account is" in one.what for one in found)


def test_a_kind_that_the_job_does_not_read_is_no_end_of_a_reference(tmp_path):
    start, end = SAMPLE.index("    groups: {match"), SAMPLE.index("    limits:")
    found = refused(
        tmp_path,
        '{reference: groups, expression: "[manager_id]"}',
        text=SAMPLE[:start] + SAMPLE[end:],
    )

    assert "the job does not read them" in found.what


def test_the_two_ways_to_declare_a_reference_must_agree(tmp_path):
    text = spoilt("scope:", "references: {manager_id: groups}\n      scope:")
    found = refused(tmp_path, '{reference: users, expression: "[manager_id]"}', text=text)

    assert found.what == "`manager_id` refers to groups and to users"


def test_an_attribute_that_names_nobody_is_found_with_the_nearest_one(tmp_path):
    found = refused(tmp_path, '{reference: users, by: mial, expression: "[manager_id]"}')

    assert "mial" in found.what
    assert "did you mean `mail`?" in found.next


def test_nobody_is_recognised_by_a_reference(tmp_path):
    text = spoilt("match: [externalId", "match: [externalId, manager")
    found = refused(tmp_path, '{reference: users, expression: "[manager_id]"}', text=text)

    assert "cannot be recognised by the reference" in found.what


def test_a_bare_value_for_an_attribute_of_ids_is_doubted(tmp_path):
    text = mapped('"[manager_id]"')
    told = compiled(tmp_path, text, source=FROM, target=into(MANAGER)).warnings

    assert any("say `reference: users`" in one for one in told)

from dataclasses import replace

import pytest

from provisor.domain.bounds import DEFAULT_LIMITS
from provisor.domain.flow import Apply
from provisor.domain.leaving import OnLeave
from provisor.domain.record import ABSENT
from provisor.domain.rules import Guard, OnPartial, OwnerMode
from provisor.domain.schema import ObjectSchema, ObjectType
from provisor.domain.scope import AllOf, AnyOf, Clause, Operator
from provisor.errors import SettingInvalid, UnknownName
from provisor.ports.connector import Capabilities, Description
from tests.config.samples import (
    SAMPLE,
    SOURCE_USERS,
    TARGET_USERS,
    compiled,
    misfits,
    source,
    spoilt,
    target,
)

TITLE = 'title: {expression: "[job_title]", default: "Employee"}'


def test_the_sample_of_the_manual_compiles(tmp_path):
    rules = compiled(tmp_path).rules
    users = rules.objects[ObjectType.USERS]

    assert (rules.job, rules.source, rules.target) == ("hr-to-app", "hr", "app")
    assert users.key == "employee_id"
    assert users.schema is TARGET_USERS
    assert users.scope == AnyOf((AllOf((Clause("status", Operator.EQUALS, "active"),)),))
    assert users.on_leave == OnLeave(disable=True, delete_after_days=30)
    assert [(rule.attribute, rule.decides) for rule in users.match] == [
        ("externalId", True),
        ('emails[type eq "work"].value', True),
        ("displayName", False),
    ]
    assert rules.memberships is OwnerMode.OURS
    assert len(rules.configuration) == 64


def test_a_mapping_carries_text_default_and_time(tmp_path):
    mappings = {m.attribute: m for m in compiled(tmp_path).rules.objects[ObjectType.USERS].mappings}

    assert mappings["title"].text == "[job_title]"
    assert mappings["title"].default == "Employee"
    assert mappings["active"].default is ABSENT
    assert mappings["userName"].apply is Apply.ON_CREATE
    assert mappings["name.givenName"].apply is Apply.ALWAYS


@pytest.mark.parametrize(
    ("written", "default"),
    [
        ("true", True),
        ("7", 7),
        ("1.10", "1.10"),
        ("[a, 7, 1.5]", ("a", 7, "1.5")),
        ("null", ABSENT),
        ("''", ""),
    ],
)
def test_a_default_keeps_its_type(tmp_path, written, default):
    text = spoilt(TITLE, f'title: {{expression: "[job_title]", default: {written}}}')

    mappings = {
        m.attribute: m for m in compiled(tmp_path, text).rules.objects[ObjectType.USERS].mappings
    }

    assert mappings["title"].default == default
    assert type(mappings["title"].default) is type(default)


def test_operations_without_a_limit_of_their_own_keep_the_default(tmp_path):
    limits = compiled(tmp_path).rules.limits

    assert limits["disable"] == DEFAULT_LIMITS["disable"]
    assert limits["delete"] == DEFAULT_LIMITS["delete"]
    assert limits["create"] == DEFAULT_LIMITS["create"]
    assert set(limits) == set(DEFAULT_LIMITS)


def test_what_is_not_written_has_the_defaults_of_the_rules(tmp_path):
    rules = compiled(tmp_path).rules

    assert rules.guard == Guard()
    assert rules.on_partial is OnPartial.REFUSE
    assert (rules.urgent_count, rules.absence_hours) == (20, 24)
    assert (rules.canaries, rules.allow_empty, rules.protected) == ((), False, frozenset())


def test_what_is_written_reaches_the_rules(tmp_path):
    text = spoilt(
        '    schedule: "*/20 * * * *"\n',
        "    guard: {rows: 3, percent: 1, null_percent: 2, repeated_percent: 0}\n"
        "    on_partial: presence\n"
        "    urgent: {count: 7}\n"
        "    absence: {hours: 48}\n"
        "    canaries: [1001, 0042, E-1]\n"
        "    allow_empty: true\n",
    )
    text = spoilt(
        "accounts: {}",
        "accounts: {app: [{account: Root, kind: service}, {account: 42, kind: break_glass}]}",
        text,
    )

    rules = compiled(tmp_path, text).rules

    assert rules.guard == Guard(3, 1, 2, 0)
    assert rules.on_partial is OnPartial.PRESENCE
    assert (rules.urgent_count, rules.absence_hours) == (7, 48)
    assert rules.canaries == ("1001", "0042", "E-1")
    assert rules.allow_empty
    assert rules.protected == {"root", "42"}


def test_groups_are_not_disabled_unless_somebody_says_so(tmp_path):
    text = spoilt("{match: [displayName],", "{match: [displayName], on_leave: {disable: now},")

    assert not compiled(tmp_path).rules.objects[ObjectType.GROUPS].on_leave.disable
    assert compiled(tmp_path, text).rules.objects[ObjectType.GROUPS].on_leave.disable


def test_a_leave_date_is_read_with_the_rules(tmp_path):
    text = spoilt("{disable: now, delete_after_days: 30}", "{disable: never, date: job_title}")

    users = compiled(tmp_path, text).rules.objects[ObjectType.USERS]

    assert users.on_leave == OnLeave(disable=False, date="job_title")
    assert "job_title" in users.source_attributes()


MISFITS = {
    "unknown source attribute": (
        '"[job_title]"', '"[job_titel]"', UnknownName, "line 29 column 30", "`job_title`"),
    "unknown attribute of a clause": (
        "attribute: status", "attribute: state", UnknownName, "line 22", "`status`"),
    "unknown attribute of a match": (
        "{attribute: displayName, d", "{attribute: displayName, expression: '[nam]', d",
        UnknownName, "line 24 column 125", ""),
    "unknown leave date": (
        "disable: now,", "disable: now, date: end_date,", UnknownName, "line 31", ""),
    "unknown target attribute": (
        "name.givenName:", "name.givenname:", UnknownName, "line 28", "`name.givenName`"),
    "unknown match attribute": (
        "[externalId,", "[externalID,", UnknownName, "line 24", "`externalId`"),
    "never writable": (
        "name.givenName:", "id:", SettingInvalid, "line 28", "leave it out"),
    "secret": (
        "name.givenName:", "password:", SettingInvalid, "line 28", "leave it out"),
    "required and unmapped": (
        SAMPLE.splitlines()[26] + "\n", "", SettingInvalid, "line 25", "`userName:`"),
    "literal for a boolean": (
        '"Not([IsSoftDeleted])"', "'\"yes\"'", SettingInvalid, "line 30 column 18", "mend"),
    "default for a boolean": (
        '"Not([IsSoftDeleted])"', "{expression: '[status]', default: perhaps}",
        SettingInvalid, "line 30", "mend"),
    "literal for a number": (
        TITLE, "level: '\"high\"'", SettingInvalid, "line 29 column 17", "mend"),
    "truth for a number": (
        TITLE, "level: {expression: '[status]', default: true}", SettingInvalid, "line 29", "mend"),
    "part that always fails": (
        TITLE, "title: 'Left([job_title], \"two\")'", SettingInvalid, "line 29 column 35", "mend"),
    "part of a match that always fails": (
        "{attribute: displayName, d", "{attribute: displayName, expression: 'Len([surname]) & "
        "Left([surname], \"x\")', d", SettingInvalid, "line 24 column 158", "mend"),
    "part of a composite match that always fails": (
        "{attribute: displayName, d", "{all: [title, {attribute: displayName, expression: "
        "'Left([surname], \"x\")'}], d", SettingInvalid, "line 24 column 155", "mend"),
}  # fmt: skip


@pytest.mark.parametrize("name", MISFITS)
def test_what_the_systems_cannot_do_is_refused_with_its_place(tmp_path, name):
    old, new, kind, line, hint = MISFITS[name]

    (error,) = misfits(tmp_path, spoilt(old, new))

    assert type(error) is kind
    assert error.where.startswith(f"provisor.yaml {line}, jobs.hr-to-app.users")
    assert error.safe == "nothing was read and nothing was written"
    assert hint in error.next


def test_the_first_misfit_is_raised(tmp_path):
    with pytest.raises(UnknownName, match="no source attribute is called `job_titel`"):
        compiled(tmp_path, spoilt('"[job_title]"', '"[job_titel]"'))


def test_every_misfit_is_listed(tmp_path):
    text = spoilt("name.givenName:", "givenName:", spoilt('"[job_title]"', '"[job_titel]"'))

    assert len(misfits(tmp_path, text)) == 2


@pytest.mark.parametrize(
    "written", ["'\"True\"'", "'\"0\"'", "{expression: '[status]', default: false}"]
)
def test_a_fixed_value_that_can_be_told_as_truth_is_right(tmp_path, written):
    text = spoilt('"Not([IsSoftDeleted])"', written)

    assert misfits(tmp_path, text) == ()


def test_the_anchor_need_not_be_mapped(tmp_path):
    assert misfits(tmp_path, spoilt('        externalId: "[employee_id]"\n', "")) == ()


def test_a_column_of_the_last_complete_read_is_known(tmp_path):
    few = source(users=("employee_id", "status"))
    seen = {ObjectType.USERS: SOURCE_USERS}

    assert compiled(tmp_path, source=few, seen=seen).rules
    assert len(misfits(tmp_path, source=few)) == 4


def test_an_open_source_is_doubted_but_not_refused(tmp_path):
    text = spoilt('"[job_title]"', '"[job_titel]"')
    hr = source(users=(), is_open=True)

    before = compiled(tmp_path, text, source=hr)
    after = compiled(tmp_path, text, source=hr, seen={ObjectType.USERS: SOURCE_USERS})

    hint = "no attribute `job_titel`; did you mean `job_title`?: provisor.yaml line 29 column 30"
    assert not any("job_titel" in warning for warning in before.warnings)
    assert any(hint in warning for warning in after.warnings)


def test_an_open_target_takes_every_attribute(tmp_path):
    free = target(users=replace(TARGET_USERS, open=True))

    assert misfits(tmp_path, spoilt("name.givenName:", "shoeSize:"), target=free) == ()


def test_a_target_that_cannot_be_written_is_refused(tmp_path):
    (error,) = misfits(tmp_path, target=target(writes=False))

    assert error.what == "`app` can only be read"
    assert error.where == "provisor.yaml line 19, jobs.hr-to-app.target"


def test_a_kind_of_object_that_a_system_lacks_is_refused(tmp_path):
    users_only = Description({ObjectType.USERS: source().schemas[ObjectType.USERS]}, Capabilities())

    found = misfits(tmp_path, source=users_only)

    assert [error.what for error in found] == [
        "the system `hr` holds no groups",
        "the system `hr` holds no memberships",
    ]
    assert found[1].where == "provisor.yaml line 32, jobs.hr-to-app.groups.memberships"


DOUBTS = {
    "inert match": ("[externalId,", "[externalId,", "nothing says what to compare `displayName`"),
    "name decides": ("decides: false", "decides: true, expression: '[surname]'", "two people can"),
    "changing name": (", apply: on_create", "", "renames an account"),
    "never deleted": ("{disable: now,", "{disable: never,", "what is never disabled"),
}


@pytest.mark.parametrize("name", DOUBTS)
def test_what_hardly_does_what_was_meant_is_a_warning(tmp_path, name):
    old, new, sentence = DOUBTS[name]

    warnings = compiled(tmp_path, spoilt(old, new)).warnings

    assert any(sentence in warning and "provisor.yaml line" in warning for warning in warnings)


def test_a_target_without_a_switch_is_a_warning(tmp_path):
    plain = ObjectSchema(
        ObjectType.USERS,
        tuple(a for a in TARGET_USERS.attributes if a.name != "active"),
        key="id",
        anchor="externalId",
    )

    text = spoilt('        active: "Not([IsSoftDeleted])"\n', "")

    warnings = compiled(tmp_path, text, target=target(users=plain)).warnings

    assert any("`app` cannot disable users" in warning for warning in warnings)


def test_groups_may_be_recognised_by_their_name(tmp_path):
    warnings = compiled(tmp_path).warnings

    assert not any("jobs.hr-to-app.groups" in warning for warning in warnings)


def test_the_anchor_decides_without_a_mapping(tmp_path):
    warnings = compiled(tmp_path, spoilt('        externalId: "[employee_id]"\n', "")).warnings

    assert not any("compare `externalId`" in warning for warning in warnings)

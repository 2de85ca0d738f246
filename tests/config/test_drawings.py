"""Where chance may fill an attribute, what is numbered, and what happens where nothing is."""

from __future__ import annotations

import pytest

from provisor.domain.flow import Apply, WhenEmpty
from provisor.domain.numbering import Compare, Numbering
from provisor.domain.rules import RESERVED_YEARS
from provisor.domain.schema import ObjectType
from provisor.errors import SettingInvalid, UnknownName
from tests.config.samples import SAMPLE, compiled, loaded, misfits, spoilt

TITLE = 'title: {expression: "[job_title]", default: "Employee"}'
USER_NAME = (
    """userName: {expression: 'SelectUniqueValue(ToLower(Join(".", [given_name], [surname])))', """
    "apply: on_create}"
)
RANDOM = """'RandomString(16, 2, 2, 2, 2, "")'"""
PASSWORD = f"password: {{expression: {RANDOM}, apply: on_create}}"
DELIVERIES = "deliveries: {letter: {command: [./deliver, --quiet]}}\nentitlements: {}"


def mapped(tmp_path, line, text=SAMPLE):
    rules = compiled(tmp_path, spoilt(TITLE, line, text)).rules
    name = line.partition(":")[0]
    mappings = rules.objects[ObjectType.USERS].mappings
    return next(mapping for mapping in mappings if mapping.attribute == name)


def refusals(tmp_path, line, text=SAMPLE):
    return misfits(tmp_path, spoilt(TITLE, line, text))


def test_a_secret_is_drawn_on_creation_and_may_be_delivered(tmp_path):
    text = spoilt("entitlements: {}", DELIVERIES)
    delivered = mapped(tmp_path, PASSWORD.replace("}", ", deliver: letter}"), text)

    assert (delivered.apply, delivered.deliver) == (Apply.ON_CREATE, "letter")
    assert mapped(tmp_path, PASSWORD).deliver == ""


SECRETS = {
    "a fixed value": ("""password: '"hunter2"'""", "only chance may fill it"),
    "a computed value": ('password: "[surname]"', "only chance may fill it"),
    "a value in every cycle": (f"password: {RANDOM}", "drawn anew in every cycle"),
    "an attribute beside chance": (
        """password: {expression: 'RandomString(9, 1, 1, 1, 1, "") & [job_title]', """
        "apply: on_create}",
        "depends on source attributes",
    ),
    "the moment beside chance": (
        """password: {expression: 'RandomString(9, 1, 1, 1, 1, "") & Now()', apply: on_create}""",
        "depends on the plan",
    ),
    "another dialect": (PASSWORD.replace("}", ", dialect: connect}"), "`dialect` means nothing"),
    "a default": (PASSWORD.replace("}", ", default: x}"), "`default` means nothing"),
    "a policy": (PASSWORD.replace("}", ", when_empty: keep}"), "`when_empty` means nothing"),
    "a number": (PASSWORD.replace("}", ", unique: {}}"), "`unique` means nothing"),
    "an unknown delivery": (
        PASSWORD.replace("}", ", deliver: letters}"),
        "no delivery is called `letters`",
    ),
}


@pytest.mark.parametrize(("line", "said"), SECRETS.values(), ids=SECRETS)
def test_nothing_but_chance_fills_a_secret_and_only_once(tmp_path, line, said):
    (refused,) = refusals(tmp_path, line, spoilt("entitlements: {}", DELIVERIES))

    assert said in refused.what
    assert "line 29" in refused.where
    assert "hunter2" not in str(refused)


OTHERS = {
    "chance in every cycle": ('title: "Guid()"', "another one in every cycle"),
    "a delivery of no secret": ('title: {expression: "[job_title]", deliver: letter}', "no secret"),
    "numbers behind a number": ('level: {expression: "1", unique: {}}', "cannot be numbered"),
}


@pytest.mark.parametrize(("line", "said"), OTHERS.values(), ids=OTHERS)
def test_chance_deliveries_and_numbers_are_refused_elsewhere(tmp_path, line, said):
    refused = [one for one in refusals(tmp_path, line) if said in one.what]

    assert len(refused) == 1
    assert "line 29" in refused[0].where


def test_chance_gives_any_attribute_a_value_once(tmp_path):
    assert mapped(tmp_path, 'title: {expression: "Guid()", apply: on_create}').attribute == "title"


def test_a_mapping_that_redacts_is_known_by_it(tmp_path):
    assert mapped(tmp_path, 'title: "Redact([job_title])"').redacted
    assert not mapped(tmp_path, 'title: "[job_title]"').redacted


def test_numbers_are_those_that_are_written_and_customary_otherwise(tmp_path):
    plain = mapped(tmp_path, 'title: {expression: "[job_title]", unique: {}}')
    written = mapped(
        tmp_path,
        'title: {expression: "[job_title]", unique: {start: 1, end: 9, pattern: "{name}.{n}", '
        "always: true, retries: 3, never: [root, admin], compare: letters_and_digits}}",
    )

    assert plain.unique == Numbering()
    assert written.unique == Numbering(
        1, 9, "{name}.{n}", True, 3, frozenset({"root", "admin"}), Compare.LETTERS_AND_DIGITS
    )


WRONG = {
    "a pattern without a number": ('unique: {pattern: "{name}"}', "name and number stand"),
    "a pattern with two names": ('unique: {pattern: "{name}{name}{n}"}', "name and number stand"),
    "an end before the start": ("unique: {start: 5, end: 4}", "`end` is less than `start`"),
    "a default that is not there": ("when_empty: default_always", "has no default to use"),
    "a default that is not used": ("when_empty: keep, default: x", "never uses the default"),
    "a clear with a default": ("when_empty: clear, default: x", "never uses the default"),
    "a clear on creation": ("when_empty: clear, apply: on_create", "never clears anything"),
}


@pytest.mark.parametrize(("settings", "said"), WRONG.values(), ids=WRONG)
def test_settings_that_contradict_each_other_are_refused(tmp_path, settings, said):
    line = f'title: {{expression: "[job_title]", {settings}}}'
    with pytest.raises(SettingInvalid, match=said) as refused:
        loaded(tmp_path, spoilt(TITLE, line))

    assert "line 29" in refused.value.where


def test_an_account_is_not_recognised_by_a_name_that_may_have_a_number(tmp_path):
    numbered = spoilt(USER_NAME, 'userName: {expression: "[surname]", unique: {}}')
    assert loaded(tmp_path, numbered)
    with pytest.raises(SettingInvalid, match="cannot be recognised by `unique`"):
        loaded(tmp_path, spoilt("[externalId, {attribute", "[userName, {attribute", numbered))


def test_what_nobody_wrote_changes_no_digest(tmp_path):
    before = compiled(tmp_path)

    assert "when_empty" not in before.document
    assert "reserve_names_years" not in before.document
    assert "deliver" not in before.document
    assert before.rules.reserve_names_years == RESERVED_YEARS


def test_a_digest_covers_the_program_that_is_handed_a_secret(tmp_path):
    line = PASSWORD.replace("}", ", deliver: letter}")
    text = spoilt("entitlements: {}", DELIVERIES, spoilt(TITLE, line))
    other = spoilt("--quiet", "--loud", text)
    unused = spoilt("deliveries: {", "deliveries: {fax: {command: [fax]}, ", text)

    digest = compiled(tmp_path, text).rules.configuration
    assert compiled(tmp_path, other).rules.configuration != digest
    assert compiled(tmp_path, unused).rules.configuration == digest


def test_the_years_of_names_are_a_setting_of_the_job(tmp_path):
    text = spoilt("    target: app\n", "    target: app\n    reserve_names_years: 0\n")

    assert compiled(tmp_path, text).rules.reserve_names_years == 0


def test_each_policy_is_written_as_it_is_called(tmp_path):
    for policy in WhenEmpty:
        default = ", default: x" if "default" in policy else ""
        line = f'title: {{expression: "[job_title]", when_empty: {policy}{default}}}'
        assert mapped(tmp_path, line).when_empty is policy


def test_a_misspelt_policy_offers_the_nearest(tmp_path):
    with pytest.raises((SettingInvalid, UnknownName)) as refused:
        loaded(tmp_path, spoilt(TITLE, 'title: {expression: "[job_title]", when_empty: keeps}'))

    assert "`keep`" in refused.value.next

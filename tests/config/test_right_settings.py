"""What may be written about rights and duties, what reaches the rules, and what does not fit."""

from dataclasses import replace

import pytest

from provisor.config.entitling import duties_of
from provisor.domain.duties import Claim, Then
from provisor.domain.entitlement import Level
from provisor.domain.rules import OwnerMode
from provisor.domain.schema import Attribute, ObjectType, Writable
from provisor.errors import ConfigurationError
from provisor.ports.connector import Description
from tests.config.samples import TARGET_USERS, compiled, loaded, misfits, spoilt, target

NONE = "entitlements: {}"
BUYERS = "{group: Buyers, risk: medium, owner: Anna, reviewer: Bo, longest_days: 90}"
ADMIN = '{attribute: roles, value: "Adm*", risk: privileged}'
DUTY = (
    "duties: {buy-and-pay: {one: [{target: app, group: Buyers}], "
    "other: [{target: app, attribute: roles, value: Payer}], then: ask}}"
)
CATALOGUE = f"entitlements: {{app: [{BUYERS}, {ADMIN}]}}"


def able(*attributes: Attribute, values: object = True) -> Description:
    """A target whose users have more attributes, and that takes single values, or does not."""
    made = target(replace(TARGET_USERS, attributes=(*TARGET_USERS.attributes, *attributes)))
    return Description(made.schemas, replace(made.capabilities, single_values=bool(values)))


ROLES = able(Attribute("roles", multi=True))


def rules(folder, new):
    return compiled(folder, spoilt(NONE, new), target=ROLES).rules


def test_a_catalogue_says_how_grave_a_right_is_and_who_answers_for_it(tmp_path):
    own = rules(tmp_path, CATALOGUE)

    known = own.catalogue.of("", "buyers")
    assert known is not None
    assert (known.level, known.owner, known.reviewer) == (Level.MEDIUM, "Anna", "Bo")
    assert known.longest_days == 90
    assert own.catalogue.level("roles", "ADMIN") is Level.PRIVILEGED
    assert own.catalogue.level("", "Others") is Level.UNKNOWN
    assert own.objects[ObjectType.USERS].rights == {"roles": OwnerMode.OURS}


def test_a_name_is_more_precise_than_a_pattern(tmp_path):
    entries = '{group: "*", risk: low}, {group: "b*", risk: high}, {group: Buyers, risk: medium}'
    known = rules(tmp_path, f"entitlements: {{app: [{entries}]}}").catalogue

    grades = [known.level("", name) for name in ("Buyers", "Bosses", "Staff")]
    assert grades == [Level.MEDIUM, Level.HIGH, Level.LOW]


def test_without_a_catalogue_nothing_is_unknown(tmp_path):
    assert compiled(tmp_path).rules.catalogue.level("", "Others") is None


def test_a_duty_reaches_the_jobs_whose_target_it_names(tmp_path):
    (duty,) = rules(tmp_path, f"{CATALOGUE}\n{DUTY}").duties

    assert (duty.name, duty.then) == ("buy-and-pay", Then.ASK)
    assert duty.claims() == (Claim("app", "", "buyers"), Claim("app", "roles", "payer"))
    settings = loaded(tmp_path, spoilt(NONE, f"{CATALOGUE}\n{DUTY}")).settings
    assert duties_of(settings, "hr") == ()


def test_what_was_not_written_changes_no_digest_and_what_was_written_does(tmp_path):
    before = compiled(tmp_path, target=ROLES).rules.configuration
    one = rules(tmp_path, CATALOGUE).configuration
    turned = rules(tmp_path, f"entitlements: {{app: [{ADMIN}, {BUYERS}]}}").configuration
    duty = rules(tmp_path, f"{CATALOGUE}\n{DUTY}").configuration

    assert len({before, one, duty}) == 3
    assert turned == one


@pytest.mark.parametrize(
    ("new", "told"),
    [
        ("entitlements: {ap: []}", "no system is called `ap`"),
        (f"entitlements: {{app: [{BUYERS}, {BUYERS}]}}", "twice"),
        ("entitlements: {app: [{group: A, attribute: b, value: c, risk: low}]}", "a right is"),
        ("entitlements: {app: [{attribute: b, risk: low}]}", "a right is"),
        ("entitlements: {app: [{group: A, risk: low, mode: ours}]}", "setting of the job"),
        (
            "entitlements: {app: [{attribute: b, value: x, risk: low, mode: ours}, "
            "{attribute: b, value: y, risk: low, mode: add_only}]}",
            "have one `mode`",
        ),
        ("entitlements: {app: [{group: A, risk: low, longest_days: 0}]}", "longest_days"),
        (DUTY, "no attribute in the catalogue of `app` is called `roles`"),
        (DUTY.replace("target: app", "target: ap"), "no system is called `ap`"),
        (
            "duties: {a: {one: [{target: app, group: A}], other: [{target: hr, group: B}]}}",
            "no job keeps memberships in groups of `hr`",
        ),
        ("duties: {a: {one: [], other: [{target: app, group: A}]}}", "one"),
    ],
)
def test_what_contradicts_itself_is_refused_while_loading(tmp_path, new, told):
    with pytest.raises(ConfigurationError) as caught:
        loaded(tmp_path, spoilt(NONE, new))

    assert told in f"{caught.value.what} {caught.value.where} {caught.value.found}"
    assert "provisor.yaml line 3" in caught.value.where


@pytest.mark.parametrize(
    ("system", "told"),
    [
        (target(), "no target attribute is called `roles`"),
        (able(Attribute("roles")), "`roles` holds one value"),
        (able(Attribute("roles", multi=True), values=False), "single values of `roles`"),
        (able(Attribute("roles", multi=True, writable=Writable.NEVER)), "single values"),
    ],
)
def test_a_target_that_cannot_give_single_values_is_named(tmp_path, system, told):
    (found,) = misfits(tmp_path, spoilt(NONE, CATALOGUE), target=system)

    assert told in found.what
    assert found.where.startswith("provisor.yaml line 34")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('name.givenName: "[given_name]"', 'roles: {expression: "[status]", apply: on_create}'),
        ("on_leave: {disable: now,", "on_leave: {disable: now, set: {roles: null},"),
    ],
)
def test_rights_are_given_and_taken_one_by_one_in_every_cycle(tmp_path, old, new):
    (found,) = misfits(tmp_path, spoilt(old, new, spoilt(NONE, CATALOGUE)), target=ROLES)

    assert "`roles` holds rights" in found.what


def test_check_says_what_nobody_classified(tmp_path):
    only_roles = f"entitlements: {{app: [{ADMIN}]}}\n{DUTY}"
    told = [one.what for one in compiled(tmp_path, spoilt(NONE, only_roles), target=ROLES).doubts]

    assert any("duty `buy-and-pay` names group `buyers`" in one for one in told)
    assert any("no group of `app` is classified" in one for one in told)

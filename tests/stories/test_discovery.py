"""Whose the accounts are, which are one too many, which nobody uses: listed, counted, untouched."""

from __future__ import annotations

from dataclasses import replace

import pytest

from provisor.domain.discovery import AccountClass, Kind
from provisor.domain.dormancy import SignIn
from provisor.domain.link import Link
from provisor.domain.oversight import BlankSignIn, Dormancy
from provisor.domain.rules import MatchRule
from provisor.domain.schema import Attribute
from provisor.engine.asking.discovery import Discovery, discover, find_dormant
from provisor.errors import CommandInvalid
from tests.stories.drifting import USERS, opened
from tests.stories.workplace import MAIL, Office, office_rules


def classes(office: Office) -> dict[str, AccountClass]:
    """Name of every user account to whose it is."""
    return {one.name: one.kind for one in discover(office.job()).accounts if _is_user(one)}


def _is_user(one: object) -> bool:
    return getattr(one, "object_type", None) is USERS


def kinds(found: Discovery) -> list[tuple[Kind, tuple[str, ...], int]]:
    return [
        (one.kind, one.keys, len(one.accounts))
        for object_type, one in found.duplicates
        if object_type is USERS
    ]


def add(office: Office, name: str, **values: object) -> str:
    return office.target.add(USERS, {"userName": name, "active": True, **values})  # type: ignore[dict-item]  # stories name values freely


def match_by(office: Office, *rules: MatchRule) -> None:
    objects = dict(office_rules(office.target, **office.changes).objects)
    objects[USERS] = replace(objects[USERS], match=rules)
    office.changes["objects"] = objects


BY_MAIL = MatchRule(MAIL, decides=True)
BY_TITLE = MatchRule("title", decides=False)


def test_every_account_stands_in_exactly_one_class(office):
    opened(office)
    office.hire("E0007", mail="seven@example.org", status="inactive")
    office.hire("E0008", mail="eight@example.org")
    add(office, "root", **{MAIL: "root@example.org"})
    add(office, "stranger")
    add(office, "seven", **{MAIL: "seven@example.org"})
    add(office, "eight", **{MAIL: "eight@example.org"})
    office.changes["protected"] = frozenset({"root"})
    office.leave("E0003")

    assert classes(office) == {
        "sure0001": AccountClass.ASSIGNED,
        "sure0002": AccountClass.ASSIGNED,
        "sure0003": AccountClass.UNASSIGNED,
        "root": AccountClass.PROTECTED,
        "stranger": AccountClass.LOCAL,
        "seven": AccountClass.UNASSIGNED,
        "eight": AccountClass.ASSIGNED,
    }


def test_every_match_rule_is_asked_not_only_the_first(office):
    match_by(office, MatchRule("externalId", decides=True), BY_MAIL, BY_TITLE)
    office.hire("E0001", title="Astronaut")
    add(office, "weak", title="Astronaut")

    (one,) = [one for one in discover(office.job()).accounts if one.name == "weak"]
    assert one.kind is AccountClass.CONTESTED
    assert [(like.key, like.rule, like.decides) for like in one.likes] == [
        ("E0001", "title", False)
    ]


def test_two_accounts_of_one_person_are_contested_until_somebody_says_which(office):
    match_by(office, BY_MAIL, MatchRule("displayName", decides=True))
    office.hire("E0001")
    add(office, "one", **{MAIL: "e0001@example.org"})
    add(office, "two", displayName="Given SurE0001")

    assert set(classes(office).values()) == {AccountClass.CONTESTED}


def test_discovery_writes_nothing(office):
    opened(office)
    add(office, "stranger")
    leaves, calls = office.store.log.head().size, office.writes
    discover(office.job())

    assert (office.store.log.head().size, office.writes) == (leaves, calls)


def test_a_second_account_of_somebody_is_told_with_the_rule_that_finds_it(office):
    opened(office)
    match_by(office, BY_MAIL, MatchRule("displayName", decides=False))
    add(office, "again", displayName="Given SurE0001")

    found = discover(office.job())
    assert kinds(found) == [(Kind.SECOND_ACCOUNT, ("E0001",), 2)]
    assert found.duplicates[0][1].rule == "displayName"
    assert found.managed[USERS] == 3


def test_one_account_claimed_by_two_links_is_told(office):
    opened(office)
    native = office.native("E0001")
    ids = office.store.identities.assign("hr", USERS, ["E0009"], office.clock.now())
    office.store.links.put("app", [Link(ids["E0009"], USERS, "E0009", native, None)], [])

    assert (Kind.TWO_LINKS, ("E0001", "E0009"), 1) in kinds(discover(office.job()))


def test_accounts_of_nobody_that_look_alike_are_told_once(office):
    match_by(office, BY_TITLE, MatchRule("department", decides=False))
    office.hire("E0001", title="Clerk")
    for name in ("red", "blue"):
        add(office, name, title="Robot", department="Machines")

    assert kinds(discover(office.job())) == [(Kind.LOOK_ALIKE, (), 2)]


def test_nobody_has_one_account_too_many_in_an_orderly_office(office):
    opened(office)

    assert kinds(discover(office.job())) == []


# --- who uses what -------------------------------------------------------------------------------


def signing_in(office: Office, **rule: object) -> None:
    """Let the application tell of sign-ins."""
    schemas = dict(office.target.schemas)
    told = (Attribute("lastLogin"), Attribute("createdAt"))
    users = schemas[USERS]
    schemas[USERS] = replace(users, attributes=(*users.attributes, *told))
    office.target.schemas = schemas
    objects = dict(office_rules(office.target, **office.changes).objects)
    dormancy = Dormancy("lastLogin", **{"days": 90, **rule})  # type: ignore[arg-type]  # stories name fields freely
    objects[USERS] = replace(objects[USERS], dormancy=dormancy)
    office.changes["objects"] = objects


def used(office: Office, **options: int) -> dict[str, SignIn]:
    return {one.name: one.usage.kind for one in find_dormant(office.job(), **options).accounts}


def test_dormant_unused_and_unknown_are_three_things_and_add_up(office):
    signing_in(office)
    today = office.clock.now()
    add(office, "old", lastLogin="2020-01-01T00:00:00Z")
    add(office, "new", lastLogin=today.strftime("%Y-%m-%dT%H:%M:%SZ"))
    add(office, "quiet")
    add(office, "never", lastLogin="0")
    add(office, "off", active=False, lastLogin="2020-01-01T00:00:00Z")

    assert used(office) == {
        "old": SignIn.DORMANT,
        "new": SignIn.ACTIVE,
        "quiet": SignIn.UNKNOWN,
        "never": SignIn.NEVER,
        "off": SignIn.OFF,
    }
    report = find_dormant(office.job())
    assert sum(report.count(kind) for kind in SignIn) == len(report.accounts)


def test_an_account_that_never_signed_in_is_told_with_its_age(office):
    signing_in(office, created="createdAt", blank=BlankSignIn.NEVER)
    add(office, "fresh", createdAt=office.clock.now().strftime("%Y-%m-%d"))
    add(office, "dusty", createdAt="2020-01-01")

    ages = {one.name: one.usage.age for one in find_dormant(office.job()).accounts}
    assert set(used(office).values()) == {SignIn.NEVER}
    assert ages["fresh"] == 0
    assert ages["dusty"] is not None
    assert ages["dusty"] > 365


def test_the_days_may_be_said_on_the_way(office):
    signing_in(office, days=36_000)
    add(office, "old", lastLogin="2020-01-01T00:00:00Z")

    assert used(office) == {"old": SignIn.ACTIVE}
    assert used(office, days=30) == {"old": SignIn.DORMANT}


def test_a_target_that_is_not_asked_about_sign_ins_says_nothing(office):
    opened(office)

    with pytest.raises(CommandInvalid):
        find_dormant(office.job())

"""A brown field for stories: five people, two pairs of namesakes, and what is done about them."""

from __future__ import annotations

from dataclasses import replace

from connectors.memory import TARGET_SCHEMAS, World
from provisor.domain.rules import AnchorPolicy, MatchRule, MatchTerm
from provisor.domain.schema import Attribute, ObjectType
from provisor.engine.asking.answer import Answer, Word, hear
from provisor.engine.asking.questions import open_questions
from provisor.ports.store import PlanStatus
from tests.stories.workplace import MAIL, mapping, office_rules, once

USERS = ObjectType.USERS
FULL_NAME = MatchRule("name.givenName", decides=False, also=(MatchTerm("name.familyName"),))
RULES = (
    MatchRule("employeeNumber", decides=True),
    FULL_NAME,
    MatchRule("phone", decides=False),
    # A rule that decides counts before all that propose, wherever it stands.
    MatchRule(MAIL, decides=True),
)
PEOPLE = (
    ("E1", "John", "Smith", "js1@example.org", "11"),
    ("E2", "John", "Smith", "js2@example.org", "22"),
    ("E3", "Alice", "Green", "ag3@example.org", "33"),
    ("E4", "Robert", "Black", "rb4@example.org", "44"),
    ("E5", "Robert", "Black", "rb5@example.org", "55"),
)


def furnish(office):
    """Give the office its people, and a target that knows telephones."""
    users = TARGET_SCHEMAS[USERS]
    wider = replace(users, attributes=(*users.attributes, Attribute("phone")))
    office.target = World({**TARGET_SCHEMAS, USERS: wider})
    use(office)
    for key, given, surname, mail, phone in PEOPLE:
        office.hire(key, given_name=given, surname=surname, mail=mail, phone=phone)
    return office


def use(office, match=RULES, policy=AnchorPolicy.OURS):
    """Recognise accounts by these rules."""
    rules = office_rules(office.target)
    users = replace(
        rules.objects[USERS],
        mappings=(
            mapping("externalId", "[employee_id]"),
            once("userName", "SelectUniqueValue(ToLower([surname]))"),
            mapping("employeeNumber", "[employee_id]"),
            mapping("name.givenName", "[given_name]"),
            mapping("name.familyName", "[surname]"),
            mapping(MAIL, "[mail]"),
            mapping("phone", "[phone]"),
            mapping("title", "[title]", "Employee"),
            mapping("active", "Not([IsSoftDeleted])"),
        ),
        match=match,
        anchor_policy=policy,
    )
    office.changes["objects"] = {**rules.objects, USERS: users}


def account(office, name, **values):
    """An account that was there before us; return its native id."""
    return office.target.add(USERS, {"userName": name, "active": True, **values})


def asked(office):
    """Key to the native ids of the candidates."""
    return {
        one.question.key: [shown.candidate.native_id for shown in one.candidates]
        for one in open_questions(office.job()).questions
    }


def say(office, key, native, reason="checked"):
    return hear(office.job("carl"), [Answer(key, native)], Word(reason))[0]


def linked(office):
    return {link.key: link.native_id for link in office.store.links.of_target("app", USERS)}


def settle(office):
    """Approve and carry out whatever is called for, until nothing is."""
    for _ in range(4):
        plan = office.plan().stored
        if plan.status is PlanStatus.EMPTY:
            return
        if plan.status is PlanStatus.WAITING:
            office.approve(plan.plan.digest)
        office.apply(plan.plan.digest)

"""Accounts that nobody touches, by name, by pattern and by what the target holds."""

from __future__ import annotations

import pytest

from provisor.domain.protection import Protection
from provisor.domain.schema import ObjectType
from provisor.domain.scope import Clause, Operator
from provisor.engine.asking.answer import Answer, Word, hear
from tests.stories.lifecycles import done, ruled, settled

pytestmark = pytest.mark.both_executors

SERVICE = Clause("department", Operator.EQUALS, "OU=Service")


def fenced(office, **ranges):
    ruled(office, protection=Protection(**ranges))
    return settled(office)


def stranger(office, name, **values):
    return office.target.add(ObjectType.USERS, {"userName": name, "active": True, **values})


def users(result):
    return result.stored.accounts[ObjectType.USERS].classes


def test_a_range_of_names_is_counted_as_protected_and_never_touched(office):
    """27: a service account that the source knows, too."""
    fenced(office, patterns=("svc-*", "sure0001"))
    stranger(office, "SVC-backup")
    stranger(office, "svcless")
    office.leave("E0001")
    result = office.run()

    assert result.stored.plan.actions == ()
    assert (users(result)["protected"], users(result)["orphan"]) == (2, 1)
    assert office.account("E0001")["active"] is True


def test_a_range_by_what_the_target_holds_is_never_touched(office):
    """27: an organisational unit of service accounts."""
    fenced(office, conditions=(SERVICE,))
    office.target.users[office.native("E0001")]["department"] = "OU=Service"
    office.leave("E0001")
    office.leave("E0002")
    result = office.run()

    assert done(result) == [("disable", "E0002")]
    assert users(result)["protected"] == 1


def test_what_cannot_be_told_of_an_account_is_protected(office):
    fenced(office, conditions=(Clause("department", Operator.GREATER_THAN, "5"),))
    office.target.users[office.native("E0001")]["department"] = "many"
    office.leave("E0001")

    assert office.run().stored.plan.actions == ()


def test_a_protected_account_is_never_matched(office):
    """Somebody new has the mail address of a service account: a second account is made."""
    fenced(office, conditions=(SERVICE,))
    mail = 'emails[type eq "work"].value'
    native = stranger(office, "svc", **{mail: "n1@example.org", "department": "OU=Service"})
    office.hire("N1")
    before = dict(office.target.users[native])
    result = office.run()

    assert ("create", "N1") in done(result) or [one.key for one in result.stored.set_aside]
    assert office.target.users[native] == before
    assert users(result)["protected"] == 1


def test_nobody_can_answer_that_a_protected_account_is_theirs(office):
    fenced(office, patterns=("svc-*",))
    native = stranger(office, "svc-backup")
    office.hire("N1", status="waiting")
    (heard,) = hear(office.job("carl"), [Answer("N1", native)], Word("they say so"))

    assert heard.refusal is not None
    assert heard.override is None


def test_nobody_is_created_over_a_protected_account(office):
    """The name of a protected account is taken, whoever asks for it."""
    fenced(office, patterns=("surn1",))
    native = stranger(office, "surn1")
    before = dict(office.target.users[native])
    office.hire("N1")
    office.run()

    assert office.target.users[native] == before
    assert office.accounts_of("N1") == 0 or office.account("N1")["userName"] != "surn1"

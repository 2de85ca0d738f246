"""Nobody decides about themselves, whatever the decision is called and whatever their name is."""

from __future__ import annotations

import pytest

from provisor.domain.approval import ApprovalPolicy
from provisor.domain.schema import ObjectType
from provisor.engine.asking.answer import Answer, Word, hear
from provisor.engine.job import Actor
from provisor.engine.own_affairs import (
    Affair,
    affair_of,
    is_known,
    names_of,
    refuse_approver,
    refuse_own_affair,
)
from provisor.engine.part import part
from provisor.errors import CommandInvalid, SelfApproval, UnknownName

OWN = ("E0001", "surE0001", "SURE0001", "e0001@example.org", "E0001 ")


@pytest.fixture
def settled(office):
    office.hire_many(3)
    office.open_up()
    return office


def affair(office, key="E0001", approver=""):
    return affair_of(office.job(), ObjectType.USERS, key, approver)


@pytest.mark.parametrize("name", OWN)
def test_nobody_unlinks_their_own_account(settled, name):
    with pytest.raises(SelfApproval):
        part(settled.job(name), "E0001", Word("wrong one"))

    assert settled.store.overrides.all() == ()
    assert settled.store.links.of_key("app", ObjectType.USERS, "E0001") != ()


@pytest.mark.parametrize("name", OWN)
def test_nobody_overrides_the_rules_for_themselves(settled, name):
    store, policy = settled.store, settled.policy
    with pytest.raises(SelfApproval):
        refuse_own_affair(store, Actor(name, asserted=True), policy, affair(settled))

    refuse_own_affair(store, Actor(name, asserted=True), policy, affair(settled, "E0002"))


def test_nobody_answers_a_question_about_themselves_by_another_name(settled):
    settled.hire("E0004", surname="Sure")
    (heard,) = hear(settled.job("e0004"), [Answer("E0004", "new")], Word("it is me"))

    assert isinstance(heard.refusal, SelfApproval)


def test_one_person_alone_may_do_everything_and_every_plan_says_so(settled):
    settled.policy = ApprovalPolicy(four_eyes=False)

    assert part(settled.job("E0001"), "E0001", Word("wrong one")) != ()


@pytest.mark.parametrize("approver", ["ann", " Ann", "E0001", "e0001@example.org"])
def test_an_approver_is_neither_the_author_nor_the_person_concerned(settled, approver):
    with pytest.raises(SelfApproval):
        part(settled.job("ann"), "E0001", Word("wrong one", approver))

    assert settled.store.overrides.all() == ()


@pytest.mark.parametrize("approver", ["two\nlines", "x" * 201, "\x1b[31m"])
def test_an_approver_is_a_name(approver):
    with pytest.raises(CommandInvalid):
        refuse_approver(Actor("ann", asserted=True), ApprovalPolicy(), approver)


def test_the_store_knows_who_somebody_is_without_a_look_at_any_system(settled):
    names = names_of(settled.store, Affair(ObjectType.USERS, "E0001", (("j", "hr", "app"),)))

    assert {"e0001", "sure0001", "e0001@example.org"} <= {name.lower() for name in names}


def test_a_key_that_looks_like_somebody_elses_is_refused_with_that_key(settled):
    with pytest.raises(UnknownName) as refused:
        is_known(settled.store, affair(settled, "E00O1"))

    assert "did you mean `E0001`" in refused.value.next


def test_a_key_is_taken_as_it_comes_where_nothing_was_read_yet(office):
    assert not is_known(office.store, affair(office, "E0001"))


def test_whoever_was_seen_is_known(settled):
    assert is_known(settled.store, affair(settled, "E0003"))

"""A brown field: whose are the accounts that were there before us, and who says so."""

from __future__ import annotations

import pytest

from provisor.domain.approval import ApprovalPolicy
from provisor.domain.event import EventKind
from provisor.domain.override import NEW_ACCOUNT
from provisor.domain.question import QuestionKind
from provisor.engine.asking.questions import Likeness, open_questions
from provisor.engine.explain import findings
from provisor.errors import AnswerRefused, CommandInvalid, SelfApproval, UnknownName
from provisor.ports.store import PlanStatus
from tests.stories.brown_field import account, asked, furnish, linked, say, settle
from tests.stories.workplace import MAIL

pytestmark = pytest.mark.both_executors


@pytest.fixture
def field(office):
    """Five people, two pairs of namesakes among them."""
    return furnish(office)


# --- correlation ------------------------------------------------------------------------------


def test_namesakes_with_different_numbers_are_two_people_and_nobody_is_asked(field):
    settle(field)

    assert asked(field) == {}
    assert len(linked(field)) == len(field.target.users) == 5


def test_an_account_with_the_number_alone_is_linked_without_asking(field):
    native = account(field, "js1", employeeNumber="E1")
    settle(field)

    assert linked(field)["E1"] == native
    assert asked(field) == {}


def test_an_account_with_the_mail_of_one_namesake_alone_is_linked_without_asking(field):
    native = account(field, "js2", **{MAIL: "js2@example.org", "name.familyName": "Smith"})
    settle(field)

    assert linked(field)["E2"] == native
    assert asked(field) == {}


def test_a_namesake_is_never_linked_by_itself(field):
    native = account(field, "ag3", **{"name.givenName": "Alice", "name.familyName": "Green"})
    result = field.plan()

    assert asked(field) == {"E3": [native]}
    assert [(one.key, one.code) for one in result.stored.set_aside] == [("E3", "proposed_match")]
    assert result.stored.created_at == field.clock.now()
    settle(field)
    assert "E3" not in linked(field)
    assert len(field.target.users) == 5


def test_somebody_elses_name_with_ones_telephone_is_only_a_candidate(field):
    native = account(
        field, "bb4", **{"name.givenName": "Bob", "name.familyName": "BLACK", "phone": "44"}
    )

    assert asked(field) == {"E4": [native]}


def test_a_name_that_two_people_have_is_a_question_about_both(field):
    native = account(field, "rb5", **{"name.givenName": "Robert", "name.familyName": "Black"})
    questions = open_questions(field.job()).questions
    (four, five) = questions

    assert asked(field) == {"E4": [native], "E5": [native]}
    assert (four.candidates[0].rivals, five.candidates[0].rivals) == (("E5",), ("E4",))


def test_a_stranger_with_a_telephone_by_mistake_is_never_linked(field):
    native = account(field, "nn6", **{"name.givenName": "Nobody", "phone": "55"})
    before = dict(field.target.users[native])
    settle(field)

    assert asked(field) == {"E5": [native]}
    assert field.target.users[native] == before
    assert native not in linked(field).values()


def test_candidates_of_all_weak_rules_are_put_together(field):
    both = account(
        field, "ag", **{"name.givenName": "alice", "name.familyName": "green", "phone": "33"}
    )
    phone = account(field, "desk", phone="33")
    (question,) = open_questions(field.job()).questions

    assert question.question.kind is QuestionKind.PROPOSED
    assert {c.candidate.native_id: c.candidate.rules for c in question.candidates} == {
        both: ("name.givenName and name.familyName", "phone"),
        phone: ("phone",),
    }


def test_a_number_decides_whatever_the_weak_rules_say(field):
    number = account(field, "right", employeeNumber="E3")
    name = account(field, "wrong", **{"name.givenName": "Alice", "name.familyName": "Green"})
    settle(field)

    assert linked(field)["E3"] == number
    assert asked(field) == {}
    assert name in {one.native_id for one in findings(field.job()) if one.kind == "orphan"}


def test_a_rule_that_names_two_accounts_asks_and_a_person_decides(field):
    natives = [account(field, f"twin{n}", employeeNumber="E1") for n in (1, 2)]

    assert asked(field) == {"E1": natives}
    say(field, "E1", natives[1])
    settle(field)
    assert linked(field)["E1"] == natives[1]
    assert asked(field) == {}


def test_record_and_candidate_stand_side_by_side(field):
    account(field, "ag3", phone="33", title="Boss", **{"name.familyName": "Green"})
    (question,) = open_questions(field.job()).questions
    likeness = {one.attribute: one.likeness for one in question.candidates[0].values}

    assert likeness["phone"] is Likeness.EQUAL
    assert likeness["title"] is Likeness.DIFFERENT
    assert likeness["name.givenName"] is Likeness.EMPTY


# --- answers ----------------------------------------------------------------------------------


def test_an_answer_links_and_the_same_import_again_does_nothing(field):
    native = account(field, "ag3", **{"name.givenName": "Alice", "name.familyName": "Green"})
    heard = say(field, "E3", "AG3")
    settle(field)
    written = field.writes

    assert heard.override.value == native
    assert heard.override.author == "carl"
    assert linked(field)["E3"] == native
    assert field.run().stored.status is PlanStatus.EMPTY
    assert field.writes == written


def test_a_new_account_is_an_answer_too(field):
    native = account(field, "ag3", **{"name.givenName": "Alice", "name.familyName": "Green"})
    say(field, "E3", NEW_ACCOUNT)
    settle(field)

    assert linked(field)["E3"] != native
    assert field.run().stored.status is PlanStatus.EMPTY


def test_an_account_of_somebody_else_is_no_answer_and_the_question_stays_open(field):
    native = account(field, "js1", employeeNumber="E1")
    settle(field)
    other = account(field, "rb", **{"name.givenName": "Robert", "name.familyName": "Black"})
    field.hire("E6", given_name="Robert", surname="Black", mail="rb6@example.org", phone="66")
    linked_already = say(field, "E1", other)
    taken = say(field, "E6", native)

    assert isinstance(linked_already.refusal, AnswerRefused)
    assert isinstance(taken.refusal, AnswerRefused)
    assert asked(field) == {"E6": [other]}
    assert field.store.overrides.all() == ()


def test_one_account_is_given_to_one_record_only(field):
    native = account(field, "rb", **{"name.givenName": "Robert", "name.familyName": "Black"})
    say(field, "E4", native)
    second = say(field, "E5", native)
    changed = say(field, "E4", NEW_ACCOUNT)
    third = say(field, "E5", native)

    assert isinstance(second.refusal, AnswerRefused)
    assert changed.fresh
    assert third.override.value == native
    active = [o for o in field.store.overrides.all() if o.ended_at is None]
    assert sorted((o.key, o.value) for o in active) == [("E4", "new"), ("E5", native)]


@pytest.mark.parametrize(
    ("key", "native", "reason", "refusal"),
    [
        ("E3", "nobody", "checked", UnknownName),
        ("E99", "new", "checked", UnknownName),
        ("E3", "new", " ", CommandInvalid),
    ],
)
def test_an_answer_about_nothing_is_refused(field, key, native, reason, refusal):
    if reason.strip():
        assert isinstance(say(field, key, native, reason).refusal, refusal)
    else:
        with pytest.raises(refusal):
            say(field, key, native, reason)
    assert field.store.overrides.all() == ()


def test_a_protected_account_is_no_answer(field):
    native = account(field, "root", phone="33")
    field.changes["protected"] = frozenset({"root"})

    assert isinstance(say(field, "E3", native).refusal, AnswerRefused)
    assert asked(field) == {}


def test_nobody_gives_themselves_an_account(field):
    native = account(field, "Carl", phone="33")

    assert isinstance(say(field, "E3", native).refusal, SelfApproval)
    assert field.store.overrides.all() == ()
    field.policy = ApprovalPolicy(four_eyes=False)
    assert say(field, "E3", native).fresh


def test_an_answer_that_was_given_before_is_not_given_twice(field):
    native = account(field, "desk", phone="33")

    assert [say(field, "E3", native).fresh for _ in range(2)] == [True, False]
    assert len(field.store.overrides.all()) == 1


def test_what_is_linked_already_may_be_said_again(field):
    native = account(field, "js1", employeeNumber="E1")
    settle(field)
    heard = say(field, "E1", native)

    assert (heard.native_id, heard.refusal, heard.override) == (native, None, None)
    assert field.store.overrides.all() == ()


def test_every_answer_leaves_a_leaf_in_the_log(field):
    native = account(field, "desk", phone="33")
    say(field, "E3", NEW_ACCOUNT)
    say(field, "E3", native)
    bodies = [body for _, body in field.store.log.leaves()]

    for kind, count in ((EventKind.OVERRIDE_ADDED, 2), (EventKind.OVERRIDE_ENDED, 1)):
        assert sum(f'"kind":"{kind.value}"'.encode() in body for body in bodies) == count


def test_an_open_question_follows_the_data(field):
    native = account(field, "desk", phone="33")
    before = asked(field)
    field.change("E3", phone="77")
    moved = asked(field)
    field.target.users[native]["employeeNumber"] = "E3"
    settle(field)

    assert (before, moved) == ({"E3": [native]}, {})
    assert linked(field)["E3"] == native


def test_an_answer_whose_account_vanished_is_asked_again_and_makes_no_second_account(field):
    native = account(field, "desk", phone="33")
    say(field, "E3", native)
    del field.target.users[native]
    settle(field)
    (question,) = open_questions(field.job()).questions

    assert question.question.kind is QuestionKind.ANSWERED
    assert "E3" not in linked(field)

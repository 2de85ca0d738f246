"""Links that were wrong, anchors of somebody else, and names that are taken already."""

from __future__ import annotations

import pytest

from provisor.domain.override import NEW_ACCOUNT, OverrideKind
from provisor.domain.rules import AnchorPolicy
from provisor.engine.asking.answer import Word
from provisor.engine.asking.questions import open_questions
from provisor.engine.part import part
from provisor.errors import AnswerRefused, LeaseHeld, UnknownName
from provisor.ports.store import PlanStatus
from tests.stories.brown_field import account, asked, furnish, linked, say, settle, use

pytestmark = pytest.mark.both_executors


@pytest.fixture
def field(office):
    """Five people, two pairs of namesakes among them."""
    return furnish(office)


# --- links that were wrong --------------------------------------------------------------------


def test_a_link_that_was_ended_is_not_made_again_by_any_rule(field):
    native = account(field, "ag3", employeeNumber="E3")
    settle(field)
    before = dict(field.target.users[native])
    (override,) = part(field.job("carl"), "E3", Word("another Alice"))
    settle(field)
    (question,) = open_questions(field.job()).questions

    assert (override.kind, override.value) == (OverrideKind.UNLINK, native)
    assert field.target.users[native] == before
    assert "E3" not in linked(field)
    assert question.question.key == "E3"
    assert question.candidates[0].candidate.parted


def test_a_person_may_give_an_ended_link_back(field):
    native = account(field, "ag3", employeeNumber="E3")
    settle(field)
    part(field.job(), "E3", Word("another Alice"))
    say(field, "E3", native)
    settle(field)

    assert linked(field)["E3"] == native
    assert asked(field) == {}


def test_an_account_taken_from_one_person_can_be_given_to_the_right_one(field):
    native = account(field, "js", employeeNumber="E1")
    settle(field)
    field.target.users[native]["employeeNumber"] = None
    field.hire("E9", given_name="John", surname="Smith", mail="js9@example.org", phone="99")
    part(field.job(), "E1", Word("it is the other Smith's"))
    say(field, "E9", native)
    say(field, "E1", NEW_ACCOUNT)
    for _ in range(2):
        settle(field)
    owners = linked(field)

    assert owners["E9"] == native
    assert field.account("E9")["employeeNumber"] == "E9"
    assert owners["E1"] != native
    assert len(set(owners.values())) == len(owners) == 6


def test_nobody_ends_a_link_while_somebody_writes(field):
    settle(field)
    now = field.clock.now()
    field.store.controls.acquire("app", "another", now, 60)

    with pytest.raises(LeaseHeld):
        part(field.job(), "E1", Word("wrong"))
    assert "E1" in linked(field)


def test_a_link_that_is_not_there_cannot_be_ended(field):
    with pytest.raises(UnknownName):
        part(field.job(), "E1", Word("wrong"))


# --- anchors of somebody else -----------------------------------------------------------------


def test_an_account_with_a_foreign_anchor_is_nobodys_candidate(field):
    native = account(field, "js1", employeeNumber="E1", externalId="guid-1", phone="11")
    settle(field)

    assert asked(field) == {}
    assert linked(field)["E1"] != native
    field.hire("E6", phone="66")
    assert isinstance(say(field, "E6", native).refusal, AnswerRefused)


def test_a_foreign_anchor_is_kept_and_its_account_is_linked_by_native_id(field):
    use(field, policy=AnchorPolicy.KEEP_FOREIGN)
    native = account(field, "js1", employeeNumber="E1", externalId="guid-1", title="Old")
    settle(field)
    held = field.target.users[native]
    written = field.writes

    assert linked(field)["E1"] == native
    assert (held["externalId"], held["title"]) == ("guid-1", "Clerk")
    assert field.run().stored.status is PlanStatus.EMPTY
    assert field.writes == written


def test_whoever_keeps_a_foreign_anchor_is_updated_and_disabled_like_everybody(field):
    use(field, policy=AnchorPolicy.KEEP_FOREIGN)
    native = account(field, "js1", employeeNumber="E1", externalId="guid-1")
    field.found_group("G1", "Staff", "E1", "E2")
    settle(field)
    field.change("E1", title="Chief")
    field.run()
    field.leave("E2")
    field.leave("E1")
    result = field.run()
    held = field.target.users[native]

    assert (held["title"], held["active"], held["externalId"]) == ("Chief", False, "guid-1")
    assert result.drift == ()


def test_a_namesake_with_a_foreign_anchor_is_linked_by_a_persons_word(field):
    use(field, policy=AnchorPolicy.KEEP_FOREIGN)
    native = account(field, "desk", phone="33", externalId="guid-3")

    assert asked(field) == {"E3": [native]}
    say(field, "E3", native)
    settle(field)
    assert linked(field)["E3"] == native
    assert field.target.users[native]["externalId"] == "guid-3"


# --- unique names -----------------------------------------------------------------------------


def test_whoever_has_the_name_already_is_linked_and_gets_no_second_one(field):
    native = account(field, "green", employeeNumber="E3")
    settle(field)

    assert linked(field)["E3"] == native
    assert {row["userName"] for row in field.target.users.values()} >= {"green"}
    assert not [row for row in field.target.users.values() if row["userName"] == "green2"]


def test_a_look_alike_that_has_the_name_is_asked_about_before_a_name_is_made_up(field):
    native = account(field, "green", phone="33")
    settle(field)

    assert asked(field) == {"E3": [native]}
    assert not [row for row in field.target.users.values() if row["userName"] == "green2"]


def test_an_account_that_is_linked_is_never_linked_again_by_its_anchor(field):
    use(field, policy=AnchorPolicy.KEEP_FOREIGN)
    native = account(field, "js", employeeNumber="E9", externalId="E8")
    field.hire("E9", given_name="Jo", surname="Smit", mail="js9@example.org", phone="99")
    settle(field)
    # Only now comes the person whose own anchor the incumbent gave to somebody else.
    field.hire("E8", given_name="Jan", surname="Smid", mail="js8@example.org", phone="88")
    result = field.run()

    assert linked(field)["E9"] == native
    assert "E8" not in linked(field)
    assert "conflict" in {one.code for one in result.left}
    assert result.exit_code == 3

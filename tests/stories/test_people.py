"""One person over several feeds: correlation, movers, and feeds that fail."""

import pytest

from provisor.domain.plan import Ruling
from provisor.domain.schema import ObjectType
from tests.stories.bureau import links, merge, opened, questions, split, told

pytestmark = pytest.mark.both_executors

MAIL = 'emails[type eq "work"].value'


@pytest.fixture
def bureau(tmp_path, executor):
    """The bureau on its first day."""
    return opened(tmp_path, executor)


# --- who is one person ----------------------------------------------------------------------------


def test_a_person_in_two_feeds_has_one_account(bureau):
    bureau.show("contractors", "C9", nid="N-E003")

    result = bureau.carry_out()

    assert len(bureau.accounts()) == 25
    assert "contractors:C9" not in bureau.accounts()
    assert result.exit_code == 0


def test_a_contractor_who_becomes_an_employee_keeps_identity_and_account(bureau):
    bureau.carry_out()
    before, native = links(bureau)["contractors:C2"], bureau.native("contractors:C2")

    bureau.vanish("contractors", "C2")
    bureau.show("hr", "E500", national_id="N-C2", title="Engineer")
    bureau.pass_hours(1)
    result = bureau.carry_out()

    assert told(result) == [("update", "contractors:C2")]
    assert links(bureau)["contractors:C2"] == before
    assert bureau.native("contractors:C2") == native
    assert bureau.accounts()["contractors:C2"]["title"] == "Engineer"
    bureau.pass_hours(30)
    assert told(bureau.carry_out()) == []


def test_a_mover_between_two_feeds_is_one_proposed_move(bureau):
    bureau.carry_out()

    bureau.vanish("hr", "E007")
    bureau.show("contractors", "C77", nid="N-E007", title="Adviser", mail="moved@example.org")
    bureau.write_all()
    bureau.pass_hours(1)

    assert told(bureau.plan()) == [("update", "E007")]


def test_somebody_who_is_hired_again_under_a_new_number_is_who_they_were(bureau):
    bureau.carry_out()
    native = bureau.native("E004")
    bureau.change("hr", "E004", status="terminated")
    bureau.pass_hours(1)
    bureau.carry_out()
    assert bureau.accounts()["E004"]["active"] is False

    bureau.show("hr", "E904", national_id="N-E004", title="Lead")
    bureau.pass_hours(24 * 40)
    result = bureau.carry_out()

    assert ("create", "E904") not in told(result)
    assert {key for _, key in told(result)} == {"E004"}
    assert bureau.native("E004") == native
    assert bureau.accounts()["E004"]["active"] is True
    assert bureau.accounts()["E004"]["title"] == "Lead"


def test_a_leaver_in_one_feed_who_is_active_in_another_stays(bureau):
    bureau.show("contractors", "C9", nid="N-E003", title="Contractor")
    bureau.carry_out()

    bureau.change("hr", "E003", status="terminated")
    bureau.pass_hours(1)
    result = bureau.carry_out()

    assert told(result) == [("update", "E003")]
    assert bureau.accounts()["E003"]["active"] is True
    bureau.change("contractors", "C9", status="terminated")
    bureau.pass_hours(1)
    assert told(bureau.carry_out()) == [("disable", "E003")]


def test_of_conflicting_values_precedence_decides_and_the_story_shows_each_origin(bureau):
    bureau.change("directory", "D5", mail="right@example.org")
    bureau.carry_out()

    assert bureau.accounts()["E005"][MAIL] == "right@example.org"
    portrait = bureau.explained("directory:D5").portrait
    (mail,) = [one for one in portrait.accounts if one.attribute == "mail"]
    assert (mail.chosen.value, mail.chosen.ref) == ("right@example.org", ("directory", "D5"))
    assert [(one.value, one.ref) for one in mail.others] == [("e005@example.org", ("hr", "E005"))]
    assert dict(portrait.records) == {("hr", "E005"): "", ("directory", "D5"): "national_id"}


def test_a_third_feed_recognises_by_the_value_of_the_second_not_by_the_winning_one(bureau):
    bureau.staff(1, first=50)
    bureau.show("contractors", "C9", nid="N-E050", mail="private@example.net")
    bureau.carry_out()
    assert bureau.accounts()["E050"][MAIL] == "e050@example.org"

    bureau.show("directory", "D99", mail="private@example.net", national_id="", phone="+49")
    bureau.write_all()
    bureau.pass_hours(1)
    bureau.run()

    assert dict(bureau.explained("D99").portrait.records)["directory", "D99"] == "mail"


# --- what only people can say ---------------------------------------------------------------------


def test_a_rule_of_names_only_asks(bureau):
    bureau.carry_out()
    bureau.show("contractors", "C9", given_name="GivenE002", surname="SurE002", nid="")
    bureau.write_all()
    bureau.pass_hours(1)

    result = bureau.plan()

    assert told(result) == []
    (aside,) = result.stored.set_aside
    assert (aside.key, aside.code) == ("contractors:C9", "person_in_question")
    (question,) = questions(bureau).people.values()
    assert [person for person, _ in question.candidates] == ["E002"]
    assert not question.decides


RULES = """\
      - {attribute: national_id, distinguishes: true}
      - {attribute: mail}
      - {attributes: [given_name, surname, born], decides: false}
"""
RULES_OF_A_UNIVERSITY = """\
      - {attributes: [surname, born, national_id]}
      - {attributes: [given_name, surname, born], decides: false}
      - {attribute: national_id, decides: false}
"""
OF_E002 = {"given_name": "GivenE002", "surname": "SurE002", "nid": "N-E002"}


@pytest.mark.parametrize(
    ("shown", "decides"),
    [
        (("surname", "nid"), True),
        (("given_name", "surname"), False),
        (("nid",), False),
    ],
)
def test_three_rules_of_which_one_decides_and_two_ask(bureau, shown, decides):
    """Name, birth date and national id are the person; names, or the id alone, are a question."""
    without = ("nid}}, directory]", "nid}}]"), ("[directory, hr, contractors]", "[hr, contractors]")
    bureau.write_configuration((RULES, RULES_OF_A_UNIVERSITY), *without)
    bureau.carry_out()
    bureau.show("contractors", "C9", **{name: OF_E002[name] for name in shown})
    bureau.write_all()
    bureau.pass_hours(1)
    result = bureau.plan()
    asked = questions(bureau).people.values()

    assert told(result) == []
    assert [one.key for one in result.stored.set_aside] == ([] if decides else ["contractors:C9"])
    assert [[p for p, _ in one.candidates] for one in asked] == ([] if decides else [["E002"]])


def test_two_candidates_are_a_question_and_never_a_guess(bureau):
    bureau.carry_out()
    bureau.show("contractors", "C9", nid="", mail="c2@example.org")
    bureau.change("hr", "E010", mail="c2@example.org")
    bureau.write_all()
    bureau.pass_hours(1)

    result = bureau.run()

    assert "contractors:C9" in {one.key for one in result.stored.set_aside}
    assert not [key for _, key in told(result) if key == "contractors:C9"]
    (question,) = questions(bureau).people.values()
    assert {person for person, _ in question.candidates} == {"E010", "contractors:C2"}


def test_a_weaker_rule_does_not_decide_against_a_stronger_one(bureau):
    bureau.carry_out()
    bureau.show("contractors", "C9", nid="N-SOMEBODY", mail="e002@example.org")
    bureau.write_all()
    bureau.pass_hours(1)

    assert [one.key for one in bureau.run().stored.set_aside] == ["contractors:C9"]


def test_an_answer_yes_gives_the_record_to_the_person(bureau):
    bureau.carry_out()
    bureau.show("contractors", "C9", given_name="GivenE002", surname="SurE002", nid="")
    bureau.write_all()
    bureau.pass_hours(1)
    bureau.run()

    said = merge(bureau, "hr:E002", "contractors:C9")

    assert said.records == ("contractors:C9",)
    assert not questions(bureau).people
    assert told(bureau.run()) == []
    assert bureau.verified().problems == ()


def test_an_answer_no_makes_somebody_new(bureau):
    bureau.carry_out()
    bureau.show("contractors", "C9", given_name="GivenE002", surname="SurE002", nid="")
    bureau.write_all()
    bureau.pass_hours(1)
    bureau.run()

    split(bureau, "contractors:C9")

    assert not questions(bureau).people
    assert told(bureau.plan()) == [("create", "contractors:C9")]


def test_a_value_that_changes_moves_no_record_by_itself(bureau):
    bureau.carry_out()
    bureau.change("contractors", "C3", nid="N-E008")
    bureau.write_all()
    bureau.pass_hours(1)

    assert told(bureau.plan()) == []
    (alike,) = questions(bureau).alike
    assert (alike.rule, alike.persons) == ("national_id", ("E008", "contractors:C3"))


def test_a_mover_of_whom_it_is_asked_loses_nothing_for_a_week(bureau):
    bureau.carry_out()
    bureau.vanish("hr", "E007")
    bureau.vanish("directory", "D7")
    bureau.show("contractors", "C77", given_name="GivenE007", surname="SurE007", nid="")
    bureau.write_all()
    for days in range(6):
        bureau.pass_hours(24)
        assert (days, told(bureau.run())) == (days, [])

    merge(bureau, "E007", "contractors:C77")
    bureau.pass_hours(1)

    assert told(bureau.carry_out()) == [("update", "E007")]


def test_a_missing_person_of_whom_it_is_asked_too_long_is_switched_off(bureau):
    bureau.carry_out()
    bureau.vanish("hr", "E007")
    bureau.vanish("directory", "D7")
    bureau.show("contractors", "C77", given_name="GivenE007", surname="SurE007", nid="")
    bureau.write_all()
    for _ in range(7):
        bureau.pass_hours(24)
        assert told(bureau.run()) == []
    bureau.pass_hours(48)

    assert told(bureau.run()) == [("disable", "E007")]


# --- feeds that fail ------------------------------------------------------------------------------


@pytest.mark.parametrize("feed", ["hr", "contractors", "directory"])
def test_half_a_feed_takes_nothing_from_anybody(bureau, feed):
    bureau.carry_out()
    bureau.write(feed, rows=len(bureau.feeds[feed]) // 2)
    bureau.pass_hours(30)

    result = bureau.run()

    assert result.exit_code == 4
    assert told(result) == []
    (verdict,) = [one for one in result.stored.verdicts if one.result is Ruling.REFUSED]
    assert verdict.reason.startswith(f"{feed}: ")


def test_a_feed_that_is_missing_is_named_and_nothing_follows(bureau):
    bureau.carry_out()
    (bureau.folder / "contractors.csv").unlink()
    bureau.pass_hours(30)

    result = bureau.run()

    assert (result.exit_code, told(result)) == (4, [])
    (verdict,) = [one for one in result.stored.verdicts if one.result is Ruling.REFUSED]
    assert "contractors: " in verdict.reason


def test_on_a_partial_read_whoever_may_stand_in_the_missing_feed_is_left_alone(bureau):
    bureau.write_configuration(("source: people", "source: people\n    on_partial: presence"))
    bureau.show("contractors", "C9", nid="N-E003")
    bureau.carry_out()
    (bureau.folder / "directory.csv").unlink()
    bureau.change("hr", "E001", title="Lead")
    bureau.change("contractors", "C1", title="Lead")
    bureau.write("hr")
    bureau.write("contractors")
    bureau.pass_hours(1)

    assert told(bureau.run()) == [("update", "contractors:C1")]


def test_on_a_partial_read_nobody_new_gets_an_account_under_a_passing_key(bureau):
    bureau.write_configuration(("source: people", "source: people\n    on_partial: presence"))
    bureau.carry_out()
    bureau.show("hr", "E500", national_id="N-X")
    bureau.show("contractors", "C9", nid="N-X")
    bureau.write("contractors")
    (bureau.folder / "hr.csv").unlink()
    bureau.pass_hours(1)
    assert told(bureau.run()) == []

    bureau.write_all()
    bureau.pass_hours(1)

    assert told(bureau.run()) == [("create", "E500")]


def test_a_key_in_two_rows_sets_its_person_aside(bureau):
    bureau.carry_out()
    bureau.write_all()
    with (bureau.folder / "hr.csv").open("a", encoding="utf-8") as file:
        file.write("E011,Other,Name,1990-01-01,N-X,x@example.org,Clerk,terminated\n")
    bureau.write_configuration(("percent: 40}", "percent: 40, repeated_percent: 50}"))
    bureau.pass_hours(30)

    result = bureau.run()

    assert "E011" in {one.key for one in result.stored.set_aside}
    assert told(result) == []


# --- groups of the feeds --------------------------------------------------------------------------

IN_CONTRACTORS = "objects: {users: {path: contractors.csv, key: number}}"
WITH_GROUPS = """objects:
      users: {path: contractors.csv, key: number}
      groups: {path: groups.csv, key: id}
      memberships: {path: members.csv, group: team, member: number}"""
GROUPS = """    groups:
      match: [displayName]
      attributes: {displayName: "[label]"}
      memberships: ours
    users:
      scope"""


def test_groups_of_a_feed_keep_their_own_words_and_hold_people(bureau):
    bureau.write_configuration(
        (IN_CONTRACTORS, WITH_GROUPS),
        ("{national_id: nid}", "{national_id: nid, label: born}"),
        ("    users:\n      scope", GROUPS),
        ("percent: 40}", "percent: 40, repeated_percent: 100}"),
    )
    (bureau.folder / "groups.csv").write_text("id,label\nT1,Team\n,Nameless\n", encoding="utf-8")
    rows = "team,number\nT1,C1\nT1,C9\n,C2\n"
    (bureau.folder / "members.csv").write_text(rows, encoding="utf-8")
    bureau.show("contractors", "C9", nid="N-E003")

    result = bureau.carry_out()

    (group,) = bureau.target.groups.values()
    assert group["displayName"] == "Team"
    names = {bureau.native("E003"), bureau.native("contractors:C1")}
    assert [set(own) for own in bureau.target.members.values()] == [names]
    assert result.stored.records[ObjectType.GROUPS].classes["set_aside"] == 1

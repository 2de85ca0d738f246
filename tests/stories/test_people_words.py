"""People say who is who, and what they said can be taken apart again."""

from dataclasses import replace

import pytest

from provisor.domain.override import Override, OverrideKind
from provisor.domain.person import Tie
from provisor.domain.schema import ObjectType
from provisor.domain.tie_pages import tie_page
from provisor.engine.asking.answer import Word
from provisor.engine.people import identity_words
from provisor.engine.people.people_desk import Said
from provisor.engine.run import run_job
from provisor.errors import AnswerRefused, CommandInvalid, LeaseHeld, SelfApproval, UnknownName
from provisor.ports.people import PeopleNews
from provisor.wiring import people_desk_of
from tests.stories.bureau import JOB, kill, links, merge, opened, questions, split, told

pytestmark = pytest.mark.both_executors


@pytest.fixture
def bureau(tmp_path, executor):
    """The bureau on its first day."""
    return opened(tmp_path, executor)


def test_people_who_both_have_an_account_in_one_target_are_not_merged(bureau):
    bureau.carry_out()
    before = links(bureau)

    with pytest.raises(AnswerRefused, match="both have an account"):
        merge(bureau, "E001", "contractors:C1")

    assert links(bureau) == before


def test_a_split_gives_back_what_a_merge_moved(bureau):
    bureau.change("hr", "E009", status="announced")
    bureau.carry_out()
    before, accounts = links(bureau), bureau.accounts()
    assert "E009" not in before

    said = merge(bureau, "E009", "contractors:C4")
    assert [target for target, _ in said.accounts] == ["app"]
    merged = links(bureau)
    assert merged["E009"][1] == before["contractors:C4"][1]
    assert "contractors:C4" not in merged
    bureau.change("hr", "E009", status="active")
    bureau.pass_hours(1)
    assert {key for _, key in told(bureau.carry_out())} == {"E009"}

    split(bureau, "contractors:C4")
    bureau.change("hr", "E009", status="announced")
    bureau.pass_hours(1)
    bureau.carry_out()

    assert links(bureau) == before
    assert bureau.accounts() == accounts
    assert told(bureau.run()) == []
    assert bureau.verified().problems == ()


def test_what_a_rule_joined_wrongly_is_split_off_and_stays_apart(bureau):
    bureau.show("contractors", "C9", nid="N-E003")
    bureau.carry_out()

    split(bureau, "contractors:C9")
    bureau.pass_hours(1)

    assert told(bureau.carry_out()) == [("create", "contractors:C9")]
    bureau.pass_hours(1)
    assert told(bureau.carry_out()) == []
    assert questions(bureau).alike == ()


def test_the_record_that_names_a_person_is_not_split_off(bureau):
    bureau.show("contractors", "C9", nid="N-E003")
    bureau.carry_out()

    with pytest.raises(CommandInvalid, match="named by this record"):
        split(bureau, "hr:E003")


def test_nobody_decides_who_they_are_themselves(bureau):
    bureau.carry_out()
    bureau.show("contractors", "C9", given_name="GivenE002", surname="SurE002", nid="")
    bureau.write_all()
    bureau.pass_hours(1)
    bureau.run()

    with pytest.raises(SelfApproval):
        merge(bureau, "E002", "contractors:C9", by="e002@example.org")
    with pytest.raises(SelfApproval):
        merge(bureau, "E002", "contractors:C9", by="C9")
    with pytest.raises(SelfApproval):
        merge(bureau, "E002", "contractors:C9", approver="E002")


def test_a_key_of_nobody_is_answered_with_the_nearest(bureau):
    bureau.carry_out()

    with pytest.raises(UnknownName) as refused:
        merge(bureau, "E001", "contractor:C4")

    assert "contractors:C4" in refused.value.next


def test_what_was_decided_about_somebody_follows_a_merge_and_a_split(bureau):
    bureau.change("hr", "E009", status="announced")
    bureau.carry_out()
    hold(bureau, "contractors:C4")

    merge(bureau, "E009", "contractors:C4")
    assert held(bureau) == {"E009"}
    split(bureau, "contractors:C4")

    assert held(bureau) == {"contractors:C4"}


def test_a_kill_by_a_key_that_a_merge_took_away_strikes_the_one_who_stayed(bureau):
    bureau.change("hr", "E009", status="announced")
    bureau.carry_out()
    merge(bureau, "contractors:C4", "E009")

    kill(bureau, "E009")

    assert bureau.accounts()["contractors:C4"]["active"] is False


def test_a_kill_survives_that_a_merge_is_taken_apart(bureau):
    bureau.change("hr", "E009", status="announced")
    bureau.carry_out()
    merge(bureau, "E009", "contractors:C4")
    kill(bureau, "E009")

    split(bureau, "contractors:C4")
    bureau.pass_hours(1)
    bureau.carry_out()

    assert bureau.accounts()["contractors:C4"]["active"] is False


def test_who_was_killed_gets_no_new_account_by_a_split(bureau):
    bureau.show("contractors", "C9", nid="N-E003")
    bureau.carry_out()
    kill(bureau, "E003")

    split(bureau, "contractors:C9")
    bureau.pass_hours(1)
    bureau.carry_out()

    killed = ("E003", "contractors:C9")
    accounts = [bureau.accounts()[key] for key in killed if key in bureau.accounts()]
    assert not any(one["active"] for one in accounts)


def test_what_was_decided_finds_its_way_back_through_a_chain_of_merges(bureau):
    for key in ("E009", "E010"):
        bureau.change("hr", key, status="announced")
    bureau.carry_out()
    hold(bureau, "contractors:C4")
    merge(bureau, "E009", "contractors:C4")
    merge(bureau, "E010", "E009")
    assert held(bureau) == {"E010"}

    split(bureau, "contractors:C4")
    assert held(bureau) == {"E009"}
    split(bureau, "contractors:C4")

    assert held(bureau) == {"contractors:C4"}


def test_a_merge_that_somebody_was_quicker_than_leaves_every_word_where_it_was(bureau, monkeypatch):
    bureau.change("hr", "E009", status="announced")
    bureau.carry_out()
    hold(bureau, "contractors:C4")

    with bureau.wiring() as wiring:
        desk = people_desk_of(wiring, "people")
        find, store = desk.source.survey_people, wiring.store

        def slow():
            found = find()
            news = PeopleNews(found.newest, tie_page([Tie(("hr", "E0"), "E0")]))
            assert store.people.keep("people", ObjectType.USERS, news, bureau.clock.now(), [])
            return found

        monkeypatch.setattr(desk.source, "survey_people", slow)
        with pytest.raises(LeaseHeld):
            identity_words.merge(desk, "E009", "contractors:C4", Word("the same person"))

    assert held(bureau) == {"contractors:C4"}


def test_what_waits_for_a_second_person_follows_a_merge(bureau):
    bureau.change("hr", "E009", status="announced")
    bureau.carry_out()
    hold(bureau, "contractors:C4", kind=OverrideKind.KEEP, needs_consent=True)

    merge(bureau, "E009", "contractors:C4")

    assert held(bureau) == {"E009"}


def test_a_cycle_that_read_before_a_merge_acts_on_nothing_of_what_it_read(bureau):
    bureau.change("hr", "E009", status="announced")
    bureau.carry_out()
    bureau.pass_hours(1)
    merged: list[Said] = []

    def then(point):
        if point == "target.read" and not merged:
            merged.append(merge(bureau, "E009", "contractors:C4"))

    with bureau.wiring() as wiring, pytest.raises(LeaseHeld, match="found other people"):
        run_job(replace(wiring.job(JOB), reached=then))

    assert len(merged) == 1
    assert [key for _, key in told(bureau.plan())] == ["E009"]


def test_a_key_that_was_merged_away_still_names_the_person(bureau):
    bureau.change("hr", "E009", status="announced")
    bureau.carry_out()
    merge(bureau, "contractors:C4", "E009")

    assert bureau.explained("E009").key == "contractors:C4"
    with bureau.wiring() as wiring:
        source = people_desk_of(wiring, "people").source
        assert source.person_of("E009") == source.person_of("D9") == "contractors:C4"


def hold(bureau, key, kind=OverrideKind.HOLD, **more):
    with bureau.wiring() as wiring:
        given = (kind, JOB, ObjectType.USERS, key, "", None, "r", "ann", "", bureau.clock.now())
        wiring.store.overrides.add(Override("1", *given, None, **more), [])


def held(bureau):
    with bureau.wiring() as wiring:
        return {one.key for one in wiring.store.overrides.all() if one.ended_at is None}

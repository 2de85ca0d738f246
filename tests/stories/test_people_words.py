"""People say who is who, and what they said can be taken apart again."""

import pytest

from provisor.domain.override import Override, OverrideKind
from provisor.domain.schema import ObjectType
from provisor.errors import AnswerRefused, CommandInvalid, SelfApproval, UnknownName
from tests.stories.bureau import JOB, links, merge, opened, questions, split, told

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


def hold(bureau, key):
    with bureau.wiring() as wiring:
        now = bureau.clock.now()
        people, kind = ObjectType.USERS, OverrideKind.HOLD
        wanted = Override("1", kind, JOB, people, key, "", None, "r", "ann", "", now, None)
        wiring.store.overrides.add(wanted, [])


def held(bureau):
    with bureau.wiring() as wiring:
        return {one.key for one in wiring.store.overrides.all() if one.ended_at is None}

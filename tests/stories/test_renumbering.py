"""A known person under a new source key: asked once, moved over whole, and nothing in between."""

from __future__ import annotations

import pytest

from provisor.domain.action import Operation, Risk
from provisor.domain.override import NEW_ACCOUNT, OverrideKind
from provisor.domain.plan import Ruling
from provisor.domain.rules import Guard
from provisor.domain.schema import ObjectType
from provisor.engine.asking.answer import Answer, Heard, Word, hear
from provisor.engine.explain import explain
from provisor.engine.run import Result
from provisor.errors import LeaseHeld
from provisor.ports.connector import Deltas
from tests.stories.gatherings import members
from tests.stories.lifecycles import allow, done, pass_days, settled, waiting
from tests.stories.test_writing import override
from tests.stories.workplace import MAIL, Office

pytestmark = pytest.mark.both_executors


def renumber(office: Office, old: str, new: str) -> None:
    """The same row stands under another key, in its groups too."""
    row = dict(office._row(old))
    groups = [key for key, inside in office.source.members.items() if old in inside]
    users = office.source.users
    office.source.remove(
        ObjectType.USERS, next(n for n, one in users.items() if one is office._row(old))
    )
    office.hire(new, **{**row, "employee_id": new})
    for group in groups:
        office.source.join(group, (new,), (old,))


def same(office: Office, old: str, new: str, actor: str = "carl") -> Heard:
    """Somebody says that the new key is the old person's."""
    answer = Answer(new, office.native(old))
    return hear(office.job(actor), [answer], Word("renumbered"))[0]


def aside(result: Result) -> list[tuple[str, str]]:
    return [(one.key, one.code) for one in result.stored.set_aside]


def test_a_new_key_of_a_known_person_is_one_question_and_disables_nobody(office):
    settled(office)
    renumber(office, "E0001", "N1")
    for _ in range(3):
        result = office.run()
        pass_days(office, 2)

        assert aside(result) == [("N1", "proposed_match")]
        assert done(result) == []
    assert office.account("E0001")["active"] is True


def test_one_answer_moves_the_person_over_and_the_plan_says_from_which_key_to_which(office):
    settled(office)
    before = members(office, "Everybody")
    renumber(office, "E0001", "N1")
    office.run()
    native = office.native("E0001")
    heard = same(office, "E0001", "N1")
    result = office.run()
    (act,) = result.stored.plan.actions
    allow(office, result)

    assert heard.refusal is None
    assert act.action.operation is Operation.UPDATE
    assert act.action.risk is Risk.IDENTITY_KEY
    assert [(c.attribute, c.before, c.after) for c in act.action.changes] == [
        ("externalId", "E0001", "N1")
    ]
    assert office.target.users[native]["externalId"] == "N1"
    assert members(office, "Everybody") == before - {"E0001"} | {"N1"}
    assert office.run().stored.plan.actions == ()


def test_what_people_decided_about_the_old_key_holds_for_the_new_one(office):
    settled(office)
    override(office, OverrideKind.PIN, "E0001", "title", "Pinned")
    office.run()
    renumber(office, "E0001", "N1")
    office.run()
    same(office, "E0001", "N1")
    allow(office, office.run())

    assert office.account("N1")["title"] == "Pinned"
    assert {one.kind for one in explain(office.job(), "N1").overrides} == {
        OverrideKind.PIN,
        OverrideKind.LINK,
    }


def test_while_somebody_writes_to_the_target_nothing_of_an_answer_is_kept(office):
    settled(office)
    renumber(office, "E0001", "N1")
    office.run()
    job = office.job()
    lease = office.store.controls.acquire(job.rules.target, "other", office.clock.now(), 60)
    with pytest.raises(LeaseHeld):
        same(office, "E0001", "N1")

    assert office.store.overrides.all() == ()
    office.store.controls.release(lease)
    assert same(office, "E0001", "N1").fresh
    allow(office, office.run())
    assert office.account("N1")["active"] is True


class Stopped(Exception):
    """The process ended here."""


@pytest.mark.parametrize("milestone", ["answers.kept", "identities.moved"])
def test_an_answer_that_was_stopped_half_way_is_made_true_by_saying_it_again(office, milestone):
    settled(office)
    renumber(office, "E0001", "N1")
    office.run()
    native = office.native("E0001")

    def stop(where):
        if where == milestone:
            raise Stopped

    with pytest.raises(Stopped):
        hear(office.job("carl", stop), [Answer("N1", native)], Word("renumbered"))
    assert len(office.store.overrides.all()) == 1
    assert same(office, "E0001", "N1").refusal is None
    result = office.run()

    assert [one.action.operation for one in result.stored.plan.actions] == [Operation.UPDATE]
    allow(office, result)
    assert len(office.store.overrides.all()) == 1
    assert office.target.users[native]["externalId"] == "N1"
    assert office.run().stored.plan.actions == ()


def test_whoever_says_that_it_is_somebody_else_lets_the_missing_one_go(office):
    settled(office)
    renumber(office, "E0001", "N1")
    office.change("N1", mail="e0001@example.org")
    office.run()
    hear(office.job("carl"), [Answer("N1", NEW_ACCOUNT)], Word("a namesake"))
    pass_days(office, 2)
    office.run()
    pass_days(office, 2)
    result = office.run()

    assert ("disable", "E0001") in done(result) or office.account("E0001")["active"] is False


def test_a_question_that_nobody_answers_holds_a_leave_back_for_a_week_and_no_longer(office):
    settled(office)
    renumber(office, "E0001", "N1")
    active = []
    for _ in range(5):
        office.run()
        active.append(office.account("E0001")["active"])
        pass_days(office, 2)

    assert active == [True, True, True, True, False]
    assert aside(office.run()) == [("N1", "proposed_match")]


def test_a_missing_row_that_nobody_asks_about_is_a_leave_as_ever(office):
    settled(office)
    renumber(office, "E0001", "N1")
    office.change("N1", mail="other@example.org")
    office.run()
    pass_days(office, 2)
    office.run()

    assert office.account("E0001")["active"] is False


def test_a_person_who_is_here_cannot_be_renamed_into_another(office):
    settled(office)
    office.hire("N1", mail="nobody@example.org")
    heard = same(office, "E0001", "N1")

    assert heard.refusal is not None
    assert "linked with another record" in heard.refusal.found


def test_nobody_moves_their_own_account(office):
    settled(office)
    renumber(office, "E0001", "N1")
    office.run()
    name = str(office.account("E0001")["userName"])

    assert same(office, "E0001", "N1", actor=name).refusal is not None


def test_a_source_that_tells_its_changes_renumbers_without_a_disable_too(office):
    office.source.feed.kind = Deltas.STATES
    settled(office)
    office.run()
    renumber(office, "E0001", "N1")
    result = office.run()

    assert done(result) == []
    assert aside(result) == [("N1", "proposed_match")]


# --- a whole company ----------------------------------------------------------------------------


def all_keys(office: Office) -> list[tuple[str, str]]:
    keys = sorted(str(row["employee_id"]) for row in office.source.users.values())
    return [(key, f"N{key[1:]}") for key in keys]


def test_a_company_that_is_renumbered_is_stopped_and_told_as_what_it_is(office):
    settled(office)
    for old, new in all_keys(office):
        renumber(office, old, new)
    result = office.run()
    (told,) = [one for one in result.stored.verdicts if one.result is Ruling.REFUSED]

    assert result.exit_code == 4
    assert result.stored.plan.actions == ()
    assert "30 of 30 linked objects are missing" in told.reason
    assert "30 rows stand in their place: were keys changed?" in told.reason


def test_a_list_of_answers_renumbers_a_company_and_the_fuse_asks_once(office):
    settled(office)
    pairs = all_keys(office)
    natives = {old: office.native(old) for old, _ in pairs}
    for old, new in pairs:
        renumber(office, old, new)
    office.run()
    answers = [Answer(new, natives[old]) for old, new in pairs]
    heard = hear(office.job("carl"), answers, Word("the new payroll"))
    result = office.run()

    assert {one.refusal for one in heard} == {None}
    assert waiting(result) == {"users.identity_key"}
    assert office.account("E0001")["active"] is True
    allow(office, result)
    assert {row["externalId"] for row in office.target.users.values()} == {n for _, n in pairs}
    assert all(row["active"] for row in office.target.users.values())
    assert office.run().stored.plan.actions == ()


def test_even_where_no_guard_stops_it_a_renumbered_company_is_asked_and_loses_nobody(office):
    office.changes["guard"] = Guard(rows=10**6, percent=101, null_percent=101)
    settled(office)
    for old, new in all_keys(office):
        renumber(office, old, new)
    for _ in range(2):
        result = office.run()
        pass_days(office, 2)

        assert {code for _, code in aside(result)} == {"proposed_match"}
        assert done(result) == []
    assert all(row["active"] for row in office.target.users.values())
    assert office.account("E0001")[MAIL] == "e0001@example.org"

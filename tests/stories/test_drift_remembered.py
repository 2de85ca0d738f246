"""What only a remembered look at the target can tell: who came, who was put in, whose it was."""

from __future__ import annotations

from provisor.engine.asking.answer import Answer, Word, hear
from provisor.engine.explain import explain
from tests.stories.drifting import USERS, by_hand, drift, group, opened, told
from tests.stories.towns import settled
from tests.stories.workplace import MAIL


def test_an_account_made_by_hand_is_told_once_it_is_there(office):
    opened(office)
    office.target.add(USERS, {"userName": "stranger", "active": True})

    assert told(office) == [("made", "u4", "", None, "u4")]
    office.run()
    assert [one.drift.kind.value for one in drift(office).standing] == ["made"]
    office.target.remove(USERS, "u4")
    office.run()
    assert told(office) == []


def test_an_account_that_was_always_nobodys_is_no_news(office):
    office.target.add(USERS, {"userName": "stranger", "active": True})
    opened(office)

    assert told(office) == []


def test_a_member_put_in_by_hand_is_told_and_left_where_it_is(office):
    office.found_group("G1", "Board")
    opened(office)
    board = group(office, "G1")
    office.target.join(board, (office.native("E0002"),), ())

    assert [(kind, key, after) for kind, key, _, _, after in told(office)] == [
        ("member_added", "G1", "E0002")
    ]
    office.run()
    assert office.native("E0002") in office.target.members[board]


def test_somebody_put_into_a_privileged_group_by_hand_is_an_alert_until_it_is_over(office):
    office.found_group("G1", "Domain Admins")
    opened(office)
    office.changes["privileged_groups"] = ("domain adm*",)
    board = group(office, "G1")
    office.target.join(board, (office.native("E0002"),), ())
    office.run()

    (alert,) = [one for one in office.store.alerts.open() if one.kind == "privileged_drift"]
    assert alert.severity.value == "critical"
    office.target.join(board, (), (office.native("E0002"),))
    office.run()
    assert "privileged_drift" not in [one.kind for one in office.store.alerts.open()]


def test_drift_of_an_account_that_was_taken_over_is_seen_although_we_wrote_none_of_it(office):
    values = {"displayName": "Given SurE0001", "title": "Clerk", "active": True}
    office.target.add(USERS, {"userName": "old", MAIL: "e0001@example.org", **values})
    opened(office)
    by_hand(office, "E0001", title="Boss", userName="king")

    assert [(attribute, before, after) for _, _, attribute, before, after in told(office)] == [
        ("title", "Clerk", "Boss"),
        ("userName", "old", "king"),
    ]


def test_an_anchor_changed_by_hand_is_an_alert(office):
    opened(office)
    office.target.set(USERS, office.native("E0001"), {"externalId": "E0777"})
    office.run()

    assert "owner_changed" in [one.kind for one in office.store.alerts.all()]


def test_the_story_of_a_person_tells_what_others_changed(office):
    opened(office)
    by_hand(office, "E0001", title="Boss")
    story = explain(office.job(), "E0001")

    assert [(one.attribute, one.before, one.after) for one in story.drift] == [
        ("title", "Clerk", "Boss")
    ]
    assert explain(office.job(), "E0002").drift == ()


def test_a_person_with_two_accounts_is_an_alert_until_somebody_says_which(office):
    opened(office)
    office.hire("E0009")
    values = {"userName": "one", "externalId": None, MAIL: "e0009@example.org"}
    native = office.target.add(USERS, values)
    office.target.users["twin"] = {**values, "id": "twin", "userName": "two"}
    office.plan()
    assert "duplicate_account" in [one.kind for one in office.store.alerts.open()]

    hear(office.job(), [Answer("E0009", native)], Word("asked her"))
    office.plan()
    assert "duplicate_account" not in [one.kind for one in office.store.alerts.open()]


def test_drift_is_seen_by_a_cycle_that_reads_only_what_changed(office):
    town = settled(office)
    town.pass_hours(1)
    key = str(next(iter(town.target.users.values()))["externalId"])
    town.target.set(USERS, town.native(key), {"title": "King"})
    result = town.plan()

    assert result.stored.look is not None
    assert not result.stored.look.full
    (fact,) = town.store.drifts.of_job("hr-to-app")
    assert (fact.key, fact.attribute, fact.after) == (key, "title", "King")
    assert [one.drift.id for one in drift(town).standing] == [fact.id]

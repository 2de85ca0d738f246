"""A membership that somebody takes or gives by name stays so, cycle after cycle."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from provisor.domain.action import Operation
from provisor.domain.override import Override, OverrideKind
from provisor.domain.rules import OnPartial, OwnerMode
from provisor.domain.schema import ObjectType
from provisor.engine.explain import explain
from provisor.engine.journal import override_added, override_ended

pytestmark = pytest.mark.both_executors
MEMBERSHIP = Operation.MEMBERSHIP


@pytest.fixture
def settled(office):
    """Three people, all of them in one group; the second group has nobody."""
    office.hire_many(3)
    office.found_group("G1", "Press")
    office.open_up()
    office.run()
    return office


def say(office, kind, key="E0001", group="G0", days=None):
    now = office.clock.now()
    end = None if days is None else now + timedelta(days=days)
    override = Override(
        f"{kind.value}-{key}-{group}", kind, "", ObjectType.USERS, key, "", group,
        "because", "ann", "", now, end,
    )  # fmt: skip
    office.store.overrides.add(override, [override_added(override)])
    return override


def inside(office, group="G0"):
    """The people of a group of the target, by key."""
    groups = office.target.groups
    native = next(n for n, row in groups.items() if row.get("externalId") == group)
    users = office.target.users
    return {users[one]["externalId"] for one in office.target.members.get(native, ())}


def cycle(office):
    office.pass_hours(1)
    return office.run()


def test_two_cycles_after_a_revoke_the_membership_is_still_gone(settled):
    said = say(settled, OverrideKind.REVOKE)
    (action,) = cycle(settled).stored.plan.actions
    assert said.id in action.action.rule
    assert inside(settled) == {"E0002", "E0003"}

    for _ in range(2):
        assert cycle(settled).stored.plan.actions == ()
    assert inside(settled) == {"E0002", "E0003"}
    (told,) = explain(settled.job(), "E0001").overrides
    assert told == said


def test_a_revoke_that_ends_lets_the_rules_speak_again(settled):
    said = say(settled, OverrideKind.REVOKE)
    cycle(settled)
    now = settled.clock.now()
    settled.store.overrides.end(said.id, now, [override_ended(said.id, now, "bob", "enough")])
    cycle(settled)

    assert "E0001" in inside(settled)


def test_what_others_gave_is_taken_too_when_somebody_revokes_it(settled):
    group = next(n for n, row in settled.target.groups.items() if row["externalId"] == "G1")
    settled.target.join(group, (settled.native("E0002"),), ())
    cycle(settled)
    assert inside(settled, "G1") == {"E0002"}

    say(settled, OverrideKind.REVOKE, "E0002", "G1")
    cycle(settled)
    assert inside(settled, "G1") == set()


def test_whoever_is_put_back_by_others_is_taken_out_again(settled):
    say(settled, OverrideKind.REVOKE)
    cycle(settled)
    group = next(n for n, row in settled.target.groups.items() if row["externalId"] == "G0")
    settled.target.join(group, (settled.native("E0001"),), ())
    cycle(settled)

    assert "E0001" not in inside(settled)


def test_a_revoke_takes_where_the_job_itself_only_adds(settled):
    settled.changes = {"memberships": OwnerMode.ADD_ONLY}
    settled.part_from("G0", "E0003")
    say(settled, OverrideKind.REVOKE)
    cycle(settled)

    assert inside(settled) == {"E0002", "E0003"}


def test_a_revoke_takes_from_a_leaver_whose_memberships_stay_otherwise(settled):
    settled.leave("E0001")
    cycle(settled)
    assert "E0001" in inside(settled)

    say(settled, OverrideKind.REVOKE)
    cycle(settled)
    assert "E0001" not in inside(settled)


def test_bad_data_of_a_person_do_not_hold_a_revoke_back(settled):
    settled.change("E0001", mail="")
    settled.source.show_rows(ObjectType.USERS, "E0001", 2)
    settled.changes = {"guard": replace(settled.job().rules.guard, repeated_percent=100)}
    say(settled, OverrideKind.REVOKE)
    cycle(settled)

    assert "E0001" not in inside(settled)


def test_an_incomplete_read_does_not_hold_a_revoke_back(settled):
    settled.pass_hours(48)
    settled.changes = {"on_partial": OnPartial.PRESENCE}
    settled.part_from("G0", "E0003")
    say(settled, OverrideKind.REVOKE)
    settled.source.faults.cut_reads.append(2)
    found = cycle(settled)

    assert found.stored.verdicts[0].name == "read_complete"
    assert inside(settled) == {"E0002", "E0003"}


def test_a_grant_gives_until_its_day_and_is_taken_back_then(settled):
    said = say(settled, OverrideKind.GRANT, "E0001", "G1", days=2)
    cycle(settled)
    assert inside(settled, "G1") == {"E0001"}
    assert cycle(settled).stored.plan.actions == ()
    assert explain(settled.job(), "E0001").overrides == (said,)

    settled.pass_hours(48)
    cycle(settled)
    assert inside(settled, "G1") == set()


def test_a_grant_does_not_take_back_what_others_had_given_before(settled):
    group = next(n for n, row in settled.target.groups.items() if row["externalId"] == "G1")
    settled.target.join(group, (settled.native("E0002"),), ())
    say(settled, OverrideKind.GRANT, "E0002", "G1", days=1)
    cycle(settled)
    settled.pass_hours(48)
    cycle(settled)

    assert inside(settled, "G1") == {"E0002"}


def test_a_grant_gives_nothing_to_somebody_who_is_gone(settled):
    settled.leave("E0001")
    cycle(settled)
    say(settled, OverrideKind.GRANT, "E0001", "G1", days=2)

    assert cycle(settled).stored.plan.actions == ()


def test_a_revoke_is_stronger_than_a_grant_of_the_same_membership(settled):
    say(settled, OverrideKind.GRANT, "E0001", "G1", days=2)
    say(settled, OverrideKind.REVOKE, "E0001", "G1")

    assert cycle(settled).stored.plan.actions == ()


def test_whoever_is_held_keeps_what_was_revoked_until_the_hold_ends(settled):
    held = say(settled, OverrideKind.HOLD, group=None)
    say(settled, OverrideKind.REVOKE)
    cycle(settled)
    assert "E0001" in inside(settled)

    now = settled.clock.now()
    settled.store.overrides.end(held.id, now, [override_ended(held.id, now, "bob", "over")])
    cycle(settled)
    assert "E0001" not in inside(settled)


def test_somebody_who_comes_later_gets_what_was_granted(settled):
    say(settled, OverrideKind.GRANT, "E0009", "G1", days=5)
    cycle(settled)
    settled.hire("E0009")
    cycle(settled)
    cycle(settled)

    assert inside(settled, "G1") == {"E0009"}

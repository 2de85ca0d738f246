"""What a mapping takes away: shown as a clear, counted as one, and the same for many values."""

from __future__ import annotations

from dataclasses import replace

import pytest

from provisor.domain.action import Operation
from provisor.domain.flow import WhenEmpty
from provisor.domain.plan import Ruling
from provisor.domain.schema import ObjectType
from provisor.ports.store import PlanStatus
from tests.stories.workplace import Office, mapping, office_rules

pytestmark = pytest.mark.both_executors

USERS = ObjectType.USERS
ROLES = ("clerk", "driver")


@pytest.fixture
def office(office):
    """Thirty people with roles; the mapping takes away what the feed no longer says."""
    objects = dict(office_rules(office.target).objects)
    users = objects[USERS]
    roles = replace(mapping("roles", "[roles]"), when_empty=WhenEmpty.CLEAR)
    title = replace(mapping("title", "[title]"), when_empty=WhenEmpty.KEEP)
    kept = [one for one in users.mappings if one.attribute != "title"]
    objects[USERS] = replace(users, mappings=(*kept, roles, title))
    office.changes["objects"] = objects
    for number in range(1, 31):
        office.hire(f"E{number:04d}", roles=ROLES)
    office.open_up()
    return office


@pytest.mark.parametrize("nothing", [(), None])
def test_all_of_many_values_are_taken_away_by_a_clear_that_the_limits_count(office, nothing):
    office.change("E0001", roles=nothing)
    stored = office.run().stored

    (planned,) = stored.plan.actions
    assert planned.action.operation is Operation.CLEAR
    assert {part.part: part.verdict for part in stored.parts} == {
        "users.clear": Ruling.NEEDS_DECISION
    }
    assert office.account("E0001")["roles"] == ROLES
    cleared(office, stored.plan.digest)
    assert not office.account("E0001")["roles"]
    assert office.run().stored.status is PlanStatus.EMPTY


def cleared(office: Office, digest: str) -> None:
    office.approve(digest)
    assert office.apply(digest).exit_code == 0


def test_what_is_kept_stays_when_the_feed_says_nothing(office):
    office.change("E0001", title=None)

    assert office.run().stored.status is PlanStatus.EMPTY
    assert office.account("E0001")["title"] == "Clerk"


def test_a_leaver_whose_row_is_blanked_keeps_every_value(office):
    office.leave("E0001")
    office.change("E0001", roles=None, title=None, mail=None, surname=None)
    office.run()

    account = office.account("E0001")
    assert account["active"] is False
    assert (account["roles"], account["title"]) == (ROLES, "Clerk")

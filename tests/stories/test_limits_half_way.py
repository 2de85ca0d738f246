"""What limits count of a change of members that did not come to its end."""

from __future__ import annotations

from pathlib import Path

import pytest

from provisor.domain.bounds import Limit
from provisor.domain.harm import Bucket, Window
from provisor.domain.plan import Ruling
from provisor.domain.rules import Guard
from provisor.errors import InvalidValue
from tests.stories.fences import bound, parts
from tests.stories.notary import WatchedOffice

JOINS = "memberships.membership"


@pytest.fixture
def office(tmp_path: Path):
    """Eight people; four members may move in 24 hours, and nobody is created without a vote."""
    office = WatchedOffice(tmp_path)
    office.changes["guard"] = Guard(rows=1000, percent=100)
    bound(office, membership=Limit(4), create=Limit(0))
    office.found_group("G1", "Some")
    office.hire_many(8)
    office.open_up()
    yield office
    office.close()


def counted(office: WatchedOffice) -> int:
    since = office.clock.now() - Window.DAY.length
    return office.store.acts.done_since("app", since, Window.DAY).get(Bucket(JOINS), 0)


def join(office: WatchedOffice, *numbers: int) -> None:
    for number in numbers:
        office.join("G1", f"E{number:04d}")


def members(office: WatchedOffice) -> int:
    named = (n for n, row in office.target.groups.items() if row["externalId"] == "G1")
    return len(office.target.members.get(next(named), {}))


def test_members_who_moved_count_although_others_had_no_account_yet(office):
    office.hire("E0009")
    office.part_from("G0", "E0009")
    join(office, 1, 2, 3, 9)
    office.run()
    assert (members(office), counted(office)) == (3, 3)

    join(office, 4, 5)
    again = office.run()
    assert parts(again)[JOINS] == Ruling.NEEDS_DECISION.value
    assert members(office) == 3


def test_a_change_of_members_that_the_target_refused_counts_nothing(office):
    join(office, 1, 2, 3)
    faults = office.target.faults
    faults.fail(faults.calls + 1, InvalidValue("not today"))
    office.run()
    assert [one.moved for one in office.told[-1:]] == [False]
    assert (members(office), counted(office)) == (0, 0)

    office.run()
    assert (members(office), counted(office)) == (3, 3)

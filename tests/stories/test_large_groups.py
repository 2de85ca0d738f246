"""Groups of many thousands: planned as one act, sent in pieces, remembered piece by piece."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from provisor.domain.link import Link
from provisor.domain.schema import ObjectType
from provisor.engine.job import Executor
from tests.stories.gatherings import carry, gains, members
from tests.stories.workplace import MAIL, Office


@pytest.fixture
def executor():
    """Who plans at this size."""
    return Executor.COLUMNS


def crowd(office: Office, size: int) -> None:
    """Let everybody be in the application and linked, and in no group yet."""
    links = []
    for number in range(size):
        key = f"E{number:06d}"
        office.hire(key)
        native = office.target.add(
            ObjectType.USERS,
            {
                "externalId": key,
                "userName": f"sur{key.lower()}",
                MAIL: f"{key.lower()}@example.org",
                "displayName": f"Given Sur{key}",
                "title": "Clerk",
                "active": True,
            },
        )
        links.append(Link(f"identity-{key}", ObjectType.USERS, key, native, key))
    office.store.links.put("app", links, [])


@pytest.mark.parametrize("size", [12_000, pytest.param(200_000, marks=pytest.mark.outer)])
def test_the_members_of_a_large_group_are_let_in_a_thousand_at_a_time(office, monkeypatch, size):
    crowd(office, size)
    sizes: list[int] = []
    join = office.target.join

    def joined(group: str, adds: Sequence[str], removes: Sequence[str]) -> bool:
        sizes.append(len(adds) + len(removes))
        return bool(join(group, adds, removes))

    monkeypatch.setattr(office.target, "join", joined)
    result = carry(office)
    again = office.run()

    assert gains(result) == {"G0": size}
    assert len(members(office, "Everybody")) == size
    assert (len(sizes), max(sizes)) == (size // 1000, 1000)
    assert again.stored.plan.actions == ()

"""A cursor that expires while a list is read: the list is read again, once, and proven whole."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.scim import ScimConnector
from provisor.domain.schema import ObjectType
from provisor.testing.walk import read_whole
from tests.connectors.faulty_scim import FaultyScim, connected, faulty_scim, listing, refusal

USERS = ObjectType.USERS


@pytest.fixture
def server() -> Iterator[FaultyScim]:
    with faulty_scim() as running:
        yield running


@pytest.fixture
def scim(server: FaultyScim) -> Iterator[ScimConnector]:
    with connected(server, page_size=10) as connector:
        yield connector


def user(number: int) -> dict[str, str]:
    return {"id": f"id-{number}", "userName": f"user{number}"}


EXPIRED = refusal(400, "expiredCursor", "ask again")


def test_a_list_whose_cursor_expired_is_read_again_and_shows_everybody_once(server, scim):
    server.script(
        "GET /Users",
        listing([user(1)], 3, nextCursor="c1"),
        EXPIRED,
        listing([user(1)], 3, nextCursor="d1"),
        listing([user(2)], 3, nextCursor="d2"),
        listing([user(3)], 3),
    )
    whole = read_whole(scim, USERS, ["userName"])

    assert whole.end.complete
    assert whole.column("id") == ["id-1", "id-2", "id-3"]


def test_whoever_came_while_the_list_was_read_again_is_shown(server, scim):
    server.script(
        "GET /Users",
        listing([user(1)], 2, nextCursor="c1"),
        EXPIRED,
        listing([user(3), user(1)], 3, nextCursor="d1"),
        listing([user(2)], 3),
    )
    whole = read_whole(scim, USERS, ["userName"])

    assert whole.end.complete
    assert set(whole.column("id")) == {"id-1", "id-2", "id-3"}
    assert len(whole.column("id")) == 3


@pytest.mark.parametrize("total", [2, None])
def test_whoever_is_missing_from_the_second_list_makes_the_read_incomplete(server, scim, total):
    server.script(
        "GET /Users",
        listing([user(1), user(2)], total, nextCursor="c1"),
        EXPIRED,
        listing([user(2)], total, nextCursor="d1"),
        listing([user(3)], total),
    )
    end = read_whole(scim, USERS, ["userName"]).end

    assert not end.complete
    assert "1 of 3 objects were listed before a cursor expired, not after" in end.reason


def test_cursors_that_expire_again_and_again_end_as_an_incomplete_read(server, scim):
    server.script(
        "GET /Users",
        listing([user(1)], 2, nextCursor="c1"),
        EXPIRED,
        listing([user(1)], 2, nextCursor="d1"),
        EXPIRED,
    )
    end = read_whole(scim, USERS, ["userName"]).end

    assert not end.complete
    assert "cursors expired twice, after 1 of 2 objects" in end.reason
    assert len(server.sent("GET /Users")) == 4

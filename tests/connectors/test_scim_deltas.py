"""SCIM: what changed, by a filter that is tried before it is believed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from connectors.scim import ScimConnector
from provisor.domain.schema import ObjectType
from provisor.errors import SettingInvalid, Transient, WatermarkRefused
from provisor.ports.connector import Candidate, Deltas, ReadEnd, ReadRequest, find_many
from provisor.ports.secret import Secret
from provisor.testing.clock import NOON
from provisor.testing.walk import read_delta, read_whole
from tests.connectors.faulty_scim import CANARY, FaultyScim, connected, faulty_scim, reply

USERS, GROUPS, MEMBERSHIPS = ObjectType.USERS, ObjectType.GROUPS, ObjectType.MEMBERSHIPS

WITHOUT_FILTER = {"patch": {"supported": True}, "filter": {"supported": False}}


def stamp(minutes: int) -> dict[str, str]:
    """A change so many minutes after the first read."""
    return {"lastModified": (NOON + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")}


@pytest.fixture
def server() -> Iterator[FaultyScim]:
    with faulty_scim() as running:
        yield running


@pytest.fixture
def scim(server: FaultyScim) -> Iterator[ScimConnector]:
    with connected(server, deltas=["users", "groups", "memberships"]) as connector:
        yield connector


def started(server: FaultyScim, scim: ScimConnector, kind: ObjectType = USERS) -> str:
    """Read everything when the system's own clock says noon; return the watermark."""
    watermark = read_whole(scim, kind).end.watermark
    assert watermark
    return f"{watermark.partition('@')[0]}@{NOON.strftime('%Y-%m-%dT%H:%M:%SZ')}"


def told(scim: ScimConnector, since: str, kind: ObjectType = USERS) -> set[object]:
    return {row["id"] for row in read_delta(scim, kind, since).rows}


def put(server: FaultyScim, name: str, minutes: int | None, **values: Any) -> str:
    where = server.groups if "members" in values else server.users
    meta = {} if minutes is None else {"meta": stamp(minutes)}
    return str(server.make(where, {"userName": name, **meta, **values})["id"])


def test_a_delta_shows_what_changed_since_and_within_the_overlap(
    server: FaultyScim, scim: ScimConnector
) -> None:
    put(server, "long ago", -60)
    late = put(server, "just before", -4)
    new = put(server, "after", 1)

    assert told(scim, started(server, scim)) == {late, new}


def test_the_overlap_can_be_set(server: FaultyScim) -> None:
    put(server, "just before", -4)
    new = put(server, "after", 1)
    with connected(server, overlap_seconds=0) as scim:
        assert told(scim, started(server, scim)) == {new}


def test_a_group_that_changed_is_told_with_all_its_members(
    server: FaultyScim, scim: ScimConnector
) -> None:
    put(server, "old", -60, members=[{"value": "a"}])
    group = put(server, "new", 1, members=[{"value": "b"}, {"value": "c"}])
    empty = put(server, "emptied", 2, members=[])
    since = started(server, scim, MEMBERSHIPS)
    news = read_delta(scim, MEMBERSHIPS, since)

    assert news.applied_to({("id-0", "a"), (group, "x"), (empty, "y")}) == {
        ("id-0", "a"),
        (group, "b"),
        (group, "c"),
    }


def test_a_list_that_hides_members_empties_no_group(
    server: FaultyScim, scim: ScimConnector
) -> None:
    group = put(server, "new", 1, members=[{"value": "b"}])
    since = started(server, scim, MEMBERSHIPS)
    hidden = {"schemas": [], "totalResults": 1, "Resources": [{"id": group, "meta": stamp(1)}]}
    totals = [{"totalResults": 1}, {"totalResults": 1}, {"totalResults": 0}]
    server.script("GET /Groups", *(reply(200, total) for total in totals))
    server.script("GET /Groups", *[reply(200, hidden)] * 2)
    server.script("GET /Groups", reply(200, server.groups[group]))
    *_, end = scim.read(ReadRequest(MEMBERSHIPS, ("group", "member"), since))

    assert isinstance(end, ReadEnd)
    assert (end.complete, end.watermark) == (False, None)


def test_a_system_that_ignores_the_filter_is_refused(
    server: FaultyScim, scim: ScimConnector
) -> None:
    put(server, "elin", 1)
    since = started(server, scim)
    server.ignores_filters = True

    with pytest.raises(WatermarkRefused) as refused:
        told(scim, since)
    assert "1 since 2999" in refused.value.found


def test_a_system_that_answers_the_filter_with_nothing_is_refused(
    server: FaultyScim, scim: ScimConnector
) -> None:
    put(server, "without a time", None)

    with pytest.raises(WatermarkRefused) as refused:
        told(scim, started(server, scim))
    assert "0 since 1970" in refused.value.found


def test_a_system_that_refuses_the_filter_is_refused(
    server: FaultyScim, scim: ScimConnector
) -> None:
    since = started(server, scim)
    server.script("GET /Users", *[reply(400, {"status": "400"})] * 3)

    with pytest.raises(WatermarkRefused):
        told(scim, since)


def test_a_system_that_says_that_it_has_no_filter_is_refused(
    server: FaultyScim, scim: ScimConnector
) -> None:
    since = started(server, scim)
    server.script("GET /ServiceProviderConfig", reply(200, WITHOUT_FILTER))

    with pytest.raises(WatermarkRefused) as refused:
        told(scim, since)
    assert "ServiceProviderConfig" in refused.value.found


def test_an_object_that_does_not_say_when_it_changed_refuses_the_delta(
    server: FaultyScim, scim: ScimConnector
) -> None:
    put(server, "elin", 1)
    since = started(server, scim)
    totals = [{"totalResults": 1}, {"totalResults": 1}, {"totalResults": 0}]
    server.script("GET /Users", *(reply(200, total) for total in totals))
    old = {"totalResults": 1, "Resources": [{"id": "id-0", "meta": stamp(-60)}]}
    server.script("GET /Users", reply(200, old))

    with pytest.raises(WatermarkRefused):
        told(scim, since)


def test_answers_without_a_time_start_no_delta(server: FaultyScim, scim: ScimConnector) -> None:
    timeless = {"totalResults": 0, "Resources": []}
    server.script("GET /Users", reply(200, timeless, Date="no date"))
    end = read_whole(scim, USERS).end

    assert (end.complete, end.watermark) == (True, None)


def test_a_system_that_does_not_answer_refuses_no_watermark(
    server: FaultyScim, scim: ScimConnector
) -> None:
    since = started(server, scim)
    server.script("GET /Users", *[reply(503)] * 40)

    with pytest.raises(Transient):
        told(scim, since)


def test_the_watermark_of_another_system_is_refused(server: FaultyScim) -> None:
    with connected(server) as one:
        since = started(server, one)
    with connected(server, url=f"{server.url}/") as other, pytest.raises(WatermarkRefused):
        told(other, since)


def test_memberships_have_deltas_only_where_the_settings_say_so(server: FaultyScim) -> None:
    with connected(server) as scim:
        deltas = scim.describe().capabilities.deltas_of

        assert deltas(USERS) is deltas(GROUPS) is Deltas.STATES_WITHOUT_REMOVALS
        assert deltas(MEMBERSHIPS) is Deltas.NONE
        with pytest.raises(WatermarkRefused):
            told(scim, started(server, scim), MEMBERSHIPS)


def test_many_are_looked_for_at_one_time_and_told_in_order(
    server: FaultyScim, scim: ScimConnector
) -> None:
    ids = server.put_users(30)
    asked = [Candidate(USERS, native_id=native_id) for native_id in reversed(ids)]
    found = [[record.key for record in records] for records in find_many(scim, asked)]

    assert found == [[native_id] for native_id in reversed(ids)]
    assert len(server.requests) == 30


def test_an_object_type_that_is_none_is_a_wrong_setting() -> None:
    with pytest.raises(SettingInvalid):
        ScimConnector("app", {"url": "https://a.b", "token": Secret(CANARY), "deltas": ["people"]})
